"""Whether letters were ever sent from here; reads only, and creates no database."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, Table, inspect, or_, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.database_url import DatabaseLocation, read_database_url
from newsletter.errors import SettingsError
from newsletter.phrases import phrase
from newsletter.storage.complaints import said_by
from newsletter.storage.mail_tables import mails
from newsletter.storage.read_only import open_read_only
from newsletter.storage.tables import deliveries, dispatches, rehearsed_deliveries

# All whose links are signed; the first two exist in older databases too, and are read unchanged.
SENT: Final[tuple[Table, ...]] = (deliveries, rehearsed_deliveries, mails)


def has_sent(setting: str, root: Path) -> bool:
    """
    Return whether any delivery or mail of the program was ever begun, including rehearsals.

    A missing database has sent nothing, and is not created; older tables are not migrated.

    Raises:
        SettingsError: the database cannot be read.
    """
    return _ask(setting, root, lambda connection: any(_was_begun(connection, one) for one in SENT))


def has_dispatched(setting: str, root: Path) -> bool:
    """
    Return whether a delivery to a reader was ever begun; rehearsals and mails do not count.

    Raises:
        SettingsError: the database cannot be read.
    """
    return _ask(setting, root, _was_dispatched)


def _ask(setting: str, root: Path, find: Callable[[Connection], bool]) -> bool:
    """Return what *find* finds; False if there is no database."""
    location = read_database_url(setting, root)
    if isinstance(location.place, Path) and not location.place.exists():
        location.refuse_lost_file()
        return False
    try:
        with open_read_only(location).connect() as connection:
            return find(connection)
    except (SQLAlchemyError, sqlite3.Error, ModuleNotFoundError) as error:
        said = said_by(error) if isinstance(error, SQLAlchemyError) else str(error)
        raise _unanswered(location, said) from error


def _was_begun(connection: Connection, table: Table) -> bool:
    if not inspect(connection).has_table(table.name):
        return False
    attempts: Column[int] = table.c.attempts
    begun = select(table.c.id).where(or_(attempts > 0, table.c.begun_at.is_not(None)))
    return connection.execute(begun.limit(1)).first() is not None


def _was_dispatched(connection: Connection) -> bool:
    begun = or_(deliveries.c.attempts > 0, deliveries.c.begun_at.is_not(None))
    of_readers = deliveries.c.issue == dispatches.c.issue
    query = select(deliveries.c.id).join(dispatches, of_readers)
    query = query.where(dispatches.c.is_rehearsal.is_(False), begun)
    return connection.execute(query.limit(1)).first() is not None


def _unanswered(location: DatabaseLocation, said: str) -> SettingsError:
    fault = location.without_login(said)
    return SettingsError(phrase("storage.unanswered", database=location.shown, fault=fault))
