"""A sliding window over the latest answers, to tell the share of refusals among them."""

from collections import deque


class RefusalWindow:
    """Counts the refusals among the latest answers. Not for several threads at once."""

    __slots__ = ("_latest", "refused")

    def __init__(self, size: int) -> None:
        self._latest: deque[bool] = deque(maxlen=size)  # True: refused
        self.refused = 0  # of the latest

    @property
    def answers(self) -> int:
        """Count the answers in the window."""
        return len(self._latest)

    def add(self, *, is_refused: bool) -> None:
        """Take in an answer; the oldest one leaves a full window."""
        if len(self._latest) == self._latest.maxlen:
            self.refused -= self._latest[0]
        self._latest.append(is_refused)
        self.refused += is_refused
