"""
What the queries on deliveries have in common.

Their constants stand in the text of a statement, not among its parameters: SQLite uses a
partial index only for a term that reads as in the index, and a row among many that are
changed by one statement costs less the fewer parameters it has.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, exists, literal_column, or_, select

from newsletter.dispatch.states import State
from newsletter.storage.tables import deliveries, dispatches


def constant(word: StrEnum | str) -> ColumnElement[str]:
    """Write one of the program's own words into the text of a statement."""
    return literal_column(f"'{word}'", Text)


# As in the condition of ix_deliveries_waiting.
IS_WAITING: Final = deliveries.c.state.in_([constant(State.PENDING), constant(State.DEFERRED)])


def was_begun() -> ColumnElement[bool]:
    """Say of a dispatch whether a delivery of it was ever begun."""
    return exists(
        select(deliveries.c.id).where(
            deliveries.c.issue == dispatches.c.issue,
            or_(deliveries.c.begun_at.is_not(None), deliveries.c.attempts > 0),
        )
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Say of a delivery whether it is pending, or deferred until *now* or earlier."""
    has_come = or_(deliveries.c.state == constant(State.PENDING), deliveries.c.due_at <= now)
    return and_(IS_WAITING, has_come)
