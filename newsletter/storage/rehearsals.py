"""Rehearsals that were set aside: their rows move from the ledger to tables of their own."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, literal, or_, select, update

from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.control import Act, Note, SettingAside
from newsletter.dispatch.ledger import Rehearsal
from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase, read_said, write_said
from newsletter.storage.answers import is_answer
from newsletter.storage.notes import note
from newsletter.storage.tables import deliveries, dispatches, rehearsals, rehearsed_deliveries

# The stored columns of a delivery, with its id, which is never reused.
_KEPT = [column.name for column in rehearsed_deliveries.c if column.name != "rehearsal_id"]


def set_aside(connection: Connection, issue: str, aside: SettingAside) -> int:
    """
    Move the plan of *issue* and its deliveries out of the ledger; return how many letters.

    The diary records this. The caller holds the lease on the issue; a process that sent the
    issue before finds none of its deliveries any more.

    Raises:
        UnfinishedError: the plan no longer exists, or is no rehearsal.
    """
    of = dispatches.c
    row = connection.execute(
        update(dispatches)  # takes the write lock before any read
        .where(
            of.issue == issue,
            of.planned_at == aside.planned_at,
            or_(of.is_rehearsal, of.provider_kind.is_(None)) if aside.is_old else of.is_rehearsal,
        )
        .values(issue=issue)
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
    kept = select(literal(number), *(deliveries.c[name] for name in _KEPT))
    connection.execute(
        insert(rehearsed_deliveries).from_select(
            ["rehearsal_id", *_KEPT], kept.where(deliveries.c.issue == issue)
        )
    )
    connection.execute(delete(deliveries).where(deliveries.c.issue == issue))
    connection.execute(delete(dispatches).where(dispatches.c.issue == issue))
    letters = _count_letters(connection, number)
    words = phrase("storage.note-set-aside", letters=letters, because=aside.because)
    note(connection, Note(issue, Act.SET_ASIDE, aside.by, aside.at, words))
    return letters


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
