"""The pacing of a run: a publication's limits, and the ledger's data on earlier runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from newsletter.dispatch.lanes import DomainThrottle
from newsletter.dispatch.ledger import Tallies
from newsletter.dispatch.limits import EvenRate, Limit, Limits, Quota, WarmUpDay, midnight
from newsletter.issue.pace import Pace

MINUTE: Final = timedelta(minutes=1)
REMEMBERED: Final = timedelta(hours=1)  # how long a domain is throttled after its pause


@dataclass(slots=True)
class Pacing:
    """The limits, throttles and canary of a run; kept over all its rounds."""

    ticks: Callable[[], float]  # seconds that never go back
    limits: Limits = field(default_factory=lambda: Limits(None))
    throttles: dict[str, DomainThrottle] = field(default_factory=dict)  # by domain
    canary: int = 0  # letters whose outcomes the rest waits for; 0: none

    def paused_s(self, ticks: float) -> dict[str, float]:
        """Return for each paused domain the seconds until its pause ends."""
        return {
            domain: throttle.paused_until - ticks
            for domain, throttle in self.throttles.items()
            if throttle.paused_until > ticks
        }


def begin_pacing(
    pace: Pace,
    zone: tzinfo,
    ledger: Tallies,
    clock: Callable[[], datetime],
    ticks: Callable[[], float],
) -> Pacing:
    """
    Create the pacing of a run.

    Args:
        pace: the publication's limits.
        zone: the time zone of a warm-up's days.
        ledger: source of the letters of earlier runs and of paused domains.
        clock: returns the current time, aware UTC.
        ticks: monotonic seconds.
    """
    now = clock()
    today = midnight(now.astimezone(zone).date(), zone)
    longest = max([quota.per for quota in pace.quotas], default=timedelta(0))
    since = min(now - longest - MINUTE, today) if pace.warm_up else now - longest - MINUTE
    is_counted = bool(pace.quotas or pace.warm_up)
    begun = sorted(ledger.count_begun(since).items()) if is_counted else []
    at = ticks()
    # The latest time at which the letters of that minute were begun. Times in the future, written
    # by a clock that was ahead, count as now.
    pieces = [
        (at - max(0.0, (now - minute - MINUTE).total_seconds()), letters)
        for minute, letters in begun
    ]
    limits: list[Limit] = [Quota(quota, pieces) for quota in pace.quotas]
    if pace.warm_up:
        used = sum(letters for minute, letters in begun if minute >= today)
        limits.append(WarmUpDay(pace.warm_up, zone, clock, used))
    throttles = {domain: DomainThrottle(own) for domain, own in pace.domains.items()}
    for domain, until in ledger.domain_pauses(now - REMEMBERED).items():
        throttles.setdefault(domain, DomainThrottle()).pause(at + (until - now).total_seconds())
    return Pacing(ticks, Limits(EvenRate(pace.rate) if pace.rate else None, limits), throttles)
