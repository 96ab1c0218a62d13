"""The backlog of a run: reads due deliveries from the ledger, one page at a time."""

from collections.abc import Callable, Container, Sequence
from datetime import datetime
from threading import Condition
from typing import Final

from newsletter.dispatch.lanes import Lane, Lanes
from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, Queue

BATCH: Final = 500  # deliveries read from the ledger at once
LOW: Final = 250  # letters left; below this number, the next page is read
HELD_MAX: Final = 20_000  # letters to slow domains that are kept in memory
LANE_MAX: Final = 250  # letters to one domain in memory before the domain is read apart
APART_MAX: Final = 64  # domains; each one slows the reading of the others slightly


class Backlog:
    """
    Fills the lanes from the ledger.

    All domains are read together, in the order of the plan, until the letters of one accumulate:
    because it is slow, or because the list is sorted by domain. From then on that domain is read
    apart, whenever its lane runs low, and the others without it. Used under the feed's lock.
    """

    def __init__(
        self, ledger: Queue, issue: str, clock: Callable[[], datetime], lanes: Lanes
    ) -> None:
        self._ledger = ledger
        self._issue = issue
        self._clock = clock
        self.lanes = lanes
        self.last: DeliveryId | None = None  # higher ids are not read
        self._apart: dict[str, Lane] = {}
        self._hungry: list[Lane] = []  # lanes apart that run low
        self._after = DeliveryId(0)
        self._is_read = False
        self.is_reading = False  # a thread is reading a page, without the lock

    def read_page(self, ticks: float, known: Container[int], lock: Condition) -> bool:
        """
        Read a page into the lanes, if they run low; return whether a page was read.

        Reading takes milliseconds, so *lock* is released meanwhile; only one thread reads.

        Args:
            ticks: the current time.
            known: deliveries in flight, which are left out.
            lock: the feed's, held by the caller; all threads that wait for it are woken.
        """
        if self.is_reading:
            return False
        page = self._next_page(ticks)
        if page is None:
            return False
        self.is_reading = True
        lock.release()
        try:
            found = self._ledger.find_due(self._issue, self._clock(), page)
        finally:
            lock.acquire()
            self.is_reading = False
        self._enter(page, found, known)
        lock.notify_all()
        return True

    def note_taken(self, lane: Lane) -> None:
        """Record that a lane that is read apart runs low."""
        if not lane.is_read and len(lane.waiting) < LOW and lane not in self._hungry:
            self._hungry.append(lane)

    def paused(self, ticks: float) -> list[Lane]:
        """Return the paused lanes whose letters are only in the ledger."""
        return [lane for lane in self._hungry if lane.is_paused(ticks) and not lane.waiting]

    def _next_page(self, ticks: float) -> DeliveryPage | None:
        """Return the page to read now, if there is one."""
        for lane in self._hungry:
            if not lane.is_paused(ticks):
                return DeliveryPage(lane.after, BATCH, domain=lane.domain, last=self.last)
        lanes = self.lanes
        if self._is_read or lanes.open >= LOW or lanes.held >= HELD_MAX:
            return None
        return DeliveryPage(self._after, BATCH, without=frozenset(self._apart), last=self.last)

    def _enter(self, page: DeliveryPage, found: Sequence[Delivery], known: Container[int]) -> None:
        """Put the page into the lanes, without the deliveries *known* to be in flight."""
        touched = self.lanes.add(delivery for delivery in found if delivery.id not in known)
        is_read = len(found) < page.limit
        if page.domain:
            lane = self._apart[page.domain]
            lane.is_read = is_read
            lane.after = found[-1].id if found else lane.after
            if is_read or len(lane.waiting) >= LOW:
                self._hungry.remove(lane)
            return
        self._is_read = is_read
        self._after = found[-1].id if found else self._after
        if is_read:
            return
        for lane in touched:
            if len(lane.waiting) > LANE_MAX and len(self._apart) < APART_MAX:
                self.lanes.set_apart(lane, self._after)
                self._apart[lane.domain] = lane
