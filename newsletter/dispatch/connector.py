"""Opens the connections of a run; hands out a connection that is already open first."""

import threading

from newsletter.delivery.provider import Connection, Provider


class Connector:
    """Connects to the provider; used by all threads of a run."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._lock = threading.Lock()
        self._first: Connection | None = None

    def keep(self, first: Connection | None) -> None:
        """Keep an open connection for the first caller of `connect`."""
        self._first = first

    def connect(self) -> Connection:
        """
        Return the kept connection, or open one.

        Raises:
            ProviderBusy: the provider accepts no more connections now.
            ProviderError: what a person must fix.
        """
        return self._take_first() or self._provider.connect()

    def close(self) -> None:
        """Close the kept connection, if it was not used."""
        if unused := self._take_first():
            unused.close()

    def _take_first(self) -> Connection | None:
        with self._lock:
            first, self._first = self._first, None
            return first
