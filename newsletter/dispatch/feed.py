"""Prefetches envelopes for the connections: each waiting delivery once, as fast as it may go."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from newsletter.dispatch.backlog import Backlog
from newsletter.dispatch.lanes import Lane, Lanes
from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, Queue
from newsletter.dispatch.pacing import Pacing
from newsletter.errors import LedgerError
from newsletter.message.envelope import Envelope
from newsletter.phrases import Said, phrase

TRIES_PER_RUN: Final = 3  # how often one run offers a delivery that came back unsent
IDLE_S: Final = 0.25  # that a connection without a letter waits before it looks again
SHORTEST_WAIT_S: Final = 0.005
PATIENCE_S: Final = 60.0  # that a run stays for a pause; what takes longer ends it
SHOWN_MAX: Final = 2  # paused domains that are named
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resumption:
    """When what a run has left behind may go on, and what it waits for."""

    at: datetime  # aware UTC
    why: Said


class Feed:
    """
    The envelopes of one run, prefetched and shared by all connections.

    It ends when nothing is due that may go soon, when *limit* envelopes have been handed
    out, or when it is stopped; what was handed out and came back unsent is offered again.
    """

    def __init__(
        self,
        ledger: Queue,
        issue: str,
        render: Callable[[Delivery], Envelope],
        clock: Callable[[], datetime],
        limit: int | None,
        pacing: Pacing | None = None,
    ) -> None:
        self._pacing = pacing or Pacing(lambda: clock().timestamp())
        self._ticks = self._pacing.ticks
        self._limits = self._pacing.limits
        self._lanes = Lanes(self._pacing.curbs)
        self._backlog = Backlog(ledger, issue, clock, self._lanes)
        self._render = render
        self._clock = clock
        self._left = limit
        self._changed = threading.Condition(threading.Lock())
        self._handed: dict[int, Delivery] = {}  # in flight
        self._tries: dict[int, int] = {}  # of what came back unsent
        self._canary: int | None = self._pacing.canary or None  # left of it; 0: it is awaited
        self._lane: Lane | None = None  # the one to be served now, as of the latest look
        self._held_until = float("-inf")  # ticks; nothing goes before
        self._is_reading = False
        self._is_stopped = False
        self._waiters = 0
        self.idle_s = IDLE_S  # what a wait lasts at the most
        self.failed = 0  # deliveries that could not be written; they stay pending
        self.resumption: Resumption | None = None  # why it ended early, if it did

    def end_at(self, last: DeliveryId | None) -> None:
        """Hand out nothing that was planned after *last*; to be called before anything is."""
        self._backlog.last = last

    def take(self, *, may_wait: bool) -> Envelope | None:
        """
        Hand out the next envelope, or None if there is nothing just now.

        Args:
            may_wait: wait up to a quarter of a second before saying None.

        Raises:
            StopIteration: nothing is left that may go soon.
            LedgerError: the letter is damaged.
        """
        while True:
            with self._changed:
                delivery = self._take_delivery(may_wait=may_wait)
            if delivery is None:
                return None
            try:
                return self._render(delivery)
            except LedgerError:  # the letter itself cannot be read, nor the next one's
                self.drop(delivery.id)
                raise
            except Exception:  # one reader's data must not stop all the others
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
        """Forget an envelope that is not sent after all; it does not count."""
        with self._changed:
            delivery = self._handed.pop(key, None)
            if delivery:
                self._take_back_count()
                self._lanes.release(delivery, is_accepted=False)
                self._changed.notify_all()

    def offer_again(self, key: int) -> None:
        """Offer an envelope that came back unsent to the next connection, a few times."""
        with self._changed:
            tries = self._tries[key] = self._tries.get(key, 0) + 1
            delivery = self._handed.pop(key)
            self._take_back_count()
            if tries < TRIES_PER_RUN:
                self._lanes.put_back(delivery)
            else:
                self._lanes.release(delivery, is_accepted=False)
            self._changed.notify_all()

    def pause_domain(self, domain: str, length: timedelta) -> bool:
        """Hand out nothing to a domain for so long; False if it is paused already."""
        with self._changed:
            ticks = self._ticks()
            return self._lanes.pause(domain, ticks + length.total_seconds(), ticks)

    def hold_all(self, length: timedelta) -> bool:
        """Hand out nothing for so long; False if that is so already."""
        with self._changed:
            ticks = self._ticks()
            was_held = self._held_until > ticks
            self._held_until = max(self._held_until, ticks + length.total_seconds())
            return not was_held

    @property
    def is_held(self) -> bool:
        """Say whether nothing at all is handed out just now, because of `hold_all`."""
        return not self._is_stopped and self._held_until > self._ticks()

    @property
    def canary_is_answered(self) -> bool:
        """Say whether the canary has gone, its outcomes are in, and the rest waits for that."""
        return self._canary == 0 and not self._handed

    @property
    def canary_left(self) -> int:
        """Count the letters of the canary that have still to go; 0 once the rest may follow."""
        return self._canary or 0

    @property
    def is_rest_released(self) -> bool:
        """Say whether nothing waits for a canary, as there was none or it is answered."""
        return self._canary is None

    def release_rest(self) -> None:
        """Let the rest follow the canary."""
        with self._changed:
            self._canary = None
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out nothing more. Takes no lock: safe in a signal handler."""
        self._is_stopped = True

    def has_more(self) -> bool:
        """Say whether a connection could still get an envelope."""
        with self._changed:
            return self._look() is not None

    def rest(self) -> None:
        """Wait a moment for something to change."""
        with self._changed:
            self._wait(self.idle_s)

    def slowness(self, zone: tzinfo) -> Sequence[Said]:
        """Say for people all that slows the run down, times in *zone*."""
        with self._changed:
            ticks = self._ticks()
            until = {
                domain: curb.paused_until - ticks
                for domain, curb in self._pacing.curbs.items()
                if curb.paused_until > ticks
            }
            said: list[Said] = [self._limits.rate_words] if self._limits.rate_words else []
            if self._canary == 0:
                said.append(phrase("dispatch.awaits-canary"))
            if self._held_until > ticks:
                said.append(phrase("dispatch.goes-on-in", seconds=self._held_until - ticks))
        now = self._clock().astimezone(zone)
        said += [
            phrase(
                "dispatch.domain-pauses-until",
                domain=domain,
                time=f"{now + timedelta(seconds=seconds):%H:%M}",
            )
            for domain, seconds in sorted(until.items())[:SHOWN_MAX]
        ]
        if len(until) > SHOWN_MAX:
            said.append(phrase("dispatch.more-domains", count=len(until) - SHOWN_MAX))
        return said

    def _take_delivery(self, *, may_wait: bool) -> Delivery | None:
        seconds = self._look()
        if seconds and may_wait:
            self._wait(seconds)
            seconds = self._look()
        if seconds is None:
            raise StopIteration
        lane = self._lane
        if seconds > 0 or lane is None:
            return None
        ticks = self._ticks()
        delivery = self._lanes.take(lane, ticks)
        if self._limits.are_any:
            self._limits.take(ticks)
        if lane.is_apart:
            self._backlog.note_taken(lane)
        self._handed[delivery.id] = delivery
        if self._left is not None:
            self._left -= 1
        if self._canary is not None:
            self._canary -= 1
        return delivery

    def _look(self) -> float | None:
        """Say in how many seconds something may be handed out; None: nothing will be."""
        if self._is_over():
            return None
        ticks = self._ticks()
        while not self._is_reading and (page := self._backlog.next_page(ticks)):
            self._read(page)
            if self._is_over():  # others went on meanwhile
                return None
        if self._canary == 0:
            return IDLE_S
        self._lane = self._lanes.find(ticks)
        if self._lane is None:
            return self._look_ahead(ticks)
        if self._limits.are_any or self._held_until > ticks:
            return self._lease(ticks)
        return 0.0

    def _is_over(self) -> bool:
        return self._is_stopped or self._left == 0

    def _read(self, page: DeliveryPage) -> None:
        """Read a page without holding the lock: it takes milliseconds."""
        self._is_reading = True
        self._changed.release()
        try:
            found = self._backlog.read(page)
        finally:
            self._changed.acquire()
            self._is_reading = False
        self._backlog.enter(page, found, self._handed)
        self._changed.notify_all()

    def _lease(self, ticks: float) -> float | None:
        """Say how long all lanes have to wait; None: too long to stay."""
        quota, words = self._limits.pause(ticks)
        own = self._held_until - ticks
        if max(quota, own) > PATIENCE_S:
            used_up = phrase("dispatch.used-up", limit=words)
            why = used_up if quota >= own else phrase("dispatch.provider-wants-pause")
            self._note_resumption(max(quota, own), why)
            return None
        return max(quota, own, self._limits.spacing(ticks), 0.0)

    def _look_ahead(self, ticks: float) -> float | None:
        """Say when a lane will be served, where none can be now; None: not soon."""
        if self._is_reading:
            return IDLE_S
        soonest = self._lanes.soonest()
        unread = self._backlog.paused(ticks)
        for lane in unread:
            until = lane.curb.paused_until if lane.curb else ticks
            if soonest is None or until < soonest[0]:
                soonest = (until, lane)
        if soonest is None:
            return None
        at, paused = soonest
        if paused and at - ticks > PATIENCE_S:
            why = phrase("dispatch.domain-pauses", domain=paused.domain)
            self._note_resumption(at - ticks, why)
            return None
        return max(at - ticks, SHORTEST_WAIT_S) if at > float("-inf") else IDLE_S

    def _note_resumption(self, seconds: float, why: Said) -> None:
        self.resumption = Resumption(self._clock() + timedelta(seconds=seconds), why)

    def _take_back_count(self) -> None:
        self._limits.give_back()
        if self._left is not None:
            self._left += 1
        if self._canary is not None:
            self._canary += 1

    def _wait(self, seconds: float) -> None:
        self._waiters += 1
        try:
            self._changed.wait(min(max(seconds, SHORTEST_WAIT_S), self.idle_s))
        finally:
            self._waiters -= 1
