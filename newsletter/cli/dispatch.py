"""``newsletter dispatch``: the issue to every subscriber, each once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from newsletter.app import Composed, Site
from newsletter.cli.output import is_terminal
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError, UsageError
from newsletter.lang import EditionKind

if TYPE_CHECKING:
    from newsletter.cli.sending import Sending
    from newsletter.dispatch.ledger import Ledger


@click.command()
@click.argument("issue")
@click.option("--yes", is_flag=True, help="Send without asking for the issue's name.")
@click.option("--dry-run", is_flag=True, help="Do everything but plan and send.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Send to N readers at the most."
)
@click.option("--add-new", is_flag=True, help="Also send to readers who came since the plan.")
@click.pass_obj
def dispatch(
    site: Site, issue: str, *, yes: bool, dry_run: bool, limit: int | None, add_new: bool
) -> None:
    """
    Send ISSUE to every subscriber, in the language each has chosen.

    Who gets it is fixed when it is run first; run again, it goes on with those who have
    not got it, and never sends anything twice.
    """
    from newsletter.cli.sending import Sending  # noqa: PLC0415
    from newsletter.dispatch.plan import check_digest, freeze_plan  # noqa: PLC0415

    composed = site.compose(issue)
    sending = Sending(site, composed, site.ledger(), site.provider())
    ledger = sending.ledger
    plan = ledger.find_plan(issue)
    if plan:
        check_digest(plan, composed.composition)
    newcomers = ledger.count_unplanned(issue, sending.editions)
    is_joining = plan is None or add_new
    _show_intention(sending, newcomers if is_joining else None)
    if plan and not add_new and sum(newcomers.values()):
        click.echo(
            f"Left out  {sum(newcomers.values())} readers who came since the plan of "
            f"{plan.planned_at:%Y-%m-%d}; --add-new sends to them too"
        )
    waiting = ledger.count_due(issue, site.clock()) if plan else 0
    expected = waiting + (sum(newcomers.values()) if is_joining else 0)
    if not expected:
        _report(sending, ledger, composed)
        return
    if dry_run:
        sending.rehearse()
        click.echo(f"Dry run: {min(expected, limit or expected)} would be sent now; nothing was.")
        return
    _confirm(issue, expected, yes=yes)
    if plan is None:
        freeze_plan(ledger, composed.composition, sending.editions, site.clock())
    elif add_new:
        ledger.add_new(issue, sending.editions)
    sending.run(limit)
    _report(sending, ledger, composed)


def _show_intention(sending: "Sending", joining: Mapping[EditionKind, int] | None) -> None:
    composition = sending.composed.composition
    click.echo(f"Issue     {composition.issue}  {sending.composed.issue.date}")
    click.echo(f"Digest    {composition.digest[:12]}")
    click.echo(f"Provider  {sending.provider.name}")
    tally = sending.ledger.tally(composition.issue)
    for kind, edition in composition.editions.items():
        new = (joining or {}).get(kind, 0)
        count = f"{tally.planned_for(kind) + new:>9,}"
        click.echo(f"{kind:<9} {count} readers  {edition.subject}")


def _confirm(issue: str, expected: int, *, yes: bool) -> None:
    if yes:
        return
    if not is_terminal("stdin"):
        raise UsageError("there is no terminal to ask at; add --yes to send")
    answer = click.prompt(f"This sends {expected:,} letters. Type {issue} to go on", default="")
    if answer.strip() != issue:
        raise UsageError("the issue's name was not typed; nothing was sent")


def _report(sending: "Sending", ledger: "Ledger", composed: Composed) -> None:
    issue = composed.issue.id
    tally = ledger.tally(issue)
    counts = {state: tally.of(state) for state in State}
    words = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    answered = sending.answered
    start = f"{answered:,} answered in this run" if answered else "Nothing to send now"
    click.echo(f"{start}; of {tally.planned:,} planned: {words or 'none'}")
    if tally.is_finished:
        click.echo(f"Finished  newsletter status {issue}")
        return
    hints = [f"{issue} is not finished"]
    if counts[State.PENDING]:
        hints.append(f"{counts[State.PENDING]:,} pending: run 'newsletter dispatch {issue}' again")
    if counts[State.DEFERRED]:
        due_at = ledger.next_due_at(issue)
        when = due_at.astimezone(composed.publication.zone) if due_at else None
        hints.append(
            f"{counts[State.DEFERRED]:,} deferred: run 'newsletter dispatch {issue}' again"
            + (f" after {when:%Y-%m-%d %H:%M %Z}" if when else "")
        )
    if counts[State.UNKNOWN]:
        hints.append(
            f"{counts[State.UNKNOWN]:,} unknown: they left and no answer came, and they are not "
            f"sent again by themselves; see 'newsletter status {issue} --list unknown'"
        )
    raise UnfinishedError("\n  ".join(hints))
