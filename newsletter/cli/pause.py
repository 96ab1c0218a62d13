"""``newsletter pause``: send nothing more of an issue until a person resumes it."""

import click

from newsletter.app.site import Site
from newsletter.cli.person import name_person
from newsletter.cli.wording import _, tell
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import find_zone
from newsletter.dispatch.control import Act
from newsletter.subscribers.why import words_in


@click.command()
@click.argument("issue")
@click.option("--because", metavar="TEXT", help="Why; shown to the next person.")
@click.option("--by", "name", metavar="NAME", help="Who pauses.  [default: the system's user]")
@click.pass_obj
def pause(site: Site, issue: str, because: str | None, name: str | None) -> None:
    """
    Pause the dispatch of ISSUE until it is resumed.

    A run under way stops within 2 seconds; emails on their way still get an answer.
    """
    from newsletter.desk import halts  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)
    halt = halts.pause(site, issue, by, words_in(because))
    if halt is None:
        tell(
            "Paused",
            _("{issue}, by {by}", issue=issue, by=by),
            _(
                "A run under way stops sending within 2 seconds; emails that are\n"
                "already on their way still get an answer."
            ),
        )
        tell("Next", f"newsletter resume {issue}")
        return
    how = describe_halt(halt, find_zone(site))
    if halt.act is Act.CANCELLED:
        click.echo(_("{issue} was already cancelled for good, {how}", issue=issue, how=how))
    else:
        click.echo(_("{issue} is already paused, {how}", issue=issue, how=how))
