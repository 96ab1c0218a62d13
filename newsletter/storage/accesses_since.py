"""Carries over to a backup that is restored who looked at personal data after it was made."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Table, func, insert, select

from newsletter.storage.access_tables import access_reviews, accesses
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.inserts import move_on
from newsletter.storage.transactions import writing

TABLES: Final = (accesses, access_reviews)
AccessesSince = Mapping[str, Sequence[dict[str, Any]]]  # rows by table


def read_accesses(database: Path) -> AccessesSince:
    """Read the access record; nothing, if the ledger is missing, damaged or too old."""
    if not database.exists():
        return {}
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.row_factory = sqlite3.Row
            return {table.name: _rows_of(connection, table) for table in TABLES}
    except (sqlite3.Error, ValueError, TypeError):
        return {}


def repeat_accesses(engine: Engine, since: AccessesSince) -> None:
    """
    Add the entries that the copy does not have.

    A number is never given twice, so those above its highest came later.
    """
    with writing(engine) as connection:
        for table in TABLES:
            highest = connection.execute(select(func.max(table.c.id))).scalar() or 0
            rows = [row for row in since.get(table.name, ()) if row["id"] > highest]
            if rows:
                connection.execute(insert(table), rows)
                move_on(connection, table)


def _rows_of(connection: sqlite3.Connection, table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    found = connection.execute(f"SELECT {', '.join(names)} FROM {table.name}")  # noqa: S608 - ours
    return [{**dict(row), "at": moment_in(row["at"], datetime.now(UTC))} for row in found]
