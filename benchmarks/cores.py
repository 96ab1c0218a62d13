"""
The two cores of a race: who runs where, and how fast they are just now.

On a machine that others share, what is called a core is often half of one, and the other half
is somebody else's. An interpreter then runs at 60 % for seconds or minutes, while copying
memory hardly slows down: such a minute measures the neighbour, and even ratios of programs
lie. So the pace is looked at before and after whatever is timed.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

QUIET: Final = 0.85  # of the best pace seen: then nobody disturbs
SPIN_S: Final = 0.03  # how long a look takes, on each core
TICK_S: Final = 0.5  # between looks
ADDITIONS: Final = 20_000  # between two looks at the watch


def cores() -> tuple[int, int]:
    """Return the core for those who send and the core for those who receive."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[min(1, len(allowed) - 1)]


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Let this thread, and what it starts in the block, run on *core*; on any if None."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Pace:
    """How fast the cores are, in additions a second of an interpreter on the slower one."""

    def __init__(self) -> None:
        self.best = 0.0  # of all looks
        self._patience_s = 0.0  # for one wait
        self._left_s = 0.0  # for all waits

    def be_patient(self, patience_s: float, all_s: float) -> None:
        """Wait for quiet from now on, and learn what that is."""
        self._patience_s, self._left_s = patience_s, all_s
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            self.look()
            time.sleep(TICK_S)

    def look(self) -> float:
        """Return the pace just now."""
        pace = min(_spin(core) for core in cores())
        self.best = max(self.best, pace)
        return pace

    def settle(self) -> float:
        """Wait until nobody disturbs, if there is patience left for it; return the pace."""
        began_at = time.monotonic()
        until = began_at + min(self._patience_s, self._left_s)
        while not self.is_quiet(pace := self.look()) and time.monotonic() < until:
            time.sleep(TICK_S)
        self._left_s -= time.monotonic() - began_at
        return pace

    def is_quiet(self, pace: float) -> bool:
        """Say whether nobody disturbed, as far as is known by now."""
        return pace >= QUIET * self.best

    def share(self, pace: float) -> float:
        """Say how much of the best pace it was."""
        return pace / self.best if self.best else 1.0


PACE: Final = Pace()


def _spin(core: int) -> float:
    with on_core(core):
        done, began_at = 0, time.perf_counter()
        while (took_s := time.perf_counter() - began_at) < SPIN_S:
            total = 0
            for number in range(ADDITIONS):
                total += number
            done += ADDITIONS
    return done / took_s
