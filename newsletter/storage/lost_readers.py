"""Finds the readers whom a backup does not have: a restore loses them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from newsletter.lang import Preference
from newsletter.storage.copies import columns_of, connect_for_copy, moment_in
from newsletter.storage.withdrawals_since import UNKNOWN, PutBack, find_undone
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import Standing, Subscriber, SubscriberId
from newsletter.subscribers.traces import hash_of
from newsletter.subscribers.why import ENDED_BY_A_PERSON

AT_A_TIME: Final = 1_000
# Active readers whom the other one has neither by the id in links nor by the address; "other": the
# id by which it has the address.
_NOT_THERE: Final = (
    "SELECT here.*, by_key.id AS holder, {other} AS other FROM main.subscribers AS here"
    " LEFT JOIN there.subscribers AS by_id ON {same} AND {counts_by_id}"
    " LEFT JOIN there.subscribers AS by_key"
    " ON by_key.address_key = here.address_key AND {counts_by_key}"
    " WHERE here.standing = 'active' AND by_id.id IS NULL ORDER BY here.id"
)
_KEY: Final = "SELECT secret FROM lasting_keys WHERE purpose = 'addresses'"
_IS_READER: Final = "SELECT 1 FROM subscribers WHERE reader_id = ?"  # who was erased has none
_WITHDREW: Final = (
    "SELECT standing_since FROM subscribers WHERE (address_key = ? OR reader_id = ?)"
    " AND standing_cause = 'withdrew'"
)
_ENDED: Final = (
    "SELECT standing_since FROM subscribers WHERE reader_id = ? AND standing != 'active'"
    " AND coalesce(standing_cause, '') != 'moved'"
)
NEVER_ENDS: Final = datetime.max.replace(tzinfo=UTC)  # at a time that was damaged
_ERASED: Final = "SELECT asked_at FROM erasures WHERE address_hash = ?"
_BY_A_PERSON: Final = ", ".join(f"'{cause.value}'" for cause in sorted(ENDED_BY_A_PERSON))


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
    if not database.exists():
        return None
    try:
        with closing(_Since(database, file)) as since:
            return [
                _subscriber(row)
                for row in _not_there(database, file, puts_back=True)
                if (
                    row["holder"] is None
                    or since.has(row["other"])
                    or since.was_erased(row["address_key"])
                )
                and not since.will_be_back(row)
            ]
    except (sqlite3.Error, OSError):
        return None


def find_missing(database: Path, restored: Path) -> Sequence[Subscriber] | None:
    """Return the readers who are active in a ledger, and not in the copy that replaces it."""
    if not database.exists():
        return None
    try:
        found = _not_there(database, restored, puts_back=False)
        return [_subscriber(row) for row in found if row["holder"] is None]
    except (sqlite3.Error, OSError):
        return None


def _not_there(database: Path, file: Path, *, puts_back: bool) -> Iterator[sqlite3.Row]:
    """Yield the active readers whom *file* does not have as active by their ids in links."""
    with closing(connect_for_copy(database)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("ATTACH ? AS there", (str(file),))
        here, there = (columns_of(connection, of) for of in ("main", "there"))
        has_ids = "reader_id" in here & there
        may_be_back = puts_back and "standing_by" in here and "standing_cause" in there
        query = _NOT_THERE.format(
            other="by_key.reader_id" if has_ids else "NULL",
            same="by_id.reader_id = here.reader_id" if has_ids else "0",
            counts_by_id=_counts("by_id", may_be_back=may_be_back),
            counts_by_key=_counts("by_key", may_be_back=may_be_back),
        )
        cursor = connection.execute(query)
        while rows := cursor.fetchmany(AT_A_TIME):
            yield from rows


def _counts(name: str, *, may_be_back: bool) -> str:
    """Return the condition that a row of a backup is an active reader, or will be one again."""
    is_active = f"{name}.standing = 'active'"
    if not may_be_back:
        return is_active
    is_back = f"here.standing_by != '' AND {name}.standing_cause IN ({_BY_A_PERSON})"
    return f"({is_active} OR ({is_back}))"


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

    def will_be_back(self, row: sqlite3.Row) -> bool:
        """Return whether a reader has agreed again, or taken back the leaving, that it knows."""
        return self._has_agreed_again(row) or self._has_taken_back(row["address_key"])

    def _has_agreed_again(self, row: sqlite3.Row) -> bool:
        name, at = _get(row, "reader_id"), row["consented_at"]
        if name is None or at is None:
            return False
        try:
            ended = self._file.execute(_ENDED, (name,)).fetchone()
        except sqlite3.Error:  # from before ids in links
            return False
        return ended is not None and moment_in(at, UNKNOWN) > moment_in(ended[0], NEVER_ENDS)

    def _has_taken_back(self, key: str) -> bool:
        back = self._undone.get(key)
        its = None if back is None else (key, back.reader_id)
        found = None if its is None else self._file.execute(_WITHDREW, its).fetchone()
        return found is not None and back is not None and moment_in(found[0], UNKNOWN) < back.since

    @cached_property
    def _undone(self) -> Mapping[str, PutBack]:
        """The readers who have taken leaving back, by their addresses."""
        try:
            self._file.execute(_WITHDREW, ("", ""))
            self._connection.row_factory = sqlite3.Row
            return {one.key: one for one in find_undone(self._connection)}
        except (sqlite3.Error, ValueError):  # from before the record, or damaged
            return {}
        finally:
            self._connection.row_factory = None

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
    consented_at, reconfirmed_at = row["consented_at"], _get(row, "reconfirmed_at")
    return Subscriber(
        id=SubscriberId(row["id"]),
        address=row["address"],
        name=row["name"],
        preference=Preference(preference) if preference else None,
        standing=Standing.ACTIVE,
        standing_since=moment_in(row["standing_since"], now),
        consented_at=None if consented_at is None else moment_in(consented_at, now),
        names=() if name is None else (ReaderId(name),),
        reconfirmed_at=None if reconfirmed_at is None else moment_in(reconfirmed_at, now),
    )
