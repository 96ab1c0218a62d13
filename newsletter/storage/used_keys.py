"""Which keys signed the links that have left: without them no reader can unsubscribe."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, func, insert, select, update

from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.key_tables import used_keys
from newsletter.storage.transactions import writing

_OF: Final = used_keys.c
_ALL: Final = "SELECT fingerprint, kind, used_at FROM used_keys"
_BY_DISPATCHES: Final = (
    "SELECT key_fingerprint, 'letters', max(planned_at) FROM dispatches"
    " WHERE key_fingerprint IS NOT NULL GROUP BY key_fingerprint"
)


class Signed(StrEnum):
    """What a key has signed; stored, so never renamed."""

    LETTERS = "letters"
    MAILS = "mails"  # of the program


class UsedKey(NamedTuple):
    """A key, and when what it signed began to leave last."""

    fingerprint: str
    kind: Signed
    used_at: datetime  # aware UTC


def note_key(connection: Connection, used: UsedKey) -> None:
    """Note that a key signs; an earlier time than the one that is known changes nothing."""
    is_its = and_(_OF.fingerprint == used.fingerprint, _OF.kind == used.kind.value)
    known = connection.execute(select(_OF.used_at).where(is_its)).scalar()
    if known is None:
        connection.execute(insert(used_keys).values(used._asdict()))
    elif known < used.used_at:
        connection.execute(update(used_keys).where(is_its).values(used_at=used.used_at))


def newest_keys(connection: Connection) -> Sequence[str]:
    """Return the fingerprint of the key that signed the newest of each kind."""
    newest = select(_OF.kind, func.max(_OF.used_at).label("used_at")).group_by(_OF.kind).subquery()
    is_newest = and_(newest.c.kind == _OF.kind, newest.c.used_at == _OF.used_at)
    query = select(_OF.fingerprint).join(newest, is_newest).order_by(_OF.fingerprint).distinct()
    return connection.execute(query).scalars().all()


def read_used_keys(database: Path) -> Sequence[UsedKey]:
    """Read the keys of a ledger that is replaced; nothing, if it is missing or damaged."""
    if not database.exists():
        return ()
    for query in (_ALL, _BY_DISPATCHES):  # the second of ledgers that did not note them
        try:
            with closing(connect_for_copy(database)) as connection:
                found = connection.execute(query).fetchall()
            return [
                UsedKey(mark, Signed(kind), moment_in(at, datetime.now(UTC)))
                for mark, kind, at in found
            ]
        except (sqlite3.Error, ValueError):
            continue
    return ()


def repeat_used_keys(engine: Engine, since: Sequence[UsedKey]) -> None:
    """Note in an older copy which keys have signed after it was made."""
    with writing(engine) as connection:
        for one in since:
            note_key(connection, one)
