"""Ways of sending: the provider of dispatches and appointments, and its traces in old ones."""

from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.states import State
from newsletter.dispatch.way import Traces, Way
from newsletter.storage.answers import ASSUMED, is_answer
from newsletter.storage.conditions import constant
from newsletter.storage.tables import deliveries


def read_way(row: Any) -> Way | None:
    """Return the way from a row of dispatches or appointments; None in a row from before ways."""
    if row.provider_kind is None:
        return None
    return Way(row.provider_kind, row.provider_name or row.provider_kind)


def way_values(way: Way | None) -> dict[str, str | None]:
    """Return the columns for `read_way`."""
    return {
        "provider_kind": way.kind if way else None,
        "provider_name": way.name if way else None,
    }


def find_traces(connection: Connection, issue: str) -> Traces:
    """Count how deliveries of *issue* were sent, as far as their answers show."""
    answer = func.coalesce(deliveries.c.answer, "")
    was_written = is_answer(WRITTEN, answer)
    is_assumed = is_answer(ASSUMED, answer)
    is_unknown = deliveries.c.state == constant(State.UNKNOWN)
    has_outcome = deliveries.c.state.in_(
        [constant(state) for state in (State.ACCEPTED, State.DEFERRED, State.REFUSED)]
    )
    # A folder answers at once and definitely: an unknown delivery with an answer is from a relay.
    was_answered = or_(has_outcome, and_(is_unknown, answer != ""))
    row = connection.execute(
        select(
            func.count().filter(was_written).label("written"),
            func.count().filter(was_answered, ~was_written, ~is_assumed).label("answered"),
            func.count().filter(is_unknown, answer == "").label("unknown"),
            func.count().filter(has_outcome, is_assumed).label("assumed"),
        ).where(deliveries.c.issue == issue)
    ).one()
    return Traces(row.written, row.answered, row.unknown, row.assumed)
