"""How many asked for a subscription, and how many confirmed it, by which door."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum


class Step(StrEnum):
    """A step on the way to a subscription; stored."""

    ASKED = "asked"  # one person, however often they asked within a week
    BY_CODE = "by code"
    BY_LINK = "by link"


@dataclass(frozen=True, slots=True)
class Month:
    """The counts of one month."""

    month: str  # 2026-11
    asked: int
    by_code: int
    by_link: int

    @property
    def confirmed(self) -> int:
        """All who confirmed."""
        return self.by_code + self.by_link


def month_of(when: datetime, zone: tzinfo) -> str:
    """Return the month that *when* counts for: 2026-11."""
    return f"{when.astimezone(zone):%Y-%m}"
