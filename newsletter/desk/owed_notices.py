"""Notices that the law asks for: which are owed today, and asking for them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from newsletter.app.site import Site
from newsletter.desk.languages import main_language
from newsletter.dispatch.doubt import MAILS, waits_for_answer
from newsletter.errors import UsageError
from newsletter.issue.issue import Publication
from newsletter.lang import Lang
from newsletter.mails.notices import Notice, NoticeBook, is_from_before
from newsletter.phrases import phrase
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.why import words_in


class NoticeRecords(Protocol):
    """A site's records, as far as results need them."""

    def notices(self, zone: tzinfo, otherwise: Lang) -> NoticeBook:
        """Open the notices that the law asks for."""


class OfficeSite(Protocol):
    """A site, as far as a decision of the office needs it."""

    @property
    def publication(self) -> Publication:
        """The publication."""

    def clock(self) -> datetime:
        """Return the current time, aware UTC."""


class NoticeSite(OfficeSite, Protocol):
    """A site, as far as results need it."""

    @property
    def records(self) -> NoticeRecords:
        """What the site remembers."""

    def zone(self) -> tzinfo:
        """The publication's time zone."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was done about notices."""

    notices: int  # that were asked for
    ended: int  # subscriptions of readers who did not confirm in time


def declared_to_office(site: OfficeSite, by: str) -> Occasion:
    """Return the occasion of what a reader declared to a person of the office, who is told so."""
    language = main_language(site.publication)
    return Occasion(ConsentWay.OPERATOR, site.clock(), by, answers_in=language)


def today_of(site: Site) -> date:
    """Return the day, in the publication's time zone."""
    return site.clock().astimezone(site.zone()).date()


def find_owed(site: Site) -> list[Notice]:
    """Return every notice that is owed: asked for or not, those that are due first at the front."""
    notices, now = _notices(site), site.clock()
    with site.records.at_one_moment():  # else one that is asked for meanwhile would be there twice
        found = [*notices.find_results(now), *notices.find_renewals(now), *notices.find_asked()]
    return sorted(found, key=lambda one: (one.due, one.kind, one.address_key))


def find_unanswered(site: Site) -> Sequence[Notice]:
    """
    Return the renewals whose readers did not answer in time: their subscriptions are to end.

    Each said so, and until when they could answer.
    """
    return _notices(site).find_unanswered(site.clock())


def end_unanswered(site: Site) -> int:
    """End the subscriptions of `find_unanswered`; return how many, durable on return."""
    return _notices(site).end_unanswered(site.clock())


def find_held(site: Site, owed: Sequence[Notice]) -> Sequence[Notice]:
    """Return those of *owed* that wait for an answer to a doubt about the database."""
    doubts = waits_for_answer(MAILS, site.records.doubts().standing())
    raised_at = max((one.raised_at for one in doubts), default=None)
    if raised_at is None:
        return ()
    zone = site.zone()
    return [
        one
        for one in owed
        if not one.is_unproven and is_from_before(one.declared_at, raised_at, zone)
    ]


def answer_doubts(site: Site, by: str, because: str) -> None:
    """
    Record that *by* lets the owed mails be sent though the database was put back.

    Raises:
        UsageError: there is no doubt, or no reason is given.
    """
    doubts = waits_for_answer(MAILS, site.records.doubts().standing())
    if not doubts:
        raise UsageError(phrase("desk.no-doubt-of-mails"))
    if not words_in(because):
        raise UsageError(phrase("desk.doubt-reason"))
    site.records.doubts().answer(doubts, MAILS, by, because, site.clock())


def ask_for_results(site: NoticeSite) -> None:
    """
    Ask for the results that are owed; durable on return.

    Before a file is merged: what an earlier one declared is found by the file that a reader was in
    last, and that is about to be another.
    """
    now = site.clock()
    notices = site.records.notices(site.zone(), main_language(site.publication))
    notices.ask_for(notices.find_results(now), now, lambda _count: None)


def settle_of_import(site: NoticeSite, import_id: str) -> int:
    """Record that the ledger which a file comes from has told its results; return how many."""
    notices = site.records.notices(site.zone(), main_language(site.publication))
    return notices.settle_of_import(import_id, site.clock())


def settle_owed(site: Site, address_key: str) -> int:
    """
    Record that the owner of an address was told by another way what they are owed.

    Returns:
        How many notices; durable on return.

    Raises:
        UsageError: none is owed to that address.
    """
    count = _notices(site).settle(address_key, site.clock())
    if not count:
        raise UsageError(phrase("desk.no-notice-owed"))
    return count


def ask_for_owed(site: Site, told: Callable[[int], None]) -> Asked:
    """
    Ask for every notice that nobody asked for yet; durable for as many as *told* is told of.

    It also ends the subscriptions of readers whose day has passed, where their mail said so.
    """
    notices, now = _notices(site), site.clock()

    def owed() -> Iterator[Notice]:
        yield from notices.find_results(now)
        yield from notices.find_renewals(now)

    count = notices.ask_for(owed(), now, told)
    return Asked(count, notices.end_unanswered(now))


def _notices(site: Site) -> NoticeBook:
    return site.records.notices(site.zone(), main_language(site.publication))
