"""Error messages of a database, without the quoted data."""

import sqlite3
from typing import Any, Final

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

TAKEN: Final = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, "23505"}
)  # the last is PostgreSQL's unique_violation


def said_by(error: SQLAlchemyError) -> str:
    """
    Return the database's own message, without a statement or its parameters.

    PostgreSQL appends the whole refused row, with its address: that part is cut off.
    """
    original: Any = getattr(error, "orig", None)
    words = getattr(getattr(original, "diag", None), "message_primary", None)
    return str(words or original or error)


def is_taken(error: IntegrityError) -> bool:
    """Return whether a uniqueness constraint failed, and no other constraint."""
    original: Any = error.orig
    code = getattr(original, "sqlite_errorcode", None) or getattr(original, "sqlstate", None)
    return code in TAKEN
