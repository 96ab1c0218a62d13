"""Rehearsals that were set aside: their rows move from the ledger to tables of their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.control import Act, Note, SettingAside
from newsletter.dispatch.ledger import Rehearsal
from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase, read_said, write_said
from newsletter.storage.answers import is_answer
from newsletter.storage.conditions import IS_WHOLE
from newsletter.storage.discarding import is_still
from newsletter.storage.notes import note
from newsletter.storage.tables import deliveries, dispatches, rehearsals, rehearsed_deliveries
from newsletter.storage.turns import Turns, ranges_of
from newsletter.storage.unfinished import Unfinished

# The stored columns of a delivery, with its id, which is never reused.
_KEPT = [column.name for column in rehearsed_deliveries.c if column.name != "rehearsal_id"]


def set_aside(turns: Turns, issue: str, aside: SettingAside) -> int:
    """
    Move the plan of *issue* and its deliveries out of the ledger; return how many letters.

    The diary records this. The caller holds the lease on the issue; a process that sent the
    issue before finds none of its deliveries any more, and begins none that is still to be moved.

    Raises:
        UnfinishedError: the plan no longer exists, or is no rehearsal.
    """
    of, connection = dispatches.c, turns.connection
    row = connection.execute(
        update(dispatches)  # takes the write lock before any read
        .where(
            of.issue == issue,
            of.planned_at == aside.planned_at,
            IS_WHOLE,
            or_(of.is_rehearsal, of.provider_kind.is_(None)) if aside.is_old else of.is_rehearsal,
        )
        .values(unfinished=Unfinished.SETTING_ASIDE.value)
        .returning(of.digest, of.planned_at, of.provider_name)
    ).one_or_none()
    if row is None:
        raise UnfinishedError(phrase("storage.no-rehearsal", issue=issue))
    number = connection.execute(
        insert(rehearsals)
        .values(
            issue=issue,
            digest=row.digest,
            planned_at=row.planned_at,
            provider_name=row.provider_name,
            set_aside_at=aside.at,
            set_aside_by=aside.by,
            because=write_said(aside.because),
        )
        .returning(rehearsals.c.id)
    ).scalar_one()
    connection.execute(update(dispatches).where(of.issue == issue).values(aside_id=number))
    move_rest(turns, issue, row.planned_at)
    return _count_letters(connection, number)


def move_rest(turns: Turns, issue: str, planned_at: datetime) -> None:
    """Move what is left of a plan that is marked to be set aside; two may do it at once."""
    connection = turns.connection
    number = select(dispatches.c.aside_id).where(dispatches.c.issue == issue).scalar_subquery()
    for where in ranges_of(turns, issue):
        if not is_still(turns, issue, planned_at, Unfinished.SETTING_ASIDE):
            return
        kept = select(number, *(deliveries.c[name] for name in _KEPT)).where(where)
        names = ["rehearsal_id", *_KEPT]
        connection.execute(insert(rehearsed_deliveries).from_select(names, kept))
        connection.execute(delete(deliveries).where(where))
        turns.give_way()
    if is_still(turns, issue, planned_at, Unfinished.SETTING_ASIDE):
        row = connection.execute(select(rehearsals).where(rehearsals.c.id == number)).one()
        connection.execute(delete(dispatches).where(dispatches.c.issue == issue))
        letters, because = _count_letters(connection, row.id), read_said(row.because)
        words = phrase("storage.note-set-aside", letters=letters, because=because)
        note(connection, Note(issue, Act.SET_ASIDE, row.set_aside_by, row.set_aside_at, words))


def find_rehearsals(connection: Connection, issue: str) -> Sequence[Rehearsal]:
    """Return the rehearsals of *issue* that were set aside, oldest first."""
    rows = connection.execute(
        select(rehearsals).where(rehearsals.c.issue == issue).order_by(rehearsals.c.id)
    ).all()
    return [
        Rehearsal(
            _count_letters(connection, row.id),
            row.set_aside_at,
            row.set_aside_by,
            read_said(row.because),
        )
        for row in rows
    ]


def _count_letters(connection: Connection, number: int) -> int:
    counted = select(func.count()).where(
        rehearsed_deliveries.c.rehearsal_id == number,
        is_answer(WRITTEN, rehearsed_deliveries.c.answer),
    )
    return connection.execute(counted).scalar_one()
