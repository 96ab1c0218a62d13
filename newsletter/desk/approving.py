"""Approval: a named person says that a letter may go out; counts who could get it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.app.proofing import proofread
from newsletter.app.site import Composed, Site
from newsletter.desk.halting import describe_halt, find_appointment
from newsletter.desk.moments import find_zone
from newsletter.desk.replacing import require_begun
from newsletter.dispatch.control import Act
from newsletter.dispatch.states import State
from newsletter.errors import UsageError
from newsletter.phrases import phrase
from newsletter.proof.approval import Approval
from newsletter.subscribers.subscriber import editions_by_preference

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import Plans
    from newsletter.message.kept_letter import KeptLetter
    from newsletter.proof.report import Report


@dataclass(frozen=True, slots=True)
class ToApprove:
    """What a person is to approve."""

    composed: Composed
    report: "Report"  # of the proof
    readers: int  # readers who can still get this letter
    replaces: bool = False  # readers have another letter: this one replaces it for waiting readers


def approve(
    site: Site, issue: str, by: str, account: str, confirm: Callable[[ToApprove], None]
) -> ToApprove:
    """
    Record the approval of *issue* as it is now; durable on return.

    Args:
        site: where the issue is.
        issue: that is approved.
        by: who approves.
        account: of the system, that it is done from: USER@HOST; empty: not known.
        confirm: sees what is approved, and whether it advertises; raises a UsageError if the
            person does not agree.

    Returns:
        What was approved.

    Raises:
        UsageError: nobody can get it: it was cancelled, or everybody has it.
        ContentError: it does not compose, or readers have another letter of this issue.
    """
    composed = site.compose(issue)
    letter = composed.letter
    ledger = site.records.ledger()
    replaces = is_begun_with_other(ledger, letter)
    count = _count_replaced(site, issue) if replaces else _count_readers(site, composed)
    seen = ToApprove(composed, proofread(site, composed), count, replaces)
    confirm(seen)
    now = site.clock()
    site.records.letters().keep(letter, now)
    site.records.approvals().record_approval(
        Approval(
            issue,
            composed.composition.digest,
            composed.composition.parts,
            by,
            now,
            seen.report.blocking,
            seen.report.advising,
            account,
            composed.issue.advertising,
        )
    )
    return seen


def is_begun_with_other(ledger: "Plans", letter: "KeptLetter") -> bool:
    """Say whether readers have, or may have, another letter of this issue."""
    plan = ledger.find_plan(letter.issue)
    if plan is None or plan.is_rehearsal or ledger.is_untouched(letter.issue):
        return False
    return plan.digest not in letter.digests


def _count_replaced(site: Site, issue: str) -> int:
    """
    Count those who would get this letter in place of the one that others have.

    Raises:
        UsageError: it was cancelled, nobody waits, or its letter was never kept.
    """
    _refuse_cancelled(site, issue)
    require_begun(site.records.ledger(), issue)
    count = site.records.letters().count_replaceable(issue)
    if not count:
        raise UsageError(phrase("desk.approve-nobody-waits", issue=issue))
    return count


def _refuse_cancelled(site: Site, issue: str) -> None:
    halt = site.records.diary().find_halt(issue)
    if halt and halt.act is Act.CANCELLED:
        words = describe_halt(halt, find_zone(site))
        raise UsageError(phrase("desk.approve-cancelled", issue=issue, halt=words))


def _count_readers(site: Site, composed: Composed) -> int:
    """
    Count those who could still get this letter.

    Raises:
        UsageError: nobody can: it was cancelled, or everybody has it.
    """
    issue, ledger = composed.issue.id, site.records.ledger()
    editions = editions_by_preference(composed.publication.default_preference)
    plan = ledger.find_plan(issue)
    if plan is None or plan.is_rehearsal:
        appointment = find_appointment(site.records.diary(), issue)
        recipients_of = appointment.recipients_of if appointment else None
        return sum(ledger.count_active(editions, recipients_of).values())
    _refuse_cancelled(site, issue)
    tally = ledger.tally(issue)
    newcomers = sum(ledger.count_unplanned(issue, editions).values())
    if tally.is_finished and not newcomers:
        raise UsageError(phrase("desk.approve-finished", issue=issue))
    return tally.of(State.PENDING) + tally.of(State.DEFERRED) + newcomers
