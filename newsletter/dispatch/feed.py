"""Feeds envelopes to the connections: every waiting delivery once, in order."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from newsletter.dispatch.ledger import Delivery, DeliveryId, Ledger, Page
from newsletter.message.envelope import Envelope

BATCH: Final = 500  # deliveries read from the ledger at once
TRIES_PER_RUN: Final = 3  # how often one run offers a delivery that came back unsent
log = logging.getLogger(__name__)


class Feed(Iterator[Envelope]):
    """
    The envelopes of one run, shared by all connections.

    It ends when nothing more is due, when *limit* envelopes have been handed out, or when
    it is stopped; what was handed out and came back unsent is offered again.
    """

    def __init__(
        self,
        ledger: Ledger,
        issue: str,
        render: Callable[[Delivery], Envelope],
        clock: Callable[[], datetime],
        limit: int | None,
    ) -> None:
        self._ledger = ledger
        self._issue = issue
        self._render = render
        self._clock = clock
        self._left = limit
        self._lock = threading.Lock()
        self._waiting: deque[Delivery] = deque()
        self._handed: dict[int, tuple[Delivery, int]] = {}  # in flight: delivery, tries
        self._after = DeliveryId(0)
        self._is_read = False
        self._is_stopped = False
        self.failed = 0  # deliveries that could not be written; they stay pending

    def __next__(self) -> Envelope:
        with self._lock:
            while True:
                delivery = self._next_delivery()
                try:
                    envelope = self._render(delivery)
                except Exception:  # one reader's data must not stop all the others
                    log.exception("delivery %d could not be written", delivery.id)
                    self.failed += 1
                    continue
                if self._left is not None:
                    self._left -= 1
                tries = self._handed.get(delivery.id, (delivery, 0))[1]
                self._handed[delivery.id] = (delivery, tries + 1)
                return envelope

    def settle(self, key: int) -> Delivery:
        """Forget an envelope that got its outcome, and return its delivery."""
        with self._lock:
            return self._handed.pop(key)[0]

    def offer_again(self, key: int) -> None:
        """Offer an envelope that came back unsent to the next connection, a few times."""
        with self._lock:
            delivery, tries = self._handed[key]
            if self._left is not None:
                self._left += 1
            if tries < TRIES_PER_RUN:
                self._waiting.append(delivery)

    def stop(self) -> None:
        """Hand out nothing more."""
        self._is_stopped = True

    def has_more(self) -> bool:
        """Say whether a connection could still get an envelope."""
        with self._lock:
            try:
                self._waiting.appendleft(self._next_delivery())
            except StopIteration:
                return False
            return True

    def _next_delivery(self) -> Delivery:
        if self._is_stopped or self._left == 0:
            raise StopIteration
        if not self._waiting and not self._is_read:
            batch = self._ledger.find_due(self._issue, self._clock(), Page(self._after, BATCH))
            self._waiting.extend(batch)
            self._is_read = len(batch) < BATCH
            if batch:
                self._after = batch[-1].id
        if not self._waiting:
            raise StopIteration
        return self._waiting.popleft()
