"""The envelopes of one connection, from the feed shared by all connections."""

from collections.abc import Callable, Iterator
from datetime import datetime

from newsletter.delivery.provider import Begun
from newsletter.dispatch.connection_limit import ConnectionLimit
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import DeliveryId, Outcomes
from newsletter.message.envelope import Envelope


class ConnectionFeed(Iterator[Envelope | None]):
    """
    Hands one connection its envelopes, and records which ones it has.

    A connection that may have a message open gets None ("nothing just now") at once. If it asks
    again, it gets None only after a wait.
    """

    def __init__(
        self, feed: Feed, ledger: Outcomes, clock: Callable[[], datetime], limit: ConnectionLimit
    ) -> None:
        self._feed = feed
        self._ledger = ledger
        self._clock = clock
        self._limit = limit
        self._is_idle = True
        self._taken: dict[int, bool] = {}  # without a receipt yet: whether it was begun
        self.has_done_something = False  # got an outcome, or had no letter to send

    def __next__(self) -> Envelope | None:
        if self._limit.is_crowded:
            self.has_done_something = True
            raise StopIteration
        envelope = self._feed.take(may_wait=self._is_idle)
        if envelope is None:
            self.has_done_something |= self._is_idle
            self._is_idle = True
            return None
        self._is_idle = False
        self._taken[envelope.key] = False
        return envelope

    def begin(self, envelope: Envelope) -> "Begin":
        """Request the ledger to mark an envelope as begun; see `Connection.deliver`."""
        letter = self._feed.delivery(envelope.key).letter
        begun = self._ledger.begin(DeliveryId(envelope.key), self._clock(), letter)
        self._taken[envelope.key] = True
        return Begin(begun, self, envelope.key)

    def deny(self, key: int) -> None:
        """Release an envelope that must not be sent."""
        self.has_done_something = True
        if self._taken.pop(key, None) is not None:
            self._feed.drop(key)

    def note_receipt(self, key: int) -> None:
        """Release an envelope whose receipt has come."""
        del self._taken[key]

    def close(self) -> None:
        """Return the envelopes that the connection took and did not finish."""
        while self._taken:
            key, was_begun = self._taken.popitem()
            if was_begun:  # it is still unknown in the ledger
                self._feed.drop(key)
            else:
                self._feed.offer_again(key)


class Begin:
    """A begin on its way to the ledger; releases the delivery if it must not be sent."""

    __slots__ = ("_begun", "_connection_feed", "_key")

    def __init__(self, begun: Begun, connection_feed: ConnectionFeed, key: int) -> None:
        self._begun = begun
        self._connection_feed = connection_feed
        self._key = key

    def wait(self) -> bool:
        """Wait for the ledger's decision; see `Begun.wait`."""
        if self._begun.wait():
            return True
        self._connection_feed.deny(self._key)
        return False
