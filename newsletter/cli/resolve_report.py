"""The lists that ``newsletter resolve --unknown`` shows before its question and at the end."""

from typing import TYPE_CHECKING, Final

import click

from newsletter.app.site import Site
from newsletter.cli.naming import name_edition
from newsletter.cli.wording import _, say, tell
from newsletter.desk.moments import find_zone, show_second
from newsletter.desk.words import readers
from newsletter.dispatch.control import Settlement

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from newsletter.desk import settling
    from newsletter.dispatch.ledger import LedgerLine

SHOWN_MAX: Final = 10  # readers named before the question


def show_doubted(
    site: Site, issue: str, found: "settling.ToSettle", settlement: Settlement
) -> None:
    """List the deliveries that are about to be settled, and the risk of that."""
    if found.left_out:
        waiting = _(
            "{count:,} unknown of {issue} may still be answered: {processes}; they are left out",
            count=found.left_out,
            issue=issue,
            processes=found.words_of_living,
        )
        tell("Waiting", waiting)
    doubted, zone = found.doubted, find_zone(site)
    if not doubted:
        click.echo(_("Nothing of {issue} is unknown; nothing was changed", issue=issue))
        return
    count = readers(len(doubted))
    tell("Unknown", _("{readers}: the email was sent, but no answer came", readers=count))
    for line in doubted[:SHOWN_MAX]:
        _show_line(line, zone)
    if len(doubted) > SHOWN_MAX:
        click.echo(_("  and {rest:,} more", rest=len(doubted) - SHOWN_MAX))
    tell("Risk", f"{settlement}: {_risk_of(settlement)}")


def _show_line(line: "LedgerLine", zone: "ZoneInfo") -> None:
    said = _(
        "  {address}  {edition}, attempt {attempts}",
        address=line.address,
        edition=name_edition(line.edition),
        attempts=line.attempts,
    )
    if line.begun_at:
        when = show_second(line.begun_at, zone)
        said = _("{attempt}, left {when}", attempt=said, when=when)
    click.echo(said)
    answer = " ".join(say(line.answer).split())
    no_answer = _("no answer at all: the program or its computer stopped before one came")
    click.echo(f"    {answer or no_answer}")


def _risk_of(settlement: Settlement) -> str:
    match settlement:
        case Settlement.RESEND:
            return _("readers who already have the email may get it twice.")
        case Settlement.ASSUME_ACCEPTED:
            return _("readers who do not have the email will never get it.")


def report(issue: str, settlement: Settlement, count: int, by: str) -> None:
    """Print how many were settled, and the next command."""
    match settlement:
        case Settlement.RESEND:
            tell("Settled", _("{count:,} unknown are pending again, by {by}", count=count, by=by))
            tell("Next", f"newsletter dispatch {issue}")
        case Settlement.ASSUME_ACCEPTED:
            said = _("{count:,} unknown are assumed to be accepted, by {by}", count=count, by=by)
            tell("Settled", said)
            tell("Next", f"newsletter status {issue}")
