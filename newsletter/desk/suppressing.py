"""Suppressions: addresses that nothing is sent to; listed, added, and taken over in files."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import uuid4

from newsletter.app.site import Site
from newsletter.desk.importing import find_encoding
from newsletter.desk.owed_notices import ask_for_results
from newsletter.subscribers.address import Address
from newsletter.subscribers.book import Entry, RowBook, Selection
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.csv_rows import Row, heading_in, rows_under
from newsletter.subscribers.decisions import Suppressed, suppress_for
from newsletter.subscribers.importing import BATCH_ROWS, Fate, import_rows, is_firmer
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Consent, Standing, Subscriber
from newsletter.subscribers.suppressed_rows import SuppressedRows, without_others_columns
from newsletter.subscribers.why import Cause, Why

SUPPRESSED: Final = Selection(standings=frozenset({Standing.SUPPRESSED, Standing.SUSPENDED}))


@dataclass(frozen=True, slots=True)
class SuppressionOrder:
    """A file of addresses to be suppressed, and why."""

    file: Path
    why: Why
    encoding: str | None = None  # that a person named
    keeps: bool = True  # False: all of it is done, and then the list is left as it was


@dataclass(frozen=True, slots=True)
class Suppressions:
    """What became of a file."""

    fates: Counter[Fate]
    refusals: Sequence[Refusal]


def find_suppressed(site: Site) -> Iterator[Subscriber]:
    """Yield whom nothing is sent to, because of their mailbox, a complaint or a decision."""
    return site.records.book().select(SUPPRESSED)


def add_suppression(site: Site, address: Address, why: Why) -> Suppressed:
    """Suppress an address, on the list or not; no import makes it active. See `suppress_for`."""
    now = site.clock()
    with site.records.book().opened(Occasion(ConsentWay.OPERATOR, now, why.by)) as book:
        if address.key in book.find([address.key]):
            return suppress_for(address, book, now, why)
        if book.find_blocked([address.key]):
            return Suppressed(Standing.SUPPRESSED, is_changed=False)
        erased = book.find_erased([address.key]).get(address.key)
        if erased is not None:  # not even the address may be stored again
            is_complaint = why.cause is Cause.COMPLAINED and is_firmer(why, erased)
            is_new = is_complaint and book.block(address.key, why.by, str(why.because))
            return Suppressed(erased.standing, is_new, is_blocked=is_new)
        book.add([_stranger(address, why, now)])
        return Suppressed(None)


def _stranger(address: Address, why: Why, now: datetime) -> Entry:
    return Entry(
        id=None,
        key=address.key,
        address=address.spelling,
        name="",
        preference=None,
        standing=Standing.SUPPRESSED,
        standing_since=now,
        consented_at=None,
        import_id=None,
        why=why,
    )


def import_suppressions(
    site: Site, order: SuppressionOrder, told: Callable[[int], None]
) -> Suppressions:
    """
    Suppress every address of a file; whole or not at all.

    Of our own export the reason, its time and its cause are taken over; what other services say
    beside an address does not count.

    Args:
        site: the site.
        order: the file.
        told: called with the number of bytes that were read.

    Raises:
        UsageError: it is no regular file.
        ContentError: it has no column of addresses, or cannot be decoded.
    """
    now, import_id = site.clock(), uuid4().hex
    consent = Consent(site.zone(), now)
    fates, refusals = Counter[Fate](), list[Refusal]()
    if order.keeps:
        ask_for_results(site)
    with (
        _opened(order) as (raw_position, lines),
        site.records.book().importing(import_id, order.file.name, now) as book,
    ):
        heading = without_others_columns(heading_in(lines, str(order.file)))
        meant = SuppressedRows(heading, order.why)
        gone = _Gone(book)
        rows = gone.without(map(meant.suppressed, rows_under(heading, lines, consent)))
        for step in import_rows(rows, book, import_id, now):
            fates += step.fates
            refusals += step.refusals
            told(raw_position())
        if order.keeps:
            for written in book.write():
                fates[Fate.REFUSED] += len(written.not_written)
    fates[Fate.KEPT_OUT] += gone.count
    if order.keeps and gone.complained:
        with site.records.book().opened(Occasion(ConsentWay.OPERATOR, now, order.why.by)) as page:
            for key, because in gone.complained.items():
                page.block(key, order.why.by, because)
    return Suppressions(fates, refusals)


class _Gone:
    """
    The addresses of a file whose readers were erased, or never want mail again.

    Not even the address may be stored again: nothing is sent to it anyway. Whoever complained is
    blocked, as by one address alone; see `add_suppression`.
    """

    def __init__(self, book: RowBook) -> None:
        self._book = book
        self.count = 0  # of rows
        self.complained: dict[str, str] = {}  # why, by the key of an address that is to be blocked

    def without(self, rows: Iterable[Row | Refusal]) -> Iterator[Row | Refusal]:
        """Yield the other rows."""
        some = iter(rows)
        while batch := list(islice(some, BATCH_ROWS)):
            keys = [row.address.key for row in batch if isinstance(row, Row)]
            listed = self._book.find(keys).keys()
            new = [key for key in keys if key not in listed]
            blocked, erased = self._book.find_blocked(new), self._book.find_erased(new)
            for row in batch:
                if isinstance(row, Refusal) or row.address.key not in blocked | erased.keys():
                    yield row
                else:
                    self._take(row, erased.get(row.address.key))

    def _take(self, row: Row, erased: Entry | None) -> None:
        self.count += 1
        is_complaint = row.why.cause is Cause.COMPLAINED
        if erased is not None and is_complaint and is_firmer(row.why, erased):
            self.complained[row.address.key] = str(row.why.because)


@contextmanager
def _opened(order: SuppressionOrder) -> Iterator[tuple[Callable[[], int], TextIOWrapper]]:
    encoding = find_encoding(order.file, order.encoding)
    with (
        order.file.open("rb") as raw,
        TextIOWrapper(raw, encoding=encoding, newline="") as lines,
    ):
        yield raw.tell, lines
