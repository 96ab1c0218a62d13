"""Repeated addresses in a file: their lines, and the changes by the later row."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.address import shown
from newsletter.subscribers.book import Entry
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.records import Refusal


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row whose address is also in an earlier row of the file."""

    line: int
    key: str  # key of the address
    address: str
    first_line: int | None  # first line with this address; None: in another batch
    taken: tuple[Phrase, ...]  # new values of the row that replace old values


def first_rows(rows: Iterable[Row | Refusal], keys: AbstractSet[str]) -> Mapping[str, Row]:
    """Return the first row of each address with one of these *keys*."""
    found: dict[str, Row] = {}
    for row in rows:
        if isinstance(row, Row) and row.address.key in keys:
            found.setdefault(row.address.key, row)
            if len(found) == len(keys):
                break
    return found


def taken_from(known: Entry, entry: Entry) -> tuple[Phrase, ...]:
    """Return the differences between *entry* and *known*, from which it was made."""
    pairs = (
        (phrase("subscribers.taken-name"), known.name, entry.name),
        (phrase("subscribers.taken-language"), known.preference, entry.preference),
        (phrase("subscribers.taken-standing"), known.standing, entry.standing),
        (phrase("subscribers.taken-consent"), known.consented_at, entry.consented_at),
        (
            phrase("subscribers.taken-confirmation"),
            known.reconfirmed_at,
            entry.reconfirmed_at,
        ),
    )
    return tuple(_taken(what, old, new) for what, old, new in pairs if old != new)


def _taken(what: Phrase, old: str | datetime | None, new: str | datetime | None) -> Phrase:
    if not old:
        return phrase("subscribers.takes-new", what=what, new=_shown(new))
    return phrase("subscribers.takes-instead", what=what, new=_shown(new), old=_shown(old))


def _shown(value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return value.value if isinstance(value, StrEnum) else shown(value or "")
