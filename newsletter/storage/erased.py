"""Addresses whose readers were erased: known by their hashes, so that no import adds them again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, select, update

from newsletter.storage.blocking import HASHES_AT_A_TIME
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.lasting_keys import find_address_keys, hashes_of_addresses
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import subscribers
from newsletter.subscribers.book import Entry
from newsletter.subscribers.erasing import Remembered, entry_of
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import ENDED_BY_A_PERSON, Cause

_OF: Final = erasures.c
_STANDS: Final = and_(_OF.standing.is_not(None), _OF.lifted_at.is_(None))
_ANY: Final = select(_OF.id).where(_STANDS).limit(1)
_ANY_EVER: Final = select(_OF.id).limit(1)


def has_erased(connection: Connection) -> bool:
    """Return whether any erased address is remembered."""
    return connection.execute(_ANY).first() is not None


def find_erased(connection: Connection, address_keys: Sequence[str]) -> dict[str, Entry]:
    """Return what the list would say of those of the addresses that were erased."""
    keys = find_address_keys(connection) if address_keys else ()
    if not keys or not has_erased(connection):
        return {}
    by_hash = hashes_of_addresses(address_keys, keys)
    hashes, found = list(by_hash), dict[str, Entry]()
    query: Select[Any] = select(erasures).where(_STANDS).order_by(_OF.id)
    for at in range(0, len(hashes), HASHES_AT_A_TIME):
        some = _OF.address_hash.in_(hashes[at : at + HASHES_AT_A_TIME])
        for row in connection.execute(query.where(some)):
            of = by_hash[row.address_hash]
            found[of] = entry_of(of, remembered_in(row))
    return found


def remembered_in(row: Row[Any]) -> Remembered:
    """Return what a row of an erasure remembers."""
    kept, standing = row.standing_cause, read_word(Standing, _OF.standing, row.standing)
    cause = read_word(Cause, _OF.standing_cause, kept) if kept else None
    return Remembered(standing, row.standing_since, cause)


def note_returns(connection: Connection, address_keys: Sequence[str], now: datetime) -> None:
    """Note which of new active readers were erased before: they have agreed again."""
    if not address_keys or connection.execute(_ANY_EVER).first() is None:
        return
    by_hash = hashes_of_addresses(address_keys, find_address_keys(connection))
    for hashed in _known_of(connection, list(by_hash)):
        is_its = _OF.address_hash == hashed
        reader = select(subscribers.c.id).where(subscribers.c.address_key == by_hash[hashed])
        stands = _OF.lifted_at.is_(None)  # also where nothing is remembered of them
        connection.execute(update(erasures).where(is_its, stands).values(lifted_at=now))
        # All of them: an address may be erased several times.
        again = reader.scalar_subquery()
        connection.execute(update(erasures).where(is_its).values(again_id=again))


def _known_of(connection: Connection, hashes: Sequence[str]) -> list[str]:
    found = list[str]()
    for at in range(0, len(hashes), HASHES_AT_A_TIME):
        some = _OF.address_hash.in_(hashes[at : at + HASHES_AT_A_TIME])
        query = select(_OF.address_hash).where(some).distinct()
        found += connection.execute(query).scalars()
    return found


def lift_suppression(connection: Connection, address_key: str, now: datetime) -> bool:
    """
    Let an erased address ask again that bounced, or that a person of the office suppressed.

    Returns:
        False if there is none; what its reader said, and a complaint above all, stays.
    """
    known = find_erased(connection, [address_key]).get(address_key)
    if known is None or known.why.cause not in ENDED_BY_A_PERSON:
        return False
    hashes = hashes_of_addresses([address_key], find_address_keys(connection))
    is_its = _OF.address_hash.in_(list(hashes))
    connection.execute(update(erasures).where(is_its, _STANDS).values(lifted_at=now))
    return True
