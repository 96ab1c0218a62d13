"""Opens the database of NEWSLETTER_DATABASE_URL, and migrates its tables to the newest form."""

import ctypes
import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DatabaseError

from newsletter.database_url import (
    FILE,
    DatabaseLocation,
    read_database_url,
    wrong_database_url,
)
from newsletter.errors import LedgerError, SettingsError
from newsletter.phrases import Phrase, phrase
from newsletter.storage.at_commit import write_at_commit
from newsletter.storage.consents import record_at_commit
from newsletter.storage.copies import copy_beside
from newsletter.storage.erasure_journal import JOURNAL, OLD_LEDGER, journal_path
from newsletter.storage.journal import OpenRun, find_runs_without_journal
from newsletter.storage.private_files import explain_write_rights, prepare_files
from newsletter.storage.watch import WATCH, FileWatch, find_harm

HEAD: Final = "0025"  # the newest revision under migrations/versions
BUSY_TIMEOUT_MS: Final = 60_000
# KB of pages that a connection keeps. Rows of a long list are met in no order, so 2 MB, SQLite's
# default, miss nearly as often; times the threads of a dispatch they were 20 MB.
CONNECTION_KB: Final = 500
MIGRATION_LOCK: Final = 7_205_759  # key of our PostgreSQL advisory lock; any number works
LOST_RUNS: Final = "newsletter_lost_runs"  # an engine's execution option
_SCRIPTS: Final = Path(__file__).parent / "migrations"
log = logging.getLogger(__name__)


def open_database(setting: str, root: Path) -> Engine:
    """
    Connect to the database, and migrate its tables to the newest revision.

    Before a migration, a SQLite file is copied to a file next to it
    (``newsletter.db.before-0014``); PostgreSQL migrates in one transaction. On SQLite every
    commit is durable against power loss when it returns (WAL, ``synchronous=FULL``), and a
    writer waits up to 60 s for another writer.

    Raises:
        SettingsError: the database cannot be opened or is newer than this program.
    """
    engine, location = _prepare(setting, root)
    _make_ready(engine, location.shown, location.without_login)
    return engine


def open_as_it_is(setting: str, root: Path) -> Engine:
    """
    Prepare to connect to a database whose tables are left as they are, whatever they are.

    Raises:
        SettingsError: the setting names none.
    """
    return _prepare(setting, root)[0]


def _prepare(setting: str, root: Path) -> tuple[Engine, DatabaseLocation]:
    location = read_database_url(setting, root)
    location.refuse_lost_file()
    if isinstance(location.place, Path):
        prepare_files(location.place)
    options = {JOURNAL: journal_path(location.place, root)}
    if not location.is_sqlite:
        options[OLD_LEDGER] = root / FILE
    try:
        # Parameters contain addresses and names: messages must not include them.
        engine = create_engine(
            location.url, hide_parameters=True, pool_use_lifo=True, execution_options=options
        )
    except (ArgumentError, ValueError):
        raise wrong_database_url(phrase("database.no-address")) from None
    except ModuleNotFoundError as error:
        fault = phrase("storage.no-driver", database=location.shown, module=error.name)
        raise SettingsError(fault) from error
    return engine, location


def open_file(path: Path) -> Engine:
    """Open a SQLite file that is itself a copy: older tables are migrated in place."""
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, hide_parameters=True, pool_use_lifo=True)
    _make_ready(engine, str(path), is_copy=True)
    return engine


def _make_ready(
    engine: Engine, shown: str, hide: Callable[[str], str] = str, *, is_copy: bool = False
) -> None:
    """Migrate the tables; *hide* removes secrets from the database's messages."""
    if engine.dialect.name == "sqlite":
        _watch_files(engine)
    record_at_commit(engine)
    write_at_commit(engine)
    try:
        _migrate(engine, is_copy=is_copy)
    except BaseException as error:
        close_database(engine)
        _explain(error, engine, shown, hide)
        raise


def _explain(error: BaseException, engine: Engine, shown: str, hide: Callable[[str], str]) -> None:
    """Raise a SettingsError for what a person can mend."""
    if isinstance(error, OSError | sqlite3.Error):
        fault = phrase("storage.no-copy-before", database=shown, fault=str(error))
        raise SettingsError(fault) from error
    if isinstance(error, DatabaseError | _OrphansError):
        said = error.said if isinstance(error, _OrphansError) else hide(str(error.orig))
        is_file = engine.dialect.name == "sqlite"
        rights = explain_write_rights(Path(str(engine.url.database))) if is_file else ""
        fault = phrase(
            "storage.unopened",
            database=shown,
            fault=said,
            remedy=rights or phrase("storage.check-database"),
        )
        raise SettingsError(fault) from error


def close_database(engine: Engine) -> None:
    """
    Close every connection; SQLite then checkpoints its journal and removes it.

    The journal is kept if another process has the file open, or if it was damaged: `leave_open`.
    """
    if find_harm(engine):
        leave_open(engine)
    else:
        engine.dispose()


def find_lost_runs(engine: Engine) -> Sequence[OpenRun]:
    """Return the unfinished runs of a SQLite database whose journal was missing."""
    found: Sequence[OpenRun] = engine.get_execution_options().get(LOST_RUNS, ())
    return found


def leave_open(engine: Engine) -> None:
    """
    Leave the connections open until the process ends, so that SQLite does not checkpoint.

    If the journal was truncated or removed, a checkpoint damages the file.
    """
    pool: Any = engine.pool
    taken = [pool.connect() for _ in range(pool.checkedin())]
    for one in taken:
        _keep_from_closing(one.dbapi_connection)


def _keep_from_closing(connection: object) -> None:
    """
    Keep a reference to *connection* until the process ends, because Python closes it otherwise.

    Before Python 3.12, sqlite3 cannot close a connection without a checkpoint.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def _watch_files(engine: Engine) -> None:
    watch = FileWatch(str(engine.url.database))
    lost = find_runs_without_journal(Path(str(engine.url.database)))
    engine.update_execution_options(**{WATCH: watch, LOST_RUNS: lost})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten with zeros
        cursor.execute(f"PRAGMA cache_size=-{CONNECTION_KB}")
        try:
            watch.open(cursor.execute("PRAGMA database_list").fetchone()[2])
        except LedgerError:
            _keep_from_closing(connection)
            raise
        record.info["watch"] = watch
        cursor.close()

    @event.listens_for(engine, "commit")
    def look_before(_: Connection) -> None:
        watch.check()  # a commit would overwrite the truncated part
        watch.has_written = True

    @event.listens_for(engine, "engine_disposed")
    def forget(_: Engine) -> None:
        watch.close()


def _migrate(engine: Engine, *, is_copy: bool) -> None:
    """Migrate the tables to HEAD in one transaction; only one process migrates at a time."""
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.connect() as connection, _alone(connection):
        found = _revision(connection)
        if found == HEAD:  # another process has migrated already
            return
        if found is not None and found > HEAD:  # before anything is copied
            raise SettingsError(phrase("storage.newer-database", revision=found))
        if found and connection.dialect.name == "sqlite" and not is_copy:
            copy = copy_beside(Path(str(engine.url.database)), f"before-{HEAD}")
            log.warning(phrase("storage.brought-up-to-date", copy=copy.name))
        upgrade(connection)


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """
    Bring the tables to *revision* in the transaction that is open; an empty database gets them all.

    Raises:
        SettingsError: the revision that the database has is not known.
        SQLAlchemyError: the tables are not those of their revision, or their rows do not fit.
    """
    from alembic import command  # noqa: PLC0415 - 200 ms, and only needed for a new or old database
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    # Alembic reads a percent sign in a folder's name as a reference to another option.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    found = _revision(connection)
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise SettingsError(phrase("storage.newer-database", revision=found)) from error


def is_known(revision: str) -> bool:
    """Return whether this program has had a revision of the tables."""
    return revision in {path.name.partition("_")[0] for path in _SCRIPTS.glob("versions/*.py")}


def tables_at(revision: str) -> frozenset[str]:
    """Return the names of the tables that a database of a known revision has."""
    engine = create_engine("sqlite://")  # in memory
    with engine.connect() as connection, _alone(connection):
        upgrade(connection, revision)
        return frozenset(inspect(connection).get_table_names())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold the database exclusively for one transaction that includes changes of tables."""
    connection.rollback()
    driver: Any = connection.connection.dbapi_connection
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # By default Python's sqlite3 commits each CREATE separately.
        driver.isolation_level = None
        # A copied table is dropped while other tables refer to it; checked before the commit.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    try:
        yield
        if is_sqlite:
            _refuse_orphans(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            driver.isolation_level = ""


class _OrphansError(Exception):
    """Rows refer to missing rows."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said)
        self.said = said


def _refuse_orphans(connection: Connection) -> None:
    if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        table = orphans[0][0]
        raise _OrphansError(phrase("storage.orphan-rows", rows=len(orphans), table=table))
