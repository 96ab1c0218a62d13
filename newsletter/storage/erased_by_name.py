"""Finds erased people in an older copy by their names in links, which stay when they move."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from newsletter.storage.copies import connect_for_copy
from newsletter.storage.erased_people import with_left
from newsletter.storage.erasure_journal import Line
from newsletter.storage.present_columns import Rows
from newsletter.storage.tables import reader_aliases, subscribers
from newsletter.subscribers.erasing import is_placeholder
from newsletter.subscribers.traces import hash_of
from newsletter.subscribers.why import Cause

SOME: Final = 500  # rows in memory at a time
_LIST: Final = subscribers.c
_NAMES: Final = (_LIST.reader_id, _LIST.old_number)
_HELD: Final = (
    "SELECT 1 FROM subscribers WHERE address_key = ? AND coalesce(standing_cause, '') != ?"
)


class Meant(NamedTuple):
    """An erasure, and what it means in a copy."""

    line: Line
    key: str  # of the address by which the copy knows the person
    own: Line  # by that address


def find_by_names(
    connection: Connection, lines: Sequence[Line], key: bytes, secrets: Sequence[bytes]
) -> Sequence[Meant]:
    """
    Find whom a copy knows, be it by another address than the one that they were erased by.

    Also by those that they have left for it, as far as the copy says so.

    Args:
        connection: to the copy.
        lines: erasures.
        key: of the hashes of `Meant.own`.
        secrets: the keys that names were hashed with.
    """
    of_name = defaultdict[str, list[Line]](list)
    for line in lines:
        for name in line.names:
            of_name[name].append(line)
    if not of_name:
        return ()
    found = list[Meant]()
    for address, name in _named(connection):
        for line in (line for one in secrets for line in of_name.get(hash_of(name, one), ())):
            for own in sorted(with_left(connection, [address])):
                theirs = replace(line, address_hash=hash_of(own, key), names=())
                found.append(Meant(line, own, theirs))
    return found


def _named(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield the keys of addresses, each with a name that its reader has in links."""
    rows = Rows(connection)
    in_steps = {"yield_per": SOME}
    names = [name for name in _NAMES if rows.has(name)]
    for row in connection.execute(select(_LIST.address_key, *names), execution_options=in_steps):
        if not is_placeholder(row.address_key):
            yield from ((row.address_key, str(name)) for name in row[1:] if name is not None)
    if rows.has(reader_aliases.c.alias):
        query = select(_LIST.address_key, reader_aliases.c.alias).join(
            reader_aliases, reader_aliases.c.subscriber_id == _LIST.id
        )
        for address, alias in connection.execute(query, execution_options=in_steps):
            yield address, str(alias)


def find_held(database: Path | None, keys: Collection[str]) -> frozenset[str]:
    """Return those of the addresses that have a reader in a ledger: nobody who was erased."""
    if database is None or not keys or not database.exists():
        return frozenset()
    try:
        with closing(connect_for_copy(database)) as connection:
            asked = ((key, Cause.MOVED.value) for key in keys)
            return frozenset(one[0] for one in asked if connection.execute(_HELD, one).fetchone())
    except sqlite3.Error:
        return frozenset()
