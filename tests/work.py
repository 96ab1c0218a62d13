"""Counts the work of a call in lines of Python run, which no clock and no busy machine changes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(act: Callable[[], object]) -> int:
    """Run *act* and return how many lines of Python it took."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        del frame, arg
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def growth(act: Callable[[int], object], size: int) -> float:
    """Return how many times the work of *size* it takes to do twice as much (linear: 2)."""
    act(size // 2)  # what is made once only, such as compiled expressions, counts for neither
    return lines_run(lambda: act(2 * size)) / lines_run(lambda: act(size))
