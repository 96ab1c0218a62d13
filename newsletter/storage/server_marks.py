"""The mark of a server's database, in the site's folder: shows that the database was put back."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, event, exists, select

from newsletter.dispatch.doubt import DoubtCause, Sign, compare
from newsletter.storage.doubts import raise_doubts
from newsletter.storage.erasure_journal import journal_of
from newsletter.storage.marks import (
    count_end,
    find_mark,
    read_noted_mark,
    replace_mark,
    write_mark,
)
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import reading, writing

_WRITES: Final = "newsletter_server_writes"  # an engine's execution option


class _Writes:
    """Whether a command has written to the database."""

    def __init__(self) -> None:
        self.has_written = False


def watch_server(engine: Engine) -> None:
    """Watch whether anything is committed from now on; see `note_end`."""
    writes = _Writes()
    engine.update_execution_options(**{_WRITES: writes})

    @event.listens_for(engine, "commit")
    def note(_: Connection) -> None:
        writes.has_written = True


def examine_server(engine: Engine, now: datetime) -> bool:
    """
    Raise a doubt if the database is older than its mark, or another one.

    Returns:
        Whether it is older. The mark in the site's folder stays as it is then, so that this is seen
        again until what is kept was repeated: see storage/server_restores.py.

    Raises:
        LedgerError: the doubt cannot be stored.
    """
    place = place_of(engine)
    noted = read_noted_mark(place)  # before the database's own, which is never behind this one
    with reading(engine) as connection:
        mark = find_mark(connection, None)
    sign = compare(mark, noted) if mark else None
    if mark is None or sign is None:
        return False
    with writing(engine) as connection:
        raise_doubts(connection, [sign], now)
    if sign.cause is DoubtCause.PUT_BACK:
        return True
    replace_mark(place, mark)  # what it said is in the database now
    return False


def doubt_forgetful(connection: Connection, now: datetime) -> None:
    """
    Raise a doubt about a server's database that does not know erasures which were made in it.

    One without readers was begun anew: it has nothing that could be sent twice.
    """
    if connection.execute(select(exists(select(subscribers.c.id)))).scalar_one():
        raise_doubts(connection, [Sign(DoubtCause.PUT_BACK)], now)


def note_end(engine: Engine) -> None:
    """
    Count the end of a command that has written, in the database and then in its mark.

    Raises:
        LedgerError: it cannot be counted.
    """
    writes: _Writes = engine.get_execution_options()[_WRITES]
    if not writes.has_written:
        return
    with writing(engine) as connection:
        count_end(connection)
    with reading(engine) as connection:
        mark = find_mark(connection, None)
    if mark is not None:
        write_mark(place_of(engine), mark)


def place_of(engine: Engine) -> Path:
    """Return the path that the files of the database are named after; there is no such file."""
    journal = journal_of(engine)
    assert journal is not None  # noqa: S101 - it was opened by its setting
    return journal.with_suffix("")
