"""Seconds that pass for a process whether it runs, is stopped, or sleeps with its machine."""

import time


def ticks() -> float:
    """Count seconds, those too in which the machine slept (where the system can: Linux)."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
