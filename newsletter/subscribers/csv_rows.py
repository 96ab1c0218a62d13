"""From the lines of a CSV file to rows: encoding, heading, fields, and what is wrong with them."""

import csv
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from newsletter.errors import ContentError, Problem
from newsletter.lang import Preference
from newsletter.subscribers.address import Address, address_of, name_of, shown
from newsletter.subscribers.exporting import unguarded
from newsletter.subscribers.meanings import NAMES, ONCE, WORDS, Column, Meaning, columns_of
from newsletter.subscribers.reader_id import ReaderName, reader_names_in
from newsletter.subscribers.subscriber import Consent, Standing, preference_of
from newsletter.subscribers.telling import field_teller, teller, tells


@dataclass(frozen=True, slots=True)
class Heading:
    """What the first line says about all that follow."""

    line: int  # where it stands, counted from 1
    delimiter: str  # one character
    width: int  # fields in every row
    columns: tuple[Column, ...]  # one of them means EMAIL

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that mean nothing here, as they are written."""
        return tuple(c.name for c in self.columns if c.name and c.meaning is Meaning.IGNORE)

    def place_of(self, meaning: Meaning) -> int:
        """Say where a field of this meaning stands in every row; behind them if nowhere."""
        return next((c.at for c in self.columns if c.meaning is meaning), self.width)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be imported: what a person told of one reader."""

    address: Address
    name: str  # may be empty
    preference: Preference | None
    standing: Standing  # ACTIVE where the file has no such column
    consented_at: datetime | None  # aware UTC
    standing_since: datetime | None = None  # aware UTC; None where the file has no time of it
    names: tuple[ReaderName, ...] = ()  # what links name the reader by; the own one first
    line: int = field(default=0, compare=False)  # of the file


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot."""

    line: int
    reason: str  # what is wrong; then what to do


_EXPECTED: Final = (
    "the first line must name the columns: email (or 이메일), and if you have them name (이름), "
    "language (언어), consented_at (동의일)"
)
_NOTHING: Final = " \t\r\n,;\ufeff"  # all that a line without a column may hold
_SAVE_AS: Final = "save it as “CSV UTF-8 (comma delimited)” and import that"


def encoding_of(chunks: Iterable[bytes], place: str) -> str:
    """
    Say which codec reads a whole file: UTF-8 (a byte order mark is dropped), else CP949.

    Args:
        chunks: the bytes of the file in order, cut anywhere.
        place: the file's name, for the message.

    Raises:
        ContentError: it is UTF-16, a workbook, or neither UTF-8 nor CP949 in some line.
    """
    decoders = {name: getincrementaldecoder(name)() for name in ("utf-8-sig", "cp949")}
    line = broken = 1
    for number, chunk in enumerate(chain(chunks, [b""])):
        if number == 0:
            _refuse_other_formats(chunk, place)
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                broken = max(broken, line + error.object[: error.start].count(b"\n"))
                del decoders[name]
        if not decoders:
            message = f"neither UTF-8 nor CP949; {_SAVE_AS}"
            raise ContentError([Problem(place, broken, message)])
        line += chunk.count(b"\n")
    return next(iter(decoders))


def heading_in(
    lines: Iterator[str], place: str, said: Mapping[str, Meaning] | None = None
) -> Heading:
    """
    Take the heading off *lines*, with empty lines before it.

    The delimiter is the one of comma, semicolon and tab by which most columns are known.

    Args:
        place: the file's name, for the message.
        said: what a person says of columns, by `squeezed` heading.

    Raises:
        ContentError: there is no heading, no column of addresses, or two columns of the
            same meaning.
    """
    numbered = enumerate(lines, 1)
    first = next((one for one in numbered if one[1].strip(_NOTHING)), None)
    if first is None:
        raise ContentError([Problem(place, None, f"the file is empty; {_EXPECTED}")])
    line, text = first
    readings = [(mark, columns_of(_split(text, mark), said or {})) for mark in ",;\t"]
    delimiter, columns = max(readings, key=lambda one: (len(_meant(one[1])), len(one[1])))
    fields = _meant(columns)
    if Meaning.EMAIL not in fields:
        found = ", ".join(shown(column.name) for column in columns)
        message = f"no column of addresses among {found}; {_EXPECTED}"
        raise ContentError([Problem(place, line, message)])
    if twice := [meaning for meaning in ONCE if fields.count(meaning) > 1]:
        names = " and ".join(shown(one.name) for one in columns if one.meaning is twice[0])
        message = f"{names} both mean {twice[0]}; rename the one that is not meant"
        raise ContentError([Problem(place, line, message)])
    return Heading(line, delimiter, len(columns), tuple(columns))


def rows_under(heading: Heading, lines: Iterator[str], consent: Consent) -> Iterator[Row | Refusal]:
    """Yield what each row below *heading* holds, as lines come; empty rows are passed over."""
    email, name, language = map(heading.place_of, WORDS)
    reader_id, old_number = map(heading.place_of, NAMES)
    is_named = min(reader_id, old_number) < heading.width
    tell = teller(heading.columns, consent)
    for record in records_under(heading, lines):
        if isinstance(record, Refusal):
            yield record
            continue
        line, fields = record
        fields.append("")  # stands for the columns that the file does not have
        try:
            told = tell(fields)
            yield Row(
                address_of(unguarded(fields[email])),
                name_of(unguarded(fields[name])),
                preference_of(fields[language]),
                told.standing,
                told.consented_at,
                told.since,
                reader_names_in(fields[reader_id], fields[old_number]) if is_named else (),
                line,
            )
        except ContentError:
            yield Refusal(line, "; ".join(_faults(fields, heading, consent)))


def records_under(
    heading: Heading, lines: Iterator[str]
) -> Iterator[tuple[int, list[str]] | Refusal]:
    """
    Yield line and fields of each row below *heading* that has as many fields as that.

    A quotation mark that nobody closed joins the lines after it into one row. Only its own
    line is refused; the others are read once more, each for itself.
    """
    number, width, delimiter = heading.line, heading.width, heading.delimiter
    again: deque[str] = deque()  # lines that were taken for the rest of another
    while (line := again.popleft() if again else next(lines, None)) is not None:
        number += 1
        rest: list[str] = []
        fault = ""
        if '"' in line:  # only then is it more than fields between delimiters
            try:
                fields = _quoted(line, again, lines, rest, delimiter)
            except csv.Error as error:
                fault = f"the quotation marks do not pair ({error})"
        else:
            fields = line.rstrip("\r\n").split(delimiter)
        if not fault:
            if not any(fields):
                number += len(rest)
                continue
            if len(fields) == width:
                yield number, fields
                number += len(rest)
                continue
            fault = f"{len(fields)} fields where the heading has {width}"
        again.extendleft(reversed(rest))
        yield Refusal(number, _UNCLOSED if rest else f"{fault}; {_QUOTE}")


_UNCLOSED: Final = "a quotation mark is opened and not closed; close it"
_QUOTE: Final = "put a field that holds a delimiter or a quotation mark in double quotes"


def _quoted(
    first: str, again: deque[str], lines: Iterator[str], rest: list[str], delimiter: str
) -> list[str]:
    """Read the row that begins with the line *first*; *rest* gets its other lines."""

    def taken() -> Iterator[str]:
        yield first
        while (line := again.popleft() if again else next(lines, None)) is not None:
            rest.append(line)
            yield line

    return next(csv.reader(taken(), delimiter=delimiter, strict=True))


def _faults(fields: list[str], heading: Heading, consent: Consent) -> Iterator[str]:
    """Say all that is wrong with a row, so that one correction is enough."""
    checks: list[tuple[int, Callable[[str], object]]] = [
        (heading.place_of(Meaning.EMAIL), lambda text: address_of(unguarded(text))),
        (heading.place_of(Meaning.NAME), lambda text: name_of(unguarded(text))),
        (heading.place_of(Meaning.LANGUAGE), preference_of),
        (heading.place_of(Meaning.READER_ID), lambda text: reader_names_in(text, "")),
        (heading.place_of(Meaning.OLD_NUMBER), lambda text: reader_names_in("", text)),
        *((one.at, field_teller(one, consent)) for one in heading.columns if tells(one)),
    ]
    for at, check in checks:
        try:
            check(fields[at])
        except ContentError as error:
            yield str(error)


def _refuse_other_formats(start: bytes, place: str) -> None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start[:64].count(0) > 16:
        raise ContentError([Problem(place, None, f"the file is UTF-16; {_SAVE_AS}")])
    if start.startswith(b"PK\x03\x04"):
        raise ContentError([Problem(place, None, f"the file is a workbook; {_SAVE_AS}")])


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, strict=True))
    except csv.Error:
        return [line.strip()]


def _meant(columns: Iterable[Column]) -> list[Meaning]:
    return [column.meaning for column in columns if column.meaning is not Meaning.IGNORE]
