"""An adaptive limit of connections: fewer when the provider is busy, slowly more again."""

import threading
from typing import Final

GROW_AFTER: Final = 100  # accepted letters; doubled each time the provider was too busy again


class ConnectionLimit:
    """Limits the open connections to as many as the provider accepts."""

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._size = size
        self._allowed = size
        self._open = 0
        self._taken = 0  # letters since the last change of the limit
        self._grow_after = GROW_AFTER
        self._has_grown = False

    def allow(self, size: int) -> None:
        """Set the maximum number of open connections; call it before the first one opens."""
        self._size = self._allowed = size

    def enter(self) -> bool:
        """Count a new connection, if one more may be open; return whether it may."""
        with self._lock:
            if self._open >= self._allowed:
                return False
            self._open += 1
            return True

    def leave(self) -> None:
        """Count a closed connection."""
        with self._lock:
            self._open -= 1

    @property
    def is_crowded(self) -> bool:
        """Return whether more connections are open than the limit, so that one may end."""
        return self._open > self._allowed

    def turn_away(self) -> bool:
        """Count out a connection that the provider rejected; return whether none is left."""
        with self._lock:
            self._open -= 1
            self._shrink_to(self._open)
            return self._open == 0

    def halve(self) -> None:
        """Halve the limit, to at least one connection."""
        with self._lock:
            self._shrink_to(min(self._open, self._allowed) // 2)

    def note_accepted(self) -> None:
        """Increase the limit by one after a number of accepted letters."""
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
