"""``newsletter resume``: allow a paused dispatch to continue."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm as ask
from newsletter.cli.confirming import require_person
from newsletter.cli.person import name_person
from newsletter.cli.wording import _, tell
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import find_zone
from newsletter.dispatch.control import Halt
from newsletter.errors import UsageError


@click.command()
@click.argument("issue")
@click.option("--by", "name", metavar="NAME", help="Who resumes.  [default: the system's user]")
@click.option(
    "--yes", is_flag=True, help="Resume without being asked whether the cause is corrected."
)
@click.pass_obj
def resume(site: Site, issue: str, name: str | None, *, yes: bool) -> None:
    """
    Allow the paused dispatch of ISSUE to continue.

    This command sends nothing itself; dispatch does. If the program paused automatically, it
    asks whether the cause is corrected.
    """
    from newsletter.desk import halts  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)

    def confirm(halt: Halt) -> None:
        tell("Paused", describe_halt(halt, find_zone(site)))
        if halt.is_ours:
            require_person(_("resume it"), yes=yes)
            if not yes and not ask(
                _("The program paused it automatically. Is the cause corrected?")
            ):
                raise UsageError(_("it stays paused; nothing was changed"))

    resumed = halts.resume(site, issue, by, confirm)
    if resumed is None:
        click.echo(_("{issue} is not paused; nothing was changed", issue=issue))
        return
    tell("Resumed", _("{issue}, by {by}", issue=issue, by=by))
    if resumed.way:  # the sending command, or its timer, may have other settings than this one
        tell("Provider", _("{name}, which it continues with", name=resumed.way.name))
    tell("Next", f"newsletter dispatch {issue}")
