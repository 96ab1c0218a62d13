"""The rows of a plan: who gets an issue, in which edition, each once."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from newsletter.dispatch.states import State
from newsletter.lang import EditionKind, Preference
from newsletter.storage.conditions import constant, domain_of, was_begun
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.subscriber import Standing

PLANNING_MB: Final = 10  # what the sending that follows needs anyway, for other things
PLANNED: Final = (
    "issue",
    "subscriber_id",
    "address_key",
    "address",
    "domain",
    "edition",
    "state",
    "attempts",
)


def plan_everyone(
    connection: Connection, issue: str, editions: Mapping[Preference | None, EditionKind]
) -> int:
    """
    Insert a delivery for every active subscriber: *issue* has none, being planned just now.

    If the plan says so, only for the readers who have another issue.

    For a long list the transaction is to have a page cache of `PLANNING_MB`.
    """
    return _plan(connection, issue, editions)


def plan_missing(
    connection: Connection, issue: str, editions: Mapping[Preference | None, EditionKind]
) -> int:
    """Insert a delivery for those who have none, otherwise as `plan_everyone`."""
    return _plan(connection, issue, editions, *_has_no_delivery(issue))


def _plan(
    connection: Connection,
    issue: str,
    editions: Mapping[Preference | None, EditionKind],
    *conditions: ColumnElement[bool],
) -> int:
    """Insert the deliveries in one statement."""
    without = editions[None]
    edition = case(
        *(
            (subscribers.c.preference == preference, literal(kind.value, String))
            for preference, kind in editions.items()
            if preference is not None
        ),
        else_=literal(without.value, String),
    )
    chosen = (
        select(
            literal(issue, String),
            subscribers.c.id,
            subscribers.c.address_key,
            subscribers.c.address,
            domain_of(subscribers.c.address_key),
            edition,
            constant(State.PENDING),
            literal(0),
        )
        .where(
            subscribers.c.standing == constant(Standing.ACTIVE),
            *conditions,
            *_has_got(find_recipients_of(connection, issue)),
        )
        .order_by(subscribers.c.id)  # sending looks readers up in this order: near each other
    )
    added = connection.execute(
        insert(deliveries).from_select(PLANNED, chosen),
        execution_options={"preserve_rowcount": True},  # psycopg drops it for an INSERT
    )
    return added.rowcount


def count_unplanned(
    connection: Connection, issue: str, editions: Mapping[Preference | None, EditionKind]
) -> Mapping[EditionKind, int]:
    """Count the active subscribers who have no delivery of *issue* and are to get it."""
    recipients_of = find_recipients_of(connection, issue)
    return _count(connection, editions, *_has_no_delivery(issue), *_has_got(recipients_of))


def count_active(
    connection: Connection,
    editions: Mapping[Preference | None, EditionKind],
    recipients_of: str | None = None,
) -> Mapping[EditionKind, int]:
    """Count the active subscribers, by edition; with *recipients_of* those who have that issue."""
    return _count(connection, editions, *_has_got(recipients_of))


def find_recipients_of(connection: Connection, issue: str) -> str | None:
    """Return the issue whose readers alone get *issue*, as its plan says; None: all do."""
    found: str | None = connection.execute(
        select(dispatches.c.recipients_of).where(dispatches.c.issue == issue)
    ).scalar()
    return found


def _count(
    connection: Connection,
    editions: Mapping[Preference | None, EditionKind],
    *conditions: ColumnElement[bool],
) -> Mapping[EditionKind, int]:
    rows = connection.execute(
        select(subscribers.c.preference, func.count())
        .where(subscribers.c.standing == constant(Standing.ACTIVE), *conditions)
        .group_by(subscribers.c.preference)
    ).all()
    counts = dict.fromkeys(EditionKind, 0)
    for preference, count in rows:
        counts[editions[Preference(preference) if preference else None]] += count
    return counts


def is_untouched(connection: Connection, issue: str) -> bool:
    """Say whether *issue* is planned and no delivery of it was ever begun."""
    planned = select(dispatches.c.issue).where(dispatches.c.issue == issue, ~was_begun())
    return connection.execute(planned).first() is not None


def discard_untouched(connection: Connection, issue: str) -> bool:
    """Forget the plan of *issue* if nothing of it was begun or halted; say whether so."""
    taken = connection.execute(
        update(dispatches)  # takes the write lock before anything is read
        .where(
            dispatches.c.issue == issue,
            ~was_begun(),
            # A decision that a person made meanwhile must not be deleted with it.
            dispatches.c.paused_at.is_(None),
            dispatches.c.cancelled_at.is_(None),
        )
        .values(issue=issue)
    )
    if not taken.rowcount:
        return False
    connection.execute(delete(deliveries).where(deliveries.c.issue == issue))
    connection.execute(delete(dispatches).where(dispatches.c.issue == issue))
    return True


def _has_no_delivery(issue: str) -> list[ColumnElement[bool]]:
    """Demand that *issue* is not planned yet for a subscriber or their address."""
    planned = select(deliveries.c.id).where(deliveries.c.issue == issue)
    return [
        ~planned.where(deliveries.c.address_key == subscribers.c.address_key).exists(),
        # A reader whose address was changed since has it at the old one.
        ~planned.where(deliveries.c.subscriber_id == subscribers.c.id).exists(),
    ]


def _has_got(issue: str | None) -> list[ColumnElement[bool]]:
    """
    Demand that a subscriber has, or may have, *issue*; None demands nothing.

    The person counts, not the address: it may have changed, or belong to somebody else now.
    """
    if issue is None:
        return []
    states = [constant(State.ACCEPTED), constant(State.UNKNOWN)]
    got = select(deliveries.c.id).where(
        deliveries.c.issue == issue,
        deliveries.c.subscriber_id == subscribers.c.id,
        deliveries.c.state.in_(states),
    )
    return [got.exists()]
