"""The rows of a plan: readers and editions of an issue, each reader once."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    case,
    func,
    insert,
    literal,
    select,
)

from newsletter.dispatch.states import State
from newsletter.lang import EditionKind, Preference
from newsletter.storage.conditions import IS_WHOLE, constant, domain_of, was_begun
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.reading_ahead import reading_ahead
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.storage.turns import Turns
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.subscriber import Standing

PLANNING_MB: Final = 4  # MB; ranges of addresses need few pages at a time
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


def choose_readers(
    issue: str,
    editions: Mapping[Preference | None, EditionKind],
    recipients_of: str | None,
    *conditions: ColumnElement[bool],
) -> Select[Any]:
    """Select the rows that `PLANNED` names, for active subscribers, in the order they joined."""
    without = editions[None]
    edition = case(
        *(
            (subscribers.c.preference == preference, literal(kind.value, String))
            for preference, kind in editions.items()
            if preference is not None
        ),
        else_=literal(without.value, String),
    )
    return (
        select(
            literal(issue, String).label("issue"),
            subscribers.c.id.label("subscriber_id"),
            subscribers.c.address_key,
            subscribers.c.address,
            domain_of(subscribers.c.address_key).label("domain"),
            edition.label("edition"),
            constant(State.PENDING).label("state"),
            literal(0).label("attempts"),
        )
        .where(
            subscribers.c.standing == constant(Standing.ACTIVE),
            *conditions,
            *_has_got(recipients_of),
        )
        .order_by(subscribers.c.id)  # sending looks readers up in this order: adjacent rows
    )


def plan_missing(
    turns: Turns, issue: str, editions: Mapping[Preference | None, EditionKind]
) -> int:
    """
    Insert a delivery for readers without one; return how many.

    If it is cut off between two turns, those who are left have none, and can be planned later.
    """
    recipients_of = find_recipients_of(turns.connection, issue)
    chosen = choose_readers(issue, editions, recipients_of, *_has_no_delivery(issue))
    if not turns.is_shared:
        return insert_chosen(turns.connection, chosen)
    count = 0
    with reading_ahead(turns, chosen) as ahead:
        ahead.read()
        turns.begin()
        while ahead.has_more:
            count += ahead.write()
            turns.end()
    return count


def insert_chosen(connection: Connection, chosen: Select[Any]) -> int:
    """Insert a delivery for each of the *chosen* readers in one statement; return how many."""
    added = connection.execute(
        insert(deliveries).from_select(PLANNED, chosen),
        execution_options={"preserve_rowcount": True},  # psycopg omits it for an INSERT
    )
    return added.rowcount


def count_unplanned(
    connection: Connection, issue: str, editions: Mapping[Preference | None, EditionKind]
) -> Mapping[EditionKind, int]:
    """Return the number of active subscribers of *issue*'s audience without a delivery of it."""
    recipients_of = find_recipients_of(connection, issue)
    return _count(connection, editions, *_has_no_delivery(issue), *_has_got(recipients_of))


def count_active(
    connection: Connection,
    editions: Mapping[Preference | None, EditionKind],
    recipients_of: str | None = None,
) -> Mapping[EditionKind, int]:
    """Return the number of active subscribers by edition; *recipients_of*: only its readers."""
    return _count(connection, editions, *_has_got(recipients_of))


def find_recipients_of(connection: Connection, issue: str) -> str | None:
    """Return the issue whose readers only get *issue*, from its plan; None: all readers."""
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
    """Return whether *issue* is planned and no delivery of it was ever begun."""
    planned = select(dispatches.c.issue).where(dispatches.c.issue == issue, IS_WHOLE, ~was_begun())
    return connection.execute(planned).first() is not None


def _has_no_delivery(issue: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a subscriber, and the address, have no delivery of *issue*."""
    planned = select(deliveries.c.id).where(deliveries.c.issue == issue)
    return [
        ~planned.where(deliveries.c.address_key == subscribers.c.address_key).exists(),
        # A reader whose address was changed since has the delivery at the old address.
        ~planned.where(deliveries.c.subscriber_id == subscribers.c.id).exists(),
        # A reader who was erased, and has agreed again since, has it under a hash.
        subscribers.c.id.not_in(_came_back_with(issue)),
    ]


def _came_back_with(issue: str) -> Select[Any]:
    """Select those who had *issue* before they were erased; asked once, not for each reader."""
    return (
        select(erasures.c.again_id)
        .join(
            deliveries,
            deliveries.c.address_key == literal(ERASED_KEY).concat(erasures.c.address_hash),
        )
        .where(erasures.c.again_id.is_not(None), deliveries.c.issue == issue)
    )


def _has_got(issue: str | None) -> list[ColumnElement[bool]]:
    """
    Return the condition that a subscriber has, or may have, *issue*; empty for None.

    The person counts, not the address: it may have changed, or belong to another person now.
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
