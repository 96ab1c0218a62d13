"""Prints a dispatch step by step: what is about to leave, that it may, and what came of it."""

from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.cli.doubting import show_doubts
from newsletter.cli.proof_table import summary
from newsletter.cli.wording import say
from newsletter.compose.composition import describe_changes
from newsletter.desk.audience import describe_audience
from newsletter.desk.gate import Passed
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import show_moment
from newsletter.desk.outlook import Rehearsed
from newsletter.desk.results import Result
from newsletter.desk.ways import describe_way
from newsletter.desk.witness import Proposal
from newsletter.desk.words import describe_since, readers, rehearsed_letters
from newsletter.dispatch.control import Act
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.states import State
from newsletter.message.kept_letter import KeptLetter
from newsletter.proof.approval import Approval
from newsletter.proof.letter.pictures import HOSTED

REHEARSED: Final = "  (a rehearsal: nobody was sent anything)"


def show_proposal(proposal: Proposal) -> None:
    """Print what is about to leave: which letter, how, and to how many."""
    intention, letter = proposal.intention, proposal.sendable.letter
    click.echo(f"Issue     {letter.issue}  {letter.issued_on}")
    click.echo(f"Digest    {letter.digest[:12]}")
    begun = intention.plan.way if intention.plan else None
    click.echo(f"Provider  {describe_way(proposal.way, begun)}")
    for kind, edition in letter.editions.items():
        count = intention.planned_for(kind)
        click.echo(f"{kind:<9} {readers(count):>13}  {edition.subject}")
    if proposal.sendable.is_special:
        click.echo(f"To        {describe_audience(intention.recipients_of)}")
    _show_kept(proposal)
    _show_exchange(proposal)
    _show_other_plans(proposal)
    show_doubts(proposal.doubts, proposal.zone)
    if standing := proposal.standing:
        when = show_moment(standing.send_at, proposal.zone)
        click.echo(f"Appointed until now for {when}, by {standing.by}")


def _show_kept(proposal: Proposal) -> None:
    """Print that it goes on with the letter it was begun with, and which files differ since."""
    if proposal.sendable.since is None:
        return
    plan = proposal.intention.plan
    when = f" {show_moment(plan.planned_at, proposal.zone)}" if plan else ""
    click.echo(f"Letter    as it was begun{when}: kept, so nothing is composed or proofread")
    words = describe_since(proposal.sendable.since)
    if not words:
        return
    click.echo(f"Changed   {words}; newsletter diff {proposal.issue}")
    if plan and plan.is_rehearsal:
        click.echo(
            "          it was only rehearsed: to rehearse it as it is now, set that aside first: "
            f"newsletter dispatch {proposal.issue} --was-rehearsal --because TEXT"
        )


def _show_exchange(proposal: Proposal) -> None:
    """Print that those who wait get another letter than those who have the first one."""
    exchange = proposal.intention.exchange
    if exchange is None:
        return
    who = f"{readers(exchange.count)} who {'waits' if exchange.count == 1 else 'wait'}"
    click.echo(f"Replaces  the letter with digest {exchange.plan.digest[:12]}, for {who}")
    if exchange.bound:
        click.echo(f"          {readers(exchange.bound)} may have that one, and get it again")
    _show_changes(exchange.plan, proposal.sendable.letter)


def _show_changes(plan: Plan, letter: KeptLetter) -> None:
    """Name the parts that differ from those of a plan, if any do."""
    for line in describe_changes(plan.parts, letter.parts).strip("\n").splitlines():
        click.echo(f"          {line.strip()}")


def _show_other_plans(proposal: Proposal) -> None:
    """Print what becomes of a plan that is there, and who is not in it."""
    intention = proposal.intention
    if intention.replaced:
        day = f"{intention.replaced.planned_at:%Y-%m-%d}"
        click.echo(
            f"Anew      the plan of {day} was for another letter or others, and nobody was sent it"
        )
        _show_changes(intention.replaced, proposal.sendable.letter)
    if intention.rehearsed:
        _show_rehearsed(intention.rehearsed, proposal.zone)
    if intention.left_out and intention.plan:
        click.echo(
            f"Left out  {readers(intention.left_out)} who came since the plan of "
            f"{intention.plan.planned_at:%Y-%m-%d}; --add-new sends it to them too"
        )


def _show_rehearsed(rehearsed: Rehearsed, zone: ZoneInfo) -> None:
    name = rehearsed.plan.way.name if rehearsed.plan.way else "a folder"
    click.echo(f"Anew      {rehearsed_letters(rehearsed.written)}, by {name}: set aside, for")
    click.echo("          nobody got them; all who are active now get this one")
    if rehearsed.halt:
        act = "cancelled" if rehearsed.halt.act is Act.CANCELLED else "paused"
        click.echo(f"          The rehearsal was {act} {describe_halt(rehearsed.halt, zone)};")
        click.echo("          that is set aside with it, and does not keep this from being sent")


def show_passed(passed: Passed) -> None:
    """Print how the proof ended."""
    for note in passed.report.notes:
        words = say(note)
        if words.startswith(HOSTED):  # the others are for those who read the proof
            click.echo(f"Pictures {words.removeprefix(f'{HOSTED}: ')}")
    click.echo(summary(passed.report))


def show_shared_account(approval: Approval, sender: str) -> None:
    """Print that another person's approval came from the account that *sender* uses."""
    click.echo(
        f"Account   {approval.by} approved from the account that {sender} dispatches from: "
        f"{approval.account}"
    )


def show_result(result: Result) -> None:
    """Print what came of a run; how to reach those who are left is said by its fault."""
    if result.held:
        when = show_moment(result.held.at, result.zone)
        click.echo(f"{result.held.why}; it may go on at {when}", err=True)
    counts = {state: result.tally.of(state) for state in State}
    words = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    answered = result.answered
    attempts = "1 attempt" if answered == 1 else f"{answered:,} attempts"
    start = f"{attempts} in this run" if answered else "Nothing to send now"
    click.echo(f"{start}; of {result.tally.planned:,} planned: {words or 'none'}")
    if result.halt and result.halt.act is Act.CANCELLED:
        click.echo(f"Cancelled {describe_halt(result.halt, result.zone)}")
    if result.fault is None:
        mark = REHEARSED if result.is_rehearsal else ""
        click.echo(f"Finished  newsletter status {result.issue}{mark}")
