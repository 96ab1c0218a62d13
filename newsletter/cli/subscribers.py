"""newsletter subscribers: read a list in, change it reader by reader, show it, write it out."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, tzinfo
from functools import partial
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final, Protocol, TextIO
from uuid import uuid4

import click

from newsletter.errors import ContentError
from newsletter.lang import Preference
from newsletter.subscribers.address import address_of, name_of
from newsletter.subscribers.book import PastDelivery, Selection, SubscriberBook
from newsletter.subscribers.csv_rows import (
    Heading,
    Refusal,
    Row,
    encoding_of,
    heading_in,
    rows_under,
)
from newsletter.subscribers.exporting import csv_line, export_lines
from newsletter.subscribers.importing import Fate, enrol, import_rows, withdraw
from newsletter.subscribers.subscriber import (
    Consent,
    Standing,
    Subscriber,
    consent_in,
    preference_of,
)

REFUSALS_SHOWN: Final = 20
LONG_FILE_BYTES: Final = 1_000_000  # 20,000 readers: what takes longer than a glance
TABLE_ROWS: Final = 500  # laid out at a time

NO_PREFERENCE: Final = "none"
LANGUAGES: Final = (*(preference.value for preference in Preference), NO_PREFERENCE)

FATES: Final = {
    Fate.NEW: "",
    Fate.UPDATED: "",
    Fate.UNCHANGED: "",
    Fate.DUPLICATE: "the address stands twice in the file; merged",
    Fate.WITHDRAWN: "active until now, unsubscribed or suppressed in the file",
    Fate.KEPT_OUT: "unsubscribed or suppressed; an import brings nobody back",
    Fate.REFUSED: "named above",
}


class Site(Protocol):
    """What these commands need of a site."""

    def book(self) -> SubscriberBook:
        """Open the list of subscribers."""

    def clock(self) -> datetime:
        """Say what time it is, aware UTC."""

    def zone(self) -> tzinfo:
        """The publication's time zone."""


@click.group()
def subscribers() -> None:
    """Import, add, list, show, remove and export readers."""


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
_consented_at = click.option(
    "--consented-at",
    metavar="DATE",
    default="",
    help="When they consented: 2022-07-01, or with time and offset.",
)


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_consented_at
@click.option("--dry-run", is_flag=True, help="Do all of it, then leave the list as it was.")
@click.option("--verbose", is_flag=True, help="Name every refused row, not just the first 20.")
@click.option(
    "--rejects",
    type=click.File("w", encoding="utf-8", lazy=True),
    help="Write every refused row's line and reason to this CSV file.",
)
@click.pass_obj
def import_file(
    site: Site, file: Path, consented_at: str, dry_run: bool, verbose: bool, rejects: IO[str] | None
) -> None:
    """
    Merge the readers of FILE (CSV) into the list.

    The columns are email, name, language (ko, en, both or nothing) and consented_at, in any
    order, in English or Korean; --consented-at counts for rows without a date of their own.
    Rows that cannot be imported are named and the others kept. A file is imported whole or,
    if the command is broken off, not at all.
    """
    if rejects is not None:
        _refuse_same_file(file, rejects)
    consent = _consent(site, consented_at)
    encoding = _encoding_of(file)
    total: Counter[Fate] = Counter()
    report = _refusal_report(str(file), None if verbose else REFUSALS_SHOWN, rejects)
    with file.open("rb") as raw, TextIOWrapper(raw, encoding=encoding, newline="") as lines:
        heading = heading_in(lines, str(file))
        rows = rows_under(heading, lines, consent)
        with _progress(file) as advance, site.book().opened(keep=not dry_run) as book:
            for step in import_rows(rows, book, uuid4().hex, consent.now):
                total.update(step.fates)
                report(step.refusals)
                advance(raw.tell())
    _summarise(file, encoding, heading, total)
    _say_what_next(file, total, dry_run=dry_run)
    if total[Fate.REFUSED]:
        click.get_current_context().exit(1)


@subscribers.command()
@click.argument("address")
@click.option("--name", default="", help="The reader's name.")
@click.option("--language", default="", help="ko, en, both, or nothing for no preference.")
@_consented_at
@click.option("--again", is_flag=True, help="The reader had unsubscribed and consented anew.")
@click.pass_obj
def add(site: Site, address: str, name: str, language: str, consented_at: str, again: bool) -> None:
    """Put one reader on the list, or merge what is new of them."""
    if again and not consented_at:
        raise click.UsageError("--again needs --consented-at: when did the reader ask again?")
    consent = _consent(site, consented_at)
    row = Row(
        address=address_of(address),
        name=name_of(name),
        preference=preference_of(language),
        standing=Standing.ACTIVE,
        consented_at=consent.otherwise,
    )
    with site.book().opened() as book:
        fate = enrol(row, book, consent.now, again=again)
    click.echo(f"{row.address.spelling}: {fate}")
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
    chosen = _counted(site.book().select(_selection(languages, standings)), tally)
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
    book = site.book()
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


@subscribers.command()
@click.argument("address")
@click.pass_obj
def remove(site: Site, address: str) -> None:
    """Unsubscribe a reader; the address is kept so that no import brings it back."""
    wanted = address_of(address)
    with site.book().opened() as book:
        before = withdraw(wanted, book, site.clock())
    if before is Standing.ACTIVE:
        click.echo(f"{wanted.spelling}: unsubscribed; no import brings the address back")
    else:
        click.echo(f"{wanted.spelling}: was {before} already; nothing was changed")
    click.echo(f"Next: newsletter subscribers show {wanted.spelling}")


@subscribers.command()
@_language
@_standing
@click.option("--bom", is_flag=True, help="Begin with a byte order mark, which Excel needs.")
@click.pass_obj
def export(site: Site, languages: tuple[str, ...], standings: tuple[str, ...], bom: bool) -> None:
    """Write the list as CSV (UTF-8) to standard output; an import reads it back."""
    chosen = site.book().select(_selection(languages, standings))
    _write_out(chain(["\ufeff"] if bom else [], export_lines(chosen)))


def _consent(site: Site, consented_at: str) -> Consent:
    consent = Consent(site.zone(), site.clock())
    try:
        return Consent(consent.zone, consent.now, consent_in(consented_at, consent))
    except ContentError as error:
        raise click.BadParameter(str(error), param_hint="--consented-at") from None


def _encoding_of(file: Path) -> str:
    if not file.is_file():
        msg = f"{file} is no regular file, and it must be read twice; save it to one first"
        raise click.UsageError(msg)
    with file.open("rb") as raw:
        return encoding_of(iter(partial(raw.read, 1 << 20), b""), str(file))


def _refuse_same_file(file: Path, rejects: IO[str]) -> None:
    if Path(rejects.name).resolve() == file.resolve():
        raise click.UsageError("--rejects would overwrite the file that is imported")


def _refusal_report(
    place: str, limit: int | None, rejects: IO[str] | None
) -> Callable[[Iterable[Refusal]], None]:
    """Make what names refused rows: the first on standard error, all of them in *rejects*."""
    shown = Counter[str]()
    if rejects is not None:
        rejects.write(csv_line(("line", "reason")))

    def report(refusals: Iterable[Refusal]) -> None:
        for refusal in refusals:
            if rejects is not None:
                rejects.write(csv_line((str(refusal.line), refusal.reason)))
            if limit is None or shown[place] < limit:
                shown[place] += 1
                click.echo(f"{place}:{refusal.line}: {refusal.reason}", err=True)

    return report


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int], None]]:
    """Show how many bytes of a long *file* are read, on a terminal only."""
    size = file.stat().st_size
    if size < LONG_FILE_BYTES or not sys.stderr.isatty():
        yield lambda _bytes: None
        return
    from rich.console import Console  # noqa: PLC0415 - 60 ms, and only for long files
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=size)
        yield lambda read_bytes: bar.update(task, completed=read_bytes)


def _summarise(file: Path, encoding: str, heading: Heading, total: Counter[Fate]) -> None:
    named = {",": "comma", ";": "semicolon", "\t": "tab"}[heading.delimiter]
    codec = "UTF-8" if encoding.startswith("utf") else encoding.upper()
    click.echo(f"{file}: {total.total():,} rows ({codec}, {named})")
    for fate, meaning in FATES.items():
        note = f"  {meaning}" if meaning and total[fate] else ""
        click.echo(f"  {fate:<10}{total[fate]:>10,}{note}")
    if heading.ignored:
        click.echo(f"Columns not read: {', '.join(heading.ignored)}")


def _say_what_next(file: Path, total: Counter[Fate], *, dry_run: bool) -> None:
    refused = total[Fate.REFUSED]
    if refused > REFUSALS_SHOWN:
        click.echo("See every refused row: --verbose, or --rejects FILE")
    if dry_run:
        click.echo("Dry run: the list is as it was.")
        click.echo(f"Next: newsletter subscribers import {file}")
    elif refused:
        click.echo("The other rows are kept. Correct the refused ones and import the file again:")
        click.echo("who is on the list already is merged, never added twice.")
    else:
        click.echo("Next: newsletter subscribers list")


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
    yield f"consented  {local(subscriber.consented_at)}"
    lines = [
        f"  {one.issue}  {one.edition}  {one.state}"
        + (f"  {local(one.answered_at)}" if one.answered_at else "")
        + (f"  {_harmless(one.answer)}" if one.answer else "")
        for one in deliveries
    ]
    yield f"deliveries {len(lines) or 'none yet'}"
    yield from lines


def _harmless(answer: str) -> str:
    """Keep what a server answered from steering the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in answer)


def _as_json(subscriber: Subscriber, deliveries: Iterable[PastDelivery]) -> str:
    fields = asdict(subscriber)
    fields["language"] = fields.pop("preference")
    fields["deliveries"] = [asdict(one) for one in deliveries]
    return json.dumps(fields, ensure_ascii=False, indent=2, default=datetime.isoformat)
