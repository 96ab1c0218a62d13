"""Runs: which process sends an issue, and whether its letters may still be answered."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from newsletter.dispatch.runs import LivingRun, ProcessIdentity, RunEnd, RunOrder
from newsletter.phrases import write_said
from newsletter.storage.processes import has_ended
from newsletter.storage.tables import UtcTime, appointments, dispatches, runs
from newsletter.storage.used_keys import Signed, UsedKey, note_key

HOLD: Final = timedelta(minutes=2)  # how long a run holds an issue without a sign of life
SILENT_AFTER: Final = 2 * HOLD  # a run without a sign of life for this time is not waited for


class database_now(FunctionElement[datetime]):  # noqa: N801 - named like an SQL function
    """The current time by the database's clock, which all machines share."""

    type = UtcTime()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _now_on_sqlite(*_: Any, **__: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


@compiles(database_now, "postgresql")
def _now_on_postgresql(*_: Any, **__: Any) -> str:
    return "clock_timestamp()"


def find_end_of_lease(
    held_until: datetime, doubted_until: datetime | None, now: datetime
) -> datetime:
    """
    Return when another process's lease ends; at most `HOLD` after it was first seen.

    A lease is never longer than two minutes. If it ends later, the holder's clock is ahead of
    ours, or our clock is behind. Therefore the time counts from when the lease was first
    seen; a living holder renews the lease every half minute, and it then counts from the renewal.

    Args:
        held_until: the end of the lease by the holder's clock.
        doubted_until: the result of this function when the lease was first seen to be too long.
        now: by our clock, aware UTC.
    """
    longest = now + HOLD
    if held_until <= longest:
        return held_until
    return longest if doubted_until is None else min(doubted_until, longest)


def begin_run(
    connection: Connection, issue: str, process: ProcessIdentity, order: RunOrder | None = None
) -> int:
    """
    Record a new run, and the person who ordered it, if known; return its number.

    What a timer has printed on the issue is deleted: the same fault is then printed again.
    """
    for table in (appointments, dispatches):
        was_told = update(table).where(table.c.issue == issue, table.c.told.is_not(None))
        connection.execute(was_told.values(told=None))
    if order:
        of_issue = update(dispatches).where(dispatches.c.issue == issue)
        connection.execute(of_issue.values(key_fingerprint=order.key))
    if order and order.key:
        note_key(connection, UsedKey(order.key, Signed.LETTERS, order.at))
    return int(
        connection.execute(
            insert(runs)
            .values(
                issue=issue,
                host=process.host,
                pid=process.pid,
                process_started=process.started,
                began_at=database_now(),
                seen_at=database_now(),
                ordered_by=order and order.by,
                ordered_at=order and order.at,
                account=order and order.account,
                words=order and write_said(order.words),
                version=order and order.version,
                memory=order and order.memory,
            )
            .returning(runs.c.id)
        ).scalar_one()
    )


def note_life(connection: Connection, run: int) -> None:
    """Record that a run is alive."""
    connection.execute(update(runs).where(runs.c.id == run).values(seen_at=database_now()))


def end_run(connection: Connection, run: int, why: RunEnd) -> None:
    """Record that a run gets no more answers."""
    connection.execute(
        update(runs)
        .where(runs.c.id == run, runs.c.ended_at.is_(None))
        .values(ended_at=database_now(), ended_because=why.value)
    )


def find_living_runs(
    connection: Connection, issue: str, ended: Callable[[ProcessIdentity], bool] = has_ended
) -> Sequence[LivingRun]:
    """
    Return the runs of *issue* whose letters may still be answered.

    Such a run has not ended, its process is not known to have ended, and it gave a sign of life
    within `SILENT_AFTER` by the database's clock.
    """
    rows = connection.execute(
        select(runs, database_now().label("now")).where(
            runs.c.issue == issue, runs.c.ended_at.is_(None)
        )
    ).all()
    found = []
    for row in rows:
        process = ProcessIdentity(row.host, row.pid, row.process_started)
        silent_for = row.now - row.seen_at
        if silent_for <= SILENT_AFTER and not ended(process):
            found.append(LivingRun(row.id, process, silent_for, SILENT_AFTER - silent_for))
    return found
