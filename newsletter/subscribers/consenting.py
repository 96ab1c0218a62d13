"""What a reader's own act changes: a confirmed consent, and the way back after leaving."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from newsletter.lang import Preference
from newsletter.subscribers.book import Entry
from newsletter.subscribers.importing import cause_of
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.why import UNSAID, Cause, Why

READER: Final = "reader"  # the author of a standing that the reader chose on a page

# Only a person of the office lifts these; a missing cause may have been a complaint.
_LIFTED_BY_THE_OFFICE: Final = frozenset({Cause.COMPLAINED, Cause.PERSON, None})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for on the form."""

    address: str
    key: str
    name: str  # may be empty
    preference: Preference
    asked_at: datetime  # aware UTC


def may_be_asked(entry: Entry | None) -> bool:
    """
    Return whether the reader alone may open this address.

    Nobody complained there, and no person of the office suppressed it.
    """
    if entry is None or entry.standing is not Standing.SUPPRESSED:
        return entry is None or entry.why.cause is not Cause.COMPLAINED
    return cause_of(entry) not in _LIFTED_BY_THE_OFFICE


def consent(entry: Entry | None, wish: Wish, now: datetime) -> Entry:
    """
    Return the entry after its reader has confirmed: a new consent ends the old standing.

    An active reader keeps name and language, which only the settings change, and has agreed anew;
    but not twice by two mails that were asked for before they agreed.
    """
    if entry is not None and entry.standing is Standing.ACTIVE:
        has_agreed = entry.consented_at is not None and entry.consented_at >= wish.asked_at
        return entry if has_agreed else replace(entry, consented_at=now, reconfirmed_at=None)
    if entry is None:
        return Entry(
            id=None,
            key=wish.key,
            address=wish.address,
            name=wish.name,
            preference=wish.preference,
            standing=Standing.ACTIVE,
            standing_since=now,
            consented_at=now,
            import_id=None,
        )
    return replace(
        entry,
        address=wish.address,
        name=wish.name or entry.name,
        preference=wish.preference,
        standing=Standing.ACTIVE,
        standing_since=now,
        consented_at=now,
        reconfirmed_at=None,
        why=UNSAID,
    )


def leave(entry: Entry, because: str, now: datetime) -> Entry:
    """
    Return the entry after its reader has left; the same entry if nothing changes.

    A suppressed address stays suppressed, but the withdrawal is recorded: a later
    `unsuppress` may not make the reader active.
    """
    why = Why(Cause.WITHDREW, because, READER)
    if entry.standing in MAY_LEAVE:
        return replace(entry, standing=Standing.UNSUBSCRIBED, standing_since=now, why=why)
    if entry.standing is Standing.SUPPRESSED and cause_of(entry) in (Cause.BOUNCED, Cause.PERSON):
        return replace(entry, standing_since=now, why=why)
    return entry


def come_back(entry: Entry, left_at: datetime, now: datetime) -> Entry:
    """Return the entry after its reader has undone leaving; the same if it changed since."""
    is_as_left = (
        entry.standing is Standing.UNSUBSCRIBED
        and entry.why.cause is Cause.WITHDREW
        and entry.standing_since == left_at
    )
    if not is_as_left:
        return entry
    return replace(entry, standing=Standing.ACTIVE, standing_since=now, why=UNSAID)
