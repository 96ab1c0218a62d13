"""Makes a plan and its deliveries, in the transaction of whoever calls."""

from collections.abc import Mapping

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from newsletter.dispatch.ledger import Plan
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.storage.complaints import is_taken
from newsletter.storage.planning import plan_missing
from newsletter.storage.tables import dispatches
from newsletter.storage.ways import way_values


def freeze(
    connection: Connection, plan: Plan, editions: Mapping[Preference | None, EditionKind]
) -> int:
    """
    Plan a delivery to every active subscriber, and return how many.

    Raises:
        UnfinishedError: the issue is planned already.
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
    }
    try:
        connection.execute(insert(dispatches).values(row))
    except IntegrityError as error:
        if not is_taken(error):
            raise
        msg = (
            f"{plan.issue}: another process has just begun to send it; "
            f"see 'newsletter status {plan.issue}'"
        )
        raise UnfinishedError(msg) from error
    return plan_missing(connection, plan.issue, editions)
