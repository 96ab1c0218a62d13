"""A rehearsal is set aside: what an outbox has written was no sending."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.desk.halting import require_plan
from newsletter.desk.words import letters
from newsletter.dispatch.control import SettingAside
from newsletter.dispatch.hold import Hold
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Traces
from newsletter.errors import UsageError


@dataclass(frozen=True, slots=True)
class OldRehearsal:
    """A dispatch that was no sending, and is about to be set aside."""

    plan: Plan
    written: int  # letters, which went to nobody


def set_rehearsal_aside(
    site: Site, issue: str, by: str, because: str, confirm: Callable[[OldRehearsal], None]
) -> int:
    """
    Set the dispatch of *issue* aside, so that its next one begins with nobody served.

    Args:
        site: where the issue is.
        issue: that was only rehearsed.
        by: who says so.
        because: how that is known; kept.
        confirm: sees what is set aside; raises a UsageError if it does not agree.

    Returns:
        How many letters were set aside.

    Raises:
        UsageError: it was a sending, or may have been one; or no reason is given.
        UnfinishedError: another process is at it just now.
    """
    ledger = site.records.ledger()
    plan = require_plan(ledger, issue)
    if not because:
        raise UsageError('--was-rehearsal wants a reason, which is kept: --because "…"')
    traces = ledger.find_traces(issue)
    _refuse_sending(plan, traces)
    confirm(OldRehearsal(plan, traces.written))
    hold = Hold(ledger, issue, site.clock, site.records.holder())
    hold.take()
    try:
        _refuse_sending(plan, ledger.find_traces(issue))  # somebody may have sent meanwhile
        aside = SettingAside(plan.planned_at, by, site.clock(), because, is_old=plan.way is None)
        return site.records.diary().set_aside(issue, aside)
    finally:
        hold.release()


def _refuse_sending(plan: Plan, traces: Traces) -> None:
    """Refuse to open again what somebody may have got."""
    issue = plan.issue
    if plan.is_rehearsal:
        return
    if plan.way:
        msg = (
            f"{issue} was begun by {plan.way.name}, whose letters count as sent; to set it aside "
            "would send them a second time. Nothing was changed"
        )
        raise UsageError(msg)
    if traces.answered:
        msg = (
            f"{issue} was no rehearsal: {traces.answered:,} of its letters were answered for by "
            "a mail server or service, and not written to a folder; to set it aside would send "
            "some a second time. Nothing was changed"
        )
        raise UsageError(msg)
    if traces.assumed:
        special = f"{issue[:7]}-again"
        msg = (
            f"{issue} has {letters(traces.assumed)} of which somebody has said that the readers "
            "have it: it may have been sent, so it stays as sent. Nothing was changed\n"
            "If you know that nobody has it, make a special issue of it: copy the folder to "
            f"issues/{special}, put a label into its issue.yaml, then "
            f"newsletter dispatch {special} --to-all"
        )
        raise UsageError(msg)
    if traces.unknown:
        msg = (
            f"{issue} has {letters(traces.unknown)} of which nobody knows how they left; they "
            f"may have reached their readers. Nothing was changed\nIf you know that they did not: "
            f"newsletter resolve {issue} --unknown resend; then set it aside"
        )
        raise UsageError(msg)
