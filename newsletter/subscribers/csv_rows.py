"""Parse the lines of a CSV file into rows: heading, fields, and faults of rows."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from newsletter.errors import ContentError, Problem
from newsletter.lang import Preference
from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.address import Address, address_of, name_of, remark_on_name, shown
from newsletter.subscribers.decoding import SAVE_AS
from newsletter.subscribers.exporting import unguarded
from newsletter.subscribers.history import reconfirmed_in, since_in, why_in
from newsletter.subscribers.meanings import (
    HISTORY,
    LONGEST_HEADING,
    NAMES,
    ONCE,
    WORDS,
    Column,
    Meaning,
    columns_of,
)
from newsletter.subscribers.reader_id import ReaderName, reader_names_in
from newsletter.subscribers.records import Refusal, records_in
from newsletter.subscribers.subscriber import Consent, Standing, preference_of
from newsletter.subscribers.telling import all_of, field_teller, teller, tells
from newsletter.subscribers.why import UNSAID, Why


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns and the format of a file, from its first line."""

    line: int  # line number, counted from 1
    delimiter: str  # one character
    width: int  # number of fields in every row
    columns: tuple[Column, ...]  # exactly one means EMAIL

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the columns that the import ignores, as written."""
        return tuple(c.name for c in self.columns if c.name and c.meaning is Meaning.IGNORE)

    def place_of(self, meaning: Meaning) -> int:
        """Return the index of the field with this meaning; the row's width if there is none."""
        return next((c.at for c in self.columns if c.meaning is meaning), self.width)


@dataclass(frozen=True, slots=True)
class Row:
    """A valid row: the data of one reader."""

    address: Address
    name: str  # may be empty
    preference: Preference | None
    standing: Standing  # ACTIVE if the file has no such column
    consented_at: datetime | None  # aware UTC
    standing_since: datetime | None = None  # aware UTC; None if the file gives no time
    names: tuple[ReaderName, ...] = ()  # names of the reader in links; the own name first
    line: int = field(default=0, compare=False)  # line of the file
    fields: tuple[str, ...] = field(default=(), compare=False)  # for the file of rejects
    why: Why = field(default=UNSAID, compare=False)  # reason of the standing
    remark: Said = field(default="", compare=False)  # note if a value was changed on reading
    reconfirmed_at: datetime | None = None  # aware UTC; when that consent was confirmed last


_EXPECTED: Final = phrase("subscribers.expected-heading")
MOST_COLUMNS: Final = 16_384  # as in an Excel sheet
COLUMNS_SHOWN: Final = 20
_DELIMITER_HINT: Final = re.compile('\ufeff?"?sep=([^\\w\\s"]|\t)"?\\s*', re.IGNORECASE)
_NOTHING: Final = " \t\r\n,;\ufeff"  # characters of a line without a column


def heading_in(
    lines: Iterator[str], place: str, said: Mapping[str, Meaning] | None = None
) -> Heading:
    """
    Parse the heading from *lines*, after any empty lines.

    If a line like ``sep=;`` precedes the heading, as Excel writes, it sets the delimiter.
    Otherwise the delimiter is the one of comma, semicolon and tab that gives most known columns.

    Args:
        place: the file's name, for the message.
        said: meanings of columns that a person gave, by `squeezed` heading.

    Raises:
        ContentError: there is no heading, no column of addresses, two columns of the same
            meaning, more than MOST_COLUMNS, or a name longer than LONGEST_HEADING.
    """
    numbered = ((at, text) for at, text in enumerate(lines, 1) if text.strip(_NOTHING))
    line, text = next(numbered, (0, ""))
    marks = ",;\t"
    if hint := _DELIMITER_HINT.fullmatch(text):
        marks = hint[1]
        line, text = next(numbered, (0, ""))
    if not line:
        fault = phrase("subscribers.empty-file", expected=_EXPECTED)
        raise ContentError([Problem(place, None, fault)])
    readings = [
        (mark, columns_of(_names_in(text, mark, place, line), said or {})) for mark in marks
    ]
    delimiter, columns = max(readings, key=lambda one: (len(_meant(one[1])), len(one[1])))
    fields = _meant(columns)
    if long := [one.at + 1 for one in columns if len(one.name) > LONGEST_HEADING]:
        fault = phrase("subscribers.heading-too-long", column=long[0], most=LONGEST_HEADING)
        raise ContentError([Problem(place, line, fault)])
    if Meaning.EMAIL not in fields:
        found = _listed([shown(column.name) for column in columns])
        fault = phrase("subscribers.no-address-column", found=found, expected=_EXPECTED)
        raise ContentError([Problem(place, line, fault)])
    if twice := [meaning for meaning in ONCE if fields.count(meaning) > 1]:
        names = [shown(one.name) for one in columns if one.meaning is twice[0]]
        fault = phrase("subscribers.same-meaning", names=names, meaning=twice[0])
        raise ContentError([Problem(place, line, fault)])
    return Heading(line, delimiter, len(columns), tuple(columns))


def _listed(names: Sequence[str]) -> Sequence[str] | Phrase:
    more = len(names) - COLUMNS_SHOWN
    if more <= 0:
        return names
    return phrase("subscribers.columns-and-more", names=names[:COLUMNS_SHOWN], more=more)


def rows_under(heading: Heading, lines: Iterator[str], consent: Consent) -> Iterator[Row | Refusal]:
    """Yield a row or a refusal for each row below *heading*; skip empty rows."""
    email, name, language = map(heading.place_of, WORDS)
    reader_id, old_number = map(heading.place_of, NAMES)
    is_named = min(reader_id, old_number) < heading.width
    history = [heading.place_of(meaning) for meaning in HISTORY]
    has_history = min(history) < heading.width
    reconfirmed = heading.place_of(Meaning.RECONFIRMED_AT)
    tell = teller(heading.columns, consent)
    for record in records_under(heading, lines):
        if isinstance(record, Refusal):
            yield record
            continue
        line, fields = record
        fields.append("")  # the value of missing columns
        try:
            told = tell(fields)
            called = name_of(written := unguarded(fields[name]))
            row = Row(
                address_of(unguarded(fields[email])),
                called,
                preference_of(fields[language]),
                told.standing,
                told.consented_at,
                told.since,
                reader_names_in(fields[reader_id], fields[old_number]) if is_named else (),
                line,
                tuple(fields[:-1]),
                told.why,
                "" if called == written else remark_on_name(written, called),
            )
            if has_history:
                row = _with_history(row, [fields[at] for at in history], consent)
            if fields[reconfirmed]:
                row = replace(row, reconfirmed_at=reconfirmed_in(fields[reconfirmed], consent))
            yield row
        except ContentError:
            faults = list(_faults(fields, heading, consent))
            yield Refusal(line, all_of(faults), tuple(fields[:-1]))


def _with_history(row: Row, fields: list[str], consent: Consent) -> Row:
    since, why = since_in(fields[0], consent), why_in(*fields[1:])
    if row.standing is Standing.ACTIVE:
        why = replace(why, cause=None)
    why = row.why if why == UNSAID else why
    return replace(row, standing_since=since or row.standing_since, why=why)


def records_under(
    heading: Heading, lines: Iterator[str]
) -> Iterator[tuple[int, list[str]] | Refusal]:
    """Yield line and fields of each row below *heading*; every row has the heading's width."""
    needed = heading.place_of(Meaning.EMAIL)
    return records_in(lines, heading.line, heading.delimiter, heading.width, needed)


def _faults(fields: list[str], heading: Heading, consent: Consent) -> Iterator[Said]:
    """Yield all faults of a row, so that a person can correct them at once."""
    since, cause, because, by = (fields[heading.place_of(meaning)] for meaning in HISTORY)
    checks: list[tuple[int, Callable[[str], object]]] = [
        (heading.place_of(Meaning.EMAIL), lambda text: address_of(unguarded(text))),
        (heading.place_of(Meaning.NAME), lambda text: name_of(unguarded(text))),
        (heading.place_of(Meaning.LANGUAGE), preference_of),
        (heading.place_of(Meaning.READER_ID), lambda text: reader_names_in(text, "")),
        (heading.place_of(Meaning.OLD_NUMBER), lambda text: reader_names_in("", text)),
        (heading.place_of(Meaning.RECONFIRMED_AT), lambda text: reconfirmed_in(text, consent)),
        (heading.place_of(Meaning.SINCE), lambda _text: since_in(since, consent)),
        (heading.place_of(Meaning.CAUSE), lambda _text: why_in(cause, because, by)),
        *((one.at, field_teller(one, consent)) for one in heading.columns if tells(one)),
    ]
    for at, check in checks:
        try:
            check(fields[at])
        except ContentError as error:
            yield error.phrase


def _names_in(line: str, delimiter: str, place: str, number: int) -> list[str]:
    if (count := line.count(delimiter)) >= MOST_COLUMNS:
        fault = phrase(
            "subscribers.too-many-columns", found=count + 1, most=MOST_COLUMNS, remedy=SAVE_AS
        )
        raise ContentError([Problem(place, number, fault)])
    try:
        return next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, strict=True))
    except csv.Error:
        return [line.strip()]


def _meant(columns: Iterable[Column]) -> list[Meaning]:
    return [column.meaning for column in columns if column.meaning is not Meaning.IGNORE]
