"""newsletter suppressions list: who gets nothing, since when, and what caused it."""

import json
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, why_option
from newsletter.cli.cells import pad
from newsletter.cli.readers.standings import cause_in_words
from newsletter.cli.wording import _, say
from newsletter.desk.accessing import Look
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.suppressing import SUPPRESSED, find_suppressed
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import printable
from newsletter.subscribers.subscriber import Subscriber

WHEN: Final = 21  # cells
STANDING: Final = 12
ADDRESS: Final = 32


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@why_option
@click.pass_obj
def list_all(site: Site, as_json: bool, because: str) -> None:
    """List whom no email is sent to: since when, and what caused it."""
    count = site.records.book().count(SUPPRESSED)
    look_at_many(site, Look(AccessKind.LIST_SHOWN, because), count)
    if as_json:
        found = [_fields(one) for one in find_suppressed(site)]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    zone = find_zone(site)
    for one in find_suppressed(site):
        _print(one, zone)
    click.echo(_("{count:,} addresses get no email", count=count), err=True)


def _print(one: Subscriber, zone: ZoneInfo) -> None:
    when = show_moment(one.standing_since, zone)
    cells = [
        pad(when, WHEN),
        pad(say(one.standing.said), STANDING),
        pad(printable(one.address), ADDRESS),
        cause_in_words(one.why.cause) if one.why.cause else "",
    ]
    click.echo(" ".join(cells).rstrip())
    if one.why.because:
        click.echo(f"{' ' * WHEN} {printable(say(one.why.because))}")


def _fields(one: Subscriber) -> dict[str, Any]:
    return {
        "address": one.address,
        "standing": one.standing,
        "since": one.standing_since.astimezone(UTC).isoformat(),
        "cause": one.why.cause,
        "because": str(one.why.because) or None,
        "by": one.why.by or None,
    }
