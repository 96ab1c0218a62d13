"""``newsletter resume``: let a paused dispatch go on."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import require_person
from newsletter.cli.person import name_person
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import find_zone
from newsletter.dispatch.control import Halt
from newsletter.errors import UsageError


@click.command()
@click.argument("issue")
@click.option("--by", "name", metavar="NAME", help="Who resumes.  [default: the system's user]")
@click.option("--yes", is_flag=True, help="Resume without being asked whether it was mended.")
@click.pass_obj
def resume(site: Site, issue: str, name: str | None, *, yes: bool) -> None:
    """
    Let the paused dispatch of ISSUE go on.

    It sends nothing itself; dispatch does. Where the program has paused by itself, it asks
    whether the cause was mended.
    """
    from newsletter.desk import halts  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)

    def confirm(halt: Halt) -> None:
        click.echo(f"Paused   {describe_halt(halt, find_zone(site))}")
        if halt.is_ours:
            require_person("say that the cause was mended", yes=yes)
            if not yes and not click.confirm("The program paused it by itself. Is that mended?"):
                raise UsageError("it stays paused; nothing was changed")

    resumed = halts.resume(site, issue, by, confirm)
    if resumed is None:
        click.echo(f"{issue} is not paused; nothing was changed")
        return
    click.echo(f"Resumed  {issue}, by {by}")
    if resumed.way:  # the command that sends, or its timer, may have other settings than this one
        click.echo(f"Begun by {resumed.way.name}, by which it goes on")
    click.echo(f"Next     newsletter dispatch {issue}")
