"""
Remembers who left by a link, and was not on the list then: a restore may have lost them.

A file, or a later backup, may bring them back to the list. They come as who has left.
"""

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select

from newsletter.phrases import phrase
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.entries import ENTRY_COLUMNS, read_entry
from newsletter.storage.lasting_keys import KeyPurpose, find_address_keys, lasting_key
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.present_columns import is_in
from newsletter.storage.tables import left_names, reader_aliases, subscribers
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import leave
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.traces import hash_of

log = logging.getLogger(__name__)

_OF: Final = left_names.c
_LIST: Final = subscribers.c
_ALL: Final = "SELECT name_hash, left_at FROM left_names"
SOME: Final = 500  # rows in memory at a time

LeftNames = Mapping[str, datetime]  # when whoever has a name left, by the keyed hash of the name


def note_left(connection: Connection, name: ReaderName, at: datetime) -> None:
    """Remember that whoever has this name in links left, though the list has nobody of it."""
    secret = lasting_key(connection, KeyPurpose.ADDRESSES, at)
    add_left(connection, {hash_of(str(name), secret): at})


def add_left(connection: Connection, names: LeftNames) -> None:
    """Remember *names*; of those that are known the later time counts."""
    for hashed, at in names.items():
        its = _OF.name_hash == hashed
        known = connection.execute(select(_OF.left_at).where(its)).scalar()
        if known is None or known < at:
            connection.execute(delete(left_names).where(its))
            connection.execute(insert(left_names).values(name_hash=hashed, left_at=at))


def read_left(database: Path) -> LeftNames:
    """Read the names of a ledger that is replaced; none, if it is missing, damaged or older."""
    if not database.exists():
        return {}
    try:
        with closing(connect_for_copy(database)) as connection:
            return {name: moment_in(at) for name, at in connection.execute(_ALL)}
    except (sqlite3.Error, ValueError):
        return {}


def repeat_left(engine: Engine, names: LeftNames, now: datetime) -> int:
    """Remember in an older copy who left; return how many of these are readers in it."""
    with writing(engine) as connection:
        add_left(connection, names)
        return end_left(connection, now)


def end_left(connection: Connection, now: datetime) -> int:
    """
    Unsubscribe the readers of remembered names, as of when they left; return how many.

    Not who has agreed since. The names are forgotten then: they are readers' again.
    """
    names = {row.name_hash: row.left_at for row in connection.execute(select(left_names))}
    if not names:
        return 0
    keys, book = find_address_keys(connection), SqlOpenBook(connection, _by_reader(now))
    of = dict[SubscriberId, str]()
    for number, name in _named(connection):
        for hashed in (hash_of(name, key) for key in keys):
            if hashed in names:
                of[number] = hashed
    query = select(*ENTRY_COLUMNS).where(is_in(_LIST.id, of))
    found = [read_entry(row) for row in connection.execute(query)]
    left = [
        leave(one, "", names[of[one.id]])
        for one in found
        if one.id is not None and _is_still(one, names[of[one.id]])
    ]
    book.update(left)
    connection.execute(delete(left_names).where(is_in(_OF.name_hash, list(of.values()))))
    return len(left)


def end_left_again(connection: Connection, now: datetime) -> None:
    """Unsubscribe those whom a file has brought back, and say how many."""
    if count := end_left(connection, now):
        log.warning(phrase("storage.left-before", count=count))


def _by_reader(now: datetime) -> Occasion:
    return Occasion(ConsentWay.READER, now)


def _is_still(entry: Entry, left_at: datetime) -> bool:
    """Return whether an entry is of a reader who has not agreed after leaving."""
    is_older = entry.consented_at is None or entry.consented_at <= left_at
    return entry.standing is Standing.ACTIVE and is_older


def _named(connection: Connection) -> Iterator[tuple[SubscriberId, str]]:
    """Yield the numbers of readers, each with a name that they have in links."""
    in_steps = {"yield_per": SOME}
    query = select(_LIST.id, _LIST.reader_id, _LIST.old_number)
    for number, *names in connection.execute(query, execution_options=in_steps):
        yield from ((number, str(name)) for name in names if name is not None)
    aliases = select(reader_aliases.c.subscriber_id, reader_aliases.c.alias)
    for number, alias in connection.execute(aliases, execution_options=in_steps):
        yield number, alias
