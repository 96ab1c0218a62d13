"""Makes a plan, and refuses to go on with another letter than the planned one."""

from datetime import datetime
from typing import Final

from newsletter.compose.composition import describe_changes
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Way
from newsletter.errors import ContentError
from newsletter.message.kept_letter import KeptLetter

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


def check_digest(plan: Plan, letter: KeptLetter) -> None:
    """
    Refuse to go on with another letter than the one that the plan was made for.

    Raises:
        ContentError: names what changed and how to go on.
    """
    if plan.digest in letter.digests:
        return
    remedy = REHEARSED if plan.is_rehearsal else BEGUN
    msg = (
        f"issues/{plan.issue}: this is not the letter whose dispatch began with digest "
        f"{plan.digest[:12]} (now {letter.digest[:12]})"
        f"{describe_changes(plan.parts, letter.parts)}\n"
        f"{remedy.format(issue=plan.issue, month=plan.issue[:7])}"
    )
    raise ContentError(msg)


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
