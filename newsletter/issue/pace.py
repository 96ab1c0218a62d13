"""How fast and how carefully an issue goes out: `pace:` in publication.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

REFUSALS_OF: Final = 200  # the newest outcomes that the share of refusals is taken of


@dataclass(frozen=True, slots=True)
class Rate:
    """So many letters in so much time."""

    count: int  # 1 or more
    per: timedelta  # a second, a minute, an hour or a day

    def __str__(self) -> str:
        names = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}
        return f"{self.count:,}/{names[int(self.per.total_seconds())]}"


@dataclass(frozen=True, slots=True)
class DomainPace:
    """What one recipient domain is given at the most; None: no limit of its own."""

    rate: Rate | None = None
    at_once: int | None = None  # letters under way at the same time


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A new sender's first days: so many letters on the first, twice as many on each next."""

    first_day: int
    since: date  # in the publication's time zone


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of a publication. No part of the digest: a letter is the same at any pace."""

    rate: Rate | None = None  # of all letters together
    quotas: tuple[Rate, ...] = ()  # in any window of that length, runs before this one included
    domains: Mapping[str, DomainPace] = field(default_factory=dict)  # by domain in A-labels
    warm_up: WarmUp | None = None
    canary: int = 0  # letters whose outcomes are awaited before the rest; 0: none
    refusals_percent: int = 5  # of the last 200 outcomes; more of them pause the dispatch

    @property
    def refusals_max(self) -> int:
        """Count the refusals that the newest outcomes may hold."""
        return REFUSALS_OF * self.refusals_percent // 100
