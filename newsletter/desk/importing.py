"""Merges a file of readers into the list: whole, or not at all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from newsletter.errors import ContentError, Problem, UsageError
from newsletter.phrases import phrase
from newsletter.subscribers.book import SubscriberBook
from newsletter.subscribers.csv_rows import Heading, heading_in, rows_under
from newsletter.subscribers.decoding import encoding_of
from newsletter.subscribers.importing import Step, import_rows
from newsletter.subscribers.meanings import Meaning
from newsletter.subscribers.repeats import first_lines
from newsletter.subscribers.subscriber import Consent
from newsletter.subscribers.survey import Survey, survey


class Records(Protocol):
    """A site's records, as use cases of readers need them."""

    def book(self) -> SubscriberBook:
        """Open the list of subscribers."""


class ImportSite(Protocol):
    """A site, as use cases of readers need it."""

    @property
    def records(self) -> Records:
        """What the site remembers."""

    def clock(self) -> datetime:
        """Say what time it is, aware UTC."""

    def zone(self) -> tzinfo:
        """The publication's time zone."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """A file to be merged into the list, and how it is read."""

    file: Path
    encoding: str  # of Python; see `find_encoding`
    said: Mapping[str, Meaning]  # what a person says of columns, by squeezed name
    consent: Consent
    keeps: bool = True  # False: all of it is done, and then the list is left as it was


class ImportWatcher(Protocol):
    """
    Whoever is told of an import.

    While it writes, SQLite lets nobody else write, a running dispatch included: what is told
    then is better kept than printed.
    """

    def check(self, heading: Heading) -> None:
        """See the columns as they are named; raises a UsageError for what was said of others."""

    def settle(self, found: Survey) -> None:
        """
        See what the file comes to, while the list is closed, and agree to it.

        Raises:
            ContentError: what columns mean is not certain, and nobody answered for it.
        """

    def reading(self, heading: Heading) -> AbstractContextManager[Callable[[int], None]]:
        """Begin; the context's value is told how many bytes of the file are read."""

    def take(self, step: Step) -> None:
        """Hear what became of some rows."""

    def without_first_line(self) -> frozenset[str]:
        """Return the keys of repeated addresses whose first line is not known yet."""

    def name_repeats(self, lines: Mapping[str, int]) -> None:
        """Hear the first line of each of those, by key."""


def import_file(site: ImportSite, order: ImportOrder, watcher: ImportWatcher) -> None:
    """
    Merge the rows of a file into the list; durable on return, unless nothing is to be kept.

    Raises:
        ContentError: the file is no list of readers, or what its columns mean is not certain,
            or it was changed while somebody thought about that.
    """
    heading = _settled_heading(order, watcher)
    place, said, consent = str(order.file), order.said, order.consent
    with _opened(order) as (raw, lines):
        heading_in(lines, place, said)  # to get behind it
        rows = rows_under(heading, lines, consent)
        with (
            watcher.reading(heading) as advance,
            site.records.book().opened(keep=order.keeps) as book,
        ):
            for step in import_rows(rows, book, uuid4().hex, consent.now):
                watcher.take(step)
                advance(raw.tell())
    found: Mapping[str, int] = {}
    if missing := watcher.without_first_line():
        with _opened(order) as (_, lines):
            heading_in(lines, place, said)
            found = first_lines(rows_under(heading, lines, consent), missing)
    watcher.name_repeats(found)


def find_encoding(file: Path, said: str | None) -> str:
    """
    Say how *file* is saved; *said* is the codec that a person named.

    Raises:
        UsageError: it is no regular file.
        ContentError: it is saved in a way that cannot be read, or not for certain.
    """
    if not file.is_file():
        raise UsageError(phrase("desk.list-irregular", path=file))
    with file.open("rb") as raw:
        return encoding_of(iter(partial(raw.read, 1 << 20), b""), str(file), said)


def _settled_heading(order: ImportOrder, watcher: ImportWatcher) -> Heading:
    """Settle what the file's columns mean; the list stays closed."""
    before = _state_of(order.file)
    with _opened(order) as (_, lines):
        heading = heading_in(lines, str(order.file), order.said)
        watcher.check(heading)

        def reopen() -> Iterator[str]:
            lines.seek(0)
            return lines

        found = survey(heading, reopen, order.consent)
    watcher.settle(found)
    if _state_of(order.file) != before:
        raise ContentError([Problem(str(order.file), None, phrase("desk.list-changed"))])
    return found.heading


@contextmanager
def _opened(order: ImportOrder) -> Iterator[tuple[BufferedReader, TextIOWrapper]]:
    with (
        order.file.open("rb") as raw,
        TextIOWrapper(raw, encoding=order.encoding, newline="") as lines,
    ):
        yield raw, lines


def _state_of(file: Path) -> tuple[int, int, int]:
    state = file.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns
