"""Copies SQLite databases: next to the file before its tables change, and as backups."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from newsletter.errors import LedgerError
from newsletter.files import reason_of, sync_folder
from newsletter.phrases import phrase
from newsletter.storage.read_only import connect_read_only
from newsletter.unfinished_files import being_written

PART: Final = ".part"  # ends the name of a copy that is being written
BEFORE_RESTORE: Final = "before-restore-"  # then the time, in the name of a copy


def path_before_restore(database: Path, now: datetime) -> Path:
    """Return under which name a restore keeps the ledger that it replaces; *now*: aware UTC."""
    return database.with_name(f"{database.name}.{BEFORE_RESTORE}{now:%Y%m%d-%H%M%S}")


def copy_beside(database: Path, ending: str) -> Path:
    """
    Copy the SQLite file *database*, including its write-ahead log, to NAME.ENDING.

    On return the copy is on the disk under its name: with the permissions of the file, but
    never readable by all users. It replaces an earlier copy of that name. The caller holds the
    write lock, so that no other process writes meanwhile.

    Raises:
        OSError, sqlite3.Error: no space or no permission; an earlier copy is unchanged.
    """
    copy = database.with_name(f"{database.name}.{ending}")
    with writing_alone(copy.with_name(f"{copy.name}{PART}")) as part:
        write_copy(database, part)
        part.chmod(_mode_for(database))
        part.replace(copy)
    sync_folder(copy.parent)
    return copy


def _mode_for(database: Path) -> int:
    """Return a copy's mode: with group access if the file has it, otherwise the owner only."""
    mode = database.stat().st_mode & 0o777
    return 0o600 if mode & 0o007 else mode


@contextmanager
def writing_alone(path: Path) -> Iterator[Path]:
    """
    Make an empty file to write a copy to; see `being_written`.

    Raises:
        LedgerError: another process writes it.
        OSError: no space or no permission.
    """
    with ExitStack() as stack:
        try:
            part = stack.enter_context(being_written(path))
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            fault = phrase("storage.open-elsewhere", database=path, fault=reason_of(error))
            raise LedgerError(fault) from error
        yield part


def write_copy(database: Path, copy: Path) -> None:
    """
    Copy a SQLite file, including its write-ahead log, to *copy*, an empty file.

    The copy is complete in one file, and on the disk. Other processes may write meanwhile: the copy
    shows the state at one moment.

    Raises:
        OSError, sqlite3.Error: no space or no permission, or *database* is no database.
    """
    with (
        closing(connect_for_copy(database)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # all data in one file
    with copy.open("rb+") as file:
        os.fsync(file.fileno())


def connect_for_copy(database: Path) -> sqlite3.Connection:
    """Connect so that the journal of an interrupted run stays for the next command to see."""
    if Path(f"{database}-wal").exists():
        return connect_read_only(database)
    return sqlite3.connect(database)  # no journal, and other processes may start to write


def moment_in(kept: object, otherwise: datetime | None = None) -> datetime:
    """
    Return the time in a column of a row that was read without this program's tables.

    Raises:
        ValueError: it is none, and there is no *otherwise*, which then stands for it.
    """
    try:
        when = datetime.fromisoformat(str(kept))
    except ValueError:
        if otherwise is None:
            raise
        return otherwise
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


def columns_of(connection: sqlite3.Connection, schema: str) -> frozenset[str]:
    """Return the columns that the list of readers has in an attached file: it may be older."""
    found = connection.execute("SELECT name FROM pragma_table_info('subscribers', ?)", (schema,))
    return frozenset(row[0] for row in found)
