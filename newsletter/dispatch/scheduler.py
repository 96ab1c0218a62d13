"""The scheduler of a run: to which domain the next letter goes, and when."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from newsletter.dispatch.backlog import Backlog
from newsletter.dispatch.canary import Canary
from newsletter.dispatch.lanes import Lane
from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.limits import CountLimit, Limits
from newsletter.dispatch.pauses import Pauses
from newsletter.dispatch.resumption import (
    Resumption,
    after_domain_pause,
    after_limit,
    after_provider_pause,
)

IDLE_S: Final = 0.25  # seconds until a connection without a letter checks again
SHORTEST_WAIT_S: Final = 0.005
PATIENCE_S: Final = 60.0  # seconds that a run waits for a pause; a longer pause ends the run


class Scheduler:
    """Chooses the next letter by lanes, limits, pauses and canary; used under the feed's lock."""

    def __init__(
        self,
        backlog: Backlog,
        limits: Limits,
        count_limit: CountLimit,
        pauses: Pauses,
        canary: Canary,
        clock: Callable[[], datetime],
    ) -> None:
        """
        Begin a run.

        Args:
            backlog: the letters in the ledger; fills the lanes.
            limits: rate, quotas and warm-up of the publication.
            count_limit: limit of this run.
            pauses: pauses caused by answers.
            canary: the letters that the rest waits for.
            clock: returns the current time, aware UTC.
        """
        self._backlog = backlog
        self._lanes = backlog.lanes
        self._limits = limits
        self._count_limit = count_limit
        self._pauses = pauses
        self._canary = canary
        self._clock = clock
        self._lane: Lane | None = None  # the lane to serve now, from the latest `wait_s`
        self.resumption: Resumption | None = None  # why the run ended early, if it did

    def is_over(self) -> bool:
        """Return whether the run is stopped, or has reached its limit of letters."""
        return self._pauses.is_stopped or self._count_limit.left == 0

    def wait_s(self, ticks: float) -> float | None:
        """
        Return the seconds until a letter may be sent; 0: now.

        None if no letter may be sent soon; `resumption` then has the reason, unless none is left.
        """
        if self._canary.left == 0:
            return IDLE_S
        self._lane = self._lanes.find(ticks)
        if self._lane is None:
            return self._wait_for_lane_s(ticks)
        if self._limits.are_any or self._pauses.held_until > ticks:
            return self._wait_for_all_s(ticks)
        return 0.0

    def take(self, ticks: float) -> Delivery | None:
        """Take the letter that `wait_s` has just allowed; None if it found no lane."""
        lane = self._lane
        if lane is None:
            return None
        delivery = self._lanes.take(lane, ticks)
        if self._limits.are_any:
            self._limits.take(ticks)
        if lane.is_apart:
            self._backlog.note_taken(lane)
        self._count_limit.take()
        self._canary.take()
        return delivery

    def give_back(self) -> None:
        """Undo the counts of a letter that was not sent."""
        self._limits.give_back()
        self._count_limit.give_back()
        self._canary.give_back()

    def _wait_for_all_s(self, ticks: float) -> float | None:
        """Return how long all lanes wait for a limit or a pause; None: too long for this run."""
        quota, words = self._limits.pause(ticks)
        own = self._pauses.held_until - ticks
        longest = max(quota, own)
        if longest > PATIENCE_S:
            now = self._clock()
            self.resumption = (
                after_limit(now, longest, words)
                if quota >= own
                else after_provider_pause(now, longest)
            )
            return None
        return max(longest, self._limits.spacing(ticks), 0.0)

    def _wait_for_lane_s(self, ticks: float) -> float | None:
        """Return when a lane can be served, if none can be now; None: not soon."""
        if self._backlog.is_reading:  # more letters follow
            return IDLE_S
        soonest = self._lanes.soonest()
        unread = self._backlog.paused(ticks)
        for lane in unread:
            until = lane.throttle.paused_until if lane.throttle else ticks
            if soonest is None or until < soonest[0]:
                soonest = (until, lane)
        if soonest is None:
            return None
        at, paused = soonest
        if paused and at - ticks > PATIENCE_S:
            self.resumption = after_domain_pause(self._clock(), at - ticks, paused.domain)
            return None
        return max(at - ticks, SHORTEST_WAIT_S) if at > float("-inf") else IDLE_S
