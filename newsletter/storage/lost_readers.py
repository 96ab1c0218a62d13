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
from newsletter.subscribers.why import ENDED_BY_A_PERSON

_ACTIVE: Final = "SELECT * FROM subscribers WHERE standing = ? ORDER BY id"
_ENDED: Final = "SELECT * FROM subscribers WHERE standing != ?"
_OF: Final = (Standing.ACTIVE.value,)


def find_lost(database: Path, file: Path) -> Sequence[Subscriber] | None:
    """
    Return the readers who are active in a ledger, and would not be once *file* takes its place.

    Whom the backup knows by another address is found by the id in links. Whoever was put back by a
    person since stays active.

    Args:
        database: the ledger until now.
        file: a backup that `backups.read_backup` has checked.

    Returns:
        None: the ledger cannot be read, so nobody knows.
    """
    try:
        active = _rows(database, _ACTIVE)
        there = _names(_rows(file, _ACTIVE))
        ended = [row for row in _rows(file, _ENDED) if _get(row, "standing_cause") in _BY_A_PERSON]
        back = _names(ended)
    except (sqlite3.Error, OSError):
        return None
    return [
        _subscriber(row)
        for row in active
        if not (_names([row]) & there or (_get(row, "standing_by") and _names([row]) & back))
    ]


_BY_A_PERSON: Final = frozenset(cause.value for cause in ENDED_BY_A_PERSON)


def _rows(database: Path, query: str) -> Sequence[sqlite3.Row]:
    if not database.exists():
        raise FileNotFoundError(database)
    with closing(connect_for_copy(database)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query, _OF).fetchall()


def _names(rows: Iterable[sqlite3.Row]) -> set[str]:
    """Return by what readers are known: keys of addresses, which have an @, and ids in links."""
    found = [_get(row, name) for row in rows for name in ("address_key", "reader_id")]
    return {name for name in found if name is not None}


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
