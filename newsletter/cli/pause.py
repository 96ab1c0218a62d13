"""``newsletter pause``: begin nothing more of an issue, until somebody resumes it."""

import click

from newsletter.app.site import Site
from newsletter.cli.person import name_person
from newsletter.desk.halting import describe_halt, find_appointment, require_plan
from newsletter.desk.moments import find_zone, show_moment
from newsletter.dispatch.control import Act
from newsletter.errors import UsageError


@click.command()
@click.argument("issue")
@click.option("--because", metavar="TEXT", help="Why; shown to whoever comes next.")
@click.option("--by", "name", metavar="NAME", help="Who pauses.  [default: the system's user]")
@click.pass_obj
def pause(site: Site, issue: str, because: str | None, name: str | None) -> None:
    """
    Begin nothing more of ISSUE until it is resumed.

    A run under way obeys within 2 seconds; letters on their way get their answer.
    """
    by = name_person(name)
    _refuse_idle(site, issue)
    diary = site.records.diary()
    if diary.pause(issue, by, (because or "").strip(), site.clock()):
        click.echo(f"Paused   {issue}, by {by}")
        click.echo("         A run under way begins nothing more within 2 seconds; letters that")
        click.echo("         are on their way get their answer.")
        click.echo(f"Next     newsletter resume {issue}")
        return
    halt = diary.find_halt(issue)
    if halt is None:
        msg = f"{issue} was resumed by somebody in this very moment; look, and pause again"
        raise UsageError(msg)
    how = "cancelled for good" if halt.act is Act.CANCELLED else "paused"
    click.echo(f"{issue} was {how} already, {describe_halt(halt, find_zone(site))}")


def _refuse_idle(site: Site, issue: str) -> None:
    ledger = site.records.ledger()
    appointment = find_appointment(site.records.diary(), issue)
    if appointment and ledger.find_plan(issue) is None:
        msg = (
            f"{issue} has not begun, so there is nothing to pause; it is to go out at "
            f"{show_moment(appointment.send_at, find_zone(site))}. "
            f"'newsletter cancel {issue}' drops that"
        )
        raise UsageError(msg)
    require_plan(ledger, issue)
    halt = site.records.diary().find_halt(issue)
    if halt is None and ledger.tally(issue).is_finished:
        msg = f"{issue} is finished, so there is nothing to pause; see 'newsletter status {issue}'"
        raise UsageError(msg)
