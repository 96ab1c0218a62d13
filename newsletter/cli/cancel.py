"""``newsletter cancel``: send nothing more of an issue, for good; or drop its appointment."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.person import name_person
from newsletter.desk.halting import describe_halt, require_plan
from newsletter.desk.moments import find_zone
from newsletter.desk.words import readers
from newsletter.dispatch.control import Act
from newsletter.dispatch.states import State, Tally
from newsletter.errors import UsageError


@click.command()
@click.argument("issue")
@click.option("--because", metavar="TEXT", help="Why; wanted once the dispatch has begun.")
@click.option("--by", "name", metavar="NAME", help="Who cancels.  [default: the system's user]")
@click.option("--yes", is_flag=True, help="Cancel without asking for the issue's name.")
@click.pass_obj
def cancel(site: Site, issue: str, because: str | None, name: str | None, *, yes: bool) -> None:
    """
    Send nothing more of ISSUE, for good.

    Whoever has not got it is skipped. A run under way obeys within 2 seconds; letters on
    their way get their answer. Before the dispatch has begun, this drops its appointment.
    """
    by = name_person(name)
    ledger, diary = site.records.ledger(), site.records.diary()
    if ledger.find_plan(issue) is None and diary.drop_appointment(issue, by, site.clock()):
        click.echo(f"Dropped   the appointment of {issue}; nobody was sent it")
        return
    require_plan(ledger, issue)
    halt = diary.find_halt(issue)
    if halt and halt.act is Act.CANCELLED:
        click.echo(f"{issue} was cancelled already, {describe_halt(halt, find_zone(site))}")
        return
    reason = (because or "").strip()
    tally = ledger.tally(issue)
    _refuse_idle(issue, tally, reason)
    require_person("cancel", yes=yes)
    _show_what_is_left(issue, tally)
    confirm_by_name("That is for good.", issue, "nothing was cancelled", yes=yes)
    now = site.clock()
    skipped = diary.cancel(issue, by, reason, now)
    diary.drop_appointment(issue, by, now)
    click.echo(f"Cancelled {issue}, by {by}: {readers(skipped)} skipped")
    click.echo("          Letters on their way get their answer, and are not tried again.")
    click.echo(f"Next      newsletter status {issue}")


def _refuse_idle(issue: str, tally: Tally, reason: str) -> None:
    if tally.is_finished:
        msg = f"{issue} is finished, so nothing is left to cancel; see 'newsletter status {issue}'"
        raise UsageError(msg)
    if not reason:
        raise UsageError('a cancelled dispatch wants a reason, which is kept: --because "…"')


def _show_what_is_left(issue: str, tally: Tally) -> None:
    waiting = tally.of(State.PENDING) + tally.of(State.DEFERRED)
    accepted, unknown = tally.of(State.ACCEPTED), tally.of(State.UNKNOWN)
    click.echo(f"Have it   {readers(accepted)} of {tally.planned:,}")
    click.echo(f"Skipped   {readers(waiting)}, who will never get it")
    if unknown:
        click.echo(f"Unknown   {readers(unknown)}, who may have it")
