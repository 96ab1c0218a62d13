"""INSERT as the database itself has it: with ON CONFLICT, which SQLAlchemy's common one lacks."""

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows `on_conflict_do_nothing`, for SQLite or PostgreSQL."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def move_on(connection: Connection, table: Table) -> None:
    """Let new rows of *table* get higher numbers than those that were inserted with theirs."""
    if connection.dialect.name == "postgresql":  # SQLite looks at the rows
        numbers = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(
            select(func.setval(numbers, select(func.max(table.c.id)).scalar_subquery()))
        )
