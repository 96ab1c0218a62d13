"""Tells who has an address in a copy from who has it by now: it may have changed hands."""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select

from newsletter.storage.copies import connect_for_copy
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import reading
from newsletter.subscribers.erasing import is_placeholder
from newsletter.subscribers.why import Cause

_LIST: Final = subscribers.c
_AT: Final = "SELECT reader_id, address_key FROM subscribers WHERE reader_id = ?"
# Returns the addresses of the readers whom a ledger has, by their ids in links.
Living = Callable[[Collection[str]], Mapping[str, str]]


def living_in(engine: Engine) -> Living:
    """Return what asks a ledger for readers by their ids in links."""
    return partial(_find_living, engine)


def living_in_file(database: Path | None) -> Living:
    """Return what asks the ledger in a file, whose tables may be older; nobody is in a lost one."""
    return nobody if database is None else partial(_find_living_in_file, database)


def nobody(_: Collection[str]) -> Mapping[str, str]:
    """Say that the ledger has none of these, where there is none to ask."""
    return {}


def others_at(connection: Connection, keys: Collection[str], living: Living) -> frozenset[str]:
    """
    Return those of the addresses that a copy's reader has whom the ledger still has.

    Also those that such a reader has left, if the ledger says so, too.
    """
    rows = Rows(connection)
    columns = [_LIST.address_key, _LIST.reader_id, _LIST.standing_cause]
    if not all(map(rows.has, columns)):
        return frozenset()
    found = connection.execute(select(*columns).where(is_in(_LIST.address_key, keys))).all()
    here = living({row.reader_id for row in found if row.reader_id is not None})
    return frozenset(
        row.address_key
        for row in found
        if row.reader_id in here
        and (row.standing_cause != Cause.MOVED or here[row.reader_id] == row.address_key)
    )


def ids_at(connection: Connection, keys: Collection[str]) -> Mapping[str, str]:
    """Return the ids in links of the readers who have addresses in a copy, by these."""
    if not Rows(connection).has(_LIST.reader_id):
        return {}
    query = select(_LIST.address_key, _LIST.reader_id).where(is_in(_LIST.address_key, keys))
    return {row.address_key: row.reader_id for row in connection.execute(query) if row.reader_id}


def _find_living(engine: Engine, ids: Collection[str]) -> Mapping[str, str]:
    with reading(engine) as connection:
        found = find_by_reader_ids(connection, list(ids))
    return {str(name): one.key for name, one in found.items() if not is_placeholder(one.key)}


def _find_living_in_file(database: Path, ids: Collection[str]) -> Mapping[str, str]:
    if not ids or not database.exists():
        return {}
    try:
        with closing(connect_for_copy(database)) as connection:
            found = [row for one in ids for row in connection.execute(_AT, (one,))]
    except sqlite3.Error:
        return {}
    return {name: key for name, key in found if not is_placeholder(key)}
