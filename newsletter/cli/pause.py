"""``newsletter pause``: begin nothing more of an issue, until somebody resumes it."""

import click

from newsletter.app.site import Site
from newsletter.cli.person import name_person
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import find_zone
from newsletter.dispatch.control import Act


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
    from newsletter.desk import halts  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)
    halt = halts.pause(site, issue, by, (because or "").strip())
    if halt is None:
        click.echo(f"Paused   {issue}, by {by}")
        click.echo("         A run under way begins nothing more within 2 seconds; letters that")
        click.echo("         are on their way get their answer.")
        click.echo(f"Next     newsletter resume {issue}")
        return
    how = "cancelled for good" if halt.act is Act.CANCELLED else "paused"
    click.echo(f"{issue} was {how} already, {describe_halt(halt, find_zone(site))}")
