"""Sends the mails that are due: each is begun durably before it leaves, and never twice."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from newsletter.delivery.provider import Begun, Blame, Deferred, Provider, Refused, Unsent
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError
from newsletter.mails.book import MailBook
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail
from newsletter.message.envelope import Envelope

log = logging.getLogger(__name__)
AT_A_TIME: Final = 100  # mails over one connection; then the provider is connected to again


class _Begun:
    """A begin that is durable already: the mail may leave at once."""

    def wait(self) -> bool:
        return True


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
    Send the mails that are due, at most `AT_A_TIME`.

    A mail is *unknown* from its begin until its answer is recorded, and an unknown mail is never
    sent again by itself. One of which certainly nothing was sent waits again; one that cannot be
    written is refused or put off, so that it does not keep the others waiting.

    Args:
        run: what sending needs.
        may_begin: asked before each mail; after False those begun are finished, and no more begin.

    Returns:
        The number of mails by the state that they have now; those that wait on are skipped here.

    Raises:
        ProviderError: a person must correct something; what was begun is recorded.
        LedgerError: the database cannot record anything; nothing more is sent.
    """
    counts: Counter[State] = Counter()
    numbers = run.book.find_due(run.clock(), AT_A_TIME)
    if not numbers:
        return counts
    taken: dict[int, Mail] = {}  # begun in the database, and not yet answered
    offered: set[int] = set()  # of these, what the provider has begun to send

    def begin(envelope: Envelope) -> Begun:
        offered.add(envelope.key)
        return _Begun()

    envelopes = _write_each(run, numbers, taken, counts, may_begin)
    connection = run.provider.connect()
    try:
        for receipt in connection.deliver(envelopes, begin):
            mail = taken.pop(receipt.envelope.key)
            if isinstance(receipt.outcome, Unsent):
                run.book.put_back(mail)
                counts[State.PENDING] += 1
            else:
                counts[run.book.end(mail, receipt.outcome, run.clock())] += 1
        offered.clear()  # a connection gives a receipt for everything that it has begun
    except NewsletterError:
        offered.clear()  # as above; see `delivery.provider.Connection.deliver`
        raise
    finally:
        connection.close()
        for mail in taken.values():
            if mail.id not in offered:  # else an interrupt: it may have left, and stays unknown
                run.book.put_back(mail)
                counts[State.PENDING] += 1
    return counts


def may_be_more(sent: Counter[State]) -> bool:
    """Return whether more may be due: as many were looked at as are looked at in one go."""
    return sent.total() >= AT_A_TIME and sent[State.PENDING] < AT_A_TIME


def _write_each(
    run: MailRun,
    numbers: Sequence[int],
    taken: dict[int, Mail],
    counts: Counter[State],
    may_begin: Callable[[], bool],
) -> Iterator[Envelope]:
    for number in numbers:
        if not may_begin():
            return
        mail = run.book.begin(number, run.limits, run.clock())
        if mail is None:
            counts[State.SKIPPED] += 1  # now, or until its window opens
            continue
        taken[mail.id] = mail
        try:
            envelope = run.write(mail, run.clock())
        except NewsletterError:  # the database: nothing is known about the mail
            run.book.put_back(taken.pop(mail.id))
            raise
        except ValueError as error:  # a header field cannot hold it: no attempt will succeed
            counts[run.book.end(taken.pop(mail.id), Refused(str(error)), run.clock())] += 1
            continue
        except Exception as error:  # a template, or a bug: the others must not wait for it
            log.error("mails: %s cannot be written", mail.form, exc_info=error)
            later = Deferred(type(error).__name__, Blame.MESSAGE)
            counts[run.book.end(taken.pop(mail.id), later, run.clock())] += 1
            continue
        yield envelope
