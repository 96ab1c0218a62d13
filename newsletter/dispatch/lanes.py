"""Fair queueing: a lane per recipient domain, so that a slow domain delays no other one."""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from heapq import heappop, heappush, heapreplace
from itertools import count
from typing import Final

from newsletter.dispatch.ledger import Delivery, DeliveryId
from newsletter.dispatch.limits import EvenRate
from newsletter.issue.pace import DomainPace

RAMP_STEP: Final = 10  # accepted letters before a domain that had paused gets one more at once
RAMP_END: Final = 100  # letters at once; at this number the throttle after a pause ends
SHARE_MAX: Final = 250  # the most letters that count for a lane's share
FULL: Final = float("inf")
GOLDEN: Final = 0.6180339887  # the fractional parts of its multiples are spread evenly


class DomainThrottle:
    """The throttle of one domain: its connections and their start times. Times are ticks."""

    __slots__ = ("_at_once", "_ramp", "_rate", "_taken", "paused_until")

    def __init__(self, pace: DomainPace | None = None) -> None:
        self._rate = EvenRate(pace.rate) if pace and pace.rate else None
        self._at_once = (pace.at_once if pace else None) or FULL
        self._ramp = FULL  # letters at once, increasing after a pause
        self._taken = 0  # since the ramp's last step
        self.paused_until = float("-inf")

    def hold(self, in_flight: int, ticks: float) -> float:
        """Return the seconds until a letter may be sent; `FULL`: only after an answer."""
        if self.paused_until > ticks:
            return self.paused_until - ticks
        if in_flight >= self._at_once or in_flight >= self._ramp:
            return FULL
        return self._rate.hold(ticks) if self._rate else 0

    def take(self, ticks: float) -> None:
        """Count a letter."""
        if self._rate:
            self._rate.take(ticks)

    def pause(self, until: float) -> None:
        """Pause until *until*; afterwards allow one letter at once, and slowly more."""
        self.paused_until = max(self.paused_until, until)
        self._ramp = 1
        self._taken = 0

    def note_accepted(self) -> None:
        """Allow one more letter at once after each `RAMP_STEP` accepted letters."""
        if self._ramp == FULL:
            return
        self._taken += 1
        if self._taken >= RAMP_STEP:
            self._taken = 0
            self._ramp = self._ramp + 1 if self._ramp < RAMP_END else FULL


class LanePlace(Enum):
    """The place where a lane waits for its turn."""

    NOWHERE = auto()  # it has no letter
    READY = auto()
    RESTING = auto()  # until a set time
    FULL = auto()  # until an answer comes


class Lane:
    """The letters to one domain."""

    __slots__ = (
        "after",
        "domain",
        "in_flight",
        "is_apart",
        "is_read",
        "place",
        "stride",
        "throttle",
        "turn",
        "waiting",
    )

    def __init__(self, domain: str, throttle: DomainThrottle | None, turn: float) -> None:
        self.domain = domain
        self.throttle = throttle
        self.turn = turn  # when it is served next, in rounds of all lanes
        self.stride = 1.0  # distance to the turn after that
        self.waiting: deque[Delivery] = deque()
        self.in_flight = 0
        self.place = LanePlace.NOWHERE
        self.is_apart = False  # its letters are read from the ledger separately ...
        self.after = DeliveryId(0)  # ... those with higher ids than this one ...
        self.is_read = True  # ... unless there are none

    def is_paused(self, ticks: float) -> bool:
        """Return whether the domain is paused."""
        return self.throttle is not None and self.throttle.paused_until > ticks


class Lanes:
    """
    Fair queueing over domains: serves all lanes in turn, each in proportion to its share.

    A lane's share is the number of letters known to wait in it. Its letters are sent at even
    distances, so a big domain is served neither completely first nor last. Not thread-safe.
    """

    # Large because three heaps and four counts change together with each letter that is taken.

    def __init__(self, throttles: dict[str, DomainThrottle]) -> None:
        self._throttles = throttles
        self._lanes: dict[str, Lane] = {}
        self._ready: list[tuple[float, int, Lane]] = []  # heaps; the number breaks ties
        self._spaced: list[tuple[float, int, Lane]] = []  # waiting because of a rate
        self._paused: list[tuple[float, int, Lane]] = []
        self._number = count()
        self._full = 0  # lanes that wait for an answer
        self._round = 0.0  # the turn that was served last
        self.held = 0  # letters in the lanes that are not read apart
        self.open = 0  # of these, letters that may be sent now

    def add(self, deliveries: Iterable[Delivery]) -> Sequence[Lane]:
        """Put deliveries into their lanes; return the lanes."""
        touched: dict[str, Lane] = {}
        for delivery in deliveries:
            lane = touched.get(delivery.domain) or self._lane(delivery.domain)
            touched[delivery.domain] = lane
            lane.waiting.append(delivery)
            self._count(lane, 1)
        for lane in touched.values():
            lane.stride = 1 / min(len(lane.waiting), SHARE_MAX)
            self._make_ready(lane)
        return list(touched.values())

    def put_back(self, delivery: Delivery) -> None:
        """Return a taken delivery to the end of its lane; it is no longer in flight."""
        lane = self._lanes[delivery.domain]
        lane.waiting.append(delivery)
        self._count(lane, 1)
        self.release(delivery, is_accepted=False)
        self._make_ready(lane)

    def set_apart(self, lane: Lane, after: DeliveryId) -> None:
        """Read this lane's letters separately from now on, those after *after*."""
        self._count(lane, -len(lane.waiting))
        lane.is_apart = True
        lane.after = after
        lane.is_read = False

    def find(self, ticks: float) -> Lane | None:
        """Return the lane to serve now, or None if there is none."""
        for resting in (self._spaced, self._paused):
            while resting and resting[0][0] <= ticks:
                lane = heappop(resting)[2]
                lane.place = LanePlace.NOWHERE
                self._make_ready(lane)
        while self._ready:
            lane = self._ready[0][2]
            hold = lane.throttle.hold(lane.in_flight, ticks) if lane.throttle else 0
            if hold <= 0:
                return lane
            heappop(self._ready)
            self._rest(lane, hold, ticks)
        return None

    def take(self, lane: Lane, ticks: float) -> Delivery:
        """Take the next delivery from the lane that `find` has just returned."""
        delivery = lane.waiting.popleft()
        self._count(lane, -1)
        lane.in_flight += 1
        if lane.throttle:
            lane.throttle.take(ticks)
        self._round = lane.turn
        lane.turn += lane.stride
        if lane.waiting:
            heapreplace(self._ready, (lane.turn, next(self._number), lane))
        else:
            heappop(self._ready)
            lane.place = LanePlace.NOWHERE
        return delivery

    def release(self, delivery: Delivery, *, is_accepted: bool) -> bool:
        """Count a delivery out of flight; return whether its domain has waited for this."""
        lane = self._lanes[delivery.domain]
        lane.in_flight -= 1
        if is_accepted and lane.throttle:
            lane.throttle.note_accepted()
        if lane.place is LanePlace.FULL:
            self._full -= 1
            lane.place = LanePlace.NOWHERE
            self._make_ready(lane)
            return True
        if not lane.in_flight and not lane.waiting and lane.is_read:
            del self._lanes[delivery.domain]
        return False

    def pause(self, domain: str, until: float, ticks: float) -> bool:
        """Pause a domain until *until*; False if it is already paused."""
        throttle = self._throttles.setdefault(domain, DomainThrottle())
        was_paused = throttle.paused_until > ticks
        throttle.pause(until)
        if lane := self._lanes.get(domain):
            lane.throttle = throttle
        return not was_paused

    def soonest(self) -> tuple[float, Lane | None] | None:
        """
        Return when a lane can be served that `find` does not return now.

        Returns:
            The time and, if the lane is paused until then, the lane; a time in the past if an
            answer must come first. None if nothing waits.
        """
        if self._full:
            return float("-inf"), None
        if self._spaced:
            return self._spaced[0][0], None
        if self._paused:
            return self._paused[0][0], self._paused[0][2]
        return None

    def _lane(self, domain: str) -> Lane:
        lane = self._lanes.get(domain)
        if lane is None:
            lane = self._lanes[domain] = Lane(domain, self._throttles.get(domain), self._round)
        return lane

    def _make_ready(self, lane: Lane) -> None:
        if lane.place is LanePlace.NOWHERE and lane.waiting:
            lane.place = LanePlace.READY
            number = next(self._number)
            if lane.turn <= self._round:
                # Spread over a round: otherwise all small domains would be served together.
                lane.turn = self._round + lane.stride * (number * GOLDEN % 1)
            heappush(self._ready, (lane.turn, number, lane))
            if not lane.is_apart:
                self.open += len(lane.waiting)

    def _rest(self, lane: Lane, hold: float, ticks: float) -> None:
        if not lane.is_apart:
            self.open -= len(lane.waiting)
        if hold == FULL:
            lane.place = LanePlace.FULL
            self._full += 1
            return
        lane.place = LanePlace.RESTING
        resting = self._paused if lane.is_paused(ticks) else self._spaced
        heappush(resting, (ticks + hold, next(self._number), lane))

    def _count(self, lane: Lane, change: int) -> None:
        if not lane.is_apart:
            self.held += change
            if lane.place is LanePlace.READY:
                self.open += change
