"""newsletter subscribers show: all that is kept about one reader."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, tzinfo

import click

from newsletter.cli.wording import say
from newsletter.desk.importing import Site
from newsletter.errors import ContentError
from newsletter.subscribers.address import address_of, printable
from newsletter.subscribers.book import PastDelivery
from newsletter.subscribers.subscriber import Subscriber
from newsletter.subscribers.why import Why


@click.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@click.pass_obj
def show(site: Site, address: str, as_json: bool) -> None:
    """Show all that is kept about one reader, and what they were sent."""
    book = site.records.book()
    wanted = address_of(address)
    subscriber = book.find(wanted.key)
    if subscriber is None:
        msg = f"{wanted.spelling} is not on the list; see newsletter subscribers list"
        raise ContentError(msg)
    deliveries = book.deliveries(subscriber.id)
    if as_json:
        click.echo(_as_json(subscriber, deliveries))
    else:
        click.echo("\n".join(_described(subscriber, deliveries, site.zone())))


def _described(
    subscriber: Subscriber, deliveries: Iterable[PastDelivery], zone: tzinfo
) -> Iterator[str]:
    def local(when: datetime | None) -> str:
        return f"{when.astimezone(zone):%Y-%m-%d %H:%M} ({zone})" if when else "not on record"

    yield f"address    {subscriber.address}"
    yield f"name       {subscriber.name or '(none)'}"
    yield f"language   {subscriber.preference or 'no preference'}"
    yield f"standing   {subscriber.standing} since {local(subscriber.standing_since)}"
    if reason := _reason(subscriber.why):
        yield f"because    {reason}"
    yield f"consented  {local(subscriber.consented_at)}"
    lines = [
        f"  {one.issue}  {one.edition}  {one.state}{' (rehearsal)' if one.is_rehearsal else ''}"
        + (f"  {local(one.answered_at)}" if one.answered_at else "")
        + (f"  {printable(say(one.answer))}" if one.answer else "")
        for one in deliveries
    ]
    yield f"deliveries {len(lines) or 'none yet'}"
    yield from lines


def _reason(why: Why) -> str:
    """Say why a reader stands as they do, and who says so; nothing where it is not on record."""
    words = say(why.because) or why.cause or ""
    cause = f"{why.cause}: " if why.cause and why.because else ""
    return printable(f"{cause}{words}") + (f" (by {printable(why.by)})" if why.by else "")


def _as_json(subscriber: Subscriber, deliveries: Iterable[PastDelivery]) -> str:
    fields = asdict(subscriber)
    fields["language"] = fields.pop("preference")
    del fields["why"]
    why = subscriber.why
    fields["standing_cause"] = why.cause
    fields["standing_because"] = str(why.because) or None
    fields["standing_by"] = why.by or None
    fields["deliveries"] = [
        {**asdict(one), "answer": str(one.answer) or None} for one in deliveries
    ]
    return json.dumps(fields, ensure_ascii=False, indent=2, default=datetime.isoformat)
