"""
Runs a newsletter command and prints what processor time each of its threads took.

``python thread_times.py COMMAND …`` prints a last line of JSON: seconds by name of thread,
user and system together. It costs nothing while the command runs.
"""

import json
import threading
import time
from collections.abc import Callable

from newsletter.cli.main import main

taken: dict[str, float] = {}


def timed(run: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    """Make a thread note its time when it ends."""

    def run_and_note(thread: threading.Thread) -> None:
        try:
            run(thread)
        finally:
            taken[thread.name] = taken.get(thread.name, 0.0) + time.thread_time()

    return run_and_note


if __name__ == "__main__":
    setattr(threading.Thread, "run", timed(threading.Thread.run))  # noqa: B010 - mypy's wish
    try:
        main()
    finally:
        taken["main"] = time.thread_time()
        # A thread that outlives the command could not note its own time.
        taken["not ended (ledger)"] = time.process_time() - sum(taken.values())
        print(json.dumps(taken), flush=True)
