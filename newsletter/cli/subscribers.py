"""newsletter subscribers: read a list in, change it reader by reader, show it, write it out."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, tzinfo
from itertools import chain, islice
from typing import Final, TextIO

import click

from newsletter.cli.consents import consent_of, consented_at_option
from newsletter.cli.subscribers_decisions import change_address, remove, suppress, unsuppress
from newsletter.cli.subscribers_import import import_file
from newsletter.desk.importing import Site
from newsletter.errors import ContentError
from newsletter.lang import Preference
from newsletter.subscribers.address import address_of, name_of, printable, remark_on_name
from newsletter.subscribers.book import PastDelivery, Selection
from newsletter.subscribers.csv_rows import (
    Row,
)
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.exporting import export_lines
from newsletter.subscribers.importing import Fate
from newsletter.subscribers.subscriber import (
    Standing,
    Subscriber,
    preference_of,
)
from newsletter.subscribers.why import Why

TABLE_ROWS: Final = 500  # laid out at a time

KEYS_TOO: Final = (
    "If this list moves to another folder, .secret-key (or NEWSLETTER_SECRET_KEY) and the list_id\n"
    "in issues/publication.yaml must move too: without them the links in letters already sent\n"
    "stop working."
)

NO_PREFERENCE: Final = "none"
LANGUAGES: Final = (*(preference.value for preference in Preference), NO_PREFERENCE)


@click.group()
def subscribers() -> None:
    """Import, add, list, show, change, remove and export readers."""


subscribers.add_command(import_file)

_language = click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="Only readers who prefer this; none: no preference. May be given again.",
)
_standing = click.option(
    "--standing",
    "standings",
    type=click.Choice([standing.value for standing in Standing]),
    multiple=True,
    help="Only readers of this standing. May be given again.",
)


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="The reader's name.")
@click.option("--language", default="", help="ko, en, both, or nothing for no preference.")
@consented_at_option
@click.option("--again", is_flag=True, help="The reader had left and consented anew.")
@click.pass_obj
def add(site: Site, address: str, name: str, language: str, consented_at: str, again: bool) -> None:
    """Put one reader on the list, or merge what is new of them."""
    if again and not consented_at:
        raise click.UsageError("--again needs --consented-at: when did the reader ask again?")
    consent = consent_of(site, consented_at)
    row = Row(
        address=address_of(address),
        name=name_of(name),
        remark=remark_on_name(name, name_of(name)),
        preference=preference_of(language),
        standing=Standing.ACTIVE,
        consented_at=consent.otherwise,
    )
    with site.records.book().opened() as book:
        fate = enrol(row, book, consent.now, again=again)
    click.echo(f"{row.address.spelling}: {fate}")
    if row.remark:
        click.echo(row.remark, err=True)
    if row.consented_at is None and fate is Fate.NEW:
        click.echo("When they consented is not on record; add it with --consented-at DATE.")
    click.echo(f"Next: newsletter subscribers show {row.address.spelling}")


@subscribers.command("list")
@_language
@_standing
@click.pass_obj
def list_(site: Site, languages: tuple[str, ...], standings: tuple[str, ...]) -> None:
    """Print address, language, standing and name; count by language at the end."""
    tally: Counter[str] = Counter()
    chosen = _counted(site.records.book().select(_selection(languages, standings)), tally)
    if sys.stdout.isatty():
        _print_tables(chosen, sys.stdout)
    else:
        _write_out("\t".join(_cells(subscriber)) + "\n" for subscriber in chosen)
    counts = ", ".join(f"{language} {tally[language]}" for language in LANGUAGES)
    click.echo(f"{tally.total()} readers: {counts}", err=True)


@subscribers.command()
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


for _decision in (remove, suppress, unsuppress, change_address):
    subscribers.add_command(_decision)


@subscribers.command()
@_language
@_standing
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, which Excel needs.")
@click.pass_obj
def export(site: Site, languages: tuple[str, ...], standings: tuple[str, ...], bom: bool) -> None:
    """Write the list as CSV (UTF-8) to standard output; an import reads it back."""
    chosen = site.records.book().select(_selection(languages, standings))
    click.echo(KEYS_TOO, err=True)
    _write_out(chain(["\ufeff"] if bom else [], export_lines(chosen, site.zone())))


def _selection(languages: tuple[str, ...], standings: tuple[str, ...]) -> Selection:
    preferences = (None if word == NO_PREFERENCE else Preference(word) for word in languages)
    return Selection(
        preferences=frozenset(preferences) if languages else None,
        standings=frozenset(map(Standing, standings)) if standings else None,
    )


def _write_out(lines: Iterable[str]) -> None:
    """Write to standard output in UTF-8, whatever the terminal's encoding is."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(line.encode() for line in lines)
    sys.stdout.buffer.flush()


def _counted(chosen: Iterable[Subscriber], tally: Counter[str]) -> Iterator[Subscriber]:
    for subscriber in chosen:
        tally[subscriber.preference or NO_PREFERENCE] += 1
        yield subscriber


def _cells(subscriber: Subscriber) -> tuple[str, str, str, str]:
    language = subscriber.preference or ""
    return subscriber.address, language, subscriber.standing, subscriber.name


def _print_tables(chosen: Iterator[Subscriber], terminal: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 - 60 ms, and only on a terminal
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=terminal)
    while block := list(islice(chosen, TABLE_ROWS)):
        table = Table("address", "language", "standing", "name", box=None, pad_edge=False)
        for subscriber in block:
            table.add_row(*map(Text, _cells(subscriber)))  # Text: a name is no markup
        console.print(table)


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
        + (f"  {printable(one.answer)}" if one.answer else "")
        for one in deliveries
    ]
    yield f"deliveries {len(lines) or 'none yet'}"
    yield from lines


def _reason(why: Why) -> str:
    """Say why a reader stands as they do, and who says so; nothing where it is not on record."""
    words = why.because or why.cause or ""
    cause = f"{why.cause}: " if why.cause and why.because else ""
    return printable(f"{cause}{words}") + (f" (by {printable(why.by)})" if why.by else "")


def _as_json(subscriber: Subscriber, deliveries: Iterable[PastDelivery]) -> str:
    fields = asdict(subscriber)
    fields["language"] = fields.pop("preference")
    why = fields.pop("why")
    fields.update({f"standing_{name}": value or None for name, value in why.items()})
    fields["deliveries"] = [asdict(one) for one in deliveries]
    return json.dumps(fields, ensure_ascii=False, indent=2, default=datetime.isoformat)
