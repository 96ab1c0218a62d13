"""Rows that the commit inserts: those of all acts of a group by one statement."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, Insert, event

from newsletter.storage.prepared import prepare

LATER: Final = "newsletter_rows_later"  # in what is known of a connection


def insert_later(connection: Connection, insertion: Insert, row: Mapping[str, Any]) -> None:
    """Insert a row when the transaction commits; nothing of that transaction sees it before."""
    if not connection.in_transaction():
        connection.begin()  # or a rollback would not tell us
    connection.info.setdefault(LATER, {}).setdefault(insertion, []).append(row)


def write_at_commit(engine: Engine) -> None:
    """Let every commit write the rows that were left to it, and every rollback forget them."""

    @event.listens_for(engine, "commit")
    def write(connection: Connection) -> None:
        for insertion, rows in connection.info.pop(LATER, {}).items():
            prepare(insertion, connection.dialect).execute(connection, rows)

    @event.listens_for(engine, "rollback")
    def forget(connection: Connection) -> None:
        connection.info.pop(LATER, None)
