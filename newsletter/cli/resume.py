"""``newsletter resume``: let a paused dispatch go on."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import require_person
from newsletter.cli.person import name_person
from newsletter.desk.halting import describe_halt, require_plan
from newsletter.desk.moments import find_zone
from newsletter.dispatch.control import Act
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
    by = name_person(name)
    plan = require_plan(site.records.ledger(), issue)
    diary = site.records.diary()
    halt = diary.find_halt(issue)
    if halt is None:
        click.echo(f"{issue} is not paused; nothing was changed")
        return
    words = describe_halt(halt, find_zone(site))
    if halt.act is Act.CANCELLED:
        msg = f"{issue} was cancelled for good, {words}; it cannot be resumed"
        raise UsageError(msg)
    click.echo(f"Paused   {words}")
    if halt.is_ours:
        require_person("say that the cause was mended", yes=yes)
        if not yes and not click.confirm("The program paused it by itself. Is that mended?"):
            raise UsageError("it stays paused; nothing was changed")
    diary.resume(issue, by, site.clock())
    click.echo(f"Resumed  {issue}, by {by}")
    if plan.way:  # the command that sends, or its timer, may have other settings than this one
        click.echo(f"Begun by {plan.way.name}, by which it goes on")
    click.echo(f"Next     newsletter dispatch {issue}")
