"""
Plans that are not whole: a process is at them, or was cut off between two turns.

Such a plan counts as none: nothing finds, shows or sends it (`conditions.IS_WHOLE`,
`transitions`), and the next command that opens the ledger, or plans the issue, finishes what was
under way (`interrupted.py`).
"""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, Update, select, update

from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase
from newsletter.storage.processes import this_holder
from newsletter.storage.runs import HOLD
from newsletter.storage.tables import dispatches


class Unfinished(StrEnum):
    """What a process is doing with a whole plan."""

    PLANNING = "planning"  # its deliveries are being inserted; cut off, it is discarded
    DISCARDING = "discarding"
    SETTING_ASIDE = "setting aside"  # a rehearsal


def holder_values() -> dict[str, object]:
    """Return the columns by which a plan or an import that is written belongs to this process."""
    return {"holder": this_holder().name, "held_until": datetime.now(UTC) + HOLD}


def keep_planning(connection: Connection, issue: str, planned_at: datetime) -> None:
    """
    Take the write lock for the next rows of a plan, and note that its process is alive.

    Raises:
        UnfinishedError: another process took this one for dead, and has discarded the plan.
    """
    _change_ours(connection, issue, planned_at, held_until=datetime.now(UTC) + HOLD)


def end_planning(connection: Connection, issue: str, planned_at: datetime) -> None:
    """
    Declare a plan whole: from this commit on it can be sent.

    Raises:
        UnfinishedError: see `keep_planning`.
    """
    _change_ours(connection, issue, planned_at, unfinished=None, holder=None, held_until=None)


def abandon_planning(connection: Connection, issue: str, planned_at: datetime) -> None:
    """Let the next process discard a plan at once, because this one failed."""
    connection.execute(_ours(issue, planned_at).values(holder=None))


def is_being_planned(connection: Connection, issue: str) -> bool:
    """Return whether a plan of *issue* belongs to a process that may be alive."""
    of = dispatches.c
    row = connection.execute(
        select(of.holder, of.held_until).where(
            of.issue == issue, of.unfinished == Unfinished.PLANNING.value
        )
    ).one_or_none()
    return row is not None and may_be_alive(row.holder, row.held_until)


def may_be_alive(holder: str | None, held_until: datetime) -> bool:
    """Return whether the process that wrote `holder_values` may still be at work."""
    if holder is None:
        return False
    return held_until >= datetime.now(UTC) and not this_holder().is_gone(holder)


def _change_ours(
    connection: Connection, issue: str, planned_at: datetime, **values: object
) -> None:
    if not connection.execute(_ours(issue, planned_at).values(values)).rowcount:
        raise UnfinishedError(phrase("storage.begun-elsewhere", issue=issue))


def _ours(issue: str, planned_at: datetime) -> Update:
    of = dispatches.c
    return update(dispatches).where(
        of.issue == issue,
        of.planned_at == planned_at,
        of.unfinished == Unfinished.PLANNING.value,
        of.holder == this_holder().name,
    )
