"""Carries out a person's order: shows, checks and asks; then dispatches or appoints."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.app.site import Site
from newsletter.desk.appointing import appoint
from newsletter.desk.audience import Audience, choose_audience
from newsletter.desk.dispatching import IssueDispatch, open_dispatch, pass_gate
from newsletter.desk.doubting import explain_doubts, find_doubts
from newsletter.desk.first_dispatch import Wish, examine_first, is_first
from newsletter.desk.halting import find_appointment, refuse_halted
from newsletter.desk.outlook import Outlook
from newsletter.desk.owed_notices import find_unanswered
from newsletter.desk.process import Process
from newsletter.desk.replacing import open_replacement
from newsletter.desk.results import Result, find_result
from newsletter.desk.ways import refuse_appointment, refuse_rehearsal
from newsletter.desk.witness import Confirm, Proposal, Question
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.rounds import RunOptions
from newsletter.errors import UsageError
from newsletter.phrases import phrase
from newsletter.proof.approval import Sender


@dataclass(frozen=True, slots=True)
class Order:
    """A person's order for an issue."""

    issue: str
    by: str
    options: RunOptions = field(default_factory=RunOptions)
    add_new: bool = False
    is_dry_run: bool = False
    rehearses: bool = False  # into a folder, whatever is set
    rules: Sequence[str] = ()  # that are overridden
    because: str | None = None
    dispatch_at: datetime | None = None  # aware UTC; None: now
    audience: Audience = field(default_factory=Audience)
    replaces_letter: bool = False  # those who wait get the letter as it is now
    after_restore: bool = False  # goes out though the ledger may have forgotten something


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would have been sent; nothing was."""

    count: int  # letters


def dispatch(
    site: Site, order: Order, confirm: Confirm, process: Process
) -> Result | Appointment | DryRun:
    """
    Carry out *order*, or refuse it; nothing is sent before *confirm* has agreed.

    Returns:
        What came of the run; or what was appointed, and stands until its time; or what a
        dry run would have sent.

    Raises:
        UsageError: it was not agreed to, or cannot be meant.
        SettingsError: it was begun or appointed to leave by another way than is set now.
        ContentError: there is no such letter to send, or it may not go out.
        UnfinishedError: something stands in the way.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded.
    """
    issue_dispatch = _open(site, order, process)
    proposal = _propose(issue_dispatch.outlook, order)
    confirm.propose(proposal)
    forecast = proposal.forecast
    if not forecast.expected:
        return find_result(issue_dispatch.outlook)
    sender = Sender(order.by, process.account)
    outlook = issue_dispatch.outlook
    wish = Wish(order.rules, order.because, sender)
    is_examined = not order.is_dry_run and is_first(outlook)
    record = pass_gate(
        outlook,
        sender,
        confirm,
        wish.other_rules if is_examined else order.rules,
        order.because,
        is_first=forecast.is_first,
    )
    override = examine_first(outlook, wish, confirm) if is_examined else None
    count = min(forecast.expected, order.options.limit or forecast.expected)
    if order.is_dry_run:
        issue_dispatch.write_each()
        return DryRun(count)
    confirm.agree(Question(proposal, count, order.dispatch_at))
    _answer_doubts(site, order, confirm, proposal)
    record()
    if override:
        site.records.approvals().record_override(override)
    if forecast.exchange and issue_dispatch.outlook.diary.find_halt(order.issue):
        issue_dispatch.planning.replace_letter(forecast.exchange, order.by)
        return find_result(issue_dispatch.outlook)
    if order.dispatch_at is None:
        return issue_dispatch.dispatch(forecast, order.options, order.by, confirm)
    return _appoint(issue_dispatch, proposal, order, order.dispatch_at, process)


def _open(site: Site, order: Order, process: Process) -> IssueDispatch:
    if order.replaces_letter:
        return open_replacement(site, order.issue, order.because, process)
    return open_dispatch(site, order.issue, process, rehearses=order.rehearses, may_plan_anew=True)


def drop_appointment(site: Site, issue: str, by: str) -> None:
    """Drop the appointment of *issue*; raises a UsageError if there is none."""
    if not site.records.diary().drop_appointment(issue, by, site.clock()):
        raise UsageError(phrase("desk.no-appointment", issue=issue))


def _propose(outlook: Outlook, order: Order) -> Proposal:
    """Say what the order means, or refuse it."""
    site, diary = outlook.site, outlook.diary
    standing = find_appointment(diary, order.issue)
    if order.rehearses:
        refuse_rehearsal(outlook.ledger.find_plan(order.issue), standing)
    elif standing:
        refuse_appointment(standing, outlook.way, outlook.zone, may_replace_rehearsal=True)
    makes_earnest = outlook.makes_earnest()
    if not makes_earnest:
        refuse_halted(diary, order.issue, outlook.zone, may_be_paused=order.replaces_letter)
    plan = None if makes_earnest else outlook.ledger.find_plan(order.issue)
    recipients_of = choose_audience(site, outlook.at_hand, order.audience, plan)
    doubts = find_doubts(site, order.issue, order.because, is_answered=order.after_restore)
    forecast = outlook.forecast(
        add_new=order.add_new,
        may_plan_anew=True,
        recipients_of=recipients_of,
        exchanged_because=order.because if order.replaces_letter else None,
    )
    return Proposal(
        outlook.at_hand,
        outlook.way,
        forecast,
        outlook.zone,
        doubts,
        standing,
        outlook.ignores_bounces,
        outlook.lacks_bounce_check,
        0 if outlook.way.is_rehearsal else len(find_unanswered(site)),
    )


def _answer_doubts(site: Site, order: Order, confirm: Confirm, proposal: Proposal) -> None:
    """Note why the issue goes out though the ledger may have forgotten letters, if it may."""
    if not proposal.doubts:
        return
    if order.after_restore and order.because:
        reason = order.because
    else:
        reason = confirm.answer(explain_doubts(site, proposal.doubts, [order.issue]))
    site.records.doubts().answer(proposal.doubts, order.issue, order.by, reason, site.clock())


def _appoint(
    issue_dispatch: IssueDispatch,
    proposal: Proposal,
    order: Order,
    dispatch_at: datetime,
    process: Process,
) -> Appointment:
    letter = proposal.at_hand.letter
    appointment = Appointment(
        order.issue,
        letter.digest,
        letter.parts,
        dispatch_at,
        order.by,
        issue_dispatch.outlook.site.clock(),
        proposal.way,
        proposal.forecast.recipients_of,
        process.account,
    )
    appoint(issue_dispatch, appointment, proposal.forecast.rehearsed)
    return appointment
