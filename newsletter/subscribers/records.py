"""From the lines of a CSV file to records: what a row is, however it is quoted and filled up."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from newsletter.phrases import Phrase, Said, phrase

LONGEST_SHOWN: Final = csv.field_size_limit()  # of a refused row, to be corrected
FIELDS_SHOWN: Final = 100  # of a row longer than that
LINES_A_ROW: Final = 2_000  # that quoted line ends may join; a remark has a few


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be imported."""

    line: int
    reason: Said  # what is wrong; then what to do
    fields: tuple[str, ...] = field(default=(), compare=False)  # as far as they could be told


def records_in(
    lines: Iterator[str], number: int, delimiter: str, width: int, needed: int
) -> Iterator[tuple[int, list[str]] | Refusal]:
    """
    Yield line and fields of each row, with *width* fields in every one; empty rows are passed over.

    Spreadsheets leave empty fields at the end of a row away, or add some; both mean the
    same. A quotation mark that nobody closed joins the lines after it into one row. Only its
    own line is refused; the others are read once more, each for itself, so that no line is
    read more than three times.

    Args:
        lines: those below the heading.
        number: the heading's line.
        needed: the place of the field that no row can do without.
    """
    again: deque[str] = deque()  # lines that were read as the rest of another
    alone = number  # up to this line, none is joined with the next: that was tried
    while (line := again.popleft() if again else next(lines, None)) is not None:
        number += 1
        rest: list[str] = []
        fault: Phrase | None = None
        if '"' in line:  # only then is it more than fields between delimiters
            try:
                fields = _quoted(line, again, lines, rest, delimiter, number > alone)
            except csv.Error as error:
                fault = _misquoted(str(error), is_joined=bool(rest))
        else:
            fields = line.rstrip("\r\n").split(delimiter)
        if fault is None:
            if not any(fields):
                number += len(rest)
                continue
            if len(fields) == width or _fit(fields, width, needed):
                yield number, fields
                number += len(rest)
                continue
            fault = _misfit(fields, width, needed, is_joined=bool(rest))
        # The lines up to the last one have no mark that ends what one of them might open.
        alone = max(alone, number + len(rest) - 1)
        again.extendleft(reversed(rest))
        yield Refusal(number, fault, tuple(_roughly(line, delimiter)))


_UNCLOSED: Final = phrase("subscribers.unclosed-quote")
_TOO_LONG: Final = phrase("subscribers.field-too-long", most=csv.field_size_limit())


def _quoted(
    first: str,
    again: deque[str],
    lines: Iterator[str],
    rest: list[str],
    delimiter: str,
    may_join: bool,
) -> list[str]:
    """Read the row that begins with the line *first*; *rest* gets its other lines."""

    def taken() -> Iterator[str]:
        yield first
        while may_join and len(rest) < LINES_A_ROW:
            line = again.popleft() if again else next(lines, None)
            if line is None:
                return
            rest.append(line)
            yield line

    return next(csv.reader(taken(), delimiter=delimiter, strict=True))


def _fit(fields: list[str], width: int, needed: int) -> bool:
    """Bring *fields* to *width* where that adds or drops empty ones alone, or say no."""
    if len(fields) > width:
        if any(map(str.strip, fields[width:])):
            return False
        del fields[width:]
        return True
    if len(fields) <= needed:
        return False
    fields.extend([""] * (width - len(fields)))
    return True


def _misquoted(error: str, *, is_joined: bool) -> Phrase:
    if is_joined or "end of data" in error:
        return _UNCLOSED
    if "field limit" in error:
        return _TOO_LONG
    return phrase("subscribers.unpaired-quotes", fault=error)


def _misfit(fields: list[str], width: int, needed: int, *, is_joined: bool) -> Phrase:
    if is_joined:
        return _UNCLOSED
    if len(fields) > width:
        return phrase("subscribers.too-many-fields", found=len(fields), width=width)
    return phrase("subscribers.too-few-fields", found=len(fields), width=width, column=needed + 1)


def _roughly(line: str, delimiter: str) -> list[str]:
    """Split an unreadable line into fields, for a person who corrects it."""
    if len(line) > LONGEST_SHOWN:  # the address may be among the shorter fields
        parts = line.rstrip("\r\n").split(delimiter)[:FIELDS_SHOWN]
        return [part if len(part) <= 1_000 else "" for part in parts]
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return line.rstrip("\r\n").split(delimiter)
