"""Backs up a ledger to a SQLite file, and restores a backup."""

import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from newsletter.dispatch.doubt import DoubtCause, LedgerMark, Sign
from newsletter.errors import ContentError, LedgerError
from newsletter.files import sync_folder
from newsletter.mails.restored import Restored
from newsletter.phrases import phrase
from newsletter.storage.accesses import SqlAccesses
from newsletter.storage.copies import PART, path_before_restore, write_copy, writing_alone
from newsletter.storage.database import close_database, is_known, open_file, tables_at
from newsletter.storage.doubts import raise_doubts
from newsletter.storage.erasures_since import ErasuresSince
from newsletter.storage.journal import find_open_runs, note_journals_seen
from newsletter.storage.lasting_keys import find_address_keys
from newsletter.storage.left_parts import RESTORING, noted_elsewhere
from newsletter.storage.lost_readers import find_missing
from newsletter.storage.marks import count_beyond, ensure_mark, find_mark, replace_mark
from newsletter.storage.since import Since, read_since, repeat_since
from newsletter.storage.transactions import reading, writing
from newsletter.subscribers.access_record import Access
from newsletter.subscribers.erasing import ERASED_KEY

TABLES: Final = frozenset({"subscribers", "dispatches", "deliveries", "alembic_version"})
PATIENCE_S: Final = 0.5  # wait for a command that is about to end


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a backup."""

    readers: int
    issues: tuple[str, ...]  # issues that were dispatched, oldest first


def back_up(database: Path, target: Path, record: Callable[[], None]) -> int:
    """
    Write the ledger in *database* to *target*, complete and durable; return its size in bytes.

    The file at *target* is replaced at the end, or unchanged. A dispatch may run meanwhile. The
    ledger is copied before *record* opens it, so a backup before an upgrade has the old tables.

    Args:
        database: the ledger.
        target: a file beside which there is room for another.
        record: records that the backup is made; if it fails, there is none.

    Raises:
        LedgerError: the ledger cannot be read, another backup is being written to *target*, or
            *record* raised it.
        OSError: no space or no permission for *target*.
    """
    part = target.with_name(f"{target.name}{PART}")
    with noted_elsewhere(database, part), writing_alone(part):
        try:
            write_copy(database, part)
        except sqlite3.Error as error:
            fault = phrase("storage.not-copied", database=database, target=target, fault=str(error))
            raise LedgerError(fault) from error
        record()
        size = part.stat().st_size
        part.replace(target)
    sync_folder(target.absolute().parent)
    return size


def read_backup(file: Path) -> Contents:
    """
    Check that *file* can replace the ledger, and return its contents.

    Raises:
        ContentError: the file is no whole ledger, is damaged, or was written by a newer program.
    """
    if not file.is_file():
        raise ContentError(phrase("storage.no-backup", file=file))
    uri = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return _read(file, connection)
    except sqlite3.Error as error:
        fault = phrase("storage.unread-backup", file=file, fault=str(error))
        raise ContentError(fault) from error


def _read(file: Path, connection: sqlite3.Connection) -> Contents:
    def ask(query: str) -> list[str]:
        return [str(row[0]) for row in connection.execute(query)]

    tables = frozenset(ask("SELECT name FROM sqlite_master WHERE type = 'table'"))
    if missing := TABLES - tables:
        raise ContentError(phrase("storage.no-ledger", file=file, table=min(missing)))
    if (faults := ask("PRAGMA quick_check(1)")) != ["ok"]:
        raise ContentError(phrase("storage.damaged-backup", file=file, fault=faults[0]))
    refuse_wrong_tables(file, ask("SELECT version_num FROM alembic_version"), tables)
    there = f"address_key NOT LIKE '{ERASED_KEY}%'"
    readers = ask(f"SELECT count(*) FROM subscribers WHERE {there}")  # noqa: S608 - our own words
    issues = ask("SELECT issue FROM dispatches ORDER BY issue")
    return Contents(int(readers[0]), tuple(issues))


def refuse_wrong_tables(
    file: Path, revisions: Sequence[str], tables: Collection[str]
) -> frozenset[str]:
    """
    Refuse a backup that is not a whole ledger of a program up to this one.

    Args:
        file: the backup.
        revisions: what its table alembic_version says.
        tables: the names of the tables that it has.

    Returns:
        The names of the tables that it has to have.

    Raises:
        ContentError: it does not say its revision, that is not known here, or a table is missing.
    """
    if len(revisions) != 1:
        raise ContentError(phrase("storage.no-revision", file=file))
    if not is_known(revisions[0]):
        raise ContentError(phrase("storage.newer-backup", file=file, revision=revisions[0]))
    needed = tables_at(revisions[0])
    if missing := needed - frozenset(tables):
        raise ContentError(phrase("storage.no-ledger", file=file, table=min(missing)))
    return needed


def restore(
    file: Path, ledger: Path, access: Access, *, despite_other_keys: bool = False
) -> Restored:
    """
    Replace the ledger by a copy of the backup *file*, marked as restored.

    Readers who were erased after the backup are erased in the copy before it takes its place, who
    left, complained or bounced since is not active in it, and who moved, or changed name or
    language, has those of now.
    What readers were told since counts as told, and what they agreed to since as agreed. The
    records of consents and of accesses go on, too.

    Args:
        file: a backup that `read_backup` has checked.
        ledger: the SQLite file that the setting names; it may be missing or damaged.
        access: the entry of the access record for this; its time is part of the name under which
            the current ledger is kept, and the doubt is of that time.
        despite_other_keys: restore also where erasures are noted that cannot be repeated.

    Raises:
        ContentError: erasures are noted whose hashes have a key that is in neither ledger, so that
            the backup may bring these people back; nothing was changed.
        LedgerError: another process has the ledger open or restores it, or there is no space for
            the copy; nothing was changed.
        OSError: no space or no permission; nothing was changed.
    """
    database = ledger.resolve()  # it may be a link to the actual file
    place = database.with_name(f"{database.name}.{RESTORING}")
    with writing_alone(place):
        try:
            write_copy(file, place)
        except sqlite3.Error as error:
            fault = phrase("storage.not-restored", place=place, file=file, fault=str(error))
            raise LedgerError(fault) from error
        since = read_since(database, place)
        if not despite_other_keys:
            _refuse_other_keys(file, place, since.erasures)
        mark, done = _mark_restored(file, (database, place), since, access)
        with _alone(database):
            kept = _keep(database, access.at)
            _take_over_rights(database, place)
            place.replace(database)
            sync_folder(database.parent)
    replace_mark(ledger, mark)
    return replace(done, kept=None if kept is None else kept.name)


def _refuse_other_keys(file: Path, place: Path, since: ErasuresSince) -> None:
    """Raise a ContentError if the backup may bring people back whom no key finds in it."""
    engine = open_file(place)
    try:
        with reading(engine) as connection:
            count = since.of_other_keys(find_address_keys(connection))
    finally:
        close_database(engine)
    if count:
        raise ContentError(phrase("storage.erasures-of-other-key", file=file, count=count))


def _mark_restored(
    file: Path, files: tuple[Path, Path], since: Since, access: Access
) -> tuple[LedgerMark, Restored]:
    """
    Migrate the copy, let nobody come back by it, and mark it as restored.

    *files*: the ledger until now, and the copy.
    """
    database, place = files
    engine = open_file(place)
    try:
        again = repeat_since(engine, since, access.at)
        SqlAccesses(engine).record(access)
        now = datetime.now(UTC)
        with writing(engine) as connection:
            ensure_mark(connection)
            raise_doubts(connection, [Sign(DoubtCause.RESTORED, file.name)], access.at)
            note_journals_seen(connection, find_open_runs(connection), now)
            if since.details.ends is not None:  # what that ledger knows was repeated
                count_beyond(connection, since.details.ends)
            mark = find_mark(connection, place)
    finally:
        close_database(engine)
    if mark is None:
        raise LedgerError(phrase("storage.vanished-copy", place=place))
    lost = find_missing(database, place)
    is_blind = since.withdrawals is None
    counts = (*again.repeated, again.corrected, again.left)
    done = Restored(None, *counts, is_blind, again.results, lost, again.is_record_whole)
    return mark, done


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Checkpoint the journal, and make sure that no other process has the ledger open."""
    if not database.exists():
        yield
        return
    with closing(sqlite3.connect(database, timeout=PATIENCE_S)) as connection:
        try:
            # This locks the whole file, so it fails if another process has the file open.
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            # Any other error means a damaged file or disk; a backup may replace it.
            if is_busy(error):
                fault = phrase("storage.open-elsewhere", database=database, fault=str(error))
                raise LedgerError(fault) from error
        yield


def is_busy(error: sqlite3.Error) -> bool:
    """Return whether another process caused the error (https://sqlite.org/rescode.html)."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _keep(database: Path, now: datetime) -> Path | None:
    if not database.exists():
        return None
    kept = path_before_restore(database, now)
    if kept.exists():
        raise LedgerError(phrase("storage.kept-already", file=kept))
    try:
        os.link(database, kept)  # a link first, so that a file of the ledger's name always exists
    except OSError:  # not every file system supports links
        database.rename(kept)
    for ending in ("-wal", "-shm"):  # these remain only beside a damaged file, and belong to it
        with suppress(FileNotFoundError):
            Path(f"{database}{ending}").rename(f"{kept}{ending}")
    return kept


def _take_over_rights(database: Path, place: Path) -> None:
    """Give the restored file the owner and permissions of the ledger before."""
    with suppress(FileNotFoundError):
        rights = database.stat()
        place.chmod(rights.st_mode & 0o777)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            os.chown(place, rights.st_uid, rights.st_gid)
