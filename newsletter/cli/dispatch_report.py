"""Prints a dispatch step by step: the proposal, the proof's result, and the result."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.cli.cells import pad, pad_left
from newsletter.cli.doubting import show_doubts
from newsletter.cli.naming import count_state, name_edition
from newsletter.cli.proof_table import summary
from newsletter.cli.wording import _, listed, say, tell
from newsletter.compose.composition import describe_changes
from newsletter.desk.audience import describe_audience
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import show_moment
from newsletter.desk.outlook import Rehearsed
from newsletter.desk.preflight import Passed
from newsletter.desk.results import Result
from newsletter.desk.ways import describe_way
from newsletter.desk.witness import Proposal
from newsletter.desk.words import describe_since, readers, rehearsed_letters
from newsletter.dispatch.control import Act, Halt
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.states import State
from newsletter.message.kept_letter import KeptLetter
from newsletter.proof.approval import Approval
from newsletter.proof.letter.pictures import find_unseen

LABEL: Final = 10  # width of the label column


def show_proposal(proposal: Proposal) -> None:
    """Print what is about to be sent: which letter, how, and to how many readers."""
    forecast, letter = proposal.forecast, proposal.at_hand.letter
    tell("Issue", f"{letter.issue}  {letter.issued_on}", cells=LABEL)
    tell("Digest", letter.digest[:12], cells=LABEL)
    begun = forecast.plan.way if forecast.plan else None
    tell("Provider", describe_way(proposal.way, begun), cells=LABEL)
    if proposal.ignores_bounces:
        words = _(
            "the provider uses its own return address; sender.bounces only receives requests "
            "to unsubscribe"
        )
        tell("Bounces", words, cells=LABEL)
    if proposal.lacks_bounce_check:
        words = _(
            "no email was ever seen to arrive at {address}: newsletter test {issue}\n"
            "sends one there; when it has arrived, run: newsletter bounces arrived CODE",
            address=proposal.at_hand.manner.bounces,
            issue=proposal.issue,
        )
        tell("Bounces", words, cells=LABEL)
    for kind, edition in letter.editions.items():
        count = pad_left(say(readers(forecast.planned_for(kind))), 13)
        click.echo(f"{pad(name_edition(kind), LABEL)}{count}  {edition.subject}")
    if proposal.at_hand.is_special:
        tell("To", describe_audience(forecast.recipients_of), cells=LABEL)
    if proposal.unanswered:
        words = _(
            "{count:,} subscriptions that nobody confirmed in time: they end first and get no "
            "email;\nthey are still counted above",
            count=proposal.unanswered,
        )
        tell("Ending", *words.split("\n"), cells=LABEL)
    _show_kept(proposal)
    _show_exchange(proposal)
    _show_other_plans(proposal)
    show_doubts(proposal.doubts, proposal.zone)
    if standing := proposal.standing:
        when = show_moment(standing.dispatch_at, proposal.zone)
        words = _("previously for {when}, by {by}", when=when, by=standing.by)
        tell("Appointed", words, cells=LABEL)


def _show_kept(proposal: Proposal) -> None:
    """Print that the dispatch continues with its kept letter, and which files have changed."""
    if proposal.at_hand.since is None:
        return
    plan = proposal.forecast.plan
    if plan:
        when = show_moment(plan.planned_at, proposal.zone)
        kept = _(
            "as it was at the start {when}: it was kept, so nothing is composed or proofread",
            when=when,
        )
    else:
        kept = _("as it was at the start: it was kept, so nothing is composed or proofread")
    tell("Email", kept, cells=LABEL)
    words = describe_since(proposal.at_hand.since)
    if words is None:
        return
    lines = [_("{files}; newsletter diff {issue}", files=words, issue=proposal.issue)]
    if plan and plan.is_rehearsal:
        way = _(
            "it was only rehearsed: to rehearse it as it is now, first set that "
            "rehearsal aside: newsletter dispatch {issue} --was-rehearsal --because "
            "TEXT",
            issue=proposal.issue,
        )
        lines.append(way)
    tell("Changed", *lines, cells=LABEL)


def _show_exchange(proposal: Proposal) -> None:
    """Print that waiting readers get a different letter than readers who have the first one."""
    exchange = proposal.forecast.exchange
    if exchange is None:
        return
    digest, who = exchange.plan.digest[:12], readers(exchange.count)
    if exchange.count == 1:
        words = _("the email with digest {digest}, for {who} who waits", digest=digest, who=who)
    else:
        words = _("the email with digest {digest}, for {who} who wait", digest=digest, who=who)
    lines = [words]
    if exchange.bound:
        lines.append(
            _("{who} may already have that email, and get it again", who=readers(exchange.bound))
        )
    tell("Replaces", *lines, *_changes(exchange.plan, proposal.at_hand.letter), cells=LABEL)


def _changes(plan: Plan, letter: KeptLetter) -> Sequence[str]:
    """Return the names of the parts that differ from the plan's parts, one per line."""
    lines = say(describe_changes(plan.parts, letter.parts)).strip("\n").splitlines()
    return [line.strip() for line in lines]


def _day_of(when: datetime, zone: ZoneInfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d}"


def _show_other_plans(proposal: Proposal) -> None:
    """Print what happens to an existing plan, and which readers are not in it."""
    forecast = proposal.forecast
    if forecast.replaced:
        words = _(
            "the plan of {day} was for another email or other readers, and nothing was sent",
            day=_day_of(forecast.replaced.planned_at, proposal.zone),
        )
        changes = _changes(forecast.replaced, proposal.at_hand.letter)
        tell("New plan", words, *changes, cells=LABEL)
    if forecast.rehearsed:
        _show_rehearsed(forecast.rehearsed, proposal.zone)
    if forecast.left_out and forecast.plan:
        words = _(
            "{who} added after the plan of {day}; --add-new sends it to them too",
            who=readers(forecast.left_out),
            day=_day_of(forecast.plan.planned_at, proposal.zone),
        )
        tell("Left out", words, cells=LABEL)


def _show_rehearsed(rehearsed: Rehearsed, zone: ZoneInfo) -> None:
    words = _(
        "{letters}, by {name}: set aside, because\n"
        "no reader got them; all readers who are active now get this one",
        letters=rehearsed_letters(rehearsed.written),
        name=rehearsed.plan.way.name if rehearsed.plan.way else _("a folder"),
    )
    lines = words.split("\n")
    if rehearsed.halt:
        lines += _describe_rehearsal(rehearsed.halt, zone).split("\n")
    tell("New plan", *lines, cells=LABEL)


def _describe_rehearsal(halt: Halt, zone: ZoneInfo) -> str:
    words = describe_halt(halt, zone)
    if halt.act is Act.CANCELLED:
        return _(
            "The rehearsal was cancelled {halt};\n"
            "this is set aside too, and does not prevent the sending",
            halt=words,
        )
    return _(
        "The rehearsal was paused {halt};\nthis is set aside too, and does not prevent the sending",
        halt=words,
    )


def show_passed(passed: Passed) -> None:
    """Print the result of the proof."""
    for note in passed.report.notes:
        if unseen := find_unseen(note):  # other notes are for readers of the proof
            tell("Pictures", unseen)
    click.echo(summary(passed.report))


def show_shared_account(approval: Approval, sender: str) -> None:
    """Print that another person's approval came from the same account as *sender*'s."""
    words = _(
        "{by} approved from the account that {sender} dispatches from: {account}",
        by=approval.by,
        sender=sender,
        account=approval.account,
    )
    tell("Account", words, cells=LABEL)


def show_result(result: Result) -> None:
    """Print the result of a run; the fault tells how to reach the remaining readers."""
    if result.held:
        when = show_moment(result.held.at, result.zone)
        why = result.held.why
        click.echo(_("{why}; it can continue at {when}", why=why, when=when), err=True)
    click.echo(_count(result))
    if result.halt and result.halt.act is Act.CANCELLED:
        tell("Cancelled", describe_halt(result.halt, result.zone), cells=LABEL)
    if result.fault is None:
        line = f"newsletter status {result.issue}"
        if result.is_rehearsal:
            line += f"  {_('(a rehearsal: nothing was sent to any reader)')}"
        tell("Finished", line, cells=LABEL)


def _count(result: Result) -> str:
    """Return the number of attempts, and the number of deliveries in each state."""
    counts = {state: result.tally.of(state) for state in State}
    states = listed([count_state(count, state) for state, count in counts.items() if count])
    planned, states = result.tally.planned, states or _("none")
    match result.answered:
        case 0:
            return _(
                "Nothing to send now; {planned:,} planned: {states}",
                planned=planned,
                states=states,
            )
        case 1:
            return _(
                "1 attempt in this run; {planned:,} planned: {states}",
                planned=planned,
                states=states,
            )
        case attempts:
            return _(
                "{attempts:,} attempts in this run; {planned:,} planned: {states}",
                attempts=attempts,
                planned=planned,
                states=states,
            )
