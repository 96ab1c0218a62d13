"""``newsletter resolve``: settle what may or may not have arrived, as a person decides."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.person import name_person
from newsletter.cli.wording import say
from newsletter.desk.moments import find_zone, show_second
from newsletter.desk.words import readers
from newsletter.dispatch.control import Settlement
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.desk import settling

SHOWN_MAX: Final = 10  # readers named before the question
RISKS: Final = {
    Settlement.RESEND: "whoever has the letter already may get it twice.",
    Settlement.ASSUME_ACCEPTED: "whoever has not got the letter never will.",
}
NO_ANSWER: Final = "no answer at all: the program, or its machine, ended before one came"


@click.command()
@click.argument("issue")
@click.option(
    "--unknown",
    "chosen",
    type=click.Choice([choice.value for choice in Settlement]),
    help="Send it to them again, or take it that they have it.",
)
@click.option(
    "--from-log",
    "logs",
    metavar="FILE…",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Mark accepted what a relay's log shows as taken; a .csv lists addresses.",
)
@click.argument("more_logs", metavar="[LOG…]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--only", metavar="ADDRESS", help="Settle the delivery to ADDRESS alone.")
@click.option("--by", "name", metavar="NAME", help="Who decides.  [default: the system's user]")
@click.option("--because", metavar="TEXT", help="Why, or how you know; kept in the ledger.")
@click.option("--dry-run", is_flag=True, help="Show what would be settled; change nothing.")
@click.option("--yes", is_flag=True, help="Settle without asking for the issue's name.")
@click.pass_obj
def resolve(  # noqa: PLR0913 - one for each option
    site: Site,
    issue: str,
    *,
    chosen: str | None,
    logs: tuple[Path, ...],
    more_logs: tuple[Path, ...],
    only: str | None,
    name: str | None,
    because: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """
    Settle the unknown deliveries of ISSUE.

    Those are letters that left and were never answered. Look for them in the mail server's
    log first, for it may know: 'newsletter status ISSUE --list unknown' names them. What is
    decided is kept in the ledger with who and when.

    With --from-log the logs of Postfix or Exim say it themselves, for what is pending,
    deferred or unknown: --from-log /var/log/mail.log*
    """
    from newsletter.desk import settling  # noqa: PLC0415 - slow to load, and help is fast

    _refuse_mixture(chosen, logs, more_logs, only)
    by = name_person(name)
    reason = (because or "").strip()
    if chosen is None:
        from newsletter.cli.resolve_log import settle_from_logs  # noqa: PLC0415
        from newsletter.desk.logs import LogOrder  # noqa: PLC0415

        order = LogOrder(issue, [*logs, *more_logs], by, reason)
        settle_from_logs(site, order, yes=yes, dry_run=dry_run)
        return
    settlement = Settlement(chosen)
    if not dry_run:
        require_person("settle them", yes=yes)

    def confirm(found: settling.ToSettle) -> bool:
        _show(site, issue, found, settlement)
        if not found.doubted:
            return False
        if dry_run:
            click.echo("Nothing was changed")
            return False
        question = f"This settles {len(found.doubted):,} unknown."
        confirm_by_name(question, issue, "nothing was settled", yes=yes)
        return True

    wanted = settling.SettlingOrder(issue, settlement, by, reason, only)
    count = settling.settle_unknown(site, wanted, confirm)
    if count is not None:
        _report(issue, settlement, count, by)


def _refuse_mixture(
    chosen: str | None, logs: tuple[Path, ...], more_logs: tuple[Path, ...], only: str | None
) -> None:
    if (chosen is None) != bool(logs):
        raise UsageError("name one way: --unknown with how to settle them, or --from-log FILE")
    if more_logs and not logs:
        msg = f"{more_logs[0]}: put --from-log before the names of logs"
        raise UsageError(msg)
    if logs and only is not None:
        raise UsageError("--only goes with --unknown; a log speaks of whoever it names")


def _show(site: Site, issue: str, found: "settling.ToSettle", settlement: Settlement) -> None:
    if found.left_out:
        click.echo(
            f"Waiting  {found.left_out:,} unknown of {issue} may still be answered: "
            f"{found.words_of_living}; they are left out"
        )
    doubted, zone = found.doubted, find_zone(site)
    if not doubted:
        click.echo(f"Nothing of {issue} is unknown; nothing was changed")
        return
    click.echo(f"Unknown  {readers(len(doubted))}: the letter left, and no answer came")
    for line in doubted[:SHOWN_MAX]:
        left = f", left {show_second(line.begun_at, zone)}" if line.begun_at else ""
        click.echo(f"  {line.address}  {line.edition}, attempt {line.attempts}{left}")
        click.echo(f"    {' '.join(say(line.answer).split()) or NO_ANSWER}")
    if len(doubted) > SHOWN_MAX:
        click.echo(f"  and {len(doubted) - SHOWN_MAX:,} more")
    click.echo(f"Risk     {settlement}: {RISKS[settlement]}")


def _report(issue: str, settlement: Settlement, count: int, by: str) -> None:
    match settlement:
        case Settlement.RESEND:
            click.echo(f"Settled  {count:,} unknown are pending again, says {by}")
            click.echo(f"Next     newsletter dispatch {issue}")
        case Settlement.ASSUME_ACCEPTED:
            click.echo(f"Settled  {count:,} unknown are assumed to be accepted, says {by}")
            click.echo(f"Next     newsletter status {issue}")
