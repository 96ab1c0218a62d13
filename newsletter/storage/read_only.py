"""Opens SQLite files and databases for reading only, so that nothing in them changes."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

from newsletter.database_url import DatabaseLocation

if TYPE_CHECKING:
    from sqlalchemy import Engine

PATIENCE_S: Final = 5  # seconds; for a server that does not answer, or a busy file


def connect_read_only(database: Path) -> sqlite3.Connection:
    """
    Connect to a SQLite file so that a journal left by a crash is read and kept.

    A checkpoint would hide from the next command that a run was interrupted. If there is no
    journal, the file is assumed to have no writer.

    Raises:
        sqlite3.Error: the file cannot be opened.
    """
    uri = f"{database.absolute().as_uri()}?mode=ro"
    if not Path(f"{database}-wal").exists():
        uri += "&immutable=1"  # otherwise SQLite would create an empty journal
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE_S)


def open_read_only(location: DatabaseLocation) -> "Engine":
    """Open a database with its tables unchanged; see `connect_read_only` for a file."""
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
