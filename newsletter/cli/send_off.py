"""The last steps of every dispatch: what is about to leave, the run, and what came of it."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Composed, Site
from newsletter.cli.gate import Gate
from newsletter.cli.output import readers, rehearsed_letters
from newsletter.cli.process import this_process
from newsletter.desk.audience import describe_audience
from newsletter.desk.halting import describe_halt, find_appointment
from newsletter.desk.moments import show_moment
from newsletter.desk.sending import Intention, Rehearsed, Sending
from newsletter.desk.ways import describe_way, is_earnest
from newsletter.dispatch.control import PROGRAM, Act, Halt
from newsletter.dispatch.rounds import Ending, Wishes
from newsletter.dispatch.states import State, Tally
from newsletter.errors import UnfinishedError
from newsletter.proof.approval import Sender

REHEARSED: Final = "  (a rehearsal: nobody was sent anything)"


def open_sending(site: Site, composed: Composed, *, rehearses: bool = False) -> Sending:
    """Make ready to send or rehearse what was composed; the provider is not reached yet."""
    provider = site.rehearsal_provider() if rehearses else site.provider()
    return Sending(site, composed, site.records.ledger(), provider, this_process())


def show_intention(sending: Sending, intention: Intention) -> None:
    """Print what is about to leave: which letter, how, and to how many."""
    composition = sending.composed.composition
    click.echo(f"Issue     {composition.issue}  {sending.composed.issue.date}")
    click.echo(f"Digest    {composition.digest[:12]}")
    begun = intention.plan.way if intention.plan else None
    click.echo(f"Provider  {describe_way(sending.way, begun)}")
    for kind, edition in composition.editions.items():
        count = intention.planned_for(kind)
        click.echo(f"{kind:<9} {readers(count):>13}  {edition.subject}")
    if sending.composed.issue.is_special:
        click.echo(f"To        {describe_audience(intention.recipients_of)}")
    if intention.replaced:
        day = f"{intention.replaced.planned_at:%Y-%m-%d}"
        click.echo(
            f"Anew      the plan of {day} was for another letter or others, and nobody was sent it"
        )
    if intention.rehearsed:
        _show_rehearsed(intention.rehearsed, sending.composed.publication.zone)
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


def send_confirmed(
    site: Site,
    composed: Composed,
    sender: Sender,
    wishes: Wishes,
    recipients_of: str | None = None,
    begins: Callable[[], None] = lambda: None,
) -> None:
    """
    Send, without a question, a letter that a person has confirmed before.

    Args:
        site: where the issue is.
        composed: that letter; the caller has compared digests.
        sender: who dispatches, as the approval's policy sees it.
        wishes: how the run is to go.
        recipients_of: see `Appointment` and `Plan`.
        begins: see `send_off`.

    Raises:
        ContentError: the gate does not open for it now.
        UnfinishedError: readers are left, or another process is sending this issue.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    sending = open_sending(site, composed)
    intention = sending.intention(add_new=False, recipients_of=recipients_of)
    show_intention(sending, intention)
    if intention.expected:
        gate = Gate(site, composed, sender, is_rehearsal=sending.way.is_rehearsal)
        gate.check((), None, is_first=intention.plan is None)
        send_off(site, sending, intention, wishes, PROGRAM, begins)
        return
    site.records.diary().drop_appointment(composed.issue.id, PROGRAM, site.clock())
    report(site, sending)


def send_off(
    site: Site,
    sending: Sending,
    intention: Intention,
    wishes: Wishes,
    by: str,
    begins: Callable[[], None] = lambda: None,
) -> None:
    """
    Plan what *intention* adds, and send what is due.

    An appointment is kept, and so dropped, only once a run for everybody has ended: until
    then a crash leaves it standing, and the next ``dispatch --due`` goes on.

    Args:
        site: where the issue is.
        sending: of that issue.
        intention: what is to be done.
        wishes: how the run is to go.
        by: who has ordered it.
        begins: called once nothing stands in the way: the provider is reached, and no other
            process has the issue.

    Raises:
        UnfinishedError: readers are left, or another process is sending this issue.
        ContentError: another letter was planned meanwhile.
        ProviderError: what a person must fix.
        LedgerError: nothing can be recorded any more.
    """
    issue, diary = sending.composed.issue.id, site.records.diary()
    sending.freeze(intention, is_limited=wishes.is_limited, by=by)
    begins()
    try:
        ending = sending.run(wishes, by)
    except UnfinishedError:
        if diary.find_halt(issue) is None:
            raise
    else:
        _say_what_holds(sending, ending)
        if ending.halt is None and wishes.limit is None:
            _drop_kept_appointment(site, sending, by)
    report(site, sending)


def _say_what_holds(sending: Sending, ending: Ending) -> None:
    """Name the pause or quota that has ended a run; the deferred are in its report."""
    if ending.held:
        when = show_moment(ending.held.at, sending.composed.publication.zone)
        click.echo(f"{ending.held.why}; it may go on at {when}", err=True)


def _drop_kept_appointment(site: Site, sending: Sending, by: str) -> None:
    issue, diary = sending.composed.issue.id, site.records.diary()
    standing = find_appointment(diary, issue)
    # One in earnest may have been made while a rehearsal was asleep: not kept by that.
    if standing and not (sending.way.is_rehearsal and is_earnest(standing.way)):
        diary.drop_appointment(issue, by, site.clock())


def report(site: Site, sending: Sending) -> None:
    """
    Print what came of a run, and how to go on.

    Raises:
        UnfinishedError: readers are left; the message says how to reach them.
    """
    issue = sending.composed.issue.id
    tally = sending.ledger.tally(issue)
    halt = site.records.diary().find_halt(issue)
    counts = {state: tally.of(state) for state in State}
    words = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    answered = sending.answered
    attempts = "1 attempt" if answered == 1 else f"{answered:,} attempts"
    start = f"{attempts} in this run" if answered else "Nothing to send now"
    click.echo(f"{start}; of {tally.planned:,} planned: {words or 'none'}")
    if halt and halt.act is Act.CANCELLED:
        click.echo(f"Cancelled {describe_halt(halt, sending.composed.publication.zone)}")
    plan = sending.ledger.find_plan(issue)
    if plan is None:
        msg = (
            f"{issue}: this was a rehearsal, and has been set aside meanwhile; "
            f"see 'newsletter status {issue} --diary'"
        )
        raise UnfinishedError(msg)
    if tally.is_finished:
        click.echo(f"Finished  newsletter status {issue}{REHEARSED if plan.is_rehearsal else ''}")
        return
    hints = [f"{issue} is not finished", *_hints(sending, tally, halt)]
    if plan.is_rehearsal:
        hints.append("this is a rehearsal: nobody was sent anything")
    raise UnfinishedError("\n  ".join(hints))


def _hints(sending: Sending, tally: Tally, halt: Halt | None) -> list[str]:
    """Say, state by state, what reaches the readers who are left."""
    issue, zone = sending.composed.issue.id, sending.composed.publication.zone
    pending, deferred = tally.of(State.PENDING), tally.of(State.DEFERRED)
    again = f"run 'newsletter dispatch {issue}' again"
    hints = []
    if halt and halt.act is Act.PAUSED:
        hints.append(f"paused {describe_halt(halt, zone)}")
        again = f"'newsletter resume {issue}', then {again}"
    if pending:
        hints.append(f"{pending:,} pending: {again}")
    if deferred:
        due_at = sending.ledger.next_due_at(issue)
        after = f" after {show_moment(due_at, zone)}" if due_at else ""
        hints.append(f"{deferred:,} deferred: {again}{after}")
    if unknown := tally.of(State.UNKNOWN):
        hints.append(
            f"{unknown:,} unknown: they left and no answer came, and they are not sent again by "
            f"themselves;\n  'newsletter status {issue} --list unknown' names them, "
            f"'newsletter resolve {issue}' settles them"
        )
    return hints
