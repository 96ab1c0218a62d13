"""A person's decisions about one reader: add, withdraw, suppress, change the address."""

from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.errors import ContentError
from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.address import Address
from newsletter.subscribers.book import Entry, OpenBook
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.importing import (
    Fate,
    cause_of,
    changes,
    is_firmer,
    merged,
    new_entry,
)
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.why import ENDED_BY_A_PERSON, UNSAID, Cause, Why


def enrol(
    row: Row, book: OpenBook, now: datetime, *, again: bool = False, removes_name: bool = False
) -> Fate:
    """
    Add one reader to the list, or merge new data into the entry.

    Args:
        now: aware; times are said in its zone.
        again: ``row.consented_at`` is a new consent, which reactivates a reader who has
            unsubscribed or complained; of an active reader it counts from then on.
        removes_name: the reader is to have no name any more.

    Raises:
        ContentError: the reader left, and no newer consent is given; the address is suppressed
            for a reason that a consent does not cancel, or blocked; or the reader has another
            address now; or an active reader has agreed later than that.
    """
    if book.find_blocked([row.address.key]):
        raise ContentError(phrase("subscribers.blocked", address=row.address.spelling))
    known = book.find([row.address.key]).get(row.address.key)
    if known is None:
        erased = book.find_erased([row.address.key]).get(row.address.key)
        if erased is not None and erased.why.cause in ENDED_BY_A_PERSON:
            raise ContentError(phrase("subscribers.erased-suppressed", address=erased.address))
        entry = (
            _brought_back(erased, row, now, again=again) if erased else new_entry(row, None, now)
        )
        book.add([entry])
        return Fate.NEW
    if known.standing is Standing.ACTIVE:
        _refuse_older(known, row, now)
        entry = merged(known, row, known.import_id, now)
    else:
        entry = _brought_back(known, row, now, again=again)
    if removes_name:
        entry = replace(entry, name="")
    if not changes(known, entry):
        return Fate.UNCHANGED
    book.update([entry])
    return Fate.UPDATED


def withdraw(
    address: Address, book: OpenBook, now: datetime, because: str = "", by: str = ""
) -> Standing:
    """
    Unsubscribe a reader; the entry is kept, so that no import reactivates the reader.

    Returns:
        The previous standing. A suppressed address stays suppressed, but the withdrawal is
        recorded, so that `unsuppress` does not reactivate the reader.

    Raises:
        ContentError: the reader is not on the list, or has another address now.
    """
    known = _find(address, book)
    _refuse_moved(known)
    why = Why(Cause.WITHDREW, because, by)
    if known.standing in MAY_LEAVE:
        left = replace(known, standing=Standing.UNSUBSCRIBED, standing_since=now, why=why)
        book.update([left])
    elif is_firmer(why, known):
        # Since now: no consent from before the withdrawal ends it.
        book.update([replace(known, standing_since=now, why=why)])
    return known.standing


def suppress(
    address: Address, book: OpenBook, now: datetime, because: str, by: str
) -> "Suppressed":
    """Suppress a reader by a person's decision; see `suppress_for`."""
    return suppress_for(address, book, now, Why(Cause.PERSON, because, by))


@dataclass(frozen=True, slots=True)
class Suppressed:
    """What a suppression has changed."""

    before: Standing | None  # None: the address was not on the list
    is_changed: bool = True
    is_blocked: bool = False  # who has left has complained: the address is blocked for good


def suppress_for(address: Address, book: OpenBook, now: datetime, why: Why) -> Suppressed:
    """
    Suppress a reader: no letter is sent to the reader until `unsuppress`.

    If the reader is suppressed already for a cause that is easier to end, *why* replaces it, as of
    now: whoever complains after a bounce is not put back by a person. Who unsubscribed stays so, by
    which they are erased in time; if they have complained, the address is blocked: they are told
    nothing more, and not asked again.

    Raises:
        ContentError: the reader is not on the list, or has complained at an address that they
            have left for another one.
    """
    known = _find(address, book)
    if known.standing is Standing.UNSUBSCRIBED and why.cause is Cause.COMPLAINED:
        _refuse_moved(known)
        is_new = is_firmer(why, known) and book.block(known.key, why.by, str(why.because))
        return Suppressed(known.standing, is_new, is_blocked=is_new)
    is_raised = known.standing is Standing.SUPPRESSED and is_firmer(why, known)
    is_changed = known.standing in MAY_LEAVE or is_raised
    if is_changed:
        left = replace(known, standing=Standing.SUPPRESSED, standing_since=now, why=why)
        book.update([left])
    return Suppressed(known.standing, is_changed)


def unsuppress(address: Address, book: OpenBook, now: datetime, because: str, by: str) -> Standing:
    """
    Reactivate a reader whose mailbox had refused mail, or whom a person suppressed.

    Returns:
        The previous standing; ACTIVE if nothing was changed.

    Raises:
        ContentError: the reader is not on the list; has withdrawn or complained, or may have
            (only a new consent ends that); or has another address now.
    """
    known = _find(address, book)
    cause = cause_of(known)
    if known.standing is Standing.ACTIVE:
        return known.standing
    _refuse_moved(known)
    if cause not in ENDED_BY_A_PERSON:
        raise ContentError(_ended_by_the_reader(known, cause))
    back = replace(known, standing=Standing.ACTIVE, standing_since=now, why=Why(None, because, by))
    book.update([back])
    return known.standing


def change_address(
    old: Address, new: Address, book: OpenBook, now: datetime, because: str, by: str
) -> Entry:
    """
    Change a reader's address; id, consent, standing and history are kept.

    The old address stays on the list, unsubscribed and without a name, so that a file that
    still contains it does not add it as a new reader.

    Returns:
        The reader's entry before the change.

    Raises:
        ContentError: the old address is not on the list or is no longer in use; or the new
            address belongs to another reader.
    """
    found = book.find([old.key, new.key])
    known, other = _find(old, book), found.get(new.key)
    _refuse_moved(known)
    if old.key == new.key:
        book.update([replace(known, address=new.spelling)])  # only upper and lower case differ
        return known
    behind = left_behind(known, new, now, by, because)
    other = other or book.find_erased([new.key]).get(new.key)
    if other is None or (other.id is None and other.why.cause is Cause.MOVED):
        book.move(known, new.key, new.spelling)
        book.add([behind])
    elif other.why.cause is Cause.MOVED:  # an address that was left: the two are swapped
        book.move(other, f"moving:{other.id}", other.address)
        book.move(known, new.key, new.spelling)
        freed = replace(other, key=f"moving:{other.id}")
        book.move(freed, known.key, known.address)
        left = replace(other, key=known.key, address=known.address)
        book.update([replace(left, standing_since=now, why=behind.why)])
    else:
        fault = phrase(
            "subscribers.address-taken", address=other.address, standing=other.standing.said
        )
        raise ContentError(fault)
    return known


def _moved_to(new: Address, because: str) -> Phrase:
    if because:
        return phrase("subscribers.moved-because", address=new.spelling, because=because)
    return phrase("subscribers.moved-to", address=new.spelling)


def left_behind(known: Entry, new: Address, now: datetime, by: str, because: str = "") -> Entry:
    """Return the entry that stays at an address when its reader moves to *new*."""
    return Entry(
        id=None,
        key=known.key,
        address=known.address,
        name="",
        preference=None,
        standing=Standing.UNSUBSCRIBED,
        standing_since=now,
        consented_at=None,
        import_id=None,
        why=Why(Cause.MOVED, _moved_to(new, because), by),
    )


def _find(address: Address, book: OpenBook) -> Entry:
    known = book.find([address.key]).get(address.key)
    if known is None:
        raise ContentError(phrase("subscribers.not-on-list", address=address.spelling))
    return known


def _ended_by_the_reader(known: Entry, cause: Cause | None) -> Phrase:
    address, standing, because = known.address, known.standing.said, known.why.because
    if cause is None:
        why = _with_reason(phrase("subscribers.cause-unknown"), because)
        return phrase("subscribers.perhaps-complained", address=address, standing=standing, why=why)
    is_complaint = cause is Cause.COMPLAINED
    withdrew = phrase("subscribers.reader-withdrew")
    did = phrase("subscribers.reader-complained") if is_complaint else withdrew
    why = _with_reason(did, because)
    return phrase("subscribers.ended-by-reader", address=address, standing=standing, why=why)


def _with_reason(cause: Phrase, because: Said) -> Phrase:
    if not because:
        return cause
    return phrase("subscribers.cause-and-reason", cause=cause, because=because)


def _refuse_moved(known: Entry) -> None:
    """Raise a ContentError if the reader has moved to another address, which is meant."""
    if known.why.cause is Cause.MOVED:
        fault = phrase(
            "subscribers.nobodys-address", address=known.address, because=known.why.because
        )
        raise ContentError(fault)


def _refuse_older(known: Entry, row: Row, now: datetime) -> None:
    """Raise a ContentError if a reader has agreed later than a person says."""
    given, kept = row.consented_at, known.consented_at
    if given is not None and kept is not None and given < kept:
        at = f"{kept.astimezone(now.tzinfo):%Y-%m-%d %H:%M %Z}"
        raise ContentError(phrase("subscribers.has-later-consent", address=known.address, at=at))


def _brought_back(known: Entry, row: Row, now: datetime, *, again: bool) -> Entry:
    _refuse_moved(known)
    since = f"{known.standing_since.astimezone(now.tzinfo):%Y-%m-%d %H:%M %Z}"
    stands = {"address": known.address, "standing": known.standing.said, "since": since}
    if known.why.cause in ENDED_BY_A_PERSON:
        why = known.why.because or known.why.cause
        raise ContentError(phrase("subscribers.suppressed-since", why=why, **stands))
    if not again or row.consented_at is None:
        raise ContentError(phrase("subscribers.needs-new-consent", **stands))
    if row.consented_at <= known.standing_since:
        raise ContentError(phrase("subscribers.consent-too-early", **stands))
    return replace(
        known,
        address=row.address.spelling,
        name=row.name or known.name,
        preference=row.preference or known.preference,
        standing=Standing.ACTIVE,
        standing_since=now,
        consented_at=row.consented_at,
        reconfirmed_at=None,
        why=UNSAID,
    )
