"""Makes a plan, and refuses to continue with a letter other than the planned one."""

from datetime import datetime

from newsletter.compose.composition import describe_changes
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Way
from newsletter.errors import ContentError
from newsletter.message.kept_letter import KeptLetter
from newsletter.phrases import phrase


def check_digest(plan: Plan, letter: KeptLetter) -> None:
    """
    Refuse to continue with a letter other than the plan's letter.

    Raises:
        ContentError: the message lists the changes and how to continue.
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
    """Return the first plan of an issue, for this letter and the way *way*; not yet stored."""
    return Plan(letter.issue, letter.digest, letter.parts, now, is_limited, way, recipients_of)
