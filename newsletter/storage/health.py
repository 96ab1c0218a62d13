"""Looks at a ledger's health; reads only, and creates and migrates nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Integer, LargeBinary, cast, func, select, text

from newsletter.dispatch.health import LedgerHealth
from newsletter.storage.access_tables import accesses
from newsletter.storage.looking import look
from newsletter.storage.tables import subscribers
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.subscriber import Standing

DAMAGE_MAX: Final = 5  # lines of damage that are read


def look_at_health(setting: str, root: Path) -> LedgerHealth | None:
    """
    Look at the ledger; None if there is none yet.

    SQLite reads the whole file for this, some hundred megabytes a second.

    Raises:
        SettingsError: the database cannot be read, or belongs to another version of the program.
    """
    with look(setting, root) as connection:
        if connection is None:
            return None
        is_active = subscribers.c.standing == Standing.ACTIVE
        active = connection.execute(select(func.count()).where(is_active)).scalar_one()
        made = select(func.max(accesses.c.at)).where(accesses.c.kind == AccessKind.BACKUP_MADE)
        return LedgerHealth(
            _find_damage(connection),
            active,
            connection.execute(made).scalar(),
            _count_unicode(connection),
        )


def _find_damage(connection: Connection) -> Sequence[str]:
    if connection.dialect.name != "sqlite":
        return ()
    lines = connection.execute(text(f"PRAGMA quick_check({DAMAGE_MAX})")).scalars().all()
    return [str(one) for one in lines if one != "ok"]


def _count_unicode(connection: Connection) -> int:
    """Count by the letters of addresses; a domain's do not matter, since it has an ASCII form."""
    column = subscribers.c.address
    octets = (
        func.length(cast(column, LargeBinary))
        if connection.dialect.name == "sqlite"
        else cast(func.octet_length(column), Integer)
    )
    query = select(column).where(
        subscribers.c.standing == Standing.ACTIVE, octets != func.length(column)
    )
    found = connection.execute(query).scalars()
    return sum(not address.rpartition("@")[0].isascii() for address in found)
