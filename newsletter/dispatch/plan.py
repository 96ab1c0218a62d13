"""Freezes who gets what, and refuses to go on with another letter than the planned one."""

from collections.abc import Mapping
from datetime import datetime

from newsletter.compose.composition import Composition, describe_changes
from newsletter.dispatch.ledger import Ledger, Plan
from newsletter.errors import ContentError
from newsletter.lang import EditionKind, Preference


def check_digest(plan: Plan, composition: Composition) -> None:
    """
    Refuse to go on when what was composed is not what the plan was made for.

    Raises:
        ContentError: names what changed and how to go on.
    """
    if plan.digest == composition.digest:
        return
    msg = (
        f"issues/{plan.issue}: this is not the letter whose dispatch began with digest "
        f"{plan.digest[:12]} (now {composition.digest[:12]})"
        f"{describe_changes(plan.parts, composition.parts)}\n"
        "Readers who have it would have another letter than those who wait. Bring the files "
        "back to what they were ('git log' and 'git checkout' help; templates/, "
        "publication.yaml and NEWSLETTER_PUBLIC_URL count too), then run dispatch again; "
        "publish a correction in the next issue"
    )
    raise ContentError(msg)


def freeze_plan(
    ledger: Ledger,
    composition: Composition,
    editions: Mapping[Preference | None, EditionKind],
    now: datetime,
    *,
    is_limited: bool = False,
) -> int:
    """Freeze the first plan of an issue: one delivery for each active subscriber."""
    plan = Plan(composition.issue, composition.digest, composition.parts, now, is_limited)
    return ledger.freeze(plan, editions)
