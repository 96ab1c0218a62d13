"""State transitions of deliveries: the statements, for many deliveries at a time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TypedDict

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)

from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.states import State
from newsletter.phrases import phrase, write_said
from newsletter.storage.answers import (
    BETWEEN,
    CANCELLED,
    SUPPRESSED,
    SUSPENDED,
    UNSUBSCRIBED,
)
from newsletter.storage.conditions import IS_WAITING, IS_WHOLE, constant
from newsletter.storage.prepared import prepare
from newsletter.storage.runs import find_living_runs
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.why import Cause

# A statement has this many parameters for deliveries, unused ones are NULL: one constant text
# is prepared once, while a text for each number of deliveries would cost more than its work.
SLOTS: Final = 32
NO_LETTER: Final = 0  # letter numbers start at 1
_SLOT_NAMES: Final = [f"delivery_{number}" for number in range(SLOTS)]
_NO_SLOTS: Final[dict[str, int | None]] = dict.fromkeys(_SLOT_NAMES)
_IN_SLOTS: Final = deliveries.c.id.in_([bindparam(name, type_=Integer) for name in _SLOT_NAMES])

_standing: Final = (
    select(subscribers.c.standing)
    .where(subscribers.c.id == deliveries.c.subscriber_id)
    .scalar_subquery()
)
HAS_LEFT: Final = _standing != constant(Standing.ACTIVE)
_WHY_LEFT: Final = case(
    (_standing == constant(Standing.SUPPRESSED), constant(SUPPRESSED)),
    (_standing == constant(Standing.SUSPENDED), constant(SUSPENDED)),
    else_=constant(UNSUBSCRIBED),
)
IS_CANCELLED: Final = exists(
    select(dispatches.c.issue).where(
        dispatches.c.issue == deliveries.c.issue, dispatches.c.cancelled_at.is_not(None)
    )
)

# The letter that a delivery must have: it may have been replaced while a process slept. None may
# leave of a dispatch that is cancelled, or whose plan is not whole: its deliveries wait only until
# their turn comes to be skipped, moved or deleted.
_LETTER: Final = (
    select(
        case(
            (
                and_(IS_WHOLE, dispatches.c.cancelled_at.is_(None)),
                func.coalesce(
                    deliveries.c.bound_letter_id,
                    dispatches.c.letter_id,
                    literal_column(str(NO_LETTER)),
                ),
            )
        )
    )
    .where(dispatches.c.issue == deliveries.c.issue)
    .correlate(deliveries)
    .scalar_subquery()
)
_MAY_BEGIN: Final = and_(
    IS_WAITING,
    _standing == constant(Standing.ACTIVE),
    bindparam("letter", type_=Integer) == _LETTER,
)
_BEGUN: Final = {
    "state": constant(State.UNKNOWN),
    "attempts": deliveries.c.attempts + literal_column("1"),
    "begun_at": bindparam("now"),
    "answered_at": null(),
    "due_at": null(),
    "answer": null(),
    "run_id": bindparam("run", type_=Integer),
    "attempt": bindparam("number", type_=Integer),
    "letter_id": func.nullif(bindparam("letter", type_=Integer), literal_column(str(NO_LETTER))),
}
_BEGIN: Final = (
    update(deliveries).where(deliveries.c.id == bindparam("delivery"), _MAY_BEGIN).values(_BEGUN)
)
# An attempt still under way: neither settled, nor begun by another process.
_IS_UNDER_WAY: Final = and_(
    deliveries.c.id == bindparam("delivery"),
    deliveries.c.state == constant(State.UNKNOWN),
    deliveries.c.run_id == bindparam("run", type_=Integer),
    deliveries.c.attempt == bindparam("number", type_=Integer),
)
_END: Final = (
    update(deliveries)
    .where(_IS_UNDER_WAY)
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
    .where(_IS_UNDER_WAY)
    .values(state=constant(State.PENDING), attempts=deliveries.c.attempts - literal_column("1"))
)
_SKIP_BEGUN: Final = (
    update(deliveries)
    .where(_IS_UNDER_WAY, HAS_LEFT)
    .values(
        state=constant(State.SKIPPED),
        reason=_WHY_LEFT,
        attempts=deliveries.c.attempts - literal_column("1"),
    )
)
_FIND_UNDER_WAY: Final = select(deliveries.c.id).where(_IS_UNDER_WAY)
_ISSUE_OF: Final = select(deliveries.c.issue).where(deliveries.c.id == bindparam("delivery"))
_LOCK_DISPATCHES: Final = (
    select(dispatches.c.cancelled_at)
    .where(dispatches.c.issue.in_(select(deliveries.c.issue).where(_IN_SLOTS)))
    .with_for_update(read=True)
)
_SKIP_CANCELLED: Final = (
    update(deliveries)
    .where(_IN_SLOTS, IS_WAITING, IS_CANCELLED)
    .values(state=constant(State.SKIPPED), reason=constant(CANCELLED), due_at=None)
)
_LAST_ANSWER: Final = (
    select(
        func.max(
            deliveries.c.issue
            + BETWEEN
            + func.coalesce(deliveries.c.answer, write_said(phrase("storage.refused")))
        )
    )
    .where(deliveries.c.subscriber_id == subscribers.c.id, _IN_SLOTS)
    .scalar_subquery()
)
_IS_REFUSED_THERE: Final = (
    select(deliveries.c.id)
    .where(
        deliveries.c.subscriber_id == subscribers.c.id,
        deliveries.c.address_key == subscribers.c.address_key,
        _IN_SLOTS,
    )
    .exists()
)
_SUPPRESS: Final = (
    update(subscribers)
    .where(
        subscribers.c.id.in_(select(deliveries.c.subscriber_id).where(_IN_SLOTS)),
        _IS_REFUSED_THERE,  # and not at an earlier address of the reader
        subscribers.c.standing.in_([constant(one) for one in sorted(MAY_LEAVE)]),
    )
    .values(
        standing=constant(Standing.SUPPRESSED),
        standing_since=bindparam("now"),
        standing_cause=constant(Cause.BOUNCED),
        standing_because=_LAST_ANSWER,
        standing_by=constant(PROGRAM),
    )
)


class Attempt(TypedDict):
    """The unique id of one begin of a delivery; bound parameters, like the next two."""

    delivery: int
    run: int
    number: int  # within the run


class Begin(Attempt):
    """A request to begin a delivery."""

    now: datetime
    letter: int  # the letter that was written; NO_LETTER: not kept


class Ending(Attempt):
    """The outcome of a begun delivery."""

    new_state: str
    new_answer: str
    new_due_at: datetime | None
    now: datetime
    uncounted: int  # attempts to subtract: 1 if the outcome does not concern the reader


class ContestedError(Exception):
    """At least one of these deliveries may not be begun; the attempt must be rolled back."""


def begin_all(connection: Connection, begins: Sequence[Begin]) -> set[int]:
    """
    Begin deliveries, all of them or none; for the usual case without a conflict.

    Raises:
        ContestedError: another process has begun one, or its reader has left; the transaction
            must be rolled back, and `begin_some` called.
    """
    if prepare(_BEGIN, connection.dialect).execute(connection, begins) != len(begins):
        raise ContestedError
    return {one["delivery"] for one in begins}


def begin_some(connection: Connection, begins: Sequence[Begin]) -> set[int]:
    """Begin the deliveries that still wait and have active readers; skip the others."""
    held = {one["delivery"] for one in begins if _changes(connection, _BEGIN, one)}
    lost = [one["delivery"] for one in begins if one["delivery"] not in held]
    for slots in _in_slots(lost):
        connection.execute(skip_left(_IN_SLOTS), slots)
    return held


def hold_off_cancelling(connection: Connection, ids: Iterable[int]) -> None:
    """
    Lock the dispatches, so that no process cancels them before this transaction has checked.

    Call it before a delivery is changed: cancelling also locks the dispatch first, and two
    different lock orders end in PostgreSQL's "deadlock detected".
    """
    for slots in _in_slots(ids):
        connection.execute(_LOCK_DISPATCHES, slots)


def end_all(connection: Connection, endings: Sequence[Ending]) -> set[int]:
    """
    Record outcomes of attempts under way; a delivery that waits again is skipped if its
    dispatch is cancelled.

    Call `hold_off_cancelling` before it.

    Raises:
        ContestedError: one is no longer under way; the transaction must be rolled back, and
            `end_some` called.
    """
    if prepare(_END, connection.dialect).execute(connection, endings) != len(endings):
        raise ContestedError
    return _keep_cancelled(connection, endings)


def end_some(connection: Connection, endings: Sequence[Ending]) -> set[int]:
    """
    Record the outcomes of the attempts that are still under way; return their deliveries.

    The others were settled while their process slept, and may have been begun again since:
    their answers are late. Call `hold_off_cancelling` before it.
    """
    return _keep_cancelled(connection, [one for one in endings if _changes(connection, _END, one)])


def find_issue(connection: Connection, delivery: int) -> str | None:
    """Return the issue of a delivery, or None if its plan was discarded."""
    issue: str | None = connection.execute(_ISSUE_OF, {"delivery": delivery}).scalar()
    return issue


def put_deliveries_back(connection: Connection, attempts: Sequence[Attempt]) -> None:
    """
    Make deliveries under way pending again, or skipped if their dispatch is cancelled.

    Call `hold_off_cancelling` before it.
    """
    back = [one["delivery"] for one in attempts if _changes(connection, _PUT_BACK, one)]
    _skip_cancelled(connection, back)


def look_again(connection: Connection, attempts: Sequence[Attempt]) -> set[int]:
    """
    Return the deliveries whose letters may still leave: under way, with an active reader.

    No letter may have left completely. Deliveries to readers who are not active are skipped.
    """
    may_leave = set()
    for one in attempts:
        is_skipped = _changes(connection, _SKIP_BEGUN, one)
        if not is_skipped and connection.execute(_FIND_UNDER_WAY, one).first():
            may_leave.add(one["delivery"])
    return may_leave


def suppress_readers(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Suppress the readers of these deliveries; unsubscribed readers stay unsubscribed."""
    for slots in _in_slots(ids):
        connection.execute(_SUPPRESS, {**slots, "now": now})


def awaits_no_answer(connection: Connection, issue: str) -> ColumnElement[bool]:
    """Return the condition that no living run of *issue* may get an answer for a delivery."""
    # Literals in the text: a list of parameters cannot be bound for many rows at once.
    living: list[ColumnElement[int]] = [
        literal_column(str(one.id)) for one in find_living_runs(connection, issue)
    ]
    if not living:
        return true()
    return or_(deliveries.c.run_id.is_(None), deliveries.c.run_id.not_in(living))


def _changes(connection: Connection, statement: Update, row: Attempt) -> bool:
    return bool(prepare(statement, connection.dialect).execute(connection, [row]))


def _keep_cancelled(connection: Connection, endings: Sequence[Ending]) -> set[int]:
    deferred = [one["delivery"] for one in endings if one["new_state"] == State.DEFERRED]
    _skip_cancelled(connection, deferred)
    return {one["delivery"] for one in endings}


def skip_left(which: ColumnElement[bool]) -> Update:
    """Skip those of *which* that wait, and whose readers are not active."""
    return (
        update(deliveries)
        .where(which, IS_WAITING, HAS_LEFT)
        .values(state=constant(State.SKIPPED), reason=_WHY_LEFT, due_at=None)
    )


def _skip_cancelled(connection: Connection, ids: Iterable[int]) -> None:
    for slots in _in_slots(ids):
        connection.execute(_SKIP_CANCELLED, slots)


def _in_slots(ids: Iterable[int]) -> Iterator[dict[str, int | None]]:
    source = iter(ids)
    while some := list(islice(source, SLOTS)):
        yield {**_NO_SLOTS, **dict(zip(_SLOT_NAMES, some, strict=False))}
