"""Prints a month's accesses for the person who reviews them."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.cli.cells import pad, pad_left
from newsletter.cli.wording import _, say
from newsletter.desk.moments import show_moment
from newsletter.subscribers.access_record import Access, Operator, Summary
from newsletter.subscribers.address import printable

SHOWN_MAX: Final = 50  # entries of each list; 'newsletter access list' shows all


def show_summary(month: str, seen: Summary, zone: ZoneInfo) -> None:
    """Print what was done by whom, then exports, and what needs a second look."""
    click.echo(_("Accesses in {month}: {count:,}", month=month, count=seen.entries))
    for (account, kind), count in sorted(seen.counts.items()):
        click.echo(f"  {pad(account, 24)}  {pad(say(kind.said), 30)}{pad_left(f'{count:,}', 8)}")
    _show_list(_("Exports and copies"), seen.exports, zone)
    _show_list(_("At night (22:00 to 06:00)"), seen.at_night, zone)
    _show_list(_("Without a reason"), seen.without_reason, zone)


def name_operator(operator: Operator) -> str:
    """Return who an operator is: account, name and address of the terminal, as far as known."""
    name = printable(operator.name)
    who = operator.account if not name else f"{operator.account} ({name})"
    return f"{who} {operator.origin}".rstrip()


def _show_list(title: str, some: Sequence[Access], zone: ZoneInfo) -> None:
    click.echo(_("{title}: {count:,}", title=title, count=len(some)))
    for one in some[:SHOWN_MAX]:
        words = (
            pad(show_moment(one.at, zone), 20),
            pad(name_operator(one.operator), 24),
            pad(say(one.kind.said), 26),
            printable(one.because) or _("(no reason)"),
        )
        click.echo("  " + "  ".join(words).rstrip())
    if len(some) > SHOWN_MAX:
        click.echo(_("  and {rest:,} more", rest=len(some) - SHOWN_MAX))
