"""``newsletter resolve``: settle what may or may not have arrived, as a person decides."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.person import name_person
from newsletter.desk.halting import describe_halt, require_plan
from newsletter.desk.moments import find_zone, show_second
from newsletter.desk.words import readers
from newsletter.dispatch.control import Act, Doubt, Settlement
from newsletter.dispatch.runs import LivingRun
from newsletter.dispatch.states import State
from newsletter.errors import ContentError, UnfinishedError, UsageError
from newsletter.subscribers.address import address_of

if TYPE_CHECKING:
    from newsletter.dispatch.hold import Hold
    from newsletter.dispatch.ledger import Ledger, LedgerLine

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
    from newsletter.dispatch.hold import Hold  # noqa: PLC0415 - slow to load, and help is fast

    _refuse_mixture(chosen, logs, more_logs, only)
    by = name_person(name)
    reason = (because or "").strip()
    if chosen is None:
        from newsletter.cli.resolve_log import LogOrder, settle_from_logs  # noqa: PLC0415

        order = LogOrder(issue, [*logs, *more_logs], by, reason, yes=yes, dry_run=dry_run)
        settle_from_logs(site, order)
        return
    ledger = site.records.ledger()
    require_plan(ledger, issue)
    settlement = Settlement(chosen)
    if not dry_run:
        require_person("settle them", yes=yes)
    _refuse_cancelled(site, issue, settlement)
    hold = Hold(ledger, issue, site.clock, site.records.holder())
    living = site.records.diary().living_runs(issue)
    with held(hold):
        doubted = _without_answerable(find_doubted(ledger, issue, only), living, issue)
    if not doubted:
        click.echo(f"Nothing of {issue} is unknown; nothing was changed")
        return
    _show(doubted, settlement, find_zone(site))
    if dry_run:
        click.echo("Nothing was changed")
        return
    question = f"This settles {len(doubted):,} unknown."
    confirm_by_name(question, issue, "nothing was settled", yes=yes)
    with held(hold):
        ids = {one.id for one in site.records.diary().living_runs(issue)}
        if [one for one in find_doubted(ledger, issue, only) if one.run not in ids] != doubted:
            msg = f"{issue} went on meanwhile, and others are unknown now; run resolve again"
            raise UnfinishedError(msg)
        diary = site.records.diary()
        count = diary.settle(issue, settlement, Doubt(only), by, site.clock(), reason)
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


@contextmanager
def held(hold: "Hold") -> Iterator[None]:
    """Have the right to change an issue's deliveries for the block, under two minutes."""
    hold.take()
    try:
        yield
    finally:
        hold.release()


def find_doubted(ledger: "Ledger", issue: str, only: str | None) -> list["LedgerLine"]:
    """
    Return the unknown deliveries that are meant, in the order they were planned.

    Raises:
        ContentError: *only* is no address, or the delivery to it is not unknown.
    """
    unknown = list(ledger.entries(issue, State.UNKNOWN))
    if only is None:
        return unknown
    wanted = address_of(only)
    doubted = [line for line in unknown if _is_to(line, wanted.key)]
    if doubted:
        return doubted
    for state in State:
        for line in ledger.entries(issue, state):
            if _is_to(line, wanted.key):
                msg = f"{line.address} is {state} in {issue}, not unknown; nothing was changed"
                raise ContentError(msg)
    msg = (
        f"{wanted.spelling} has no delivery of {issue}; "
        f"'newsletter status {issue} --list unknown' names those in doubt"
    )
    raise ContentError(msg)


def _without_answerable(
    unknown: list["LedgerLine"], living: Sequence[LivingRun], issue: str
) -> list["LedgerLine"]:
    """
    Take out what a living run may still be answered for; say so.

    Raises:
        UnfinishedError: nothing is left.
    """
    ids = {one.id for one in living}
    left = [line for line in unknown if line.run not in ids]
    if count := len(unknown) - len(left):
        words = f"{count:,} unknown of {issue} may still be answered: {_describe(living)}"
        if not left:
            msg = (
                f"{words}; nothing was settled. Let that process end, or end it, and run resolve "
                "again"
            )
            raise UnfinishedError(msg)
        click.echo(f"Waiting  {words}; they are left out")
    return left


def _describe(living: Sequence[LivingRun]) -> str:
    return ", ".join(
        f"process {one.process} gave a sign of life {one.silent_for.total_seconds():.0f} s ago, "
        f"and is waited for another {max(one.ends_in.total_seconds(), 1):.0f} s"
        for one in living
    )


def _is_to(line: "LedgerLine", key: str) -> bool:
    return address_of(line.address).key == key


def _refuse_cancelled(site: Site, issue: str, settlement: Settlement) -> None:
    halt = site.records.diary().find_halt(issue)
    if halt and halt.act is Act.CANCELLED and settlement is Settlement.RESEND:
        msg = (
            f"{issue} was cancelled for good, {describe_halt(halt, find_zone(site))}; nothing of "
            f"it is sent again. --unknown {Settlement.ASSUME_ACCEPTED} closes it"
        )
        raise UsageError(msg)


def _show(doubted: list["LedgerLine"], settlement: Settlement, zone: ZoneInfo) -> None:
    click.echo(f"Unknown  {readers(len(doubted))}: the letter left, and no answer came")
    for line in doubted[:SHOWN_MAX]:
        left = f", left {show_second(line.begun_at, zone)}" if line.begun_at else ""
        click.echo(f"  {line.address}  {line.edition}, attempt {line.attempts}{left}")
        click.echo(f"    {' '.join(line.answer.split()) or NO_ANSWER}")
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
