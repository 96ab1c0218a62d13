"""Transactions that raise LedgerError, on a database file that is still in its place."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateTable

from newsletter.errors import LedgerError
from newsletter.phrases import Said, phrase
from newsletter.storage.complaints import is_taken, said_by
from newsletter.storage.facts import MALFORMED, UnreadableFactsError, find_facts
from newsletter.storage.private_files import explain_write_rights
from newsletter.storage.stored_words import UnknownWordError
from newsletter.storage.tables import UnreadableTimeError
from newsletter.storage.unreadable_times import find_row, find_time
from newsletter.storage.watch import FileWatch, find_harm

GIVE_BACK: Final = "newsletter_give_back"  # an engine's execution option; see `open_ledger`


_held: Final = ContextVar[Connection | None]("held", default=None)  # see `at_one_moment`


@contextmanager
def reading(database: Engine) -> Iterator[Connection]:
    """
    Open a connection for reading; raises LedgerError for a fault of the database.

    Each SELECT sees what was committed before it: two of them may not agree. See `snapshot`.
    """
    held = _held.get()
    if held is not None and held.engine is database:
        yield held
        return
    with as_ledger_error(database), database.connect() as connection:
        yield connection


@contextmanager
def snapshot(database: Engine, *own: Table) -> Iterator[Connection]:
    """
    Open a connection whose SELECTs all see the database as it was at the first of them.

    Nobody waits for it. While it is open, SQLite's log cannot be begun anew: an erasure then leaves
    its old pages to the next look (storage/erasure_end.py).

    Args:
        database: the database.
        own: temporary tables, which exist only on this connection, and until it ends.

    Raises:
        LedgerError: a fault of the database.
    """
    held = _held.get()
    if held is not None and held.engine is database and not own:
        yield held
        return
    with as_ledger_error(database), database.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        begin = "BEGIN" if is_sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        connection.exec_driver_sql(begin)  # Python's sqlite3 begins none for a SELECT
        for table in own:
            connection.execute(CreateTable(table))
        if not is_sqlite:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # but for temporary tables
        yield connection
        connection.rollback()


@contextmanager
def at_one_moment(database: Engine) -> Iterator[None]:
    """
    Let all that this thread reads inside see the database as it was at its first SELECT.

    For what asks several parts of the records. Change nothing inside: it would not be seen.

    Raises:
        LedgerError: a fault of the database.
    """
    with snapshot(database) as connection:
        token = _held.set(connection)
        try:
            yield
        finally:
            _held.reset(token)


@contextmanager
def writing(database: Engine, page_cache_mb: int | None = None) -> Iterator[Connection]:
    """
    Open a transaction; durable once the block is left.

    On SQLite nobody else changes what the block reads: the write lock is taken first.

    Args:
        database: the database.
        page_cache_mb: for `with_page_cache`; None keeps SQLite's default.

    Raises:
        LedgerError: a fault of the database (then nothing was written), or one of its files was
            removed, replaced or truncated meanwhile.
    """
    with as_ledger_error(database), database.connect() as connection:
        check_file(connection)
        with with_page_cache(connection, page_cache_mb), connection.begin():
            if connection.dialect.name == "sqlite":
                take_write_lock(connection)
            yield connection
        check_file(connection)


@contextmanager
def with_page_cache(connection: Connection, megabytes: int | None) -> Iterator[None]:
    """
    Set SQLite's page cache for a transaction to *megabytes*; PostgreSQL manages its own.

    Rows meet an index over addresses in random order: with SQLite's default of 2 MB, a row of a
    long list costs several times a row of a short one. A permanent cache would be kept for
    every connection. End the transaction inside the block, because pages that are not committed
    cannot be freed. Then the process may give the memory back.
    """
    if megabytes is None or connection.dialect.name != "sqlite":
        yield
        return
    own = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{megabytes * 1000}")
    connection.rollback()  # the transaction that SQLAlchemy began for these two
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {own}")
        connection.exec_driver_sql("PRAGMA shrink_memory")
        connection.rollback()
        give_back = connection.get_execution_options().get(GIVE_BACK)
        if give_back:
            give_back()


@contextmanager
def as_ledger_error(database: Engine) -> Iterator[None]:
    """Convert a database error to a LedgerError; damage to the files is reported first."""
    try:
        with naming_rows(database):
            yield
    except SQLAlchemyError as error:
        if harm := find_harm(database):
            raise harm from error
        if MALFORMED in str(error) and (named := _naming_mail(database)):
            raise named from error
        if isinstance(error, IntegrityError) and is_taken(error):
            raise LedgerError(phrase("storage.changed-meanwhile", fault=said_by(error))) from error
        remedy = _find_remedy(database)
        fault = phrase("storage.unusable-ledger", fault=said_by(error), remedy=remedy)
        raise LedgerError(fault) from error


@contextmanager
def naming_rows(database: Engine) -> Iterator[None]:
    """Name the row of a value that no program writes; raises LedgerError for it."""
    try:
        yield
    except UnreadableTimeError as error:
        place = find_time(database, error.kept)
        if place is None:
            raise
        fault = phrase("storage.time-unknown-at", **place, kept=str(error.kept))
        raise LedgerError(fault) from None
    except UnreadableFactsError as error:
        raise _naming_mail(database, error.kept) or error from None
    except UnknownWordError as error:
        column, kept = error.column, error.kept
        row = find_row(database, column, kept)
        if row is None:
            raise
        where = {"table": column.table.name, "column": column.name, "row": row}
        raise LedgerError(phrase("storage.word-unknown-at", **where, word=kept)) from None


def _naming_mail(database: Engine, kept: object = None) -> LedgerError | None:
    """Return the fault that names the mail with facts that no program writes."""
    number = find_facts(database, kept)
    if number is None:
        return None
    return LedgerError(phrase("storage.facts-unknown-at", number=number))


def _find_remedy(database: Engine) -> Said:
    is_file = database.dialect.name == "sqlite" and database.url.database
    rights = explain_write_rights(Path(str(database.url.database))) if is_file else ""
    return rights or phrase("storage.mend-database")


def take_write_lock(connection: Connection) -> None:
    """
    Take SQLite's write lock for this transaction, unless a change of it has taken it already.

    Until the first change Python's sqlite3 has no transaction open: what was read before may be
    changed by others before the change.
    """
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def check_file(connection: Connection) -> None:
    """
    Check that SQLite's files are the opened ones; see `FileWatch.check`.

    Raises:
        LedgerError: one was removed, replaced or truncated.
    """
    watch: FileWatch | None = connection.info.get("watch")
    if watch:  # SQLite
        watch.check()
