"""What becomes of a request: which mail is sent, whether it waits, or why none is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsletter.mails.limits import HOUR, WAITS, Limits, Sent, Wait, find_wait
from newsletter.mails.mail import LIMITED, NOTICES, Mail, MailForm, MailKind, Skip
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consenting import may_be_asked
from newsletter.subscribers.subscriber import Standing

TOLD_AGAIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What the database knows of a request's address, in the same transaction."""

    entry: Entry | None  # of the address
    is_blocked: bool  # it never wants mail again
    # The database was put back to an earlier state since the request; for a mail of `OWED`, since
    # what it is about was declared, and nobody has answered that doubt.
    is_in_doubt: bool
    sent: Sent  # limited mails, without this one
    told_at: datetime | None  # when the address was last told that it is subscribed
    answered_at: datetime | None  # when the last mail of the same kind to it was begun
    # A reader whose consent is to be confirmed again by now, or has no date.
    may_agree_anew: bool = False
    has_confirmed: bool = False  # what a renewal asks for, by another way
    has_moved: bool = False  # the reader whom the mail is about has another address now
    is_outdated: bool = False  # a result, and what its reader declared later has one of its own


Decision = MailForm | Skip | Wait


def decide(mail: Mail, found: Found, limits: Limits, now: datetime) -> Decision:
    """
    Decide on a request, at the moment at which its mail may leave.

    After a restore, what was asked for before may have left already, and nobody knows. What a
    reader can ask for again is not sent; what is owed waits for a person's answer.

    A mail that was begun before, and put off by its server, is not counted again; it is dropped if
    the address was blocked meanwhile, or if it would be another mail by now, or none. No notice
    goes to an address that its reader has left: it is asked for anew at the present one.
    """
    is_closed = found.is_blocked or not may_be_asked(found.entry)
    if is_closed and mail.kind is not MailKind.MOVED:
        return Skip.BLOCKED
    if found.is_in_doubt:
        return Skip.IN_DOUBT if mail.kind in LIMITED else Wait(now + HOUR, is_crowded=False)
    if mail.kind in NOTICES and (found.has_moved or found.is_outdated):
        return Skip.OVERTAKEN
    decided = _DECIDED_BY[mail.kind](mail, found, now)
    if isinstance(decided, MailForm) and mail.form not in (None, decided):
        return Skip.OVERTAKEN
    if mail.form is not None:
        return decided
    if isinstance(decided, Skip) or mail.kind not in LIMITED:
        return decided
    if now - mail.asked_at > WAITS:
        return Skip.TOO_OLD
    if found.answered_at and found.answered_at >= mail.asked_at:
        return Skip.ANSWERED
    return find_wait(found.sent, limits, now) or decided


def _subscribe(mail: Mail, found: Found, now: datetime) -> MailForm | Skip:
    del mail
    is_reader = found.entry is not None and found.entry.standing is Standing.ACTIVE
    if not is_reader or found.may_agree_anew:
        return MailForm.CONFIRMATION
    if found.told_at and now - found.told_at < TOLD_AGAIN:
        return Skip.TOLD_TODAY
    return MailForm.SUBSCRIBED


def _settings(mail: Mail, found: Found, now: datetime) -> MailForm | Skip:
    del mail, now
    is_reader = found.entry is not None and found.entry.standing is Standing.ACTIVE
    return MailForm.SETTINGS if is_reader else Skip.NOT_ASKED_BY_A_READER


def _new_address(mail: Mail, found: Found, now: datetime) -> MailForm | Skip:
    del mail, now
    is_taken = found.entry is not None and found.entry.standing is Standing.ACTIVE
    return Skip.TAKEN if is_taken else MailForm.NEW_ADDRESS


def _agreed(mail: Mail, found: Found, now: datetime) -> MailForm | Skip:
    del mail, now
    is_reader = found.entry is not None and found.entry.standing is Standing.ACTIVE
    return MailForm.AGREED if is_reader else Skip.OVERTAKEN


def _left(mail: Mail, found: Found, now: datetime) -> MailForm | Skip:
    del mail, now
    is_reader = found.entry is not None and found.entry.standing is Standing.ACTIVE
    return Skip.OVERTAKEN if is_reader else MailForm.LEFT


def _renewal(mail: Mail, found: Found, now: datetime) -> MailForm | Skip:
    del now
    entry, agreed = found.entry, datetime.fromisoformat(mail.facts["agreed"])
    is_reader = entry is not None and entry.standing is Standing.ACTIVE
    is_same = entry is not None and entry.consented_at == agreed
    is_open = is_reader and is_same and not found.has_confirmed
    return MailForm.RENEWAL if is_open else Skip.OVERTAKEN


_DECIDED_BY: Final[Mapping[MailKind, Callable[[Mail, Found, datetime], MailForm | Skip]]] = {
    MailKind.SUBSCRIBE: _subscribe,
    MailKind.SETTINGS: _settings,
    MailKind.NEW_ADDRESS: _new_address,
    MailKind.LEFT: _left,
    MailKind.MOVED: lambda mail, found, now: MailForm.MOVED,
    MailKind.AGREED: _agreed,
    MailKind.RENEWAL: _renewal,
}
