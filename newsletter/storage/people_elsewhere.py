"""Finds people in the copies of the database: after a restore, these may know more."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import LedgerError
from newsletter.storage.agreed_later import find_later
from newsletter.storage.entries import ENTRY_COLUMNS, read_entry
from newsletter.storage.erased_copies import copies_of, opened_copy
from newsletter.storage.erased_people import find_people, keys_held, moved_to
from newsletter.storage.erasure_journal import Line
from newsletter.storage.lasting_keys import KeyPurpose, lasting_key
from newsletter.storage.other_readers import Living, ids_at, living_in
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.erasing import (
    ErasureOrder,
    ErasureWhy,
    Remembered,
    remember,
)
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import Sought, hash_of
from newsletter.subscribers.why import Cause

_LIST: Final = subscribers.c
_KNOWN: Final = (_LIST.standing, _LIST.standing_since, _LIST.standing_cause)


@dataclass(slots=True)
class _Search:
    """One search: what is known of the people so far."""

    keys: set[str]  # of their addresses
    lines: Mapping[str, Line]  # the erasures that are ordered, by address
    secret: bytes
    living: Living  # asks the ledger
    free: set[str]  # addresses that were asked for, and that nobody has in the ledger
    ids: dict[str, str] = field(default_factory=dict)  # in links, by the address of the ledger
    left_at: datetime | None = None  # when the last of them withdrew; None: they asked for it
    theirs: set[str] = field(default_factory=set)  # ids in links by which copies know them
    found: dict[str, Remembered] = field(default_factory=dict)  # in copies, by address

    def own(self) -> set[str]:
        """Return the ids in links by which they are known so far."""
        return self.theirs | set(self.ids.values())


def find_elsewhere(
    engine: Engine, keys: Collection[str], order: ErasureOrder
) -> Mapping[str, Remembered]:
    """
    Find by which addresses the copies know the owners of addresses.

    A reader who moved after a backup was made has the old address in the restored ledger, and the
    new one in the ledger that it replaced; whoever subscribed after it is only there. The id in
    links is the same. Who agreed in a copy after what *order* erases them for is left out.

    Returns:
        The keys of the addresses, *keys* among them as far as a copy has them, and what is to be
        remembered of each. Copies that cannot be read are left out.
    """
    copies = copies_of(engine)
    if not copies:
        return {}
    with writing(engine) as connection:
        secret = lasting_key(connection, KeyPurpose.ADDRESSES, order.now)
        entries = _entries_of(connection, keys)
    free = set(keys) - {one.key for one in entries}
    lines = _lines_of(entries, order, secret)
    search = _Search(set(keys), lines, secret, living_in(engine), free)
    if order.why is ErasureWhy.WITHDRAWN:
        search.left_at = max((one.standing_since for one in entries), default=None)
    search.ids = {one.key: one.reader_id for one in entries if one.reader_id is not None}
    while True:
        before = len(search.keys), len(search.theirs)
        for copy in copies:
            try:
                with opened_copy(copy) as of, of.connect() as connection:
                    _search_in(connection, search, order)
            except (SQLAlchemyError, OSError, ValueError, LedgerError):
                continue  # the erasure names it
        if before == (len(search.keys), len(search.theirs)):
            break
    with writing(engine) as connection:
        return _without_others(connection, search, keys, order)


def seek(engine: Engine, keys: Collection[str], now: datetime) -> Sought:
    """Return how the owners of addresses are found in files."""
    with writing(engine) as connection:
        secret = lasting_key(connection, KeyPurpose.ADDRESSES, now)
    return Sought(secret, frozenset(hash_of(key, secret) for key in keys))


def _entries_of(connection: Connection, keys: Collection[str]) -> list[Entry]:
    query = select(*ENTRY_COLUMNS).where(is_in(_LIST.address_key, keys))
    return [read_entry(row) for row in connection.execute(query)]


def _lines_of(entries: Iterable[Entry], order: ErasureOrder, secret: bytes) -> Mapping[str, Line]:
    lines = dict[str, Line]()
    for one in entries:
        kept = remember(one, order.now)
        hashed, why = hash_of(one.key, secret), order.why.value
        lines[one.key] = Line(hashed, order.now, why, kept.standing, kept.since, kept.cause, None)
    return lines


def _search_in(connection: Connection, search: _Search, order: ErasureOrder) -> None:
    """Add to *search* what one copy knows."""
    rows = Rows(connection)
    sought = Sought(search.secret, frozenset(hash_of(key, search.secret) for key in search.keys))
    stays = find_later(connection, sought, list(search.lines.values()))
    wanted = {key for key in search.keys if hash_of(key, search.secret) not in stays}
    if rows.has(_LIST.reader_id):
        ids = {search.ids[key] for key in wanted if key in search.ids} | search.theirs
        named = select(_LIST.address_key).where(is_in(_LIST.reader_id, ids))
        wanted |= set(connection.execute(named).scalars())
    # Whom the ledger has is followed by the id alone: an address may be somebody else's by now.
    wanted |= _with_later(connection, rows, wanted - search.ids.keys())
    wanted -= _others(connection, rows, search, wanted)
    people = find_people(connection, wanted)
    for key in keys_held(connection, people.keys):
        search.keys.add(key)
        search.found.setdefault(key, _remembered(connection, rows, key, search, order))
    if rows.has(_LIST.reader_id):
        theirs = select(_LIST.reader_id).where(is_in(_LIST.id, people.ids))
        if rows.has(_LIST.standing_cause):  # an address that was left may be another's later
            theirs = theirs.where(_LIST.standing_cause.is_distinct_from(Cause.MOVED.value))
        search.theirs |= {one for one in connection.execute(theirs).scalars() if one is not None}


def _others(connection: Connection, rows: Rows, search: _Search, keys: set[str]) -> set[str]:
    """
    Return those of the addresses that a copy's reader has who is somebody else in the ledger.

    But for those whom an address was asked for that nobody has in the ledger: the reader whom the
    copy has there, or who has left it there on the way from the address that the ledger has.
    """
    there = ids_at(connection, keys - search.free)
    strange = {key: name for key, name in there.items() if name not in search.own()}
    here = search.living(set(strange.values()))
    return {
        key
        for key, name in strange.items()
        if name in here and search.free.isdisjoint(_with_later(connection, rows, {here[name]}))
    }


def _with_later(connection: Connection, rows: Rows, keys: set[str]) -> set[str]:
    """Return *keys* with the addresses that their readers have moved to."""
    if not rows.has(_LIST.standing_cause):
        return keys
    found, new = set(keys), set(keys)
    while new:
        is_left = is_in(_LIST.address_key, new), _LIST.standing_cause == Cause.MOVED.value
        said = connection.execute(select(_LIST.standing_because).where(*is_left)).scalars()
        new = {key for key in map(moved_to, said) if key is not None} - found
        found |= new
    return found


def _remembered(
    connection: Connection, rows: Rows, key: str, search: _Search, order: ErasureOrder
) -> Remembered:
    """Return what an erasure remembers of an address; who only asked for something has left."""
    left = Remembered(Standing.UNSUBSCRIBED, search.left_at or order.now, Cause.WITHDREW)
    if not all(map(rows.has, _KNOWN)):
        return left
    row = connection.execute(select(*_KNOWN).where(_LIST.address_key == key)).first()
    if row is None or row.standing == Standing.ACTIVE or row.standing_cause == Cause.MOVED:
        return left
    cause = row.standing_cause
    return Remembered(Standing(row.standing), row.standing_since, Cause(cause) if cause else None)


def _without_others(
    connection: Connection, search: _Search, keys: Collection[str], order: ErasureOrder
) -> Mapping[str, Remembered]:
    """Leave out who is somebody else on the list by now; add by which address the list has them."""
    ids = search.theirs | set(search.ids.values())
    found = dict(search.found)
    named = select(*ENTRY_COLUMNS).where(is_in(_LIST.reader_id, ids))
    own = {one.key: one for one in map(read_entry, connection.execute(named))}
    for key, entry in own.items():
        found.setdefault(key, remember(entry, order.now))
    others = {one.key for one in _entries_of(connection, list(found))} - own.keys() - set(keys)
    return {key: kept for key, kept in found.items() if key not in others}
