"""Checks whether SQLite's journal still exists after a run that did not end."""

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
    """A run that has not ended and whose journal was not checked yet."""

    id: int
    issue: str
    process: ProcessIdentity | None = None  # None: not requested


def checkpoint(database: Engine, patience_ms: int = CHECKPOINT_PATIENCE_MS) -> bool:
    """
    Copy all commits into SQLite's main file, and keep the journal.

    Call it after a run's row is committed: the main file then contains the run, even if the
    journal is lost. It waits for readers and writers, up to *patience_ms*.

    Returns:
        False if readers or writers took longer, and the main file may lack the commits; True on
        PostgreSQL, which has no such file.
    """
    if database.dialect.name != "sqlite":
        return True
    with as_ledger_error(database), database.connect() as connection:
        own = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
        try:
            # Never TRUNCATE: `FileWatch` takes a shorter journal for a truncated one.
            busy, pages, copied = connection.exec_driver_sql("PRAGMA wal_checkpoint(FULL)").one()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={own}")
    return not busy and pages == copied


def find_runs_without_journal(database: Path) -> Sequence[OpenRun]:
    """
    Return the runs that are open in the main file *database*, if its journal is missing.

    A run commits its row to the journal, and a journal with data is removed only when the last
    connection closes: then the file contains the run's end, or the mark that its journal was
    seen. Call it before this process opens the database.
    """
    if not database.is_file() or holds_journal(database):
        return ()
    uri = f"{database.absolute().as_uri()}?mode=ro&immutable=1"  # ignores the journal
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = [OpenRun(*row) for row in connection.execute(_OPEN_RUNS)]
    except sqlite3.Error:  # tables from before runs, or no database: reported on opening
        return ()
    return () if holds_journal(database) else found  # the journal may have appeared meanwhile


def find_open_runs(connection: Connection) -> Sequence[OpenRun]:
    """Return the runs that have not ended and whose journal was not checked yet."""
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
    Record that the journals of *seen* existed, or that their loss was reported.

    The last process that closes the database checkpoints the journal. Without this record, the
    next process would find an open run and no journal.
    """
    numbers = [one.id for one in seen]
    connection.execute(update(runs).where(runs.c.id.in_(numbers)).values(journal_seen_at=now))


def lives_elsewhere(run: OpenRun) -> bool:
    """Return whether *run* belongs to another process of this machine that is still running."""
    ours, process = this_process(), run.process
    if process is None or process == ours or process.host != ours.host:
        return False
    if process.started and ours.started and _place(process.started) != _place(ours.started):
        return False  # before the machine's last boot, or in another container
    return not has_ended(process)


def is_ours(run: OpenRun) -> bool:
    """Return whether *run* belongs to this process."""
    return run.process == this_process()


def _place(started: str) -> list[str]:
    return started.split()[1:]
