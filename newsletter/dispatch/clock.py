"""The clock of a run: wall-clock time that never goes back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

FRESH_S: Final = 0.01  # seconds; the last time is reused so long, because each letter asks for it


class SteadyClock:
    """
    Tells wall-clock time, but never goes back.

    If the wall clock is set back, this clock continues from its last time, at the pace of the
    ticks. Otherwise due deliveries would wait for that time again, and a lease would not end.
    """

    def __init__(self, wall: Callable[[], datetime], ticks: Callable[[], float]) -> None:
        """
        Start the clock.

        Args:
            wall: returns the current time, aware UTC.
            ticks: returns monotonic seconds.
        """
        self.ticks = ticks
        self._wall = wall
        self._ahead = float("-inf")  # seconds that the wall clock is ahead of the ticks
        self._told: tuple[float, datetime] | None = None  # replaced as a whole: threads share it

    def __call__(self) -> datetime:
        """Return the current time, aware UTC, accurate to about a hundredth of a second."""
        ticks = self.ticks()
        told = self._told
        if told and ticks - told[0] < FRESH_S:
            return told[1]
        self._ahead = max(self._ahead, self._wall().timestamp() - ticks)
        now = datetime.fromtimestamp(self._ahead + ticks, UTC)
        self._told = (ticks, now)
        return now
