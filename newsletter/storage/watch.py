"""Watches the two files of an open SQLite database: neither may be removed."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from newsletter.errors import LedgerError
from newsletter.phrases import phrase

# https://www.sqlite.org/fileformat2.html#walformat: a header, then frames of a page each.
WAL_MAGIC: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
WAL_HEADER_BYTES: Final = 32
WATCH: Final = "newsletter_watch"  # an engine's execution option
FRAME_BYTES_MIN: Final = 24 + 512  # frame header, and the smallest possible page

SETTLE: Final = phrase("storage.look-first")


@dataclass(frozen=True, slots=True)
class FileMark:
    """The identity of a file, independent of its name, and its size."""

    device: int
    inode: int
    size: int  # bytes

    def is_same_file(self, other: "FileMark") -> bool:
        """Return whether both marks belong to one file."""
        return (self.device, self.inode) == (other.device, other.inode)


def mark_file(path: str) -> FileMark | None:
    """Return the mark of the file that is at *path* now, or None."""
    try:
        found = os.stat(path)  # noqa: PTH116 - called at every commit; a Path takes twice as long
    except OSError:
        return None
    return FileMark(found.st_dev, found.st_ino, found.st_size)


def holds_journal(database: Path) -> bool:
    """Return whether the write-ahead log of *database* exists and contains at least one page."""
    try:
        with Path(f"{database}-wal").open("rb") as file:
            start = file.read(WAL_HEADER_BYTES + FRAME_BYTES_MIN)
    except OSError:
        return False
    return len(start) == WAL_HEADER_BYTES + FRAME_BYTES_MIN and start.startswith(WAL_MAGIC)


class FileWatch:
    """
    The files of a database as they were on opening, for all its connections.

    While a connection is open, SQLite neither removes nor shortens the write-ahead log, and no
    command of this program requests it (``wal_checkpoint(TRUNCATE)``): see storage/old_pages.py.
    """

    def __init__(self, path: str) -> None:
        self._path = path  # as in the setting
        self._journal_path = ""
        self._before = mark_file(path)  # the file may be replaced before it is opened
        self._file: FileMark | None = None
        self._journal: FileMark | None = None
        self.is_broken = False  # further writes of SQLite would damage the file
        self.has_lost_journal = False  # or a part of it
        self.has_written = False  # since it was opened

    def open(self, real_path: str) -> None:
        """
        Check the files when the first connection is open; *real_path* is SQLite's own path.

        Raises:
            LedgerError: the file was replaced meanwhile, as by 'newsletter restore', and the
                connection may be to the old file.
        """
        if self._file is None:
            found = mark_file(real_path)
            if self._before and not (found and found.is_same_file(self._before)):
                self.is_broken = True
                raise LedgerError(phrase("storage.replaced-meanwhile", file=self._path))
            self._file = found
            self._journal_path = f"{real_path}-wal"
            self._journal = mark_file(self._journal_path)

    def close(self) -> None:
        """Forget the files: no connection is open any more."""
        self._before = self._file = self._journal = None
        self.has_written = False

    def check(self) -> None:
        """
        Check that both files are the opened ones, and that the journal is not shorter.

        SQLite commits to a removed file without an error, and these commits are lost at the end.

        Raises:
            LedgerError: one was removed, replaced or truncated.
        """
        if self._file is None:
            return
        found = mark_file(self._path)
        if found is None or not found.is_same_file(self._file):
            self.is_broken = True
            raise LedgerError(phrase("storage.file-taken", file=self._path, remedy=SETTLE))
        self._check_journal(self._journal)

    def _check_journal(self, known: FileMark | None) -> None:
        found = mark_file(self._journal_path)
        if known is None:  # a new database has no journal before its first commit
            self._journal = found
            return
        if found is None or not found.is_same_file(known):
            harm = phrase("storage.journal-taken", file=self._journal_path, remedy=SETTLE)
        elif found.size < known.size:
            harm = phrase("storage.journal-cut", file=self._journal_path, remedy=SETTLE)
        else:
            self._journal = found
            return
        self.is_broken = self.has_lost_journal = True
        raise LedgerError(harm)


def find_watch(engine: Engine) -> FileWatch | None:
    """Return the watch on the files of an open database, None for PostgreSQL."""
    found: FileWatch | None = engine.get_execution_options().get(WATCH)
    return found


def find_harm(engine: Engine) -> LedgerError | None:
    """Return the damage to the files of a database, None if they are unchanged."""
    watch = find_watch(engine)
    try:
        if watch:
            watch.check()
    except LedgerError as error:
        return error
    return None
