"""Opens and closes the ledger for a command, and checks whether it is the newest copy."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from newsletter.dispatch.doubt import DoubtCause, Sign, compare
from newsletter.errors import LedgerError
from newsletter.phrases import phrase
from newsletter.storage.database import (
    close_database,
    find_lost_runs,
    leave_open,
    open_database,
)
from newsletter.storage.doubts import raise_doubts
from newsletter.storage.erasure_end import finish_delayed
from newsletter.storage.interrupted import finish_interrupted
from newsletter.storage.journal import (
    OpenRun,
    find_open_runs,
    is_ours,
    lives_elsewhere,
    note_journals_seen,
)
from newsletter.storage.marks import (
    count_end,
    find_mark,
    note_lost_journal,
    read_noted_mark,
    replace_mark,
    write_mark,
)
from newsletter.storage.server_marks import examine_server, note_end, watch_server
from newsletter.storage.transactions import GIVE_BACK, reading, writing
from newsletter.storage.watch import find_harm, find_watch, holds_journal

log = logging.getLogger(__name__)


def open_ledger(setting: str, root: Path, give_back: Callable[[], None] | None = None) -> Engine:
    """
    Open the database like `open_database`, and record signs that it is an older copy.

    The signs are: a mark beside it (of a server's: in *root*) that is ahead or belongs to another
    ledger or file, and an unfinished run whose journal is missing. What an earlier command left
    behind that was cut off between two turns is finished. Without any of it, nothing is written.

    Args:
        setting: NEWSLETTER_DATABASE_URL.
        root: the site's folder.
        give_back: called after much memory was freed, to return the memory to the system.

    Raises:
        SettingsError: see `open_database`.
        LedgerError: the doubt cannot be stored.
    """
    engine = open_database(setting, root)
    engine.update_execution_options(**{GIVE_BACK: give_back})
    if find_watch(engine):
        try:
            _examine(engine, datetime.now(UTC))
            finish_interrupted(engine)
        except BaseException:
            close_database(engine)
            raise
    else:
        watch_server(engine)
        try:
            if examine_server(engine, datetime.now(UTC)):
                from newsletter.storage.server_restores import repeat_kept  # noqa: PLC0415 - rare

                repeat_kept(engine, datetime.now(UTC))
        except BaseException:
            engine.dispose()
            raise
    finish_delayed(engine, datetime.now(UTC))
    return engine


def close_ledger(engine: Engine) -> None:
    """
    Close the database at a command's end, and count the end if the command has written.

    If the count cannot be stored, the fault is only logged: the command itself has succeeded.
    """
    watch = find_watch(engine)
    if watch is None:  # PostgreSQL: no journal of ours
        _close_server(engine)
        return
    path, has_written, now = _file_of(engine), watch.has_written, datetime.now(UTC)
    was_known = watch.is_broken
    if harm := find_harm(engine):
        if has_written and not was_known:  # nobody was told, because nothing was written since
            log.warning(harm.phrase)
        if watch.has_lost_journal:
            note_lost_journal(path)
        leave_open(engine)
        return
    try:
        living = _note_end(engine, now, has_written=has_written)
        with reading(engine) as connection:
            mark = find_mark(connection, path) if has_written else None
    except LedgerError as error:
        log.warning(phrase("storage.end-not-noted", fault=error.phrase))
        # The journal is not changed, so that the next command sees it.
        leave_open(engine)
        return
    close_database(engine)
    if living and not watch.is_broken and not holds_journal(path):
        _note_folded(path, living, now)
    if mark:
        write_mark(path, mark)


def _close_server(engine: Engine) -> None:
    try:
        note_end(engine)
    except LedgerError as error:
        log.warning(phrase("storage.end-not-noted", fault=error.phrase))
    finally:
        engine.dispose()


def _examine(engine: Engine, now: datetime) -> None:
    path, lost = _file_of(engine), find_lost_runs(engine)
    noted = read_noted_mark(path)  # before the ledger's own mark, which is never behind this one
    with reading(engine) as connection:
        mark = find_mark(connection, path)
        gone = [one for one in find_open_runs(connection) if not _may_write(one)]
    issues = " ".join(dict.fromkeys(one.issue for one in [*lost, *gone]))
    signs = [Sign(DoubtCause.JOURNAL_LOST, issues)] if lost else []
    if mark and (sign := compare(mark, noted)):
        signs.append(replace(sign, facts=sign.facts or issues))
    if not signs and not gone:
        return
    with writing(engine) as connection:
        raise_doubts(connection, signs, now)
        note_journals_seen(connection, [*lost, *gone], now)
    if signs and mark:
        replace_mark(path, mark)  # its content is in the ledger now


def _may_write(run: OpenRun) -> bool:
    return is_ours(run) or lives_elsewhere(run)


def _note_end(engine: Engine, now: datetime, *, has_written: bool) -> Sequence[OpenRun]:
    """Count the end; return the runs of other living processes, which may still write."""
    with reading(engine) as connection:
        open_runs = find_open_runs(connection)
    living = [one for one in open_runs if lives_elsewhere(one)]
    gone = [one for one in open_runs if one not in living]
    if has_written or gone:
        with writing(engine) as connection:
            if has_written:
                count_end(connection)
            note_journals_seen(connection, gone, now)
    return living


def _note_folded(path: Path, living: Sequence[OpenRun], now: datetime) -> None:
    """Record for recently living runs that this process checkpointed their journal."""
    shown = f"{now:%Y-%m-%d %H:%M:%S.%f}"  # in the format of UtcTime
    rows = [(shown, one.id) for one in living]
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executemany(
                "UPDATE runs SET journal_seen_at = ? WHERE id = ? AND ended_at IS NULL", rows
            )
    except sqlite3.Error as error:
        log.warning(phrase("storage.folding-not-noted", fault=str(error)))


def _file_of(engine: Engine) -> Path:
    return Path(str(engine.url.database))
