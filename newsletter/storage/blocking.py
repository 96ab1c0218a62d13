"""Addresses that never want mail again: known by their hashes alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from newsletter.storage.lasting_keys import (
    KeyPurpose,
    find_address_keys,
    hash_of_address,
    hashes_of_addresses,
    lasting_key,
)
from newsletter.storage.mail_tables import blocked_addresses
from newsletter.subscribers.reader_acts import Block

HASHES_AT_A_TIME: Final = 10_000  # SQLite allows 32,766 values in a query

_OF: Final = blocked_addresses.c
_STANDS: Final = _OF.lifted_at.is_(None)
_ANY: Final = select(_OF.address_hash).where(_STANDS).limit(1)


def block(
    connection: Connection, address_key: str, now: datetime, by: str, because: str = ""
) -> bool:
    """Block an address for good; return False if it already was."""
    hashed = hash_of_address(address_key, lasting_key(connection, KeyPurpose.ADDRESSES, now))
    if find_block(connection, address_key) is not None:
        return False
    connection.execute(delete(blocked_addresses).where(_OF.address_hash == hashed))
    row = {
        "address_hash": hashed,
        "since": now,
        "blocked_by": by,
        "because": because or None,
    }
    connection.execute(insert(blocked_addresses).values(row))
    return True


def unblock(connection: Connection, address_key: str, now: datetime) -> bool:
    """Lift a block; return whether there was one. It stays known: see `repeat_blocks`."""
    hashes = hashes_of_addresses([address_key], find_address_keys(connection))
    lifted = update(blocked_addresses).where(_OF.address_hash.in_(list(hashes)), _STANDS)
    return connection.execute(lifted.values(lifted_at=now)).rowcount > 0


def find_block(connection: Connection, address_key: str) -> Block | None:
    """Return the block of an address; None if there is none."""
    hashes = hashes_of_addresses([address_key], find_address_keys(connection))
    query = select(_OF.since, _OF.because, _OF.blocked_by)
    query = query.where(_OF.address_hash.in_(list(hashes)), _STANDS).order_by(_OF.since).limit(1)
    found = connection.execute(query).one_or_none()
    return None if found is None else Block(found.since, found.blocked_by, found.because or "")


def has_blocked(connection: Connection) -> bool:
    """Return whether any address is blocked."""
    return connection.execute(_ANY).first() is not None


def find_blocked(connection: Connection, address_keys: Sequence[str]) -> frozenset[str]:
    """Return those of the addresses that are blocked."""
    keys = find_address_keys(connection)
    if not keys or not has_blocked(connection):
        return frozenset()
    by_hash = hashes_of_addresses(address_keys, keys)
    hashes = list(by_hash)
    found: list[str] = []
    for at in range(0, len(hashes), HASHES_AT_A_TIME):
        some = hashes[at : at + HASHES_AT_A_TIME]
        found += connection.execute(
            select(_OF.address_hash).where(_OF.address_hash.in_(some), _STANDS)
        ).scalars()
    return frozenset(by_hash[one] for one in found)
