"""Makes a plan, and refuses to go on with another letter than the planned one."""

from datetime import datetime
from typing import Final

from newsletter.compose.composition import Composition, describe_changes
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Way
from newsletter.errors import ContentError

BEGUN: Final = (
    "Readers who have it would have another letter than those who wait. Bring the files "
    "back to what they were ('git log' and 'git checkout' help; templates/, "
    "publication.yaml and NEWSLETTER_PUBLIC_URL count too), then run dispatch again; "
    "publish a correction in the next issue"
)
REHEARSED: Final = (
    "It was only rehearsed, so nobody has it: set that aside and rehearse the letter as it is "
    "now, with 'newsletter dispatch {issue} --was-rehearsal --because TEXT' first; or send it "
    "by a mail provider, which plans it anew"
)


def check_digest(plan: Plan, composition: Composition) -> None:
    """
    Refuse to go on when what was composed is not what the plan was made for.

    Raises:
        ContentError: names what changed and how to go on.
    """
    if plan.digest == composition.digest:
        return
    remedy = REHEARSED if plan.is_rehearsal else BEGUN
    msg = (
        f"issues/{plan.issue}: this is not the letter whose dispatch began with digest "
        f"{plan.digest[:12]} (now {composition.digest[:12]})"
        f"{describe_changes(plan.parts, composition.parts)}\n"
        f"{remedy.format(issue=plan.issue)}"
    )
    raise ContentError(msg)


def make_plan(
    composition: Composition, way: Way, now: datetime, *, is_limited: bool = False
) -> Plan:
    """Make the first plan of an issue, to be frozen: for this letter, to leave by *way*."""
    return Plan(composition.issue, composition.digest, composition.parts, now, is_limited, way)
