"""Addresses that stand in a file twice: where, and what the later row changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.subscribers.address import shown
from newsletter.subscribers.book import Entry
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.records import Refusal


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row whose address an earlier row of the file has."""

    line: int
    key: str  # of the address
    address: str
    first_line: int | None  # that has it; None: it stands in another batch
    taken: tuple[str, ...]  # what of it counts from now on, and instead of what


def first_lines(rows: Iterable[Row | Refusal], keys: frozenset[str]) -> Mapping[str, int]:
    """Find the first line of a file that has each of the addresses with these *keys*."""
    lines: dict[str, int] = {}
    for row in rows:
        if isinstance(row, Row) and row.address.key in keys:
            lines.setdefault(row.address.key, row.line)
            if len(lines) == len(keys):
                break
    return lines


def taken_from(known: Entry, entry: Entry) -> tuple[str, ...]:
    """Say in what *entry* differs from *known*, which it is made of."""
    pairs = (
        ("name", known.name, entry.name),
        ("language", known.preference, entry.preference),
        ("standing", known.standing, entry.standing),
        ("consent", known.consented_at, entry.consented_at),
    )
    return tuple(f"{what} {_said(new)}{_instead(old)}" for what, old, new in pairs if old != new)


def _instead(old: str | datetime | None) -> str:
    return f" instead of {_said(old)}" if old else ""


def _said(value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return value.value if isinstance(value, StrEnum) else shown(value or "")
