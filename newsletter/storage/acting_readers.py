"""Finds the entry that an act of a reader changes, in the act's transaction."""

from sqlalchemy import Connection, select

from newsletter.storage.erased_names import find_returned
from newsletter.storage.erased_people import target_of
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.book import Entry
from newsletter.subscribers.erasing import is_placeholder
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.subscriber import SubscriberId
from newsletter.subscribers.why import Cause


def find_named(connection: Connection, name: ReaderName) -> Entry | None:
    """Return the entry of the reader whom a link names; of letters before an erasure, too."""
    book = SqlOpenBook(connection)
    owner = book.find_named([name]).get(name)
    if owner is None or is_placeholder(owner.key):
        return find_by_id(connection, find_returned(connection, name))
    return book.find([owner.key]).get(owner.key)


def find_by_id(connection: Connection, reader: SubscriberId | None) -> Entry | None:
    """Return the entry of a reader, whatever the address is by now."""
    if reader is None:
        return None
    query = select(subscribers.c.address_key).where(subscribers.c.id == reader)
    key: str | None = connection.execute(query).scalar()
    return None if key is None else SqlOpenBook(connection).find([key]).get(key)


def find_by_key(connection: Connection, key: str) -> Entry | None:
    """Return the entry of an address."""
    return SqlOpenBook(connection).find([key]).get(key)


def find_moved(connection: Connection, key: str) -> Entry | None:
    """Return the entry of an address, or of the one that its reader has moved to."""
    entry, seen = find_by_key(connection, key), {key}
    while entry is not None and entry.why.cause is Cause.MOVED:
        target = target_of(entry.why.because)
        if target is None or target in seen:
            break
        seen.add(target)
        entry = find_by_key(connection, target)
    return entry


def find_known(connection: Connection, key: str) -> Entry | None:
    """Return the entry of an address, or what it would be if its reader had not been erased."""
    return find_by_key(connection, key) or SqlOpenBook(connection).find_erased([key]).get(key)
