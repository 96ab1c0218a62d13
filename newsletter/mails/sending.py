"""Sends the mails of the program that are due, within their limits."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.delivery.provider import Outcome, Provider
from newsletter.dispatch.states import State
from newsletter.mails.book import MailBook
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail
from newsletter.mails.posting import AT_A_TIME, Posting, post_due
from newsletter.message.envelope import Envelope


@dataclass(frozen=True, slots=True)
class MailRun:
    """What sending mails needs."""

    book: MailBook
    provider: Provider
    write: Callable[[Mail, datetime], Envelope]
    limits: Limits
    clock: Callable[[], datetime]  # aware UTC


def send_due(run: MailRun, may_begin: Callable[[], bool] = lambda: True) -> Counter[State]:
    """
    Send the mails that are due, at most `AT_A_TIME`; see `mails.posting.post_due`.

    Args:
        run: what sending needs.
        may_begin: asked before each mail; after False those begun are finished, and no more begin.

    Returns:
        The number of mails by the state that they have now; those that wait on are skipped here.

    Raises:
        ProviderError: a person must correct something; what was begun is recorded.
        LedgerError: the database cannot record anything; nothing more is sent.
    """
    limited = _LimitedBook(run.book, run.limits)
    return post_due(Posting(limited, run.provider, run.write, run.clock, may_begin))


def may_be_more(sent: Counter[State]) -> bool:
    """Return whether more may be due: as many were looked at as are looked at in one go."""
    return sent.total() >= AT_A_TIME and sent[State.PENDING] < AT_A_TIME


@dataclass(frozen=True, slots=True)
class _LimitedBook:
    """The mails of the program as a `mails.posting.Post`."""

    book: MailBook
    limits: Limits

    def find_due(self, now: datetime, count: int) -> Sequence[int]:
        return self.book.find_due(now, count)

    def begin(self, number: int, now: datetime) -> Mail | None:
        return self.book.begin(number, self.limits, now)

    def end(self, mail: Mail, outcome: Outcome, now: datetime) -> State:
        return self.book.end(mail, outcome, now)

    def put_back(self, mail: Mail) -> None:
        self.book.put_back(mail)
