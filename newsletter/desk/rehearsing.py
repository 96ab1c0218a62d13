"""Sets a rehearsal aside, so that its issue can still be sent."""

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.app.site import Site
from newsletter.desk.halting import require_plan
from newsletter.desk.words import letters
from newsletter.dispatch.control import SettingAside
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Traces
from newsletter.errors import UsageError
from newsletter.phrases import phrase


@dataclass(frozen=True, slots=True)
class OldRehearsal:
    """A rehearsal that is about to be set aside."""

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
        raise UsageError(phrase("desk.rehearsal-reason"))
    traces = ledger.find_traces(issue)
    _refuse_sending(plan, traces)
    confirm(OldRehearsal(plan, traces.written))
    lease = IssueLease(ledger, issue, site.clock, site.records.holder())
    lease.take()
    try:
        _refuse_sending(plan, ledger.find_traces(issue))  # somebody may have sent meanwhile
        aside = SettingAside(plan.planned_at, by, site.clock(), because, is_old=plan.way is None)
        return site.records.diary().set_aside(issue, aside)
    finally:
        lease.release()


def _refuse_sending(plan: Plan, traces: Traces) -> None:
    """Refuse to set aside a dispatch whose letters somebody may have got."""
    issue = plan.issue
    if plan.is_rehearsal:
        return
    if plan.way:
        raise UsageError(phrase("desk.rehearsal-was-sent", issue=issue, way=plan.way.name))
    if traces.answered:
        number = traces.answered
        raise UsageError(phrase("desk.rehearsal-was-answered", issue=issue, number=number))
    if traces.assumed:
        raise UsageError(
            phrase(
                "desk.rehearsal-assumed-sent",
                issue=issue,
                letters=letters(traces.assumed),
                special=f"{issue[:7]}-again",
            )
        )
    if traces.unknown:
        raise UsageError(
            phrase("desk.rehearsal-not-known", issue=issue, letters=letters(traces.unknown))
        )
