"""How deliveries pass from state to state: the statements, many deliveries at a time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypedDict

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    exists,
    literal_column,
    null,
    select,
    update,
)

from newsletter.dispatch.control import Doubt, Settlement
from newsletter.dispatch.states import State
from newsletter.storage.conditions import IS_WAITING, constant
from newsletter.storage.prepared import prepare
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.subscriber import Standing

# Statements name this many deliveries, absent ones as NULL: a text that never changes is
# prepared once, where one for each number of deliveries costs more than its work.
SLOTS: Final = 32
CANCELLED: Final = "cancelled"  # why skipped
_SLOT_NAMES: Final = [f"delivery_{number}" for number in range(SLOTS)]
_NO_SLOTS: Final[dict[str, int | None]] = dict.fromkeys(_SLOT_NAMES)
_IN_SLOTS: Final = deliveries.c.id.in_([bindparam(name, type_=Integer) for name in _SLOT_NAMES])

_standing: Final = (
    select(subscribers.c.standing)
    .where(subscribers.c.id == deliveries.c.subscriber_id)
    .scalar_subquery()
)
_HAS_LEFT: Final = _standing != constant(Standing.ACTIVE)
_WHY_LEFT: Final = case(
    (_standing == constant(Standing.SUPPRESSED), constant("suppressed since planning")),
    else_=constant("unsubscribed since planning"),
)
_IS_CANCELLED: Final = exists(
    select(dispatches.c.issue).where(
        dispatches.c.issue == deliveries.c.issue, dispatches.c.cancelled_at.is_not(None)
    )
)

_MAY_BEGIN: Final = and_(IS_WAITING, _standing == constant(Standing.ACTIVE))
_BEGUN: Final = {
    "state": constant(State.UNKNOWN),
    "attempts": deliveries.c.attempts + literal_column("1"),
    "begun_at": bindparam("now"),
    "answered_at": null(),
    "due_at": null(),
    "answer": null(),
}
_BEGIN_EACH: Final = (
    update(deliveries).where(deliveries.c.id == bindparam("delivery"), _MAY_BEGIN).values(_BEGUN)
)
_BEGIN_SOME: Final = (
    update(deliveries).where(_IN_SLOTS, _MAY_BEGIN).values(_BEGUN).returning(deliveries.c.id)
)
_END: Final = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        state=bindparam("new_state"),
        answer=bindparam("new_answer"),
        answered_at=bindparam("now"),
        due_at=bindparam("new_due_at"),
        attempts=deliveries.c.attempts - bindparam("uncounted", type_=Integer),
    )
)
_PUT_BACK: Final = (
    update(deliveries)
    # Only what is under way can come back: it may have been settled meanwhile.
    .where(_IN_SLOTS, deliveries.c.state == constant(State.UNKNOWN))
    .values(state=constant(State.PENDING), attempts=deliveries.c.attempts - 1)
)
_SKIP_BEGUN: Final = (
    update(deliveries)
    .where(_IN_SLOTS, deliveries.c.state == constant(State.UNKNOWN), _HAS_LEFT)
    .values(state=constant(State.SKIPPED), reason=_WHY_LEFT, attempts=deliveries.c.attempts - 1)
    .returning(deliveries.c.id)
)
_LOCK_DISPATCHES: Final = (
    select(dispatches.c.cancelled_at)
    .where(dispatches.c.issue.in_(select(deliveries.c.issue).where(_IN_SLOTS)))
    .with_for_update(read=True)
)
_SKIP_CANCELLED: Final = (
    update(deliveries)
    .where(_IN_SLOTS, IS_WAITING, _IS_CANCELLED)
    .values(state=constant(State.SKIPPED), reason=constant(CANCELLED), due_at=None)
)
_SUPPRESS: Final = (
    update(subscribers)
    .where(
        subscribers.c.id.in_(select(deliveries.c.subscriber_id).where(_IN_SLOTS)),
        subscribers.c.standing == constant(Standing.ACTIVE),
    )
    .values(standing=constant(Standing.SUPPRESSED), standing_since=bindparam("now"))
)


class Ending(TypedDict):
    """What a begun delivery has become: the bound parameters of the statement."""

    delivery: int
    new_state: str
    new_answer: str
    new_due_at: datetime | None
    now: datetime
    uncounted: int  # attempts to be taken back: 1 where the reader has nothing to do with it


class ContestedError(Exception):
    """Not every one of these deliveries may be begun; nothing of the attempt may be kept."""


def begin_all(connection: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    """
    Begin deliveries that nobody is expected to contest: a third of the cost of `begin_some`.

    Raises:
        ContestedError: one has been begun by somebody else, or its reader has left; the
            transaction must be taken back, and `begin_some` tried.
    """
    begin_each = prepare(_BEGIN_EACH, connection.dialect)
    if begin_each.execute(connection, [{"delivery": one, "now": now} for one in ids]) != len(ids):
        raise ContestedError
    return set(ids)


def begin_some(connection: Connection, ids: Sequence[int], now: datetime) -> set[int]:
    """Begin those that still wait and whose readers still read; skip those of others."""
    held: set[int] = set()
    for slots in _in_slots(ids):
        held.update(connection.execute(_BEGIN_SOME, {**slots, "now": now}).scalars())
    if len(held) < len(ids):
        for slots in _in_slots(number for number in ids if number not in held):
            connection.execute(_skip(_IN_SLOTS), slots)
    return held


def hold_off_cancelling(connection: Connection, ids: Iterable[int]) -> None:
    """
    Let nobody cancel between what comes now and the look at whether somebody has.

    Has to come before any delivery is changed: cancelling too locks the dispatch first, and
    two that lock in different orders end in PostgreSQL's "deadlock detected".
    """
    for slots in _in_slots(ids):
        connection.execute(_LOCK_DISPATCHES, slots)


def end_deliveries(connection: Connection, endings: Sequence[Ending]) -> None:
    """
    Enter outcomes; what is deferred of a cancelled dispatch is skipped instead.

    Wants `hold_off_cancelling` before it.
    """
    ids = [ending["delivery"] for ending in endings if ending["new_state"] == State.DEFERRED]
    prepare(_END, connection.dialect).execute(connection, endings)
    _skip_cancelled(connection, ids)


def put_deliveries_back(connection: Connection, ids: Sequence[int]) -> None:
    """
    Make begun deliveries pending as they were, or skipped if their dispatch is cancelled.

    Wants `hold_off_cancelling` before it.
    """
    for slots in _in_slots(ids):
        connection.execute(_PUT_BACK, slots)
    _skip_cancelled(connection, ids)


def skip_begun(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Skip those begun deliveries whose readers have left; nothing of them may have left."""
    skipped: set[int] = set()
    for slots in _in_slots(ids):
        skipped.update(connection.execute(_SKIP_BEGUN, slots).scalars())
    return skipped


def suppress_readers(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Suppress the readers of these deliveries; who has unsubscribed stays that."""
    for slots in _in_slots(ids):
        connection.execute(_SUPPRESS, {**slots, "now": now})


def skip_withdrawn(connection: Connection, issue: str) -> int:
    """Skip what waits for readers who have withdrawn since planning; return how many."""
    return connection.execute(_skip(deliveries.c.issue == issue)).rowcount


def cancel_waiting(connection: Connection, issue: str) -> int:
    """Skip what is pending or deferred, as cancelled; return how many."""
    skipped = (
        update(deliveries)
        .where(deliveries.c.issue == issue, IS_WAITING)
        .values(state=constant(State.SKIPPED), reason=constant(CANCELLED), due_at=None)
    )
    return connection.execute(skipped).rowcount


def settle_unknown(
    connection: Connection,
    issue: str,
    settlement: Settlement,
    which: Doubt,
    by: str,
    now: datetime,
) -> int:
    """Make unknown deliveries pending or accepted, as *by* says; return how many."""
    values: dict[str, ColumnElement[str] | str | datetime]
    conditions = [deliveries.c.issue == issue, deliveries.c.state == constant(State.UNKNOWN)]
    if which.address is not None:
        conditions.append(deliveries.c.address_key == address_of(which.address).key)
    if which.begun_since is not None:
        conditions.append(deliveries.c.begun_at >= which.begun_since)
    match settlement:
        case Settlement.RESEND:
            conditions.append(~_IS_CANCELLED)
            values = {"state": constant(State.PENDING), "answer": f"to be sent again, says {by}"}
        case Settlement.ASSUME_ACCEPTED:
            values = {
                "state": constant(State.ACCEPTED),
                "answer": f"assumed to be accepted, says {by}",
                "answered_at": now,
            }
    return connection.execute(update(deliveries).where(*conditions).values(values)).rowcount


def _skip(which: ColumnElement[bool]) -> Any:
    return (
        update(deliveries)
        .where(which, IS_WAITING, _HAS_LEFT)
        .values(state=constant(State.SKIPPED), reason=_WHY_LEFT, due_at=None)
    )


def _skip_cancelled(connection: Connection, ids: Iterable[int]) -> None:
    for slots in _in_slots(ids):
        connection.execute(_SKIP_CANCELLED, slots)


def _in_slots(ids: Iterable[int]) -> Iterator[dict[str, int | None]]:
    source = iter(ids)
    while some := list(islice(source, SLOTS)):
        yield {**_NO_SLOTS, **dict(zip(_SLOT_NAMES, some, strict=False))}
