"""Finds where a database holds a value that no program wrote: SQLite keeps any text there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Engine, Text, inspect, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError

from newsletter.storage.tables import UtcTime, metadata


def find_time(database: Engine, kept: object) -> Mapping[str, str] | None:
    """
    Return table, column and row of the first place that holds *kept*; None if it is not found.

    The row is named by its primary key, which names no reader: ``id 3``.
    """
    try:
        with database.connect() as connection:
            there = set(inspect(connection).get_table_names())
            tables = [table for table in metadata.sorted_tables if table.name in there]
            for column in (column for table in tables for column in table.columns):
                if isinstance(column.type, UtcTime) and (
                    row := _find_row(connection, column, kept)
                ):
                    return {"table": column.table.name, "column": column.name, "row": row}
    except SQLAlchemyError:  # damaged, or an older table: the value itself is told
        pass
    return None


def find_row(database: Engine, column: Column[Any], kept: str) -> str | None:
    """Return the first row that holds *kept* in *column*, like ``id 3``; None: it is not found."""
    try:
        with database.connect() as connection:
            return _find_row(connection, column, kept)
    except SQLAlchemyError:  # as above
        return None


def _find_row(connection: Connection, column: Column[Any], kept: object) -> str | None:
    keys = [type_coerce(one, Text).label(one.name) for one in column.table.primary_key]
    query = select(*keys).where(type_coerce(column, Text) == str(kept)).limit(1)
    found = connection.execute(query).first()
    if found is None:
        return None
    return ", ".join(f"{key.name} {value}" for key, value in zip(keys, found, strict=True))
