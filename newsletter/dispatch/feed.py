"""Prefetches envelopes for the connections: each waiting delivery once, within all limits."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

from newsletter.dispatch.backlog import Backlog
from newsletter.dispatch.canary import Canary
from newsletter.dispatch.lanes import Lanes
from newsletter.dispatch.ledger import Delivery, DeliveryId, Queue
from newsletter.dispatch.limits import CountLimit
from newsletter.dispatch.pacing import Pacing
from newsletter.dispatch.pauses import Pauses
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.scheduler import IDLE_S, SHORTEST_WAIT_S, Scheduler
from newsletter.dispatch.slowness import Slowness
from newsletter.errors import LedgerError
from newsletter.message.envelope import Envelope

TRIES_PER_RUN: Final = 3  # how often one run offers a delivery that was returned unsent
log = logging.getLogger(__name__)


class Feed:
    """
    The envelopes of one run, prefetched and shared by all connections.

    The feed ends when no due delivery may be sent soon, when *limit* envelopes were handed out,
    or when it is stopped. An envelope that was returned unsent is offered again.
    """

    # Large because its queue, limits and pauses are all changed under one lock, which is its own.

    def __init__(
        self,
        ledger: Queue,
        issue: str,
        render: Callable[[Delivery], Envelope],
        clock: Callable[[], datetime],
        limit: int | None,
        pacing: Pacing | None = None,
    ) -> None:
        self._pacing = pacing = pacing or Pacing(lambda: clock().timestamp())
        self._ticks, self._render = pacing.ticks, render
        self._lanes = Lanes(pacing.throttles)
        self._backlog = Backlog(ledger, issue, clock, self._lanes)
        self._changed = threading.Condition(threading.Lock())
        self._handed: dict[int, Delivery] = {}  # in flight
        self._tries: dict[int, int] = {}  # of deliveries returned unsent
        self._waiters = 0
        self.canary = Canary(pacing.canary, self._handed, self._changed)
        self.pauses = Pauses(self._lanes, self._ticks, self._changed)
        self._scheduler = Scheduler(
            self._backlog, pacing.limits, CountLimit(limit), self.pauses, self.canary, clock
        )
        self.idle_s = IDLE_S  # maximum length of a wait
        self.failed = 0  # deliveries that could not be written; they are still pending

    def end_at(self, last: DeliveryId | None) -> None:
        """Hand out nothing planned after *last*; call it before the first envelope."""
        self._backlog.last = last

    def take(self, *, may_wait: bool) -> Envelope | None:
        """
        Hand out the next envelope, or None if there is none at the moment.

        Args:
            may_wait: wait up to a quarter of a second before None is returned.

        Raises:
            StopIteration: no envelope is left that may be sent soon.
            LedgerError: the letter is damaged.
        """
        while True:
            with self._changed:
                delivery = self._take_delivery(may_wait=may_wait)
            if delivery is None:
                return None
            try:
                return self._render(delivery)
            except LedgerError:  # the kept letter is damaged, so all following ones fail too
                self.drop(delivery.id)
                raise
            except Exception:  # one reader's data must not stop the others
                log.exception("delivery %d could not be written", delivery.id)
                self.failed += 1
                self.drop(delivery.id)

    def delivery(self, key: int) -> Delivery:
        """Return the delivery of an envelope that was handed out and has no outcome yet."""
        return self._handed[key]

    def settle(self, key: int, *, is_accepted: bool) -> None:
        """Forget an envelope whose outcome is in the ledger."""
        with self._changed:
            delivery = self._handed.pop(key)
            if self._lanes.release(delivery, is_accepted=is_accepted) and self._waiters:
                self._changed.notify()

    def drop(self, key: int) -> None:
        """Forget an envelope that is not sent; it does not count."""
        with self._changed:
            if delivery := self._handed.pop(key, None):
                self._scheduler.give_back()
                self._lanes.release(delivery, is_accepted=False)
                self._changed.notify_all()

    def offer_again(self, key: int) -> None:
        """Offer an envelope that was returned unsent to the next connection, a few times."""
        with self._changed:
            tries = self._tries[key] = self._tries.get(key, 0) + 1
            delivery = self._handed.pop(key)
            self._scheduler.give_back()
            if tries < TRIES_PER_RUN:
                self._lanes.put_back(delivery)
            else:
                self._lanes.release(delivery, is_accepted=False)
            self._changed.notify_all()

    def keep_to(self, per_second: float) -> None:
        """Hand out no more than *per_second* envelopes a second: the provider says so."""
        with self._changed:
            self._pacing.limits.keep_to(per_second)

    def stop(self) -> None:
        """Hand out nothing more. Takes no lock: safe in a signal handler."""
        self.pauses.is_stopped = True

    def has_more(self) -> bool:
        """Return whether a connection could still get an envelope."""
        with self._changed:
            return self._look() is not None

    def rest(self) -> None:
        """Wait a moment for a change."""
        with self._changed:
            self._wait(self.idle_s)

    @property
    def resumption(self) -> Resumption | None:
        """When the remaining letters may be sent, if the feed has ended early."""
        return self._scheduler.resumption

    def slowness(self) -> Slowness:
        """Return all current causes of slowness of the run."""
        with self._changed:
            ticks = self._ticks()
            rate, held_s = self._pacing.limits.rate_words, self.pauses.held_until - ticks
            return Slowness(rate, self.canary.left == 0, held_s, self._pacing.paused_s(ticks))

    def _take_delivery(self, *, may_wait: bool) -> Delivery | None:
        seconds = self._look()
        if seconds and may_wait:
            self._wait(seconds)
            seconds = self._look()
        if seconds is None:
            raise StopIteration
        if seconds > 0:
            return None
        delivery = self._scheduler.take(self._ticks())
        if delivery:
            self._handed[delivery.id] = delivery
        return delivery

    def _look(self) -> float | None:
        """Return the seconds until an envelope may be handed out; None: none will be."""
        if self._scheduler.is_over():
            return None
        ticks = self._ticks()
        while self._backlog.read_page(ticks, self._handed, self._changed):
            if self._scheduler.is_over():  # other threads handed out more meanwhile
                return None
        return self._scheduler.wait_s(ticks)

    def _wait(self, seconds: float) -> None:
        self._waiters += 1
        try:
            self._changed.wait(min(max(seconds, SHORTEST_WAIT_S), self.idle_s))
        finally:
            self._waiters -= 1
