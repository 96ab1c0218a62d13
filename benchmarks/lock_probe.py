"""
Measures from outside how long a SQLite database's write lock is held.

``python lock_probe.py DATABASE`` runs until its standard input ends, and prints one line of JSON.
"""

import json
import sqlite3
import sys
import threading
import time
from typing import Final

POLL_S: Final = 0.0005  # between two looks at the lock: what it may add to a hold
EVERY_S: Final = 0.02  # between two tiny transactions
PATIENCE_MS: Final = 3_000  # as long as a web request waits
TINY: Final = "UPDATE alembic_version SET version_num = version_num"


def watch(database: str, stop: threading.Event, found: dict[str, float]) -> None:
    """Ask for the lock without waiting, again and again: it is held from a no to the next yes."""
    connection = sqlite3.connect(database, timeout=0, isolation_level=None)
    longest, since = 0.0, None
    while not stop.is_set():
        now = time.perf_counter()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            since = since or now
        else:
            longest, since = max(longest, now - since if since else 0.0), None
        time.sleep(POLL_S)
    found["held_s"] = max(longest, time.perf_counter() - since if since else 0.0)


def write(database: str, stop: threading.Event, found: dict[str, float]) -> None:
    """Commit tiny transactions, as a web server does; note the longest and those that failed."""
    connection = sqlite3.connect(database, timeout=PATIENCE_MS / 1000, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    found |= {"waited_s": 0.0, "written": 0, "failed": 0}
    while not stop.is_set():
        began_at = time.perf_counter()
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(TINY)
            connection.execute("COMMIT")
            found["written"] += 1
        except sqlite3.OperationalError:
            found["failed"] += 1
        found["waited_s"] = max(found["waited_s"], time.perf_counter() - began_at)
        time.sleep(EVERY_S)


if __name__ == "__main__":
    stop, found = threading.Event(), dict[str, float]()
    threads = [
        threading.Thread(target=one, args=(sys.argv[1], stop, found)) for one in (watch, write)
    ]
    for one in threads:
        one.start()
    sys.stdin.read()
    stop.set()
    for one in threads:
        one.join()
    print(json.dumps(found))
