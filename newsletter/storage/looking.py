"""Reads a ledger without creating, migrating or changing it, for commands that need no ledger."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.database_url import DatabaseLocation, read_database_url
from newsletter.errors import SettingsError
from newsletter.phrases import Said, phrase
from newsletter.storage.read_only import open_read_only

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from newsletter.dispatch.promise import Promise


def look_for_promises(setting: str, root: Path, issue: str) -> "Sequence[Promise]":
    """
    Return the promises that bind *issue* to a letter; empty if there is no ledger yet.

    Raises:
        SettingsError: the database cannot be read, or belongs to another version of the program.
    """
    with look(setting, root) as connection:
        if connection is None:
            return ()
        from newsletter.storage.promises import find_promises  # noqa: PLC0415 - slow to load

        return find_promises(connection, issue)


def has_tables(setting: str, root: Path) -> bool:
    """
    Return whether there is a ledger: an empty file or database is none.

    Raises:
        SettingsError: as in `look_for_promises`.
    """
    with look(setting, root) as connection:
        return connection is not None


@contextmanager
def look(setting: str, root: Path) -> "Iterator[Connection | None]":
    """Open the ledger of this version for reading; None if there is none yet."""
    location = read_database_url(setting, root)
    if isinstance(location.place, Path) and not location.place.is_file():
        yield None
        return
    # Slow to load, and often there is no database.
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from newsletter.storage.complaints import said_by  # noqa: PLC0415

    try:
        with open_read_only(location).connect() as connection:
            yield connection if _is_present(connection, location) else None
    except (SQLAlchemyError, sqlite3.Error, ModuleNotFoundError) as error:
        said = said_by(error) if isinstance(error, SQLAlchemyError) else str(error)
        raise _unread(location, " ".join(location.without_login(said).split())) from error


def _is_present(connection: "Connection", location: DatabaseLocation) -> bool:
    from sqlalchemy import inspect, text  # noqa: PLC0415

    from newsletter.storage.database import HEAD  # noqa: PLC0415

    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != HEAD:
        is_older = str(found) < HEAD
        later = phrase("storage.of-later-version")
        raise _unread(location, phrase("storage.of-earlier-version") if is_older else later)
    return True


def _unread(location: DatabaseLocation, fault: Said) -> SettingsError:
    return SettingsError(phrase("storage.unread", database=location.shown, fault=fault))
