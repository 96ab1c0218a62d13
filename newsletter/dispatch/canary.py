"""The canary: the first letters of a dispatch; the rest waits for their answers."""

from collections.abc import Sized
from threading import Condition


class Canary:
    """The first letters of a dispatch; the rest waits for their answers."""

    __slots__ = ("_changed", "_in_flight", "left")

    def __init__(self, letters: int, in_flight: Sized, changed: Condition) -> None:
        """
        Begin to count.

        Args:
            letters: number of letters; 0 for no canary.
            in_flight: the letters of the run that have no outcome yet.
            changed: the feed's lock, held by the caller of `take` and `give_back`.
        """
        self.left: int | None = letters or None  # not yet handed out; None: the rest may follow
        self._in_flight = in_flight
        self._changed = changed

    @property
    def is_answered(self) -> bool:
        """Return whether all its letters have an outcome, and the rest still waits."""
        return self.left == 0 and not self._in_flight

    @property
    def is_over(self) -> bool:
        """Return whether the rest may be sent: there was no canary, or it was released."""
        return self.left is None

    def take(self) -> None:
        """Count a letter that was handed out."""
        if self.left is not None:
            self.left -= 1

    def give_back(self) -> None:
        """Undo the count of a letter that was not sent: another letter replaces it."""
        if self.left is not None:
            self.left += 1

    def release_rest(self) -> None:
        """Release the rest of the letters."""
        with self._changed:
            self.left = None
            self._changed.notify_all()
