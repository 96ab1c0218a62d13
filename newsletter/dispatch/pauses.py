"""Pauses caused by answers: of one domain, of all letters, or for the rest of the run."""

from collections.abc import Callable
from datetime import timedelta
from threading import Condition

from newsletter.dispatch.lanes import Lanes


class Pauses:
    """The pauses of one run: of a domain, of all letters, and the stop that ends it."""

    __slots__ = ("_changed", "_lanes", "_ticks", "held_until", "is_stopped")

    def __init__(self, lanes: Lanes, ticks: Callable[[], float], changed: Condition) -> None:
        """
        Begin without a pause.

        Args:
            lanes: of the domains.
            ticks: seconds that never go back.
            changed: the feed's lock.
        """
        self._lanes = lanes
        self._ticks = ticks
        self._changed = changed
        self.held_until = float("-inf")  # ticks; nothing is handed out before
        self.is_stopped = False  # for the rest of the run

    def pause_domain(self, domain: str, length: timedelta) -> bool:
        """Hand out nothing to a domain for *length*; False if it is already paused."""
        with self._changed:
            ticks = self._ticks()
            return self._lanes.pause(domain, ticks + length.total_seconds(), ticks)

    def hold_all(self, length: timedelta) -> bool:
        """Hand out nothing for *length*; False if a pause is already in force."""
        with self._changed:
            ticks = self._ticks()
            was_held = self.held_until > ticks
            self.held_until = max(self.held_until, ticks + length.total_seconds())
            return not was_held

    @property
    def is_holding_all(self) -> bool:
        """Return whether `hold_all` stops all letters now."""
        return not self.is_stopped and self.held_until > self._ticks()
