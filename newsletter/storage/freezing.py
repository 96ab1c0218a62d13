"""Creates a plan and its deliveries, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert
from sqlalchemy.exc import IntegrityError

from newsletter.dispatch.ledger import LetterId, Plan
from newsletter.dispatch.manner import read_manner, write_manner
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import phrase
from newsletter.storage.complaints import is_taken
from newsletter.storage.planning import plan_everyone
from newsletter.storage.tables import dispatches
from newsletter.storage.ways import read_way, way_values


def freeze(
    connection: Connection, plan: Plan, editions: Mapping[Preference | None, EditionKind]
) -> int:
    """
    Plan a delivery to every active subscriber, and return their number.

    Raises:
        UnfinishedError: the issue has a plan already.
    """
    row = {
        "issue": plan.issue,
        "digest": plan.digest,
        "parts": dict(plan.parts),
        "planned_at": plan.planned_at,
        "is_limited": plan.is_limited,
        "is_rehearsal": plan.is_rehearsal,
        "recipients_of": plan.recipients_of,
        **way_values(plan.way),
        **letter_values(plan),
    }
    try:
        connection.execute(insert(dispatches).values(row))
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise UnfinishedError(phrase("storage.begun-elsewhere", issue=plan.issue)) from error
    return plan_everyone(connection, plan.issue, editions)


def letter_values(plan: Plan) -> dict[str, object]:
    """Return the values of the letter's columns for a plan; empty if the plan has no letter."""
    if plan.letter is None:
        return {}
    values: dict[str, object] = {"letter_id": plan.letter, "files": dict(plan.files)}
    return {**values, "manner": write_manner(plan.manner)} if plan.manner else values


def read_plan(row: Row[Any]) -> Plan:
    """Return the plan from its row of dispatches."""
    return Plan(
        row.issue,
        row.digest,
        row.parts,
        row.planned_at,
        row.is_limited,
        read_way(row),
        row.recipients_of,
        None if row.letter_id is None else LetterId(row.letter_id),
        row.files or {},
        read_manner(row.manner),
        row.key_fingerprint,
    )
