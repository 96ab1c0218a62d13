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

from newsletter.desk.owed_notices import NoticeRecords, ask_for_results, settle_of_import
from newsletter.errors import ContentError, Problem, UnfinishedError, UsageError
from newsletter.issue.issue import Publication
from newsletter.phrases import phrase
from newsletter.subscribers.book import ImportBook, NotWritten, SubscriberBook
from newsletter.subscribers.csv_rows import Heading, Row, heading_in, rows_under
from newsletter.subscribers.decoding import encoding_of
from newsletter.subscribers.importing import Step, import_rows, refused_late
from newsletter.subscribers.meanings import Meaning
from newsletter.subscribers.repeats import first_rows
from newsletter.subscribers.subscriber import Consent
from newsletter.subscribers.survey import Survey, survey


class Records(NoticeRecords, Protocol):
    """A site's records, as use cases of readers need them."""

    def book(self) -> SubscriberBook:
        """Open the list of subscribers."""

    def note_rejects(self, file: Path, now: datetime) -> None:
        """Note a file that refused rows are written to, so that an erasure reaches it."""


class ImportSite(Protocol):
    """A site, as use cases of readers need it."""

    @property
    def records(self) -> Records:
        """What the site remembers."""

    @property
    def publication(self) -> Publication:
        """The publication."""

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
    rejects: Path | None = None  # a file that refused rows are written to
    results_told: bool = False  # by the ledger that the file comes from


class ImportWatcher(Protocol):
    """
    Whoever is told of an import.

    While it reads and writes on PostgreSQL, nobody else can change the list: what is told then
    is better kept than printed.
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

    def writing(self, readers: int) -> AbstractContextManager[Callable[[int], None]]:
        """Begin to write so many readers to the list; the value is told how many are written."""

    def take(self, step: Step) -> None:
        """Hear what became of some rows."""

    def without_first_line(self) -> frozenset[str]:
        """Return the keys of repeated addresses whose first line is not known yet."""

    def name_repeats(self, lines: Mapping[str, int]) -> None:
        """Hear the first line of each of those, by key."""


def import_file(site: ImportSite, order: ImportOrder, watcher: ImportWatcher) -> int:
    """
    Merge the rows of a file into the list; durable on return, unless nothing is to be kept.

    Returns:
        How many results of what the file says were recorded as told.

    Raises:
        ContentError: the file is no list of readers, or what its columns mean is not certain,
            or it was changed while somebody thought about that.
        UnfinishedError: it was interrupted while the list was written; the next command writes
            the rest.
    """
    heading = _settled_heading(order, watcher)
    import_id, consent = uuid4().hex, order.consent
    not_written: Mapping[str, NotWritten] = {}
    if order.rejects is not None:
        site.records.note_rejects(order.rejects, consent.now)
    if order.keeps:
        ask_for_results(site)
    with (
        _behind_heading(order) as (raw, lines),
        site.records.book().importing(import_id, order.file.name, consent.now) as book,
    ):
        rows = rows_under(heading, lines, consent)
        with watcher.reading(heading) as advance:
            for step in import_rows(rows, book, import_id, consent.now):
                watcher.take(step)
                advance(raw.tell())
        if order.keeps:
            not_written = _write(book, watcher, order.file.name)
    asked = watcher.without_first_line() | not_written.keys()
    found: Mapping[str, Row] = {}
    if asked:
        with _behind_heading(order) as (_, lines):
            found = first_rows(rows_under(heading, lines, consent), asked)
    for key, one in not_written.items():
        watcher.take(refused_late(one, found.get(key)))
    watcher.name_repeats({key: row.line for key, row in found.items()})
    return settle_of_import(site, import_id) if order.keeps and order.results_told else 0


def _write(book: ImportBook, watcher: ImportWatcher, file: str) -> Mapping[str, NotWritten]:
    """Write the file's changes; return who was not written after all, by key."""
    not_written: dict[str, NotWritten] = {}
    rows = 0
    try:
        with watcher.writing(book.rows) as advance:
            for written in book.write():
                not_written |= {one.key: one for one in written.not_written}
                rows += written.rows
                advance(rows)
    except KeyboardInterrupt:
        if not book.is_settled:
            raise
        raise UnfinishedError(phrase("desk.import-goes-on", file=file)) from None
    return not_written


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
def _behind_heading(order: ImportOrder) -> Iterator[tuple[BufferedReader, TextIOWrapper]]:
    with _opened(order) as (raw, lines):
        heading_in(lines, str(order.file), order.said)
        yield raw, lines


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
