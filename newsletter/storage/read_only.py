"""SQLite files and databases opened for reading alone, so that nothing about them changes."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

from newsletter.database_url import DatabaseLocation

if TYPE_CHECKING:
    from sqlalchemy import Engine

PATIENCE_S: Final = 5  # for a server that does not answer, or a file that is busy


def connect_read_only(database: Path) -> sqlite3.Connection:
    """
    Connect to a SQLite file so that a journal that a crash has left is read, and stays.

    A checkpoint would hide from the next command that a run was cut off. Without a journal, the
    file is assumed to have no writer.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = f"{database.absolute().as_uri()}?mode=ro"
    if not Path(f"{database}-wal").exists():
        uri += "&immutable=1"  # or SQLite would put an empty journal there
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE_S)


def open_read_only(location: DatabaseLocation) -> "Engine":
    """Open a database, older tables as they are; see `connect_read_only` for a file."""
    from sqlalchemy import NullPool, create_engine  # noqa: PLC0415 - often there is no database

    place = location.place
    if isinstance(place, Path):
        return create_engine(
            "sqlite://",
            creator=lambda: connect_read_only(place),
            hide_parameters=True,
            poolclass=NullPool,
        )
    return create_engine(
        location.url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"connect_timeout": PATIENCE_S},
    )
