"""Plans of which nothing was begun are deleted: marked in one commit, then turn by turn."""

from datetime import datetime

from sqlalchemy import delete, update

from newsletter.storage.conditions import IS_WHOLE, was_begun
from newsletter.storage.tables import deliveries, dispatches
from newsletter.storage.turns import Turns, ranges_of
from newsletter.storage.unfinished import Unfinished


def discard_untouched(turns: Turns, issue: str) -> bool:
    """Delete the plan of *issue* if nothing of it was begun or halted; return whether so."""
    planned_at = turns.connection.execute(
        update(dispatches)  # takes the write lock before any read
        .where(
            dispatches.c.issue == issue,
            IS_WHOLE,
            ~was_begun(),
            # A person's decision, made meanwhile, must not be deleted with the plan.
            dispatches.c.paused_at.is_(None),
            dispatches.c.cancelled_at.is_(None),
        )
        .values(unfinished=Unfinished.DISCARDING.value, holder=None, held_until=None)
        .returning(dispatches.c.planned_at)
    ).scalar()
    if planned_at is None:
        return False
    discard_rest(turns, issue, planned_at)
    return True


def discard_rest(turns: Turns, issue: str, planned_at: datetime) -> None:
    """
    Delete what is left of a plan that is marked to be discarded; two may do it at once.

    From the mark on nothing of it can be begun, so its deliveries may go one by one.
    """
    for where in ranges_of(turns, issue):
        if not is_still(turns, issue, planned_at, Unfinished.DISCARDING):
            return
        turns.connection.execute(delete(deliveries).where(where))
        turns.give_way()
    if is_still(turns, issue, planned_at, Unfinished.DISCARDING):
        turns.connection.execute(delete(dispatches).where(dispatches.c.issue == issue))


def is_still(turns: Turns, issue: str, planned_at: datetime, what: Unfinished) -> bool:
    """Take the write lock; return whether *what* is still to be done with that plan."""
    of = dispatches.c
    same = update(dispatches).where(
        of.issue == issue, of.planned_at == planned_at, of.unfinished == what.value
    )
    return turns.connection.execute(same.values(issue=issue)).rowcount > 0
