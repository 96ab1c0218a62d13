"""Whether SQLite's journal is still there after a run that did not end."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select, update

from newsletter.dispatch.runs import ProcessIdentity
from newsletter.storage.processes import has_ended, this_process
from newsletter.storage.tables import runs
from newsletter.storage.transactions import as_ledger_error
from newsletter.storage.watch import holds_journal

CHECKPOINT_PATIENCE_MS: Final = 5_000
_OPEN_RUNS: Final = (
    "SELECT id, issue FROM runs WHERE ended_at IS NULL AND journal_seen_at IS NULL ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that has begun and not ended, whose journal nobody has looked for yet."""

    id: int
    issue: str
    process: ProcessIdentity | None = None  # None: it was not asked for


def checkpoint(database: Engine, patience_ms: int = CHECKPOINT_PATIENCE_MS) -> bool:
    """
    Bring what is committed so far into SQLite's main file, and keep the journal as it is.

    Call it after a run's row is committed: the main file then has the run, even if the journal
    gets lost. Readers and writers are waited for, but not for ever.

    Returns:
        False if they were in the way for longer, and the main file may know nothing; True on
        PostgreSQL, which has no such file.
    """
    if database.dialect.name != "sqlite":
        return True
    with as_ledger_error(database), database.connect() as connection:
        own = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
        try:
            # Never TRUNCATE: a journal that becomes shorter was cut off, for `FileWatch`.
            busy, pages, copied = connection.exec_driver_sql("PRAGMA wal_checkpoint(FULL)").one()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={own}")
    return not busy and pages == copied


def find_runs_without_journal(database: Path) -> Sequence[OpenRun]:
    """
    Return the runs that the file *database* alone knows as open, if its journal is not there.

    A run commits its row to the journal, and a journal that holds something goes only when
    the last connection closes: with the end of the run in the file, or its mark of having
    been seen. To be asked before this process opens the database.
    """
    if not database.is_file() or holds_journal(database):
        return ()
    uri = f"{database.absolute().as_uri()}?mode=ro&immutable=1"  # the journal is not looked at
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = [OpenRun(*row) for row in connection.execute(_OPEN_RUNS)]
    except sqlite3.Error:  # tables from before runs, or no database: said where it is opened
        return ()
    return () if holds_journal(database) else found  # it may have come meanwhile


def find_open_runs(connection: Connection) -> Sequence[OpenRun]:
    """Return the runs that have not ended and whose journal nobody has looked for."""
    rows = connection.execute(
        select(runs)
        .where(runs.c.ended_at.is_(None), runs.c.journal_seen_at.is_(None))
        .order_by(runs.c.id)
    ).all()
    return [
        OpenRun(row.id, row.issue, ProcessIdentity(row.host, row.pid, row.process_started))
        for row in rows
    ]


def note_journals_seen(connection: Connection, seen: Sequence[OpenRun], now: datetime) -> None:
    """
    Note that the journals of *seen* were there, or were missed and that it was said.

    The last process that closes the database checkpoints the journal. Without this note, the
    next process would find an open run and no journal.
    """
    numbers = [one.id for one in seen]
    connection.execute(update(runs).where(runs.c.id.in_(numbers)).values(journal_seen_at=now))


def lives_elsewhere(run: OpenRun) -> bool:
    """Say whether *run* is of another process of this machine that certainly still runs."""
    ours, process = this_process(), run.process
    if process is None or process == ours or process.host != ours.host:
        return False
    if process.started and ours.started and _place(process.started) != _place(ours.started):
        return False  # before the last boot of the machine, or in another container
    return not has_ended(process)


def is_ours(run: OpenRun) -> bool:
    """Say whether *run* is of this process."""
    return run.process == this_process()


def _place(started: str) -> list[str]:
    return started.split()[1:]
