"""
What the queries on deliveries have in common.

Their constants stand in the text of a statement, not among its parameters: SQLite uses a
partial index only for a term that reads as in the index, and a row among many that are
changed by one statement costs less the fewer parameters it has.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, literal_column, or_

from newsletter.dispatch.states import State
from newsletter.storage.tables import deliveries


def constant(word: StrEnum | str) -> ColumnElement[str]:
    """Write one of the program's own words into the text of a statement."""
    return literal_column(f"'{word}'", Text)


# As in the condition of ix_deliveries_waiting.
IS_WAITING: Final = deliveries.c.state.in_([constant(State.PENDING), constant(State.DEFERRED)])


def is_due(now: datetime) -> ColumnElement[bool]:
    """Say of a delivery whether it is pending, or deferred until *now* or earlier."""
    has_come = or_(deliveries.c.state == constant(State.PENDING), deliveries.c.due_at <= now)
    return and_(IS_WAITING, has_come)
