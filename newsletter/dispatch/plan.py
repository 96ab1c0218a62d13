"""Makes a plan, and refuses to go on with another letter than the planned one."""

from datetime import datetime
from typing import Final

from newsletter.compose.composition import Composition, describe_changes
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Way
from newsletter.errors import ContentError

BEGUN: Final = (
    "Readers who have it would have another letter than those who wait. The ways:\n"
    "  while you look:    newsletter pause {issue} --because TEXT\n"
    "  the same letter:   bring the files back to what they were ('git log' and 'git checkout' "
    "help; templates/, publication.yaml and NEWSLETTER_PUBLIC_URL count too), then run dispatch "
    "again\n"
    "  another letter:    newsletter cancel {issue} --because TEXT, so that the others do not get "
    "the old one; then a special issue: copy the folder to issues/{month}-correction, put "
    "'label: {{ko: 정정, en: Correction}}' into its issue.yaml, and\n"
    "                     newsletter dispatch {month}-correction --to-all, or "
    "--only-recipients-of {issue}"
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
    if plan.digest in composition.digests:
        return
    remedy = REHEARSED if plan.is_rehearsal else BEGUN
    msg = (
        f"issues/{plan.issue}: this is not the letter whose dispatch began with digest "
        f"{plan.digest[:12]} (now {composition.digest[:12]})"
        f"{describe_changes(plan.parts, composition.parts)}\n"
        f"{remedy.format(issue=plan.issue, month=plan.issue[:7])}"
    )
    raise ContentError(msg)


def make_plan(
    composition: Composition,
    way: Way,
    now: datetime,
    *,
    is_limited: bool = False,
    recipients_of: str | None = None,
) -> Plan:
    """Make the first plan of an issue, to be frozen: for this letter, to leave by *way*."""
    issue, digest, parts = composition.issue, composition.digest, composition.parts
    return Plan(issue, digest, parts, now, is_limited, way, recipients_of)
