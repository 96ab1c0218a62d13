"""Counts what came back of an issue."""

from sqlalchemy import Connection, and_, exists, func, or_, select

from newsletter.dispatch.states import State
from newsletter.feedback.event import BounceClass, Kind, Proof
from newsletter.feedback.rates import Returns
from newsletter.storage.conditions import constant
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

_EVENT = feedback_events.c
_OF = deliveries.c


def count_returns(connection: Connection, issue: str) -> Returns:
    """Return what came back of *issue*, by proven events alone."""
    return Returns(
        accepted=_count_accepted(connection, issue),
        bounced=_count(connection, issue, Kind.BOUNCE),
        complained=_count(connection, issue, Kind.COMPLAINT),
        left=_count_left(connection, issue),
        message_domains=_count_domains(connection, issue),
    )


def _count(connection: Connection, issue: str, kind: Kind) -> int:
    query = select(func.count(_EVENT.subscriber_id.distinct())).where(
        _EVENT.issue == issue, _EVENT.kind == kind.value, _EVENT.proof != Proof.NONE.value
    )
    return connection.execute(query).scalar_one()


def _count_domains(connection: Connection, issue: str) -> int:
    query = select(func.count(_EVENT.domain.distinct())).where(
        _EVENT.issue == issue,
        _EVENT.kind == Kind.BOUNCE.value,
        _EVENT.bounce_class == BounceClass.MESSAGE.value,
    )
    return connection.execute(query).scalar_one()


def _count_accepted(connection: Connection, issue: str) -> int:
    query = select(func.count()).where(_OF.issue == issue, _OF.state == constant(State.ACCEPTED))
    return connection.execute(query).scalar_one()


def _count_left(connection: Connection, issue: str) -> int:
    """Return how many left after they got this issue, and got none since."""
    later = deliveries.alias()
    has_later = exists(
        select(later.c.id).where(
            later.c.issue.in_(select(dispatches.c.issue)),  # so that an index can be used
            later.c.issue != issue,
            later.c.subscriber_id == _OF.subscriber_id,
            later.c.begun_at > _OF.begun_at,
        )
    )
    of = subscribers.c
    withdrew = or_(
        of.standing_cause == Cause.WITHDREW.value,
        and_(of.standing_cause.is_(None), of.standing == Standing.UNSUBSCRIBED.value),
    )
    query = (
        select(func.count())
        .select_from(deliveries)
        .join(subscribers)
        .where(
            _OF.issue == issue,
            _OF.state == constant(State.ACCEPTED),
            of.standing != Standing.ACTIVE.value,
            withdrew,
            of.standing_since >= _OF.begun_at,
            ~has_later,
        )
    )
    return connection.execute(query).scalar_one()
