"""A notice that the law asks for, and how far it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol

from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.mails.mail import MailKind
from newsletter.subscribers.dates import is_whole_day
from newsletter.subscribers.subscriber import SubscriberId


@dataclass(frozen=True, slots=True)
class Notice:
    """What one reader is to be told."""

    kind: MailKind  # one of NOTICES
    address: str
    address_key: str
    reader: SubscriberId
    lang: Lang
    declared_at: datetime  # aware UTC: the declaration that it is about
    due: date  # the last day on which it may be sent, in the publication's zone
    answer_by: date | None = None  # of a renewal: the last day on which the reader may answer
    state: State | None = None  # None: nobody asked for it yet

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed, and it was not sent."""
        return today > self.due and not self.is_unproven

    @property
    def is_unproven(self) -> bool:
        """Whether it was sent, or may have been, and no server has accepted it."""
        return self.state in (State.UNKNOWN, State.REFUSED)


def is_from_before(declared_at: datetime, doubt: datetime, zone: tzinfo) -> bool:
    """
    Return whether the result of a declaration may have been told before a doubt was raised.

    Where only a day is known, and it is the day of the doubt in *zone*, that is no sign of it.
    """
    is_its_day = declared_at.astimezone(zone).date() == doubt.astimezone(zone).date()
    return declared_at <= doubt and not (is_its_day and is_whole_day(declared_at, zone))


class NoticeBook(Protocol):
    """The notices of one site, in its database."""

    def find_results(self, now: datetime) -> Iterator[Notice]:
        """Yield results of declarations of the last 14 days that nobody asked for yet."""

    def find_renewals(self, now: datetime) -> Iterator[Notice]:
        """Yield consents that are to be confirmed again, and whose readers were not asked yet."""

    def find_asked(self, now: datetime) -> Sequence[Notice]:
        """Return the notices that wait, or whose arrival nothing proves, of the last 60 days."""

    def ask_for(self, notices: Iterator[Notice], now: datetime, told: Callable[[int], None]) -> int:
        """Ask for notices; durable for as many as *told* is told of."""

    def end_unanswered(self, now: datetime) -> int:
        """End the subscriptions of readers who were asked, and did not answer in time."""
