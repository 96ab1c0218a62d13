"""Posts single mails: each is begun durably before it leaves, and never twice."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from newsletter.delivery.provider import (
    Accepted,
    Begun,
    Blame,
    Deferred,
    Outcome,
    Provider,
    Receipt,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.retry import next_attempt
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError
from newsletter.message.envelope import Envelope

log = logging.getLogger(__name__)
AT_A_TIME: Final = 100  # mails over one connection; then the provider is connected to again


class Numbered(Protocol):
    """A mail that waits in a post."""

    @property
    def id(self) -> int:
        """Its number, which is the key of its envelope."""


M = TypeVar("M", bound=Numbered)


class Post(Protocol[M]):
    """What waits to be posted, and what became of it; each change is durable on return."""

    def find_due(self, now: datetime, count: int) -> Sequence[int]:
        """Return the numbers of mails that may leave now, at most *count*."""

    def begin(self, number: int, now: datetime) -> M | None:
        """
        Begin a mail: from then on it is unknown until `end`.

        Returns:
            The mail; None if it waits, is skipped, or another process has begun it.
        """

    def end(self, mail: M, outcome: Outcome, now: datetime) -> State:
        """Record the outcome, and return the state; a deferred mail gets its next attempt."""

    def put_back(self, mail: M) -> None:
        """Undo `begin` for a mail of which certainly nothing was sent."""


class _Begun:
    """A begin that is durable already: the mail may leave at once."""

    def wait(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Posting(Generic[M]):
    """What posting needs."""

    post: Post[M]
    provider: Provider
    write: Callable[[M, datetime], Envelope]
    clock: Callable[[], datetime]  # aware UTC
    # Called before each mail: waits, and returns whether it may begin; None: ask again, and finish
    # what was begun meanwhile.
    may_begin: Callable[[], bool | None] = lambda: True
    note: Callable[[State, Receipt | None], None] = lambda _state, _receipt: None  # of each mail


def post_due(posting: Posting[M]) -> Counter[State]:
    """
    Post the mails that are due, at most `AT_A_TIME`.

    A mail is *unknown* from its begin until its answer is recorded, and an unknown mail is never
    sent again by itself. One of which certainly nothing was sent waits again; one that cannot be
    written is refused or put off, so that it does not keep the others waiting.

    Returns:
        The number of mails by the state that they have now; those that wait on are skipped here.

    Raises:
        ProviderError: a person must correct something; what was begun is recorded.
        LedgerError: the database cannot record anything; nothing more is sent.
    """
    counts: Counter[State] = Counter()
    numbers = posting.post.find_due(posting.clock(), AT_A_TIME)
    if not numbers:
        return counts
    handover = _Handover(posting, counts)
    connection = posting.provider.connect()
    try:
        for receipt in connection.deliver(handover.write_each(numbers), handover.offer):
            handover.take(receipt)
        handover.offered.clear()  # a connection gives a receipt for everything that it has begun
    except NewsletterError:
        handover.offered.clear()  # as above; see `delivery.provider.Connection.deliver`
        raise
    finally:
        connection.close()
        handover.close()
    return counts


def settle(outcome: Outcome, attempts: int, now: datetime) -> tuple[State, datetime | None]:
    """Return the state after an outcome, and when to try again, if at all."""
    due_at = next_attempt(outcome, attempts, now)
    match outcome:
        case Accepted():
            state = State.ACCEPTED
        case Deferred() if due_at is not None:
            state = State.DEFERRED
        case Deferred() | Refused():
            state = State.REFUSED
        case Unknown():
            state = State.UNKNOWN
    return state, due_at


class _Handover(Generic[M]):
    """The mails of one connection."""

    def __init__(self, posting: Posting[M], counts: Counter[State]) -> None:
        self._posting = posting
        self._counts = counts
        self._taken: dict[int, M] = {}  # begun in the database, and not yet answered
        self.offered: set[int] = set()  # of these, what the provider has begun to send

    def offer(self, envelope: Envelope) -> Begun:
        """Note that the provider begins to send."""
        self.offered.add(envelope.key)
        return _Begun()

    def take(self, receipt: Receipt) -> None:
        """Record what came of a mail."""
        mail = self._taken.pop(receipt.envelope.key)
        if isinstance(receipt.outcome, Unsent):
            self._posting.post.put_back(mail)
            self._count(State.PENDING, receipt)
        else:
            self._end(mail, receipt.outcome, receipt)

    def close(self) -> None:
        """Put back what the provider has not begun; after an interrupt the rest stays unknown."""
        for mail in self._taken.values():
            if mail.id not in self.offered:
                self._posting.post.put_back(mail)
                self._count(State.PENDING)
        self._taken.clear()

    def write_each(self, numbers: Sequence[int]) -> Iterator[Envelope | None]:
        """Begin and write one mail after another, as the provider asks for them."""
        posting = self._posting
        for number in numbers:
            while (may := posting.may_begin()) is None:
                yield None
            if not may:
                return
            mail = posting.post.begin(number, posting.clock())
            if mail is None:
                self._count(State.SKIPPED)  # now, or until its window opens
                continue
            self._taken[mail.id] = mail
            try:
                envelope = posting.write(mail, posting.clock())
            except NewsletterError:  # the database: nothing is known about the mail
                posting.post.put_back(self._taken.pop(mail.id))
                raise
            except ValueError as error:  # a header field cannot hold it: no attempt will succeed
                self._end(self._taken.pop(mail.id), Refused(str(error)))
                continue
            except Exception as error:  # a template, or a bug: the others must not wait for it
                log.error("mails: number %d cannot be written", mail.id, exc_info=error)
                later = Deferred(type(error).__name__, Blame.MESSAGE)
                self._end(self._taken.pop(mail.id), later)
                continue
            yield envelope

    def _end(self, mail: M, outcome: Outcome, receipt: Receipt | None = None) -> None:
        self._count(self._posting.post.end(mail, outcome, self._posting.clock()), receipt)

    def _count(self, state: State, receipt: Receipt | None = None) -> None:
        self._counts[state] += 1
        self._posting.note(state, receipt)
