"""Plain makers of rows, entries and readers; and a book in memory."""

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.lang import Preference
from newsletter.subscribers.address import address_of
from newsletter.subscribers.book import Entry, NamesTakenError, Owner
from newsletter.subscribers.csv_rows import Row, heading_in, rows_under
from newsletter.subscribers.reader_id import ReaderId, ReaderName
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Consent, Standing, Subscriber, SubscriberId

SEOUL: Final = ZoneInfo("Asia/Seoul")
NOW: Final = datetime(2022, 8, 1, 3, 0, tzinfo=UTC)
CONSENT: Final = Consent(SEOUL, NOW)


def make_reader_id(number: int) -> ReaderId:
    """Make an id that is the same for the same number."""
    return ReaderId("r" + b32encode(number.to_bytes(10, "big")).decode().lower())


def make_row(
    address: str = "minji.kim@example.org",
    name: str = "",
    preference: Preference | None = None,
    consented_at: datetime | None = None,
    standing: Standing = Standing.ACTIVE,
) -> Row:
    return Row(address_of(address), name, preference, standing, consented_at)


def make_subscriber(
    address: str = "minji.kim@example.org",
    name: str = "김민지",
    preference: Preference | None = Preference.KO,
    consented_at: datetime | None = NOW,
) -> Subscriber:
    return Subscriber(
        SubscriberId(1), address, name, preference, Standing.ACTIVE, NOW, consented_at
    )


def read(text: str, consent: Consent = CONSENT) -> list[Row | Refusal]:
    """Read a whole CSV text, its heading included."""
    lines = StringIO(text, newline="")
    return list(rows_under(heading_in(lines, "list.csv"), lines, consent))


def read_rows(text: str) -> list[Row]:
    """Read a CSV text in which no row is refused."""
    rows = [row for row in read(text) if isinstance(row, Row)]
    assert len(rows) == len(read(text))
    return rows


def read_refusals(text: str) -> list[tuple[int, str]]:
    return [(row.line, str(row.reason)) for row in read(text) if isinstance(row, Refusal)]


class MemoryBook:
    """An `OpenBook` that forgets."""

    def __init__(self) -> None:
        self.blocked: frozenset[str] = frozenset()  # never want mail again
        self.erased: dict[str, Entry] = {}  # what the list would say of them
        self.entries: dict[str, Entry] = {}
        self.aliases: dict[ReaderName, str] = {}  # further names -> key
        self.most_keys = 0  # asked for at once

    def find(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        self.most_keys = max(self.most_keys, len(keys))
        return {key: self.entries[key] for key in keys if key in self.entries}

    def find_named(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        return {name: owner for name, owner in self.named().items() if name in names}

    def named(self) -> dict[ReaderName, Owner]:
        """Say whom every name names."""
        own = {
            name: entry.key
            for entry in self.entries.values()
            for name in (entry.reader_id, entry.old_number)
            if name is not None
        }
        keys = {**self.aliases, **own}
        return {name: Owner(key, self.entries[key].address) for name, key in keys.items()}

    def find_blocked(self, keys: Sequence[str]) -> frozenset[str]:
        return self.blocked.intersection(keys)

    def block(self, key: str, by: str, because: str) -> bool:
        is_new = key not in self.blocked
        self.blocked = frozenset({*self.blocked, key})
        return is_new

    def find_erased(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        return {key: entry for key, entry in self.erased.items() if key in keys}

    def has_aliases(self) -> bool:
        return bool(self.aliases)

    def add(self, entries: Sequence[Entry]) -> None:
        own = {name for one in self.entries.values() for name in (one.reader_id, one.old_number)}
        if any({entry.reader_id, entry.old_number} & (own - {None}) for entry in entries):
            raise NamesTakenError("taken")
        for entry in entries:
            assert entry.key not in self.entries
            number = SubscriberId(len(self.entries) + 1)
            reader_id = entry.reader_id or make_reader_id(2**40 + number)
            self.entries[entry.key] = replace(entry, id=number, reader_id=reader_id)

    def alias(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        for key, name in names:
            assert name not in self.named()
            self.aliases[name] = key

    def update(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            assert entry.id == self.entries[entry.key].id
            self.entries[entry.key] = entry

    def move(self, entry: Entry, key: str, address: str) -> None:
        assert key not in self.entries
        self.entries[key] = replace(self.entries.pop(entry.key), key=key, address=address)

    def mark(self, ids: Sequence[SubscriberId], import_id: str) -> None:
        for entry in self.entries.values():
            if entry.id in ids:
                self.entries[entry.key] = replace(entry, import_id=import_id)
