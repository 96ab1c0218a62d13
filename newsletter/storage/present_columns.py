"""The columns that a database has: those of a copy may be fewer than this program knows."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Table,
    delete,
    inspect,
    update,
)

from newsletter.storage.copies import moment_in
from newsletter.storage.facts import FactsJson
from newsletter.storage.tables import UtcTime


class Rows:
    """The tables that a database has."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        found = inspect(connection)
        self._columns = {
            name: frozenset(one["name"] for one in found.get_columns(name))
            for name in found.get_table_names()
        }

    def has(self, column: Column[Any]) -> bool:
        """Return whether a column is there."""
        return column.name in self._columns.get(column.table.name, ())

    def change(self, table: Table, where: ColumnElement[bool], values: Mapping[str, object]) -> int:
        """Change the columns that are there; return how many rows."""
        of = {name: value for name, value in values.items() if self.has(table.c[name])}
        return self._connection.execute(update(table).where(where).values(of)).rowcount

    def remove(self, table: Table, where: ColumnElement[bool]) -> int:
        """Delete rows; return how many."""
        if table.name not in self._columns:
            return 0
        return self._connection.execute(delete(table).where(where)).rowcount


def is_in(column: ColumnElement[Any], values: Collection[object]) -> ColumnElement[bool]:
    """Return the condition that a column has one of *values*."""
    return column.in_(list(values))


def value_in(column: Column[Any], kept: Any) -> Any:
    """
    Return what a column has of a row that was read from a SQLite file without SQLAlchemy.

    A time that somebody has damaged becomes now.

    Raises:
        ValueError: it is no JSON, where the column has JSON.
    """
    if kept is None:
        return None
    if isinstance(column.type, UtcTime):
        return moment_in(kept, datetime.now(UTC))
    if isinstance(column.type, JSON | FactsJson):
        return json.loads(kept)
    return bool(kept) if isinstance(column.type, Boolean) else kept
