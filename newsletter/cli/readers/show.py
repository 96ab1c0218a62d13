"""newsletter subscribers show: print all stored data on one reader."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at, why_option
from newsletter.cli.naming import name_edition
from newsletter.cli.readers.standings import cause_in_words
from newsletter.cli.wording import _, say, tell
from newsletter.desk.accessing import Look
from newsletter.dispatch.states import State
from newsletter.errors import ContentError
from newsletter.lang import EditionKind
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of, printable
from newsletter.subscribers.book import PastDelivery
from newsletter.subscribers.subscriber import Subscriber
from newsletter.subscribers.why import Why

COLUMN: Final = 11  # cells of the label before a value


@click.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@why_option
@click.pass_obj
def show(site: Site, address: str, as_json: bool, because: str) -> None:
    """Show everything kept about one reader, and what was sent to them."""
    book = site.records.book()
    wanted = address_of(address)
    kind = AccessKind.SUBSCRIBER_EXPORTED if as_json else AccessKind.SUBSCRIBER_SHOWN
    look_at(site, Look(kind, because), wanted.key)
    subscriber = book.find(wanted.key)
    if subscriber is None:
        msg = _(
            "{address} is not on the list; see newsletter subscribers list", address=wanted.spelling
        )
        raise ContentError(msg)
    deliveries = book.deliveries(subscriber.id)
    if as_json:
        click.echo(_as_json(subscriber, deliveries))
    else:
        _describe(subscriber, site.zone())
        _list_deliveries(deliveries, site.zone())


def _describe(subscriber: Subscriber, zone: tzinfo) -> None:
    since = _local(subscriber.standing_since, zone)
    consented_at = subscriber.consented_at
    tell("address", subscriber.address, cells=COLUMN)
    tell("name", subscriber.name or _("(none)"), cells=COLUMN)
    tell("language", subscriber.preference or _("no preference"), cells=COLUMN)
    standing = say(subscriber.standing.said)
    tell("standing", _("{standing} since {when}", standing=standing, when=since), cells=COLUMN)
    if reason := _reason(subscriber.why):
        tell("because", reason, cells=COLUMN)
    consented = _local(consented_at, zone) if consented_at else _("not on record")
    tell("consented", consented, cells=COLUMN)


def _list_deliveries(deliveries: Sequence[PastDelivery], zone: tzinfo) -> None:
    tell("deliveries", len(deliveries) or _("none yet"), cells=COLUMN)
    for one in deliveries:
        state = say(State(one.state).said)
        if one.is_rehearsal:
            state = _("{state} (rehearsal)", state=state)
        edition = name_edition(EditionKind(one.edition))
        when = _local(one.answered_at, zone) if one.answered_at else ""
        answer = printable(say(one.answer)) if one.answer else ""
        click.echo("  " + "  ".join(filter(None, (one.issue, edition, state, when, answer))))


def _local(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M} ({zone})"


def _reason(why: Why) -> str:
    """Return the reason of a reader's standing and its author; empty if there is no record."""
    cause = cause_in_words(why.cause) if why.cause else ""
    reason = printable(": ".join(filter(None, (cause, say(why.because)))))
    if not why.by:
        return reason
    by = printable(why.by)
    return _("{reason} (by {by})", reason=reason, by=by) if reason else _(" (by {by})", by=by)


def _as_json(subscriber: Subscriber, deliveries: Iterable[PastDelivery]) -> str:
    fields = asdict(subscriber)
    fields["language"] = fields.pop("preference")
    del fields["why"]
    fields["standing_cause"] = subscriber.why.cause
    fields["standing_because"] = str(subscriber.why.because) or None
    fields["standing_by"] = subscriber.why.by or None
    fields["deliveries"] = [
        {**asdict(one), "answer": str(one.answer) or None} for one in deliveries
    ]
    return json.dumps(fields, ensure_ascii=False, indent=2, default=datetime.isoformat)
