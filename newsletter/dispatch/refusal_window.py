"""A sliding window of the latest answers, for the share of refusals among them."""

from collections import deque


class RefusalWindow:
    """Counts the refusals among the latest answers. Not thread-safe."""

    __slots__ = ("_latest", "refused")

    def __init__(self, size: int) -> None:
        self._latest: deque[bool] = deque(maxlen=size)  # True: refused
        self.refused = 0  # among the latest

    @property
    def answers(self) -> int:
        """The number of answers in the window."""
        return len(self._latest)

    def add(self, *, is_refused: bool) -> None:
        """Add an answer; a full window drops the oldest one."""
        if len(self._latest) == self._latest.maxlen:
            self.refused -= self._latest[0]
        self._latest.append(is_refused)
        self.refused += is_refused
