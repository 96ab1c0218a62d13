"""Starts newsletter commands in processes of their own, soon: see `tests.stage.server`."""

import atexit
import ctypes
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from inspect import signature
from pathlib import Path
from threading import Lock
from typing import Any, AnyStr, Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent.parent
COMMAND: Final = (sys.executable, "-m", "newsletter")
# With a terminal of its own, and so that Ctrl-C reaches it even where the tests run in the
# background and ignore it.
IN_TERMINAL: Final = ("setsid", "--ctty", "--wait", "env", "--default-signal=INT")
ENVIRON: Final = dict(os.environ)  # what tests set later is for commands, not for the server
PATIENCE_S: Final = 60  # for the server to load the program
END_S: Final = 120  # for a command to end
PR_SET_CHILD_SUBREAPER: Final = 36  # <linux/prctl.h>
_OPENS: Final = signature(subprocess.Popen._execute_child)  # type: ignore[attr-defined]  # private


class Started(subprocess.Popen[AnyStr]):
    """
    A process that is a `subprocess.Popen` in all it does, but for how it begins.

    A newsletter command is forked off a process that has loaded the program. Any other command,
    or one whose environment tells Python itself something else, begins as with `Popen`.
    """

    def _execute_child(self, *given: Any) -> None:
        opens = _OPENS.bind(self, *given).arguments
        command, environ = tuple(opens["args"]), dict(opens["env"] or os.environ)
        in_terminal = command[: len(IN_TERMINAL)] == IN_TERMINAL
        if in_terminal:
            command = command[len(IN_TERMINAL) :]
        if command[: len(COMMAND)] != COMMAND or not _can_be_forked(environ):
            super()._execute_child(*given)  # type: ignore[misc]  # private
            return
        request = {
            "arguments": command[len(COMMAND) :],
            "folder": os.fspath(opens["cwd"] or Path.cwd()),
            "environ": environ,
            "umask": _read_umask(),
            "in_terminal": in_terminal,
        }
        ends = [opens[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        streams = [number if end == -1 else end for number, end in enumerate(ends)]
        self.pid = _server().fork(request, streams)
        self._child_created = True
        names = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(opens[name] for name in names))  # type: ignore[attr-defined]  # private


def end(process: "subprocess.Popen[AnyStr]", typed: AnyStr) -> tuple[AnyStr, AnyStr]:
    """Let a process end with *typed* on standard input; return what it wrote to its streams."""
    with process:
        try:
            return process.communicate(typed, timeout=END_S)
        except BaseException:
            process.kill()
            raise


class _Server:
    """The process that commands of this process are forked off."""

    def __init__(self) -> None:
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._asking.settimeout(PATIENCE_S)
        self._turns = Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.stage.server"],
                cwd=CHECKOUT,
                env=ENVIRON,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
            )
        atexit.register(self._end)

    def fork(self, request: Mapping[str, object], streams: Sequence[int]) -> int:
        """Start a command as a child of this process; return its number."""
        with self._turns, _adopting():
            socket.send_fds(self._asking, [json.dumps(request).encode()], streams)
            answer = self._asking.recv(100)
        if not answer:
            msg = f"tests.stage.server ended with {self._process.wait()}"
            raise RuntimeError(msg)
        return int(answer)

    def _end(self) -> None:
        self._asking.close()
        self._process.wait(PATIENCE_S)


@cache
def _server() -> _Server:
    return _Server()


@contextmanager
def _adopting() -> Iterator[None]:
    """Be the parent of processes below this one whose own parent ends, see prctl(2)."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _can_be_forked(environ: Mapping[str, str]) -> bool:
    """Say whether Python would start in *environ* as it started in ours, with UTF-8."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG", "")
    is_linux, is_ours = sys.platform == "linux", _for_python(environ) == _for_python(ENVIRON)
    return is_linux and is_ours and locale.lower().endswith(("utf-8", "utf8"))


def _for_python(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("PYTHON")}


def _read_umask() -> int:
    found = re.search(r"^Umask:\s*(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1], 8)
