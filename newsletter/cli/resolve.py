"""``newsletter resolve``: a person settles deliveries with an unknown outcome."""

from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at, look_at_many
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.person import name_person
from newsletter.cli.resolve_report import report, show_doubted
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.dispatch.control import Settlement
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of
from newsletter.subscribers.why import words_in


@click.command()
@click.argument("issue")
@click.option(
    "--unknown",
    "chosen",
    type=click.Choice([choice.value for choice in Settlement]),
    help="Send it to them again, or assume that they have it.",
)
@click.option(
    "--from-log",
    "logs",
    metavar="FILE…",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=("Mark as accepted what a relay's log shows as accepted; a .csv lists addresses."),
)
@click.argument("more_logs", metavar="[LOG…]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--only", metavar="ADDRESS", help="Settle only the delivery to ADDRESS.")
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

    These are emails that were sent but never answered. First look for them in the mail
    server's log: 'newsletter status ISSUE --list unknown' lists them. The ledger keeps every
    decision, with who made it and when.

    With --from-log the logs of Postfix or Exim settle pending, deferred and unknown
    deliveries: --from-log /var/log/mail.log*
    """
    from newsletter.desk import settling  # noqa: PLC0415 - slow to load, and help is fast

    _refuse_mixture(chosen, logs, more_logs, only)
    by = name_person(name)
    reason = words_in(because)
    if chosen is None:
        from newsletter.cli.resolve_log import settle_from_logs  # noqa: PLC0415
        from newsletter.desk.logs import LogOrder  # noqa: PLC0415

        order = LogOrder(issue, [*logs, *more_logs], by, reason)
        settle_from_logs(site, order, yes=yes, dry_run=dry_run)
        return
    settlement = Settlement(chosen)
    if not dry_run:
        require_person(_("settle them"), yes=yes)

    look = Look(AccessKind.DELIVERIES_SHOWN, reason, issue)
    if only is not None:
        look_at(site, look, address_of(only).key, by=by)

    def confirm(found: settling.ToSettle) -> bool:
        if only is None and found.doubted:
            look_at_many(site, look, len(found.doubted), by=by)
        show_doubted(site, issue, found, settlement)
        if not found.doubted:
            return False
        if dry_run:
            click.echo(_("Nothing was changed"))
            return False
        question = _("This settles {count:,} unknown.", count=len(found.doubted))
        confirm_by_name(question, issue, _("nothing was settled"), yes=yes)
        return True

    wanted = settling.SettlingOrder(issue, settlement, by, reason, only)
    count = settling.settle_unknown(site, wanted, confirm)
    if count is not None:
        report(issue, settlement, count, by)


def _refuse_mixture(
    chosen: str | None, logs: tuple[Path, ...], more_logs: tuple[Path, ...], only: str | None
) -> None:
    if (chosen is None) != bool(logs):
        msg = _("name one way: --unknown with how to settle them, or --from-log FILE")
        raise UsageError(msg)
    if more_logs and not logs:
        msg = _("{path}: put --from-log before the names of logs", path=more_logs[0])
        raise UsageError(msg)
    if logs and only is not None:
        msg = _("--only goes with --unknown; a log settles all readers that it names")
        raise UsageError(msg)
