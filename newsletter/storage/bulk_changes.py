"""Changes of all deliveries of an issue, in turns: skipping, cancelling, settling."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Update, case, func, select, update

from newsletter.dispatch.control import Repeatable, Settlement, WhichUnknown
from newsletter.dispatch.states import State
from newsletter.phrases import phrase, write_said
from newsletter.storage.answers import CANCELLED, GONE
from newsletter.storage.conditions import IS_WAITING, constant
from newsletter.storage.tables import deliveries, runs
from newsletter.storage.transitions import HAS_LEFT, IS_CANCELLED, awaits_no_answer, skip_left
from newsletter.storage.turns import Turns, ranges_of, sum_each_turn
from newsletter.subscribers.address import address_of
from newsletter.subscribers.erasing import ERASED_KEY

REPEATS_MOST: Final = 2  # attempts after which nothing is sent again by itself


def skip_withdrawn(turns: Turns, issue: str) -> int:
    """Skip waiting deliveries to readers who have withdrawn since planning; return how many."""
    return _change_in_turns(turns, issue, skip_left)


def cancel_waiting(turns: Turns, issue: str) -> int:
    """Skip pending and deferred deliveries of a cancelled dispatch; return how many."""
    values = {"state": constant(State.SKIPPED), "reason": constant(CANCELLED), "due_at": None}
    return _change_in_turns(
        turns, issue, lambda which: update(deliveries).where(which, IS_WAITING).values(values)
    )


def count_waiting(connection: Connection, issue: str) -> int:
    """Return the number of pending and deferred deliveries."""
    counted = select(func.count()).select_from(deliveries)
    return connection.execute(counted.where(deliveries.c.issue == issue, IS_WAITING)).scalar_one()


def _change_in_turns(
    turns: Turns, issue: str, change: Callable[[ColumnElement[bool]], Update]
) -> int:
    count = 0
    for which in ranges_of(turns, issue):
        count += turns.connection.execute(change(which)).rowcount
        turns.give_way()
    return count


def settle_unknown(
    turns: Turns,
    issue: str,
    settlement: Settlement,
    which: WhichUnknown,
    by: str,
    now: datetime,
) -> Iterator[int]:
    """
    Make unknown deliveries pending or accepted, as *by* decides.

    Deliveries of a run that may still be answered are not changed.

    Returns:
        How many, before the end of each turn that has changed any.
    """
    values: dict[str, ColumnElement[Any] | str | datetime]
    conditions = [deliveries.c.state == constant(State.UNKNOWN)]
    if which.address is not None:
        conditions.append(deliveries.c.address_key == address_of(which.address).key)
    if which.repeatable is not None:
        conditions += _is_repeatable(which.repeatable, now)
    match settlement:
        case Settlement.RESEND:
            conditions.append(~IS_CANCELLED)
            was_erased = deliveries.c.address_key.startswith(ERASED_KEY)
            values = {
                "state": case((was_erased, constant(State.SKIPPED)), else_=constant(State.PENDING)),
                "reason": case((was_erased, constant(GONE)), else_=deliveries.c.reason),
                "answer": write_said(phrase("storage.sent-again-says", by=by)),
                # The reader may have that letter, so no other letter is ever sent to this reader.
                "bound_letter_id": deliveries.c.letter_id,
            }
        case Settlement.ASSUME_ACCEPTED:
            values = {
                "state": constant(State.ACCEPTED),
                "answer": write_said(phrase("storage.assumed-says", by=by)),
                "answered_at": now,
            }
    everybody = which.address is None

    def settle(rows: ColumnElement[bool]) -> int:
        # Looked for again each time: a run may have begun between two turns.
        is_free = awaits_no_answer(turns.connection, issue)
        settled = update(deliveries).where(rows, *conditions, is_free).values(values)
        return turns.connection.execute(settled).rowcount

    ranges = ranges_of(turns, issue) if everybody else [deliveries.c.issue == issue]
    return sum_each_turn(turns, map(settle, ranges))


def count_repeatable(connection: Connection, issue: str, which: Repeatable, now: datetime) -> int:
    """Return how many deliveries `settle_unknown` would make pending."""
    counted = select(func.count()).select_from(deliveries)
    is_unknown = deliveries.c.state == constant(State.UNKNOWN)
    conditions = [deliveries.c.issue == issue, is_unknown, ~IS_CANCELLED]
    free = awaits_no_answer(connection, issue)
    rows = counted.where(*conditions, *_is_repeatable(which, now), free)
    return connection.execute(rows).scalar_one()


def _is_repeatable(which: Repeatable, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions; after a clock was set back, *now* may be before a begin."""
    of_memory = select(runs.c.id).where(runs.c.memory == which.memory)
    return [
        deliveries.c.begun_at.between(which.since, now),
        deliveries.c.attempts <= REPEATS_MOST,
        deliveries.c.run_id.in_(of_memory),
        ~HAS_LEFT,
    ]
