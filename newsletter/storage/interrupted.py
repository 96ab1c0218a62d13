"""Finishes long changes that were cut off between two turns."""

import logging
from datetime import datetime

from sqlalchemy import Engine, exists, select, update

from newsletter.errors import UnfinishedError
from newsletter.phrases import Phrase, phrase
from newsletter.storage.bulk_changes import cancel_waiting
from newsletter.storage.conditions import IS_WAITING
from newsletter.storage.discarding import discard_rest
from newsletter.storage.merging import FinishedImport, ImportStage, finish_imports, has_imports
from newsletter.storage.planning import PLANNING_MB
from newsletter.storage.rehearsals import move_rest
from newsletter.storage.tables import deliveries, dispatches
from newsletter.storage.transactions import reading
from newsletter.storage.turns import Turns, writing_in_turns
from newsletter.storage.unfinished import Unfinished, is_being_planned

log = logging.getLogger(__name__)


def finish_interrupted(database: Engine) -> None:
    """
    Finish what earlier commands began in turns and did not end; without any, nothing is written.

    A plan or an import that another living process is writing is left alone.

    Raises:
        LedgerError: a fault of the database.
    """
    _finish_imports(database)
    of = dispatches.c
    waits = exists(select(deliveries.c.id).where(deliveries.c.issue == of.issue, IS_WAITING))
    with reading(database) as connection:
        unfinished = connection.execute(
            select(of.issue, of.unfinished).where(of.unfinished.is_not(None))
        ).all()
        cancelled = connection.execute(
            select(of.issue).where(of.cancelled_at.is_not(None), of.unfinished.is_(None), waits)
        ).scalars()
        uncancelled = list(cancelled)
        busy = {row.issue for row in unfinished if is_being_planned(connection, row.issue)}
    for row in unfinished:
        if row.issue in busy:
            continue
        if row.unfinished == Unfinished.PLANNING:
            log.warning(phrase("storage.plan-was-cut-off", issue=row.issue))
        with writing_in_turns(database) as turns:
            clear_remains(turns, row.issue)
    for issue in uncancelled:
        with writing_in_turns(database) as turns:
            cancel_waiting(turns, issue)


def _finish_imports(database: Engine) -> None:
    with reading(database) as connection:
        if not has_imports(connection):
            return
    with writing_in_turns(database, PLANNING_MB) as turns:
        for finished in finish_imports(turns):
            log.warning(_tell_finished(finished))


def _tell_finished(finished: FinishedImport) -> Phrase:
    if finished.stage is ImportStage.COPYING:
        return phrase("storage.import-was-cut-off", file=finished.file)
    if not finished.not_written:
        return phrase("storage.import-was-finished", file=finished.file)
    return phrase(
        "storage.import-was-finished-without",
        file=finished.file,
        count=finished.not_written,
    )


def clear_remains(turns: Turns, issue: str) -> None:
    """
    Finish what is under way with a plan of *issue* that is not whole, so that none is left.

    Raises:
        UnfinishedError: a process that may be alive is making it.
    """
    of = dispatches.c
    query = select(of.unfinished, of.planned_at, of.holder).where(
        of.issue == issue, of.unfinished.is_not(None)
    )
    row = turns.connection.execute(query).one_or_none()
    if row is None:
        return
    if row.unfinished == Unfinished.SETTING_ASIDE:
        move_rest(turns, issue, row.planned_at)
    elif row.unfinished == Unfinished.DISCARDING or _take_over(
        turns, issue, row.planned_at, row.holder
    ):
        discard_rest(turns, issue, row.planned_at)
    turns.end(rests=False)


def _take_over(turns: Turns, issue: str, planned_at: datetime, holder: str | None) -> bool:
    """Mark the plan of a process that has ended to be discarded; False if another one did."""
    if is_being_planned(turns.connection, issue):
        raise UnfinishedError(phrase("storage.begun-elsewhere", issue=issue))
    of = dispatches.c
    left = update(dispatches).where(
        of.issue == issue,
        of.planned_at == planned_at,
        of.unfinished == Unfinished.PLANNING.value,
        of.holder.is_(None) if holder is None else of.holder == holder,
    )
    values = {"unfinished": Unfinished.DISCARDING.value, "holder": None, "held_until": None}
    return turns.connection.execute(left.values(values)).rowcount > 0
