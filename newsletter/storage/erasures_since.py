"""Carries erasures over to a backup that is restored, so that it brings nobody back."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, insert

from newsletter.dispatch.control import PROGRAM
from newsletter.storage.agreed_later import find_later
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.erasing import SqlErasing, missing_of, take_over
from newsletter.storage.erasure_journal import Line, journal_path, read_journal
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.mail_tables import lasting_keys
from newsletter.storage.old_pages import write_anew
from newsletter.storage.transactions import reading, writing
from newsletter.subscribers.erasing import Erased
from newsletter.subscribers.traces import Sought

_LINES: Final = (
    "SELECT address_hash, asked_at, why, standing, standing_since AS since,"
    " standing_cause AS cause, lifted_at FROM erasures"
)
_NAMES: Final = "SELECT address_hash, name_hash FROM erased_names ORDER BY name_hash"
_KEY: Final = "SELECT secret, made_at FROM lasting_keys WHERE purpose = ?"
UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)  # of a time that was damaged
_TIMES: Final = ("asked_at", "since", "lifted_at")


@dataclass(frozen=True, slots=True)
class ErasuresSince:
    """The erasures of a ledger that is replaced, and the key of their hashes."""

    lines: Sequence[Line]
    key: tuple[str, datetime] | None  # and when it was made; None: there is none to be read


def read_erasures(database: Path) -> ErasuresSince:
    """Read the erasures of a ledger, and of the journal beside it; either may be missing."""
    noted, lines, key = read_journal(journal_path(database, database.parent)), list[Line](), None
    if database.exists():
        try:
            with closing(connect_for_copy(database)) as connection:
                connection.row_factory = sqlite3.Row
                names = _names_in(connection)
                for found in connection.execute(_LINES):
                    lines.append(_line(dict(found), tuple(names[found["address_hash"]])))
                row = connection.execute(_KEY, (KeyPurpose.ADDRESSES.value,)).fetchone()
                key = None if row is None else (str(row[0]), moment_in(row[1], UNKNOWN))
        except (sqlite3.Error, ValueError, TypeError):  # damaged, or from before erasures
            pass
    known = {(one.address_hash, one.asked_at) for one in lines}
    lines += [one for one in noted if (one.address_hash, one.asked_at) not in known]
    return ErasuresSince(lines, key)


def repeat_erasures(
    engine: Engine, since: ErasuresSince, now: datetime, *, ends: bool = True
) -> int:
    """
    Erase people from an older copy who were erased after it was made.

    Whoever has agreed in the copy after what caused the erasure stays: then the erasure was made in
    a database that is older still.

    *ends*: the copy has no other files yet; False: `finish_open` goes on with these.

    Returns:
        How many readers it still had of these.
    """
    with reading(engine) as connection:
        if not missing_of(connection, since.lines):
            return 0
    with writing(engine) as connection:
        if find_lasting_key(connection, KeyPurpose.ADDRESSES) is None and since.key:
            secret, made_at = since.key
            values = {"purpose": KeyPurpose.ADDRESSES.value, "secret": secret, "made_at": made_at}
            connection.execute(insert(lasting_keys).values(values))
        key = find_lasting_key(connection, KeyPurpose.ADDRESSES)
        returned = frozenset[str]()
        if key is not None:
            missing = missing_of(connection, since.lines)
            erased = Sought(key, frozenset(one.address_hash for one in missing))
            returned = find_later(connection, erased, missing)
        hashes = take_over(connection, since.lines, PROGRAM, dict.fromkeys(returned, now))
    if not hashes or key is None:
        return 0
    # The copy's own key: a ledger that was begun anew meanwhile has another.
    sought = Sought(key, hashes)
    counts = SqlErasing(engine).repeat(sought, now)
    if ends:
        SqlErasing(engine).end(sought, (), now)
    if engine.dialect.name == "sqlite":
        write_anew(engine)
    return counts[Erased.READERS]


def _names_in(connection: sqlite3.Connection) -> defaultdict[str, list[str]]:
    """Return the hashes of names in links by the hash of the address."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    try:
        for row in connection.execute(_NAMES):
            names[row["address_hash"]].append(row["name_hash"])
    except sqlite3.OperationalError:  # from before they were kept
        pass
    return names


def _line(row: dict[str, Any], names: tuple[str, ...]) -> Line:
    times = {name: moment_in(row[name], UNKNOWN) if row[name] else None for name in _TIMES}
    return Line(**{**row, **times, "names": names})
