"""newsletter subscribers list: print a line per reader, and the count of each preference."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TextIO

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, why_option
from newsletter.cli.readers.options import (
    LANGUAGES,
    NO_PREFERENCE,
    language_option,
    selection,
    standing_option,
    undated_option,
    write_out,
)
from newsletter.cli.tables import make_table
from newsletter.cli.wording import _, say
from newsletter.desk.accessing import Look
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.subscriber import Subscriber

TABLE_ROWS: Final = 500  # rows formatted at a time


@click.command("list")
@language_option
@standing_option
@undated_option
@why_option
@click.pass_obj
def list_all(
    site: Site,
    languages: tuple[str, ...],
    standings: tuple[str, ...],
    undated: bool,
    because: str,
) -> None:
    """Print address, language, standing and name; count by language at the end."""
    tally: Counter[str] = Counter()
    wanted = selection(languages, standings, undated=undated)
    book = site.records.book()
    look_at_many(site, Look(AccessKind.LIST_SHOWN, because), book.count(wanted))
    chosen = _counted(book.select(wanted), tally)
    if sys.stdout.isatty():
        _print_tables(chosen, sys.stdout)
    else:
        write_out("\t".join(_cells(one, one.standing)) + "\n" for one in chosen)
    counts = [f"{language} {tally[language]}" for language in LANGUAGES]
    click.echo(_("{total} readers: {counts}", total=tally.total(), counts=counts), err=True)


def _counted(chosen: Iterable[Subscriber], tally: Counter[str]) -> Iterator[Subscriber]:
    for subscriber in chosen:
        tally[subscriber.preference or NO_PREFERENCE] += 1
        yield subscriber


def _cells(subscriber: Subscriber, standing: str) -> tuple[str, str, str, str]:
    return subscriber.address, subscriber.preference or "", standing, subscriber.name


def _print_tables(chosen: Iterator[Subscriber], terminal: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 - 60 ms, and only needed on a terminal
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=terminal)
    while block := list(islice(chosen, TABLE_ROWS)):
        headings = _("address"), _("language"), _("standing"), _("name")
        table = make_table(*headings)
        for one in block:
            cells = _cells(one, say(one.standing.said))
            table.add_row(*map(Text, cells))  # Text: names may contain markup characters
        console.print(table)
