"""What prevents sending an issue, in words; shared by several commands."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.desk.moments import show_moment
from newsletter.dispatch.control import Act, Appointment, Diary, Halt
from newsletter.errors import UnfinishedError, UsageError
from newsletter.phrases import Phrase, phrase

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import Plan, Plans


def require_plan(ledger: "Plans", issue: str) -> "Plan":
    """Return the plan of *issue*; raises a UsageError if it was never dispatched."""
    plan = ledger.find_plan(issue)
    if plan is None:
        raise UsageError(phrase("desk.never-dispatched", issue=issue))
    return plan


def find_appointment(diary: Diary, issue: str) -> Appointment | None:
    """Return the appointment of *issue*, or None."""
    return next((one for one in diary.appointments() if one.issue == issue), None)


def describe_halt(halt: Halt, zone: ZoneInfo) -> Phrase:
    """Say who halted a dispatch, when and why: "by minji at 2022-08-26 09:12 KST: a typo"."""
    by, at = halt.by, show_moment(halt.at, zone)
    if halt.because:
        return phrase("desk.halted-because", by=by, at=at, because=halt.because)
    return phrase("desk.halted-by", by=by, at=at)


def explain_halt(issue: str, halt: Halt, zone: ZoneInfo) -> Phrase:
    """Say why nothing more of *issue* is sent, and how it can go on if it can."""
    words = describe_halt(halt, zone)
    if halt.act is Act.CANCELLED:
        return phrase("desk.issue-cancelled", issue=issue, halt=words)
    return phrase("desk.issue-paused", issue=issue, halt=words)


def refuse_halted(diary: Diary, issue: str, zone: ZoneInfo, *, may_be_paused: bool = False) -> None:
    """
    Refuse to send what is paused or cancelled; says by whom, since when and why.

    With *may_be_paused* a pause is accepted, because nothing is sent yet.

    Raises:
        UnfinishedError: it is paused.
        UsageError: it is cancelled.
    """
    halt = diary.find_halt(issue)
    if halt is None or (may_be_paused and halt.act is Act.PAUSED):
        return
    words = explain_halt(issue, halt, zone)
    raise UsageError(words) if halt.act is Act.CANCELLED else UnfinishedError(words)
