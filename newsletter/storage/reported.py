"""Settles deliveries whose answer was lost, by what a mail service reports of their letters."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, or_, select, update

from newsletter.dispatch.control import PROGRAM, Act, Note
from newsletter.dispatch.states import State
from newsletter.feedback.event import Proof
from newsletter.phrases import phrase, write_said
from newsletter.storage.conditions import constant
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.notes import note
from newsletter.storage.tables import deliveries
from newsletter.storage.transitions import awaits_no_answer
from newsletter.subscribers.subscriber import SubscriberId

_OF: Final = deliveries.c
_EVENT: Final = feedback_events.c
_IS_UNKNOWN: Final = _OF.state == constant(State.UNKNOWN)


def is_unanswered(connection: Connection, issue: str, reader: SubscriberId | None) -> bool:
    """Return whether the ledger does not know if the letter of *issue* to *reader* was accepted."""
    its = and_(_OF.issue == issue, _OF.subscriber_id == reader, _IS_UNKNOWN)
    return connection.execute(select(_OF.id).where(its)).first() is not None


def settle_reported(
    connection: Connection, issue: str, reader: SubscriberId | None, service: str, now: datetime
) -> bool:
    """
    Mark an unknown delivery accepted: *service* has told something of its letter.

    Not while its run may still get the answer itself; see `settle_left`.

    Returns:
        Whether it was changed; the diary of the issue says so.
    """
    # What has ended without an answer has a time of that end; see `transitions`.
    is_over = or_(_OF.answered_at.is_not(None), awaits_no_answer(connection, issue))
    because = phrase("feedback.reported-by-service", service=service)
    changed = connection.execute(
        update(deliveries)
        .where(_OF.issue == issue, _OF.subscriber_id == reader, _IS_UNKNOWN, is_over)
        .values(
            state=constant(State.ACCEPTED),
            answer=write_said(because),
            answered_at=now,
            due_at=None,
        )
    )
    if changed.rowcount:
        words = phrase("storage.note-found", deliveries=1, because=because)
        note(connection, Note(issue, Act.SETTLED, PROGRAM, now, words))
    return bool(changed.rowcount)


def settle_left(connection: Connection, after: int, now: datetime) -> int:
    """
    Settle deliveries that were still under way when a service reported their letters.

    A request that times out after half a minute may be reported as delivered after a second.

    Args:
        connection: in a transaction.
        after: the number of an event; 0: of none. Those up to it were looked at.
        now: aware UTC.

    Returns:
        The number to go on after the next time.
    """
    query = (
        select(_EVENT.id, _EVENT.source, _EVENT.issue, _EVENT.subscriber_id)
        .join(
            deliveries,
            and_(_OF.issue == _EVENT.issue, _OF.subscriber_id == _EVENT.subscriber_id),
        )
        .where(_EVENT.id > after, _EVENT.proof == Proof.SERVICE.value, _IS_UNKNOWN)
        .order_by(_EVENT.id)
    )
    newest: int = (
        connection.execute(select(_EVENT.id).order_by(_EVENT.id.desc()).limit(1)).scalar() or after
    )
    for number, service, issue, reader in connection.execute(query).all():
        if not settle_reported(connection, issue, reader, service, now):
            newest = min(newest, number - 1)
    return newest
