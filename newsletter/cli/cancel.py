"""``newsletter cancel``: stop an issue's dispatch for good, or drop its appointment."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.person import name_person
from newsletter.cli.wording import _, tell
from newsletter.desk.halting import describe_halt
from newsletter.desk.moments import find_zone
from newsletter.desk.words import readers
from newsletter.dispatch.states import State, Tally
from newsletter.subscribers.why import words_in


@click.command()
@click.argument("issue")
@click.option("--because", metavar="TEXT", help="Why; required after the dispatch has started.")
@click.option("--by", "name", metavar="NAME", help="Who cancels.  [default: the system's user]")
@click.option("--yes", is_flag=True, help="Cancel without asking for the issue's name.")
@click.pass_obj
def cancel(site: Site, issue: str, because: str | None, name: str | None, *, yes: bool) -> None:
    """
    Cancel the dispatch of ISSUE for good.

    Readers who do not have it yet are skipped. A run under way stops within 2 seconds; emails
    on their way still get an answer. Before the dispatch starts, this drops its appointment.
    """
    from newsletter.desk import halts  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)

    def confirm(tally: Tally) -> None:
        require_person(_("cancel"), yes=yes)
        _show_what_is_left(tally)
        confirm_by_name(_("This cannot be undone."), issue, _("nothing was cancelled"), yes=yes)

    cancelled = halts.cancel(site, issue, by, words_in(because), confirm)
    if cancelled.was_appointed:
        tell(
            "Dropped",
            _("the appointment of {issue}; it was not sent to any reader", issue=issue),
            cells=10,
        )
    elif halt := cancelled.before:
        how = describe_halt(halt, find_zone(site))
        click.echo(_("{issue} was already cancelled, {how}", issue=issue, how=how))
    else:
        skipped = readers(cancelled.skipped)
        tell(
            "Cancelled",
            _("{issue}, by {by}: {readers} skipped", issue=issue, by=by, readers=skipped),
            _(
                "Emails that are already on their way still get an answer; they are not "
                "tried again."
            ),
            cells=10,
        )
        tell("Next", f"newsletter status {issue}", cells=10)


def _show_what_is_left(tally: Tally) -> None:
    waiting = tally.of(State.PENDING) + tally.of(State.DEFERRED)
    accepted, unknown = tally.of(State.ACCEPTED), tally.of(State.UNKNOWN)
    have = _("{readers} of {planned:,}", readers=readers(accepted), planned=tally.planned)
    tell("Have it", have, cells=10)
    tell("Skipped", _("{readers}, who will never get it", readers=readers(waiting)), cells=10)
    if unknown:
        tell("Unknown", _("{readers}, who may have it", readers=readers(unknown)), cells=10)
