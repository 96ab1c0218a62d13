"""Transactions whose faults are LedgerErrors, on a database file that is still in its place."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import LedgerError

FileMark = tuple[int, int]  # device and inode: which file it is, whatever its name


@contextmanager
def reading(database: Engine) -> Iterator[Connection]:
    """Open a connection to read by; raises LedgerError for what the database says is wrong."""
    with as_ledger_error(), database.connect() as connection:
        yield connection


@contextmanager
def writing(database: Engine, page_cache_mb: int | None = None) -> Iterator[Connection]:
    """
    Open a transaction; durable once the block is left.

    Args:
        database: where.
        page_cache_mb: for `with_page_cache`; None leaves SQLite its own.

    Raises:
        LedgerError: what the database says is wrong (then nothing was written), or its file
            was removed or replaced meanwhile.
    """
    with as_ledger_error(), database.connect() as connection:
        with with_page_cache(connection, page_cache_mb), connection.begin():
            yield connection
        check_file(connection)


@contextmanager
def with_page_cache(connection: Connection, megabytes: int | None) -> Iterator[None]:
    """
    Let SQLite keep so many pages in memory for a transaction; PostgreSQL has its own way.

    An index over addresses is met in no order. With the 2 MB that SQLite keeps by itself, a
    row of a long list costs several times one of a short list; what is kept for ever would
    be kept for every connection. The transaction is to end inside the block, for a page
    that is not yet committed cannot be let go.
    """
    if megabytes is None or connection.dialect.name != "sqlite":
        yield
        return
    own = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{megabytes * 1000}")
    connection.rollback()  # what SQLAlchemy began for these two
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {own}")
        connection.exec_driver_sql("PRAGMA shrink_memory")
        connection.rollback()
        _give_memory_back()


def _give_memory_back() -> None:
    """Let the system have what was freed, where the C library can (glibc: malloc_trim(3))."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def as_ledger_error() -> Iterator[None]:
    """Turn what a database says is wrong into a LedgerError."""
    try:
        yield
    except SQLAlchemyError as error:
        msg = (
            f"the ledger cannot be used ({said_by(error)}); mend the database and run the "
            "command again"
        )
        raise LedgerError(msg) from error


def said_by(error: SQLAlchemyError) -> str:
    """Return the database's own words, without a statement or its parameters."""
    return str(getattr(error, "orig", None) or error)


def mark_file(path: str) -> FileMark | None:
    """Say which file is at *path* now, or None."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked at every commit; a Path takes twice as long
    except OSError:
        return None
    return found.st_dev, found.st_ino


def check_file(connection: Connection) -> None:
    """
    Make sure that SQLite's file is the one that *connection* has opened.

    A file that was removed takes commits without a word and loses them at the end.

    Raises:
        LedgerError: it was removed or replaced.
    """
    opened: FileMark | None = connection.info.get("file")
    if opened is None:  # not SQLite
        return
    path = str(connection.engine.url.database)
    if mark_file(path) != opened:
        msg = (
            f"{path}: the database file was removed or replaced while it was in use, and what "
            "was written last is lost with it. Bring back the newest copy there is; readers who "
            "got the letter after it was made would get it again"
        )
        raise LedgerError(msg)
