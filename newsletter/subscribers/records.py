"""Parse the lines of a CSV file into records: quoting, joined lines and row width."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from newsletter.phrases import Phrase, Said, phrase

LONGEST_SHOWN: Final = csv.field_size_limit()  # characters of a refused row that are written out
FIELDS_SHOWN: Final = 100  # fields of a row longer than that
LINES_A_ROW: Final = 2_000  # lines that one quoted row may span; a remark has a few


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be imported."""

    line: int
    reason: Said  # what is wrong; then what to do
    fields: tuple[str, ...] = field(default=(), compare=False)  # as far as the row could be split


def records_in(
    lines: Iterator[str], number: int, delimiter: str, width: int, needed: int
) -> Iterator[tuple[int, list[str]] | Refusal]:
    """
    Yield line and fields of each row, *width* fields in each; skip empty rows.

    Spreadsheets omit empty fields at the end of a row, or add some; both are accepted. An
    unclosed quotation mark joins the following lines into one row. Only the line of the mark
    is refused; the other lines are parsed again one by one, so that no line is read more than
    three times.

    Args:
        lines: those below the heading.
        number: the heading's line.
        needed: the index of the field that every row must have.
    """
    again: deque[str] = deque()  # lines that were read as part of another row
    alone = number  # up to this line, lines are not joined with the next: joining has failed
    while (line := again.popleft() if again else next(lines, None)) is not None:
        number += 1
        rest: list[str] = []
        fault: Phrase | None = None
        if '"' in line:  # otherwise the line has only fields and delimiters
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
        # No line up to the last one contains a mark that closes a mark opened in them.
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
    """Parse the row that begins with the line *first*; append its other lines to *rest*."""

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
    """Adjust *fields* to *width* by empty fields only; return whether this is possible."""
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
    """Split an invalid line into fields, for a person who corrects it."""
    if len(line) > LONGEST_SHOWN:  # the address may be in one of the shorter fields
        parts = line.rstrip("\r\n").split(delimiter)[:FIELDS_SHOWN]
        return [part if len(part) <= 1_000 else "" for part in parts]
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return line.rstrip("\r\n").split(delimiter)
