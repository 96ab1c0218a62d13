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
    answer_by: date | None = None  # of a renewal that has left: until when the reader may answer
    state: State | None = None  # None: nobody asked for it yet
    came_back: bool = False  # a server had accepted it, and it came back

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed, and it was not sent."""
        return self.is_late(today) and not self.is_unproven

    def is_late(self, today: date) -> bool:
        """Whether its day has passed."""
        return today > self.due

    @property
    def is_unproven(self) -> bool:
        """Whether it was sent, or may have been, and nothing proves that it arrived."""
        return self.came_back or self.state in (State.UNKNOWN, State.REFUSED)


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
        """Yield the results that are owed, and that nobody asked for so that they reach anybody."""

    def find_renewals(self, now: datetime) -> Iterator[Notice]:
        """Yield consents that are to be confirmed again, and whose readers were not asked yet."""

    def find_asked(self) -> Sequence[Notice]:
        """Return the notices that wait, or whose arrival nothing proves, until they are settled."""

    def settle(self, address_key: str, now: datetime) -> int:
        """Record that a person has settled all notices that are owed to an address; count them."""

    def settle_of_import(self, import_id: str, now: datetime) -> int:
        """Record that the results of what an imported file says were told before; count them."""

    def ask_for(self, notices: Iterator[Notice], now: datetime, told: Callable[[int], None]) -> int:
        """Ask for notices; durable for as many as *told* is told of."""

    def find_unanswered(self, now: datetime) -> Sequence[Notice]:
        """Return the renewals whose readers did not answer in time, and were told the end of it."""

    def end_unanswered(self, now: datetime) -> int:
        """End the subscriptions of readers who were asked, and did not answer in time."""
