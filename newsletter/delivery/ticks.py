"""A clock that also counts while the process is stopped or the machine sleeps."""

import time


def ticks() -> float:
    """Return seconds, including those in which the machine slept (if supported: Linux)."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
