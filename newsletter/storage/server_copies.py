"""Copies a server's database to a SQLite file: what a backup that is put back is compared with."""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from newsletter.dispatch.doubt import LedgerMark
from newsletter.errors import LedgerError
from newsletter.files import sync_folder
from newsletter.phrases import phrase
from newsletter.storage.consent_tables import consents
from newsletter.storage.copies import PART, path_before_restore, writing_alone
from newsletter.storage.database import close_database, open_file
from newsletter.storage.erased_copies import find_copies, opened_copy
from newsletter.storage.kept_as_it_is import tables_as_they_are
from newsletter.storage.mail_tables import lasting_keys
from newsletter.storage.marks import find_mark
from newsletter.storage.tables import ledger_marks, metadata, subscribers
from newsletter.storage.transactions import snapshot

READERS: Final = (
    subscribers,
    consents,
    lasting_keys,
    ledger_marks,
)  # what a ledger is compared with
_AT_A_TIME: Final = 1_000


def keep_copy(engine: Engine, ledger: Path, now: datetime, *, is_whole: bool = True) -> Path:
    """
    Write a server's database, as it is at this moment, to a copy beside *ledger*.

    The copy is complete and durable, of mode 600, and named as a restore of a SQLite ledger names
    the one that it replaces. So an erasure reaches it, and it ends after 90 days.

    Args:
        engine: the server's database.
        ledger: the path after which copies are named; there may be no such file.
        now: aware UTC.
        is_whole: the tables are the newest ones; False: whatever they are, they are kept so.

    Raises:
        LedgerError: the database cannot be read, or there is a copy of this second.
        OSError: no space or no permission.
    """
    kept = path_before_restore(ledger, now)
    if kept.exists():
        raise LedgerError(phrase("storage.kept-already", file=kept))
    with writing_alone(kept.with_name(f"{kept.name}{PART}")) as part:
        if is_whole:
            write_file(engine, part, metadata.sorted_tables)
        else:
            write_as_it_is(engine, part)
        part.replace(kept)
    sync_folder(kept.parent)
    return kept


def write_file(engine: Engine, path: Path, tables: Iterable[Table]) -> None:
    """
    Write *tables* of a database, as they are at one moment, to an empty file, as SQLite.

    Raises:
        LedgerError: the database cannot be read.
        OSError: no space or no permission; the file is unfinished.
    """
    close_database(open_file(path))

    def write(source: Connection, target: Connection) -> None:
        for table in tables:
            target.execute(delete(table))  # a new file has rows of its own, too
            _copy(table, select(table), source, target)

    _write(engine, path, write)


def write_as_it_is(engine: Engine, path: Path) -> None:
    """Write all tables of a database as they are to an empty file; the rest as `write_file`."""

    def write(source: Connection, target: Connection) -> None:
        for table, query in tables_as_they_are(source):
            table.create(target)
            _copy(table, query, source, target)

    _write(engine, path, write)


def _write(engine: Engine, path: Path, write: Callable[[Connection, Connection], None]) -> None:
    copy = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    try:
        with snapshot(engine) as source, copy.begin() as target:
            write(source, target)
    except SQLAlchemyError as error:
        fault = phrase(
            "storage.not-copied",
            database=engine.url.database or "",
            target=path,
            fault=str(error.__cause__ or error),
        )
        raise LedgerError(fault) from error
    finally:
        copy.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # all data in one file
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def find_kept(ledger: Path, mark: LedgerMark) -> Path | None:
    """Return the newest copy beside *ledger* that knows more than a database with *mark*."""
    for path in reversed(find_copies(ledger)):
        its = mark_of(path)
        if its is not None and its.id == mark.id and its.ends >= mark.ends:
            return path
    return None


def mark_of(copy: Path) -> LedgerMark | None:
    """Return the mark of a copy; None: it has none, or cannot be read."""
    try:
        with opened_copy(copy) as engine, engine.connect() as connection:
            return find_mark(connection, None)
    except (SQLAlchemyError, OSError):
        return None


def _copy(table: Table, query: Select[Any], source: Connection, target: Connection) -> None:
    rows = source.execute(query, execution_options={"yield_per": _AT_A_TIME})
    for some in rows.mappings().partitions(_AT_A_TIME):
        target.execute(insert(table), [dict(row) for row in some])
