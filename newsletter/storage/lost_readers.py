"""Finds the readers whom a backup does not have: a restore loses them."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from newsletter.lang import Preference
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import Standing, Subscriber, SubscriberId
from newsletter.subscribers.traces import hash_of
from newsletter.subscribers.why import ENDED_BY_A_PERSON

_ACTIVE: Final = "SELECT * FROM subscribers WHERE standing = ? ORDER BY id"
_ENDED: Final = "SELECT * FROM subscribers WHERE standing != ?"
_KEY: Final = "SELECT secret FROM lasting_keys WHERE purpose = 'addresses'"
_IS_READER: Final = "SELECT 1 FROM subscribers WHERE reader_id = ?"  # who was erased has none
_ERASED: Final = "SELECT asked_at FROM erasures WHERE address_hash = ?"
_OF: Final = (Standing.ACTIVE.value,)


def find_lost(database: Path, file: Path) -> Sequence[Subscriber] | None:
    """
    Return the readers who are active in a ledger, and would not be once *file* takes its place.

    Whom the backup knows by another address is found by the id in links. Whoever was put back by a
    person since stays active. An address may have another reader since; and whoever was erased and
    has agreed again since is erased in the backup.

    Args:
        database: the ledger until now.
        file: a backup that `backups.read_backup` has checked.

    Returns:
        None: the ledger cannot be read, so nobody knows.
    """
    try:
        active = _rows(database, _ACTIVE)
        there = _Known(_rows(file, _ACTIVE))
        ended = [row for row in _rows(file, _ENDED) if _get(row, "standing_cause") in _BY_A_PERSON]
        back = _Known(ended)
        with closing(_Since(database, file)) as since:
            return [
                _subscriber(row)
                for row in active
                if not (
                    there.has(row, since) or (_get(row, "standing_by") and back.has(row, since))
                )
            ]
    except (sqlite3.Error, OSError):
        return None


def find_missing(database: Path, restored: Path) -> Sequence[Subscriber] | None:
    """Return the readers who are active in a ledger, and not in the copy that replaces it."""
    try:
        there = _Known(_rows(restored, _ACTIVE))
        return [_subscriber(row) for row in _rows(database, _ACTIVE) if not there.has(row)]
    except (sqlite3.Error, OSError):
        return None


_BY_A_PERSON: Final = frozenset(cause.value for cause in ENDED_BY_A_PERSON)


def _rows(database: Path, query: str) -> Sequence[sqlite3.Row]:
    if not database.exists():
        raise FileNotFoundError(database)
    with closing(connect_for_copy(database)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query, _OF).fetchall()


class _Known:
    """Readers of a backup, by what they are known: an address, or the id in links."""

    def __init__(self, rows: Iterable[sqlite3.Row]) -> None:
        self._by_key = {row["address_key"]: _get(row, "reader_id") for row in rows}
        self._ids = {name for name in self._by_key.values() if name is not None}

    def has(self, row: sqlite3.Row, since: "_Since | None" = None) -> bool:
        """Return whether a reader is among them, also by what has happened *since*."""
        key, name = row["address_key"], _get(row, "reader_id")
        if name is not None and name in self._ids:
            return True
        if key not in self._by_key:
            return False
        return since is None or not (since.has(self._by_key[key]) or since.was_erased(key))


class _Since:
    """What a ledger knows, and a backup may not."""

    def __init__(self, database: Path, file: Path) -> None:
        self._connection, self._file = connect_for_copy(database), connect_for_copy(file)
        try:
            found = self._connection.execute(_KEY).fetchone()
        except sqlite3.Error:  # from before erasures
            found = None
        self._secret = None if found is None else str(found[0]).encode()

    def close(self) -> None:
        """Close both files."""
        self._connection.close()
        self._file.close()

    def has(self, reader_id: str | None) -> bool:
        """Return whether a reader is on the list, wherever that is."""
        return bool(reader_id and self._connection.execute(_IS_READER, (reader_id,)).fetchone())

    def was_erased(self, key: str) -> bool:
        """Return whether a reader of an address was erased after the backup was made."""
        if self._secret is None:
            return False
        hashed = hash_of(key, self._secret)
        try:
            before = set(self._file.execute(_ERASED, (hashed,)))
        except sqlite3.Error:
            before = set()
        return bool(set(self._connection.execute(_ERASED, (hashed,))) - before)


def _get(row: sqlite3.Row, name: str) -> str | None:
    """Return a value of a row, whose table may be older than the column."""
    value: str | None = row[name] if name in row.keys() else None  # noqa: SIM118 - of sqlite3
    return value


def _subscriber(row: sqlite3.Row) -> Subscriber:
    now = datetime.now(UTC)
    name, preference = _get(row, "reader_id"), row["preference"]
    consented_at = row["consented_at"]
    return Subscriber(
        id=SubscriberId(row["id"]),
        address=row["address"],
        name=row["name"],
        preference=Preference(preference) if preference else None,
        standing=Standing.ACTIVE,
        standing_since=moment_in(row["standing_since"], now),
        consented_at=None if consented_at is None else moment_in(consented_at, now),
        names=() if name is None else (ReaderId(name),),
    )
