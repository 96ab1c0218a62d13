"""The canary: the first letters of a dispatch, whose answers the rest waits for."""

from collections.abc import Sized
from threading import Condition


class Canary:
    """The first letters of a dispatch, whose answers the rest waits for."""

    __slots__ = ("_changed", "_in_flight", "left")

    def __init__(self, letters: int, in_flight: Sized, changed: Condition) -> None:
        """
        Begin to count.

        Args:
            letters: how many; 0 for no canary.
            in_flight: the letters of the run that have no outcome yet.
            changed: the feed's lock, held by whoever calls `take` and `give_back`.
        """
        self.left: int | None = letters or None  # to be handed out; None: the rest may follow
        self._in_flight = in_flight
        self._changed = changed

    @property
    def is_answered(self) -> bool:
        """Say whether all its letters have an outcome, and the rest still waits."""
        return self.left == 0 and not self._in_flight

    @property
    def is_over(self) -> bool:
        """Say whether the rest may go: there was no canary, or it was released."""
        return self.left is None

    def take(self) -> None:
        """Count a letter that is handed out."""
        if self.left is not None:
            self.left -= 1

    def give_back(self) -> None:
        """Take back the count of a letter that was not sent: another one takes its place."""
        if self.left is not None:
            self.left += 1

    def release_rest(self) -> None:
        """Let the rest of the letters go."""
        with self._changed:
            self.left = None
            self._changed.notify_all()
