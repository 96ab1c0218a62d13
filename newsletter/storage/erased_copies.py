"""Takes erased people out of the copies of a SQLite database that lie beside it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import LedgerError
from newsletter.storage.agreed_later import find_later
from newsletter.storage.erased_people import (
    find_keys,
    find_people,
    find_placeholders,
    with_names,
)
from newsletter.storage.erasing import KEYED
from newsletter.storage.erasing_rows import erase_rows
from newsletter.storage.erasure_journal import Line
from newsletter.storage.lasting_keys import find_address_keys, hashes_of_addresses
from newsletter.storage.mail_tables import lasting_keys
from newsletter.storage.present_columns import Rows
from newsletter.subscribers.erasing import People
from newsletter.subscribers.traces import Sought

NAMED: Final = "before-"  # how the names of our copies continue after that of the database
LEFT_BEHIND: Final = timedelta(hours=1)  # after which nobody writes it any more
PARTS: Final = ("-wal", "-shm", "-journal", ".part")


def find_copies(database: Path) -> Sequence[Path]:
    """Return the copies from before migrations and restores, in the order of their names."""
    found = database.parent.glob(f"{database.name}.{NAMED}*")
    return sorted(path for path in found if not path.name.endswith(PARTS))


def erase_in_copy(copy: Path, sought: Sought, lines: Sequence[Line]) -> bool:
    """
    Take people out of a copy, whose tables may be older, and write its file anew.

    It may also be the later one. Who agreed in it after what caused their erasure stays: see
    *lines*, which are the erasures.

    Returns:
        Whether they were in it.

    Raises:
        SQLAlchemyError: the file is damaged, or may not be written.
    """
    with opened_copy(copy) as engine:
        with engine.begin() as connection:
            sought = sought.without(find_later(connection, sought, lines))
            people = find_people(connection, find_keys(connection, sought, KEYED))
            held = find_placeholders(connection, sought.hashes)  # of a ledger until a restore
            people = People(people.ids | held, people.keys, people.names)
            sought = with_names(sought, people)
            counts = erase_rows(connection, _with_own_hashes(connection, sought, people), people)
        if not counts.total():
            return False
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return True


def _with_own_hashes(connection: Connection, sought: Sought, people: People) -> Sought:
    """Add the hashes by which the consent record of a copy names people: its key may be another."""
    if not Rows(connection).has(lasting_keys.c.secret):
        return sought
    hashes = hashes_of_addresses(people.keys, find_address_keys(connection))
    return replace(sought, hashes=sought.hashes | hashes.keys())


def erase_in_copies(
    database: Path, sought: Sought, lines: Sequence[Line]
) -> tuple[int, tuple[str, ...]]:
    """
    Take people out of all copies; *lines*: see `erase_in_copy`.

    Returns:
        How many copies had them, and the names of those that cannot be changed.
    """
    changed, closed = 0, list[str]()
    for copy in find_copies(database):
        try:
            changed += erase_in_copy(copy, sought, lines)
        except (SQLAlchemyError, OSError, LedgerError):
            closed.append(copy.name)
    return changed, tuple(closed)


def remove_parts(database: Path, now: datetime) -> None:
    """Delete unfinished copies that processes left behind which were killed."""
    for pattern in (f"{database.name}.{NAMED}*.part", f"{database.name}.restoring*"):
        for path in database.parent.glob(pattern):
            with suppress(OSError):
                made_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if now - made_at > LEFT_BEHIND:
                    path.unlink()


@contextmanager
def opened_copy(copy: Path) -> Iterator[Engine]:
    """Open a copy as it is; its time stays, which says when it was made."""
    made = copy.stat()
    engine = _open(copy)
    try:
        yield engine
    finally:
        engine.dispose()
        with suppress(OSError):
            os.utime(copy, ns=(made.st_atime_ns, made.st_mtime_ns))


def _open(copy: Path) -> Engine:
    url = URL.create("sqlite", database=str(copy))
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA secure_delete=ON").close()

    return engine
