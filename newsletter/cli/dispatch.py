"""``newsletter dispatch``: the issue to every subscriber, each once."""

from typing import TYPE_CHECKING

import click

from newsletter.app import Composed, Site
from newsletter.cli.output import is_terminal, readers
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError, UsageError

if TYPE_CHECKING:
    from newsletter.cli.sending import Intention, Sending


@click.command()
@click.argument("issue")
@click.option("--yes", is_flag=True, help="Send without asking for the issue's name.")
@click.option("--dry-run", is_flag=True, help="Do everything but plan and send.")
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Send to N readers at the most."
)
@click.option("--add-new", is_flag=True, help="Also send to readers who came since the plan.")
@click.option(
    "--override",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Send though RULE blocks.",
)
@click.option("--because", metavar="TEXT", help="Why; kept in the ledger with every override.")
@click.option("--by", "name", metavar="NAME", help="Who dispatches.  [default: the system's user]")
@click.pass_obj
def dispatch(  # noqa: PLR0913 - one for each option
    site: Site,
    issue: str,
    *,
    yes: bool,
    dry_run: bool,
    limit: int | None,
    add_new: bool,
    rules: tuple[str, ...],
    because: str | None,
    name: str | None,
) -> None:
    """
    Send ISSUE to every subscriber, in the language each has chosen.

    Who gets it is fixed when it is run first; run again, it goes on with those who have
    not got it, and never sends anything twice.
    """
    from newsletter.cli.gate import Gate  # noqa: PLC0415
    from newsletter.cli.sending import Sending, Wishes  # noqa: PLC0415

    if not yes and not dry_run and not is_terminal("stdin"):
        raise UsageError("there is no terminal to ask at; add --yes to send")
    composed = site.compose(issue)
    sending = Sending(site, composed, site.ledger(), site.provider())
    intention = sending.intention(add_new=add_new)
    _show_intention(sending, intention)
    if not intention.expected:
        _report(sending, composed)
        return
    gate = Gate(site, composed, name)
    overrides = gate.check(rules, because)
    now = min(intention.expected, limit or intention.expected)
    if dry_run:
        sending.rehearse()
        click.echo(f"Dry run: {now:,} would be sent now; nothing was.")
        return
    _confirm(issue, now, yes=yes)
    gate.record(overrides)
    sending.freeze(intention)
    sending.run(Wishes(limit))
    _report(sending, composed)


def _show_intention(sending: "Sending", intention: "Intention") -> None:
    composition = sending.composed.composition
    click.echo(f"Issue     {composition.issue}  {sending.composed.issue.date}")
    click.echo(f"Digest    {composition.digest[:12]}")
    click.echo(f"Provider  {sending.provider.name}{sending.provider_note}")
    for kind, edition in composition.editions.items():
        count = intention.planned_for(kind)
        click.echo(f"{kind:<9} {readers(count):>13}  {edition.subject}")
    if intention.replaced:
        day = f"{intention.replaced.planned_at:%Y-%m-%d}"
        click.echo(f"Anew      the plan of {day} was for another letter, which nobody was sent")
    if intention.left_out and intention.plan:
        click.echo(
            f"Left out  {readers(intention.left_out)} who came since the plan of "
            f"{intention.plan.planned_at:%Y-%m-%d}; --add-new sends it to them too"
        )


def _confirm(issue: str, expected: int, *, yes: bool) -> None:
    if yes:
        return
    answer = click.prompt(f"This sends {expected:,} letters. Type {issue} to go on", default="")
    if answer.strip() != issue:
        raise UsageError("the issue's name was not typed; nothing was sent")


def _report(sending: "Sending", composed: Composed) -> None:
    issue, ledger = composed.issue.id, sending.ledger
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
