"""``newsletter dispatch --was-rehearsal``: what an outbox has written was no sending."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.desk import rehearsing
from newsletter.desk.words import rehearsed_letters


def set_rehearsal_aside(site: Site, issue: str, by: str, because: str | None, *, yes: bool) -> None:
    """Ask, and set the dispatch of *issue* aside; see `desk.rehearsing` for what it raises."""

    def confirm(old: rehearsing.OldRehearsal) -> None:
        require_person("set it aside", yes=yes)
        name = old.plan.way.name if old.plan.way else "a folder"
        day = f"{old.plan.planned_at:%Y-%m-%d}"
        click.echo(f"Rehearsal {issue}, begun {day}: {rehearsed_letters(old.written)}, by {name};")
        click.echo("          they are kept apart, and do not count as sent any more")
        click.echo("Risk      whoever was given one of those files gets the letter again.")
        question = "This lets the next dispatch send the issue to everybody."
        confirm_by_name(question, issue, "nothing was set aside", yes=yes)

    reason = (because or "").strip()
    letters = rehearsing.set_rehearsal_aside(site, issue, by, reason, confirm)
    click.echo(f"Set aside {rehearsed_letters(letters)} of {issue}, by {by}")
    click.echo(f"Next      newsletter dispatch {issue}")
