"""Files outside the database that refused rows of imports were written to."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, update

from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.erasure_tables import rejects_files
from newsletter.storage.transactions import writing

_OF: Final = rejects_files.c
_ALL: Final = "SELECT path, written_at FROM rejects_files"

RejectsSince = Mapping[Path, datetime]  # absolute paths, and when each was written; aware UTC


def note_file(connection: Connection, file: Path, at: datetime) -> None:
    """Note a file that refused rows are written to, so that an erasure reaches them."""
    values = {"path": str(file), "written_at": at}
    changed = connection.execute(update(rejects_files).where(_OF.path == str(file)).values(values))
    if not changed.rowcount:
        connection.execute(insert(rejects_files).values(values))


def forget_file(engine: Engine, file: Path) -> None:
    """Forget a file by this name; durable on return."""
    with writing(engine) as connection:
        connection.execute(delete(rejects_files).where(_OF.path == str(file)))


def read_rejects(database: Path) -> RejectsSince:
    """Read which files a ledger knows; none, if it is missing, damaged or too old."""
    if not database.exists():
        return {}
    try:
        with closing(connect_for_copy(database)) as connection:
            found = connection.execute(_ALL).fetchall()
    except sqlite3.Error:
        return {}
    return {Path(path): moment_in(at, datetime.now(UTC)) for path, at in found}


def repeat_rejects(engine: Engine, since: RejectsSince) -> None:
    """Let an older copy know the files that were written after it was made."""
    with writing(engine) as connection:
        for file, at in since.items():
            note_file(connection, file, at)
