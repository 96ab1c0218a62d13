"""Appointments, approvals and begun dispatches that are bound to one letter."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, exists, select

from newsletter.dispatch.promise import Bond, Promise
from newsletter.storage.conditions import IS_WAITING, IS_WHOLE, was_begun
from newsletter.storage.tables import appointments, approvals, deliveries, dispatches


def find_promises(connection: Connection, issue: str) -> Sequence[Promise]:
    """
    Return the promises that bind *issue* to a letter, the approvals in order.

    Nothing binds a cancelled issue, and no approval binds an issue that all readers have.
    """
    of = dispatches.c
    waits = exists(select(deliveries.c.id).where(deliveries.c.issue == of.issue, IS_WAITING))
    plan = connection.execute(
        select(
            of.digest,
            of.planned_at,
            of.cancelled_at,
            of.is_rehearsal,
            of.letter_id,
            waits.label("waits"),
            was_begun().label("was_begun"),
        ).where(of.issue == issue, IS_WHOLE)
    ).one_or_none()
    found = list(_appointed(connection, issue))
    if plan and plan.cancelled_at:
        return found
    if plan and plan.waits and not plan.is_rehearsal:
        is_kept = plan.letter_id is not None and bool(plan.was_begun)
        dispatch = Promise(Bond.DISPATCH, "", plan.planned_at, plan.digest, is_kept=is_kept)
        found.append(dispatch)
    if plan is None or plan.waits or plan.is_rehearsal:
        found += _approved(connection, issue)
    return found


def _appointed(connection: Connection, issue: str) -> Iterator[Promise]:
    of = appointments.c
    for row in connection.execute(select(appointments).where(of.issue == issue)):
        yield Promise(Bond.APPOINTMENT, row.made_by, row.made_at, row.digest, row.send_at)


def _approved(connection: Connection, issue: str) -> Iterator[Promise]:
    of = approvals.c
    query = select(of.approved_by, of.approved_at, of.digest).where(of.issue == issue)
    for row in connection.execute(query.order_by(of.id)):
        yield Promise(Bond.APPROVAL, row.approved_by, row.approved_at, row.digest)
