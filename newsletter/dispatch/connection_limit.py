"""An adaptive limit of connections: fewer when the provider is busy, slowly more again."""

import threading
from typing import Final

GROW_AFTER: Final = 100  # letters taken; twice as many each time the provider was too busy again


class ConnectionLimit:
    """Lets connections in, as many at once as the provider accepts."""

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._size = size
        self._allowed = size
        self._open = 0
        self._taken = 0  # letters, since the limit has changed
        self._grow_after = GROW_AFTER
        self._has_grown = False

    def allow(self, size: int) -> None:
        """Let so many in at once at the most; to be called before any is."""
        self._size = self._allowed = size

    def enter(self) -> bool:
        """Count a connection in, if one more may be open."""
        with self._lock:
            if self._open >= self._allowed:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        """Count a connection out."""
        with self._lock:
            self._open -= 1

    @property
    def is_crowded(self) -> bool:
        """Say whether more connections are open than should be, so that one may end."""
        return self._open > self._allowed

    def turn_away(self) -> bool:
        """Count a connection out that the provider had no room for; say whether none is left."""
        with self._lock:
            self._open -= 1
            self._shrink_to(self._open)
            return self._open == 0

    def halve(self) -> None:
        """Let only half as many connections go on, but one at least."""
        with self._lock:
            self._shrink_to(min(self._open, self._allowed) // 2)

    def note_accepted(self) -> None:
        """Let one connection more in after so many letters that were taken."""
        if self._allowed == self._size:
            return
        with self._lock:
            self._taken += 1
            if self._taken >= self._grow_after and self._allowed < self._size:
                self._taken = 0
                self._allowed += 1
                self._has_grown = True

    def _shrink_to(self, number: int) -> None:
        if self._has_grown:
            self._grow_after *= 2  # it grew too fast
            self._has_grown = False
        self._allowed = max(1, number)
        self._taken = 0
