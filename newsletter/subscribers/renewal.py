"""
When the law wants notices: the result of a declaration, and consent confirmed again.

The Network Act, Article 50(7) and (8), and its Decree, Articles 62-2 and 62-3. All days are those
of the publication's time zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

RESULT_DAYS: Final = 14  # within which the result of a declaration is told
UNANSWERED: Final = "renewal"  # the author of a standing that silence has brought about
LOOK_BACK: Final = timedelta(days=RESULT_DAYS + 1)  # the last of these days ends at midnight
YEARS: Final = 2  # within which consent is confirmed again, and again
AHEAD: Final = timedelta(days=30)  # of the last day, from which on readers are asked
TIME_TO_ANSWER: Final = timedelta(days=3)  # at the least, from the day on which a notice leaves


class Silence(StrEnum):
    """What it means if a reader does not answer."""

    KEPT = "kept"  # consent continues (KISA's guide)
    REMOVED = "removed"  # the subscription ends


@dataclass(frozen=True, slots=True)
class Renewal:
    """A reader's consent has to be confirmed again."""

    since: date  # from this day on the reader may be asked
    until: date  # the last day on which the notice may be sent

    def is_confirmed(self, reconfirmed_at: datetime | None, zone: tzinfo) -> bool:
        """Whether a reader has confirmed this time already, by a mail or on another list."""
        return reconfirmed_at is not None and reconfirmed_at.astimezone(zone).date() >= self.since

    def answer_by(self, today: date, named: date | None = None) -> date:
        """
        Return the last day for the answer to a notice that leaves *today*.

        Its reader has 3 days at the least, and 30 if the notice is late.

        Args:
            today: of the attempt that may reach the reader.
            named: by an attempt before; it stays as long as it leaves time enough.
        """
        if named is not None and today + TIME_TO_ANSWER <= named:
            return named
        if self.is_overdue(today):
            return today + AHEAD
        return max(self.until, today + TIME_TO_ANSWER)

    def is_overdue(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.until


def result_due(declared: datetime, zone: tzinfo) -> date:
    """Return the last day on which the result of a declaration may be told."""
    return declared.astimezone(zone).date() + timedelta(days=RESULT_DAYS)


def first_day_in_time(today: date) -> date:
    """Return the first day whose declarations may still be answered in time *today*."""
    return today - timedelta(days=RESULT_DAYS)


def renewal_due(due: date) -> Renewal:
    """Return the renewal whose notice may be sent until *due*."""
    return Renewal(due - AHEAD, due)


def find_renewal(consented: datetime, today: date, zone: tzinfo) -> Renewal | None:
    """
    Return the latest renewal of a consent for which readers may be asked by *today*.

    Consent is confirmed before the same day of every second year after it. A 29 February has no
    such day in a common year: the month ends there with the 28th (Civil Act, Article 160(3)).

    Returns:
        None: the first one is still more than 30 days away.
    """
    began = consented.astimezone(zone).date()
    turns = (today + AHEAD + timedelta(days=1)).year - began.year
    for years in range(turns - turns % YEARS, 0, -YEARS):
        until = _anniversary(began, years) - timedelta(days=1)
        if until - AHEAD <= today:
            return renewal_due(until)
    return None


def confirmed_since(
    consented_at: datetime | None, reconfirmed_at: datetime | None
) -> datetime | None:
    """Return when a consent was confirmed last; None if that was one before it."""
    if reconfirmed_at is None or consented_at is None:
        return reconfirmed_at
    return reconfirmed_at if reconfirmed_at > consented_at else None


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)
