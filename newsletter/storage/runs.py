"""Runs: which process sends an issue, and whether it may still be answered."""

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

HOLD: Final = timedelta(minutes=2)  # how long a run has an issue without a sign of life
SILENT_AFTER: Final = 2 * HOLD  # a run that gave no sign for so long is not waited for


class database_now(FunctionElement[datetime]):  # noqa: N801 - reads as SQL's own functions do
    """What time it is by the database's clock, which all machines share."""

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
    Say when another's lease ends; at most `HOLD` after it was first seen.

    A lease is never longer than two minutes. One that ends later was taken by a clock ahead of
    ours, or our clock is behind; we cannot tell which. So it counts from when it was first
    seen; a living holder renews it every half minute, and is then seen anew.

    Args:
        held_until: by the holder's clock.
        doubted_until: what this returned when the lease was first seen to be too long.
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
    Note a new run, and who ordered it where that is known; return its number.

    What a timer has told of the issue is forgotten: the same fault would be news again.
    """
    for table in (appointments, dispatches):
        was_told = update(table).where(table.c.issue == issue, table.c.told.is_not(None))
        connection.execute(was_told.values(told=None))
    if order:
        of_issue = update(dispatches).where(dispatches.c.issue == issue)
        connection.execute(of_issue.values(key_fingerprint=order.key))
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
            )
            .returning(runs.c.id)
        ).scalar_one()
    )


def note_life(connection: Connection, run: int) -> None:
    """Note that a run is alive."""
    connection.execute(update(runs).where(runs.c.id == run).values(seen_at=database_now()))


def end_run(connection: Connection, run: int, why: RunEnd) -> None:
    """Note that a run gets no more answers."""
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

    Those have not ended, their process is not known to be gone, and they gave a sign of life
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
