"""Opens the database that NEWSLETTER_DATABASE_URL names, with its tables up to date."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from newsletter.errors import SettingsError

HEAD: Final = "0001"  # the newest revision under migrations/versions
BUSY_TIMEOUT_MS: Final = 60_000


def database_url(setting: str, root: Path) -> URL:
    """
    Read a database setting; a relative SQLite path belongs to *root*.

    Raises:
        SettingsError: the setting is no database URL, or names a database that this
            program does not speak to.
    """
    try:
        url = make_url(setting)
    except ArgumentError:
        msg = (
            "NEWSLETTER_DATABASE_URL: not a database URL; "
            "write sqlite:///newsletter.db or postgresql://user:password@host/name"
        )
        raise SettingsError(msg) from None
    match url.get_backend_name():
        case "sqlite":
            path = root / (url.database or "newsletter.db")
            return url.set(database=str(path))
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            msg = f"NEWSLETTER_DATABASE_URL: {other!r} is not supported; use sqlite or postgresql"
            raise SettingsError(msg)


def open_database(url: URL) -> Engine:
    """
    Connect, and bring the tables up to the newest revision.

    On SQLite every commit is durable against power loss when it returns (WAL,
    ``synchronous=FULL``), and a writer waits up to 60 s for another.

    Raises:
        SettingsError: the database cannot be opened or is newer than this program.
    """
    engine = create_engine(url)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _migrate(engine)
    except (OperationalError, DatabaseError) as error:
        shown = url.render_as_string(hide_password=True)
        msg = (
            f"NEWSLETTER_DATABASE_URL: {shown} cannot be opened: {error.orig}; "
            "check that the folder exists and may be written"
        )
        raise SettingsError(msg) from error
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if found == HEAD:
                return
    from alembic import command  # noqa: PLC0415 - 200 ms, and only for a new or old database
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            msg = (
                f"the database has revision {found!r}, which this program does not know: "
                "install the newer version that wrote it"
            )
            raise SettingsError(msg) from error
