"""Copies SQLite databases: beside the file before its tables are changed, and as backups."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from newsletter.files import sync_folder
from newsletter.storage.read_only import connect_read_only


def copy_beside(database: Path, ending: str) -> Path:
    """
    Copy the SQLite file *database*, with what its write-ahead log holds, to NAME.ENDING.

    The copy is on the disk, under its name, when this returns: as readable as the file itself,
    but never for all users. An earlier copy of that name is replaced. The caller holds the
    write lock, so that nothing is written meanwhile.

    Raises:
        OSError, sqlite3.Error: there is no room or no right; an earlier copy is unharmed.
    """
    copy = database.with_name(f"{database.name}.{ending}")
    part = write_copy(database, copy)
    try:
        part.chmod(_mode_for(database))
        part.replace(copy)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(copy.parent)
    return copy


def _mode_for(database: Path) -> int:
    """Say who may use a copy: a group that was let in on purpose, else the owner alone."""
    mode = database.stat().st_mode & 0o777
    return 0o600 if mode & 0o007 else mode


def write_copy(database: Path, copy: Path) -> Path:
    """
    Copy a SQLite file, with what its write-ahead log holds, to *copy*.part; return that path.

    It is whole in one file, on the disk, and for its owner alone. Others may write meanwhile:
    the copy is of one moment.

    Raises:
        OSError, sqlite3.Error: there is no room or no right, or *database* is none.
    """
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(_connect(database)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # whole in one file
        with part.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _connect(database: Path) -> sqlite3.Connection:
    """Connect so that a journal of a run that was cut off stays for the next command to see."""
    if Path(f"{database}-wal").exists():
        return connect_read_only(database)
    return sqlite3.connect(database)  # there is none to fold in, and others may begin to write
