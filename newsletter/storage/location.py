"""Where the database is; reads the setting without loading a database library."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from newsletter.errors import SettingsError

SQLITE: Final = "sqlite:///"
POSTGRESQL: Final = "postgresql://"
REMEDY: Final = "write sqlite:///newsletter.db or postgresql://user:password@host/name"


@dataclass(frozen=True, slots=True)
class DatabaseLocation:
    """A database that this program can speak to."""

    url: str  # for SQLAlchemy, with the driver; may hold a password
    shown: str  # for people, never with a password
    is_sqlite: bool


def read_database_url(setting: str, root: Path) -> DatabaseLocation:
    """
    Read NEWSLETTER_DATABASE_URL; a relative SQLite path belongs to *root*.

    Raises:
        SettingsError: the setting names no database that this program speaks to.
    """
    if setting.startswith(SQLITE):
        path = setting.removeprefix(SQLITE)
        if not path or "?" in path or path == ":memory:":
            msg = f"NEWSLETTER_DATABASE_URL: names no file; {REMEDY}"
            raise SettingsError(msg)
        whole = root / path
        return DatabaseLocation(f"{SQLITE}{whole}", f"{SQLITE}{whole}", is_sqlite=True)
    if setting.startswith(POSTGRESQL):
        rest = setting.removeprefix(POSTGRESQL)
        place = rest.rpartition("@")[2].partition("?")[0]  # a password may hold any other mark
        shown = f"{POSTGRESQL}{place}"
        return DatabaseLocation(f"postgresql+psycopg://{rest}", shown, is_sqlite=False)
    msg = f"NEWSLETTER_DATABASE_URL: this kind of database is not supported; {REMEDY}"
    raise SettingsError(msg)
