"""newsletter feedback list: what waits for a person."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, why_option
from newsletter.cli.cells import pad
from newsletter.cli.returned.naming import name_action, name_kind
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look
from newsletter.desk.feedback_people import find_newest, find_open
from newsletter.desk.moments import find_zone, show_moment
from newsletter.feedback.book import Recorded
from newsletter.feedback.effects import FOR_PEOPLE, Action
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import printable

NEWEST: Final = 200
NUMBER: Final = 6  # cells
WHEN: Final = 21
WHO: Final = 30


@click.command("list")
@click.option("--all", "every", is_flag=True, help="The newest 200 of every kind, settled or not.")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@why_option
@click.pass_obj
def list_open(site: Site, every: bool, as_json: bool, because: str) -> None:
    """List what waits for you: first who wants to unsubscribe, without proof."""
    found = find_newest(site, NEWEST) if every else find_open(site)
    look_at_many(site, Look(AccessKind.FEEDBACK_SHOWN, because), len(found))
    if as_json:
        lines = [as_fields(one) for one in found]
        click.echo(json.dumps(lines, ensure_ascii=False, indent=2))
        return
    zone = find_zone(site)
    for events in _grouped(found):
        _print(events, zone)
    if not found:
        click.echo(_("Nothing waits for you."))
    elif any(one.action in FOR_PEOPLE and one.settled_at is None for one in found):
        click.echo(_("Next: {command}", command="newsletter feedback settle"))


def _grouped(found: Sequence[Recorded]) -> Iterator[list[Recorded]]:
    """Yield events by what is decided about them: many mailboxes of one domain are one question."""
    groups: dict[object, list[Recorded]] = {}
    for one in found:
        is_held = one.action is Action.HOLD and one.settled_at is None
        groups.setdefault((one.issue, one.domain) if is_held else one.number, []).append(one)
    yield from groups.values()


def _print(events: Sequence[Recorded], zone: ZoneInfo) -> None:
    one = events[0]
    when = show_moment(one.received_at, zone)
    who = printable(one.sender or one.domain or "-")
    cells = [pad(str(one.number), NUMBER), pad(when, WHEN), pad(who, WHO), name_kind(one.kind)]
    click.echo(" ".join(cells))
    details = [printable(one.subject or one.words), name_action(one.action)]
    if len(events) > 1:
        words = _(
            "{count:,} mailboxes at {domain} came back from issue {issue}",
            count=len(events),
            domain=printable(one.domain),
            issue=one.issue,
        )
        details.insert(0, words)
    for line in filter(None, details):
        click.echo(f"{' ' * NUMBER} {line}")


def as_fields(one: Recorded) -> dict[str, Any]:
    """Return an event for machines."""
    settled = None if one.settled_at is None else one.settled_at.astimezone(UTC).isoformat()
    return {
        "number": one.number,
        "received_at": one.received_at.astimezone(UTC).isoformat(),
        "source": one.source,
        "kind": one.kind,
        "class": one.bounce_class,
        "reason": one.reason or None,
        "status": one.status or None,
        "code": one.code or None,
        "proof": one.proof,
        "issue": one.issue or None,
        "domain": one.domain or None,
        "words": one.words or None,
        "from": one.sender or None,
        "subject": one.subject or None,
        "action": one.action,
        "kept": bool(one.kept_as),
        "settled_at": settled,
        "settled_by": one.settled_by or None,
        "settled_as": one.settled_as,
    }
