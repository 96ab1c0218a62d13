"""
Forks newsletter commands off a process that has loaded the program and has composed an issue.

A command that starts this way takes a third of the processor's time. It is a process like any
other: with its own arguments, folder, environment and streams, and the child of the process
that asked for it. `tests.stage.starting` asks, over the socket on standard input.
"""

import atexit
import fcntl
import gc
import json
import locale
import os
import pkgutil
import shutil
import signal
import socket
import sys
import termios
import threading
import time
from importlib import import_module
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import newsletter
from newsletter.app.proofing import proof_issue
from newsletter.app.site import Site
from newsletter.cli.main import main
from tests.stage.templates import compile_templates_once

CHECKOUT: Final = Path(__file__).resolve().parent.parent.parent
ISSUE: Final = "2022-08"
LONGEST: Final = 1 << 17  # bytes of a request
STREAMS: Final = ("stdin", "stdout", "stderr")
LATE: Final = ("sqlalchemy.dialects.sqlite",)  # what a library loads at its first use


def serve() -> None:
    """Fork until nobody can ask any more; return in the process of each command."""
    with socket.socket(fileno=os.dup(0)) as asking:
        while True:
            request, streams, _, _ = socket.recv_fds(asking, LONGEST, len(STREAMS))
            if not request:
                os._exit(0)
            pid = _fork_away()
            if not pid:
                break
            for stream in streams:
                os.close(stream)
            asking.send(str(pid).encode())
    _become(json.loads(request), streams)


def load() -> None:
    """Load all that commands load, and do once what is slow only the first time."""
    for module in pkgutil.walk_packages(newsletter.__path__, "newsletter."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in LATE:
        import_module(name)
    compile_templates_once()
    with TemporaryDirectory() as folder:
        shutil.copytree(CHECKOUT / "issues", Path(folder, "issues"))
        proof_issue(Site({}, Path(folder)), ISSUE)
    gc.collect()
    gc.freeze()  # so that a command does not look through it


def _fork_away() -> int:
    """
    Fork a process, and give it away; return its number, and 0 in it.

    A process whose parent ends becomes the child of the next subreaper above, see prctl(2):
    of the process that asked.
    """
    reading, writing = os.pipe()
    between = os.fork()
    if between:
        os.close(writing)
        os.waitpid(between, 0)
        pid = int(os.read(reading, 100))
        os.close(reading)
        return pid
    os.close(reading)
    pid = os.fork()
    if pid:
        os.write(writing, str(pid).encode())
        os._exit(0)
    os.close(writing)
    return 0


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """Make this process what Python makes of ``python -m newsletter`` until it runs that."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.umask(request["umask"])
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    try:
        locale.setlocale(locale.LC_CTYPE, "")
    except locale.Error:  # not installed
        locale.setlocale(locale.LC_CTYPE, "C")
    if request["in_terminal"]:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [str(Path(newsletter.__path__[0], "__main__.py")), *request["arguments"]]
    sys.path[0] = request["folder"]
    for number, name in enumerate(STREAMS):
        opened = _opened(number, getattr(sys, name))
        setattr(sys, name, opened)
        setattr(sys, f"__{name}__", opened)


def _run() -> None:
    """
    Run the command, and end.

    Python's own end takes apart every module there is, for as long as many a command takes: it
    is left out where nothing is left to say.
    """
    status = 0
    try:
        main()
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        status = ended.code or 0
    threading._shutdown()  # type: ignore[attr-defined]  # as Python does, and what follows
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads any more, which Python tells in its own way
        sys.exit(status)
    os._exit(status)


def _opened(number: int, like: TextIOWrapper) -> TextIOWrapper:
    """Open a stream as Python does when it starts."""
    raw = FileIO(number, "w" if number else "r", closefd=False)
    buffer: Any = raw
    if not like.write_through:  # as PYTHONUNBUFFERED says
        buffer = BufferedWriter(raw) if number else BufferedReader(raw)
    is_line_buffered = number == 2 or raw.isatty()
    return TextIOWrapper(
        buffer,
        "utf-8",
        like.errors,
        "\n",
        line_buffering=is_line_buffered,
        write_through=like.write_through,
    )


if __name__ == "__main__":
    load()
    serve()
    _run()
