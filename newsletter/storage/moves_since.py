"""Carries over to a backup that is restored which address readers have by now."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, update

from newsletter.dispatch.control import PROGRAM
from newsletter.storage.consents import ConsentLog
from newsletter.storage.copies import columns_of, connect_for_copy, moment_in
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.erased_people import moved_to
from newsletter.storage.mail_rows import take_requests_along
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import writing
from newsletter.subscribers.address import Address
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion, name_person
from newsletter.subscribers.decisions import left_behind
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.why import Cause

AT_A_TIME: Final = 1_000
_OF: Final = subscribers.c
# Readers whom both know, by different addresses, or by one that they came to at different times.
_DIFFERENT: Final = (
    "SELECT here.reader_id, here.address, here.address_key, {here}, there.address_key, {there}"
    " FROM main.subscribers AS here JOIN backup.subscribers AS there USING (reader_id)"
    " WHERE (here.address_key != there.address_key OR {here} IS NOT {there})"
    " AND here.address_key NOT LIKE ?"
    " AND coalesce(here.standing_cause, '') != ? AND coalesce(there.standing_cause, '') != ?"
)
_OF_DIFFERENT: Final = (f"{ERASED_KEY}%", Cause.MOVED.value, Cause.MOVED.value)
_ARRIVED: Final = (
    "SELECT max(recorded_at) FROM {of}.consents WHERE person = ? AND way = ? AND act = 'agreed'"
)
_LEFT: Final = (
    "SELECT standing_since, standing_because FROM {of}.subscribers WHERE standing_cause = ?"
)
_KEY: Final = "SELECT secret FROM {of}.lasting_keys WHERE purpose = 'addresses'"
_HERE: Final = "main"
_THERE: Final = "backup"
_ALIASES: Final = {_HERE: "here", _THERE: "there"}
NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Moved(NamedTuple):
    """A reader who came to an address later than a backup knows."""

    reader_id: str  # in links, which stays
    address: Address
    at: datetime  # aware UTC; when they came
    is_recorded: bool = False  # that ledger keeps a record of consents, which says what it means


MovesSince = Sequence[Moved]


def read_moves(database: Path, file: Path) -> MovesSince:
    """
    Find who moved after a backup was made, and where they are by the ledger that is replaced.

    The ledger may be the older one: who has moved in the backup later than in it is left out, and
    so is of whom nobody knows when.

    Returns:
        Nothing, if the ledger or the backup is missing, damaged or too old.
    """
    if not database.exists():
        return ()
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.execute(f"ATTACH ? AS {_THERE}", (str(file),))
            here, there = (_Arrivals(connection, of) for of in (_HERE, _THERE))
            times = {"here": here.column, "there": there.column}
            found = connection.execute(_DIFFERENT.format(**times), _OF_DIFFERENT).fetchall()
            return [
                Moved(reader_id, Address(address, key), at, here.has_record)
                for reader_id, address, key, moved_at, old_key, old_moved_at in found
                if (at := here.came_at(key, moved_at)) is not None
                and at > (there.came_at(old_key, old_moved_at) or NEVER)
            ]
    except (sqlite3.Error, ValueError, TypeError):
        return ()


class _Arrivals:
    """When readers came to the addresses that they have in a ledger."""

    def __init__(self, connection: sqlite3.Connection, of: str) -> None:
        self._connection, self._of = connection, of
        names = columns_of(connection, of)
        self.column = f"{_ALIASES[of]}.moved_at" if "moved_at" in names else "NULL"
        secret = connection.execute(_KEY.format(of=of)).fetchone()
        self._secret = None if secret is None else str(secret[0]).encode()

    @property
    def has_record(self) -> bool:
        """Whether it records what moves mean for consents."""
        return self._secret is not None

    @cached_property
    def _by_key(self) -> Mapping[str, datetime]:
        """Of those whom an address that was left names."""
        found = dict[str, datetime]()
        left = self._connection.execute(_LEFT.format(of=self._of), (Cause.MOVED.value,))
        for since, because in left:
            key, at = moved_to(because), moment_in(since)
            if key is not None:
                found[key] = max(at, found.get(key, at))
        return found

    def came_at(self, key: str, moved_at: str | None) -> datetime | None:
        """
        Return when the present reader of an address came to it; None if it is their first.

        *moved_at*: as the ledger has it. Of moves before it had that, its records say when.
        """
        if moved_at is not None:
            return moment_in(moved_at)
        known = [] if key not in self._by_key else [self._by_key[key]]
        if self._secret is not None:
            asked = (name_person(key, self._secret), ConsentWay.MOVED.value)
            [recorded] = self._connection.execute(_ARRIVED.format(of=self._of), asked).fetchone()
            known += [] if recorded is None else [moment_in(recorded)]
        return max(known, default=None)


def repeat_moves(engine: Engine, since: MovesSince, now: datetime) -> int:
    """
    Give readers of an older copy the addresses that they have by now; return how many were moved.

    Several may have exchanged theirs, so all move at once. An address that somebody else holds in
    the copy stays theirs, and whoever has moved there stays where they were. What it means for
    their consents is recorded here only where the other ledger keeps no record of these, which
    `repeat_record` would carry over.
    """
    if not since:
        return 0
    targets, entries, held = dict[str, Address](), list[Entry](), dict[str, Entry]()
    unsaid = frozenset(one.reader_id for one in since if not one.is_recorded)
    occasion, some = Occasion(ConsentWay.MOVED, now, by=PROGRAM), iter(since)
    with writing(engine) as connection:
        book = SqlOpenBook(connection, occasion)
        while batch := list(islice(some, AT_A_TIME)):
            known = find_by_reader_ids(connection, [one.reader_id for one in batch])
            moved = {known[one.reader_id].key: one for one in batch if one.reader_id in known}
            targets |= {key: one.address for key, one in moved.items() if key != one.address.key}
            entries += known.values()
            keys = [one.address.key for one in batch]
            held |= {**book.find_erased(keys), **book.find(keys)}
        targets = _movable(targets, held)
        movers = [one for one in entries if one.key in targets]
        free = _move_all(connection, movers, targets, held)
        ConsentLog(connection, occasion).move(
            [(one, targets[one.key].key) for one in movers if one.reader_id in unsaid]
        )
        new = {address.key for address in targets.values()}
        left = [one for one in movers if one.key not in new]
        behind = [left_behind(one, targets[one.key], now, PROGRAM) for one in left]
        _leave_behind(connection, book, behind, free)
        _note_times(connection, since)
    return len(movers)


def _movable(targets: Mapping[str, Address], held: Mapping[str, Entry]) -> dict[str, Address]:
    """Return those of the moves to addresses that are free, or become free by another one."""
    left = dict(targets)
    while True:
        stuck = [key for key, address in left.items() if _is_held(address.key, held, left)]
        if not stuck:
            return left
        for key in stuck:
            del left[key]


def _is_held(key: str, held: Mapping[str, Entry], movers: Collection[str]) -> bool:
    holder = held.get(key)
    return holder is not None and holder.why.cause is not Cause.MOVED and key not in movers


def _move_all(
    connection: Connection,
    movers: Sequence[Entry],
    targets: Mapping[str, Address],
    held: Mapping[str, Entry],
) -> Sequence[Entry]:
    """Write where readers are by now; return the rows of addresses left before that are free."""
    new = {address.key for address in targets.values()}
    there = [held[key] for key in sorted(new & held.keys()) if key not in targets]
    free = [one for one in there if one.id is not None]  # None: of an erasure
    for one in movers:
        if one.id is not None:
            take_requests_along(connection, one.key, one.id)
    for one in (*movers, *free):
        _put(connection, one, f"moving:{one.id}", one.address)
    for one in movers:
        _put(connection, one, targets[one.key].key, targets[one.key].spelling)
    return free


def _leave_behind(
    connection: Connection, book: SqlOpenBook, behind: Sequence[Entry], free: Sequence[Entry]
) -> None:
    """Say at each address that becomes nobody's where its reader is, so that no file adds it."""
    for one, row in zip(behind, free, strict=False):
        _put(connection, row, one.key, one.address)
        book.update([replace(one, id=row.id, import_id=row.import_id)])
    book.add(behind[len(free) :])


def _note_times(connection: Connection, since: MovesSince) -> None:
    """Write when those readers came to their addresses who have these by now."""
    for one in since:
        is_there = and_(_OF.reader_id == one.reader_id, _OF.address_key == one.address.key)
        connection.execute(update(subscribers).where(is_there).values(moved_at=one.at))


def _put(connection: Connection, entry: Entry, key: str, address: str) -> None:
    """Write the address of a row, which says nothing about consent."""
    values = {"address_key": key, "address": address}
    connection.execute(update(subscribers).where(subscribers.c.id == entry.id).values(values))
