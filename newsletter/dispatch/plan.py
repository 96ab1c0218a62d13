"""Makes a plan, and refuses to go on with another letter than the planned one."""

from datetime import datetime

from newsletter.compose.composition import describe_changes
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Way
from newsletter.errors import ContentError
from newsletter.message.kept_letter import KeptLetter
from newsletter.phrases import phrase


def check_digest(plan: Plan, letter: KeptLetter) -> None:
    """
    Refuse to go on with another letter than the one that the plan was made for.

    Raises:
        ContentError: names what changed and how to go on.
    """
    if plan.digest in letter.digests:
        return
    ways = (
        phrase("dispatch.ways-rehearsed", issue=plan.issue)
        if plan.is_rehearsal
        else phrase("dispatch.ways-begun", issue=plan.issue, month=plan.issue[:7])
    )
    raise ContentError(
        phrase(
            "dispatch.other-letter",
            issue=plan.issue,
            begun=plan.digest[:12],
            now=letter.digest[:12],
            changes=describe_changes(plan.parts, letter.parts),
            ways=ways,
        )
    )


def make_plan(
    letter: KeptLetter,
    way: Way,
    now: datetime,
    *,
    is_limited: bool = False,
    recipients_of: str | None = None,
) -> Plan:
    """Make the first plan of an issue, to be frozen: for this letter, to leave by *way*."""
    return Plan(letter.issue, letter.digest, letter.parts, now, is_limited, way, recipients_of)
