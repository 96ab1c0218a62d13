"""Runs a command on one core and says what it took: time, processor, memory."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from benchmarks.cores import PACE, on_core

POLL_S: Final = 0.1  # how often a process's memory is looked at
ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its surroundings."""

    arguments: Sequence[str]
    folder: Path = ROOT
    settings: Mapping[str, str] = field(default_factory=dict)  # NEWSLETTER_… and the like


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command took, and what it printed."""

    started_at: float  # seconds of time.monotonic
    ended_at: float
    cpu_s: float  # user and system
    peak_mb: float  # resident memory at its highest
    output: str
    pace: float  # of the cores, before or after: the slower one

    @property
    def wall_s(self) -> float:
        """How long it ran."""
        return self.ended_at - self.started_at


def run(command: Command, core: int | None = None) -> Ended:
    """
    Run *command* to its end, on *core* alone if one is given, once the cores are quiet.

    Raises:
        RuntimeError: it failed; the message ends with what it printed.
    """
    pace_before = PACE.settle()
    with tempfile.TemporaryFile() as output:
        started_at = time.monotonic()
        process = start(command, core, output)
        peak = _Peak(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        ended_at = time.monotonic()
        process.returncode = os.waitstatus_to_exitcode(status)
        peak.stop()
        output.seek(0)
        printed = output.read().decode(errors="replace")
    if process.returncode:
        msg = f"{' '.join(command.arguments)} ended with {process.returncode}:\n{printed[-3000:]}"
        raise RuntimeError(msg)
    cpu_s = usage.ru_utime + usage.ru_stime
    pace = min(pace_before, PACE.look())
    return Ended(started_at, ended_at, cpu_s, peak.kb / 1024, printed, pace)


def start(
    command: Command, core: int | None, output: IO[bytes] | int | None = None
) -> "subprocess.Popen[bytes]":
    """Start *command* on *core*, without waiting for it."""
    own = {name: value for name, value in os.environ.items() if "NEWSLETTER_" not in name}
    with on_core(core):
        return subprocess.Popen(
            list(command.arguments),
            cwd=command.folder,
            env={**own, **command.settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
        )


class _Peak:
    """
    Watches the highest resident memory of a process (VmHWM).

    The kernel keeps the mark, so looking often only catches the last moments; wait4 could
    tell it in one go, but counts the memory of whoever forked the process as well.
    """

    def __init__(self, pid: int) -> None:
        self.kb = 0
        self._status = Path(f"/proc/{pid}/status")
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(POLL_S):
            try:
                text = self._status.read_text(encoding="ascii", errors="replace")
            except OSError:
                return
            for line in text.splitlines():
                if line.startswith("VmHWM:"):
                    self.kb = max(self.kb, int(line.split()[1]))
