"""A real terminal, 80 columns wide, in which a command runs and somebody types."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.stage.starting import IN_TERMINAL, Started

PATIENCE_S: Final = 60
Typed = str | Callable[[], str]  # what is typed, or what happens before that is known
SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # moves the cursor, or colours


def run_in_terminal(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], dialogue: Mapping[str, Typed]
) -> tuple[str, int]:
    """
    Run *command* in a terminal; return what it showed, without colours, and its exit status.

    Args:
        command: the program and its arguments.
        folder: where it runs.
        environ: its environment.
        dialogue: words it shows -> what is typed as soon as they stand there, in order.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process: Started[bytes] = Started(
        [*IN_TERMINAL, *command],
        cwd=folder,
        env={**environ, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        shown = _converse(ours, dict(dialogue))
        return shown, process.wait(PATIENCE_S)
    finally:
        os.close(ours)
        process.kill()
        process.wait()


def _converse(terminal: int, dialogue: dict[str, Typed]) -> str:
    shown = b""
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # the command has ended, and with it the terminal
            break
        if not piece:
            break
        shown += piece
        text = _read(shown)
        if dialogue and (cue := next(iter(dialogue))) in text:
            typed = dialogue.pop(cue)
            os.write(terminal, (typed if isinstance(typed, str) else typed()).encode())
    assert not dialogue, f"never shown: {list(dialogue)}\n{_read(shown)}"
    return _read(shown)


def _read(shown: bytes) -> str:
    return SEQUENCE.sub("", shown.decode(errors="replace")).replace("\r\n", "\n")
