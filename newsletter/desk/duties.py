"""What the law asks of the office this month: each duty is one row of a table."""

from calendar import monthrange
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.accessing import find_unreviewed
from newsletter.desk.erasing import find_open_results
from newsletter.desk.feedback_record import open_record
from newsletter.desk.kept_copies import destroyed_on
from newsletter.desk.kept_feedback import count_past
from newsletter.desk.owed_notices import find_held, find_owed, find_unanswered, today_of
from newsletter.mails.breach import DRILL_KEPT
from newsletter.mails.mail import RESULTS, MailKind
from newsletter.mails.notices import Notice
from newsletter.subscribers.book import Selection
from newsletter.subscribers.subscriber import Standing

GRACE: Final = timedelta(days=1)  # between two looks of a server
REFUSAL_DUE: Final = timedelta(days=1)
REFUSAL_OVERDUE: Final = timedelta(days=14)  # its result would have to be told by then


class DutyKind(StrEnum):
    """A duty; the words of ``newsletter duties --json``."""

    RESULTS = "results"  # Network Act, Article 50(7)
    RENEWALS = "renewals"  # Network Act, Article 50(8)
    UNANSWERED = "unanswered"  # subscriptions that nobody confirmed in time, as they were told
    REFUSALS = "refusals"  # by mail, without proof; Network Act, Article 50(2)
    UNPROVEN = "unproven"  # notices that no server has accepted, or that came back
    ERASURES = "erasures"  # Personal Information Protection Act, Article 21
    COPIES = "copies"  # of the database, from before a restore or an upgrade; as erasures
    KEPT_MAILS = "kept-mails"  # that came back, past their time
    DRILLS = "drills"  # of a notice of a leak: whom they were written to
    REVIEW = "review"  # of the accesses to personal data of months that are over
    UNDATED = "undated"  # readers without a date of consent


@dataclass(frozen=True, slots=True)
class Duty:
    """What is to be done about one duty."""

    kind: DutyKind
    due: int  # until the end of this month
    overdue: int = 0
    until: date | None = None  # the first of its days
    is_held: bool = False  # some wait for an answer to a doubt about the database
    month: str = ""  # the oldest that nobody has reviewed, like 2026-10

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do this month."""
        return not self.due and not self.overdue


@dataclass(frozen=True, slots=True)
class _Seen:
    """What several duties look at."""

    site: Site
    today: date
    month_ends: date
    owed: Sequence[Notice]


def find_duties(site: Site) -> list[Duty]:
    """Return every duty, those that are done too; all as they are at one moment."""
    today = today_of(site)
    month_ends = today.replace(day=monthrange(today.year, today.month)[1])
    with site.records.at_one_moment():
        seen = _Seen(site, today, month_ends, find_owed(site))
        return [find(seen) for find in _DUTIES]


def _results(seen: _Seen) -> Duty:
    """All of them are due: results are told at once."""
    return _of_notices(DutyKind.RESULTS, seen, RESULTS, date.max)


def _renewals(seen: _Seen) -> Duty:
    return _of_notices(DutyKind.RENEWALS, seen, {MailKind.RENEWAL}, seen.month_ends)


def _of_notices(kind: DutyKind, seen: _Seen, kinds: Collection[MailKind], until: date) -> Duty:
    its = [one for one in seen.owed if one.kind in kinds and not one.is_unproven]
    overdue = sum(one.is_overdue(seen.today) for one in its)
    due = sum(seen.today <= one.due <= until for one in its)
    until_day = min((one.due for one in its), default=None)
    return Duty(kind, due, overdue, until_day, is_held=bool(find_held(seen.site, its)))


def _unanswered(seen: _Seen) -> Duty:
    """Their readers were told that the subscription ends then; a server ends it by itself."""
    days = [one.answer_by for one in find_unanswered(seen.site) if one.answer_by]
    overdue = sum(seen.today > day + GRACE for day in days)
    return Duty(DutyKind.UNANSWERED, len(days) - overdue, overdue, min(days, default=None))


def _unproven(seen: _Seen) -> Duty:
    """Results among them have to be told by another way within their days, or settled."""
    its = [one for one in seen.owed if one.is_unproven]
    overdue = sum(one.kind in RESULTS and one.is_late(seen.today) for one in its)
    return Duty(DutyKind.UNPROVEN, len(its) - overdue, overdue)


def _erasures(seen: _Seen) -> Duty:
    """
    Who withdrew long enough ago is erased; a server looks once a day.

    Who has to be told first that they have left is not overdue by that.
    """
    site, now = seen.site, seen.site.clock()
    erasing, after = site.records.erasing(), site.settings.erase_after
    until = datetime.combine(seen.month_ends, time.max, site.zone())
    before = now - after - GRACE
    waiting = erasing.count_waiting(before, find_open_results(site))
    overdue = erasing.count_withdrawn(before) - waiting
    return Duty(DutyKind.ERASURES, erasing.count_withdrawn(until - after) - overdue, overdue)


def _copies(seen: _Seen) -> Duty:
    """All of them are due one day: whoever is only in them is erased with them."""
    site, now = seen.site, seen.site.clock()
    days = [destroyed_on(site, one) for one in site.records.kept_copies()]
    overdue = sum(now - day > GRACE for day in days)
    return Duty(
        DutyKind.COPIES,
        len(days) - overdue,
        overdue,
        min((day.date() for day in days), default=None),
    )


def _refusals(seen: _Seen) -> Duty:
    """Who asked to leave without proof is decided on by a person; due from the second day on."""
    record, now = open_record(seen.site), seen.site.clock()
    overdue = record.count_asking(now - REFUSAL_OVERDUE)
    return Duty(DutyKind.REFUSALS, record.count_asking(now - REFUSAL_DUE) - overdue, overdue)


def _review(seen: _Seen) -> Duty:
    """Each month is reviewed in the next one, or is overdue as long as its accesses are kept."""
    months = find_unreviewed(seen.site)
    last = f"{seen.today.replace(day=1) - timedelta(days=1):%Y-%m}"
    oldest = months[0] if months else ""
    return Duty(
        DutyKind.REVIEW,
        due=int(last in months),
        overdue=len(months) - (last in months),
        until=_end_of_next(oldest) if oldest else None,
        month=oldest,
    )


def _end_of_next(month: str) -> date:
    """Return the last day of the month after one like 2026-10."""
    in_next = date.fromisoformat(f"{month}-01") + timedelta(days=31)
    return in_next.replace(day=monthrange(in_next.year, in_next.month)[1])


def _kept_mails(seen: _Seen) -> Duty:
    """Mails that came back go by themselves after their time; a server looks once a day."""
    site, now = seen.site, seen.site.clock()
    until = datetime.combine(seen.month_ends, time.max, site.zone())
    overdue = count_past(site, now - GRACE)
    return Duty(DutyKind.KEPT_MAILS, count_past(site, until) - overdue, overdue)


def _drills(seen: _Seen) -> Duty:
    """All of them are due one day: people whom nothing else may hold any more."""
    site, now = seen.site, seen.site.clock()
    drills = site.records.drills()
    overdue, first = drills.count(now - DRILL_KEPT - GRACE), drills.first_begun_at()
    until = None if first is None else (first + DRILL_KEPT).astimezone(site.zone()).date()
    return Duty(DutyKind.DRILLS, drills.count() - overdue, overdue, until)


def _undated(seen: _Seen) -> Duty:
    active = Selection(standings=frozenset({Standing.ACTIVE}), is_undated=True)
    return Duty(DutyKind.UNDATED, sum(1 for _ in seen.site.records.book().select(active)))


_DUTIES: Final[Sequence[Callable[[_Seen], Duty]]] = (
    _results,
    _renewals,
    _unanswered,
    _erasures,
    _copies,
    _kept_mails,
    _drills,
    _review,
    _refusals,
    _unproven,
    _undated,
)
