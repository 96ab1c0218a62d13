"""Opens the database that NEWSLETTER_DATABASE_URL names, with its tables up to date."""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from newsletter.errors import SettingsError
from newsletter.storage.location import read_database_url

HEAD: Final = "0002"  # the newest revision under migrations/versions
BUSY_TIMEOUT_MS: Final = 60_000


def open_database(setting: str, root: Path) -> Engine:
    """
    Connect to the database, and bring its tables up to the newest revision.

    On SQLite every commit is durable against power loss when it returns (WAL,
    ``synchronous=FULL``), and a writer waits up to 60 s for another.

    Raises:
        SettingsError: the database cannot be opened or is newer than this program.
    """
    location = read_database_url(setting, root)
    try:
        engine = create_engine(location.url)
    except ModuleNotFoundError as error:
        msg = (
            f"NEWSLETTER_DATABASE_URL: {location.shown} wants the module {error.name!r}; "
            "install it with: pip install 'newsletter[postgresql]'"
        )
        raise SettingsError(msg) from error
    if location.is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _migrate(engine)
    except (OperationalError, DatabaseError) as error:
        msg = (
            f"NEWSLETTER_DATABASE_URL: {location.shown} cannot be opened: {error.orig}; "
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
