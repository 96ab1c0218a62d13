"""Carries over to a backup that is restored who looked at personal data after it was made."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, Text, func, insert, select, type_coerce

from newsletter.storage.access_tables import access_reviews, accesses
from newsletter.storage.consent_rows import moment_or_none
from newsletter.storage.copies import connect_for_copy
from newsletter.storage.inserts import move_on
from newsletter.storage.present_columns import value_in
from newsletter.storage.tables import UtcTime
from newsletter.storage.transactions import writing

TABLES: Final = (accesses, access_reviews)
_Row = dict[str, Any]
AccessesSince = Mapping[str, Sequence[_Row]]  # rows by table, as they were recorded


def read_accesses(database: Path) -> AccessesSince:
    """Read the access record: all that can be read of it; nothing, if the ledger is missing."""
    if not database.exists():
        return {}
    found = dict[str, list[_Row]]()
    for table in TABLES:
        rows = found.setdefault(table.name, [])
        try:
            with closing(connect_for_copy(database)) as connection:
                connection.row_factory = sqlite3.Row
                rows.extend(map(dict, connection.execute(_all_of(table))))
        except sqlite3.Error:  # damaged, or from before there was a record
            continue
    return {table.name: _readable(table, found[table.name]) for table in TABLES}


def repeat_accesses(engine: Engine, since: AccessesSince) -> None:
    """
    Add the entries that the copy does not have, by what they say.

    Numbers say nothing: the other ledger may have been begun anew, and have counted from 1. Of
    several entries that say the same the copy gets as many as the other ledger has, so doing it
    twice adds nothing. Who is named by a hash with the key of the other ledger stays so; the copy
    has that key, too.
    """
    with writing(engine) as connection:
        for table in TABLES:
            here = Counter(map(_said_by, _rows_of(connection, table)))
            new = list[_Row]()
            for row in since.get(table.name, ()):
                if here[said := _said_by(row)]:
                    here[said] -= 1
                else:
                    new.append(row)
            _add(connection, table, new)


def _add(connection: Connection, table: Table, rows: Sequence[_Row]) -> None:
    """Insert rows after all others: with their own numbers, if these are after all others."""
    if not rows:
        return
    highest = connection.execute(select(func.max(table.c.id))).scalar() or 0
    if min(row["id"] for row in rows) > highest:
        connection.execute(insert(table), list(rows))
        move_on(connection, table)
        return
    own = [{name: value for name, value in row.items() if name != "id"} for row in rows]
    connection.execute(insert(table), own)


def _said_by(row: _Row) -> tuple[Any, ...]:
    """Return all that a row says; its number is not part of it."""
    return tuple(value for name, value in row.items() if name != "id")


def _all_of(table: Table) -> str:
    return f"SELECT {', '.join(table.columns.keys())} FROM {table.name} ORDER BY id"  # noqa: S608 - ours


def _rows_of(connection: Connection, table: Table) -> Sequence[_Row]:
    """Return the rows of the copy, whose times may be as damaged as those of the other ledger."""
    columns = [
        type_coerce(one, Text).label(one.name) if isinstance(one.type, UtcTime) else one
        for one in table.columns
    ]
    found = connection.execute(select(*columns).order_by(table.c.id)).mappings()
    return _readable(table, map(dict, found))


def _readable(table: Table, rows: Iterable[_Row]) -> Sequence[_Row]:
    """Return rows in their order; a time that is damaged becomes that of the row before."""
    kept = list(rows)
    times = [moment_or_none(row["at"]) for row in kept]
    last = next((at for at in times if at is not None), datetime.now(UTC))
    typed = list[_Row]()
    for row, at in zip(kept, times, strict=True):
        last = at or last
        values = {one.name: value_in(one, row[one.name]) for one in table.columns}
        typed.append({**values, "at": last})
    return typed
