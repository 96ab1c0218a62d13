"""Entries of the list as rows of the database."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from newsletter.lang import Preference
from newsletter.phrases import write_said
from newsletter.storage.answers import read_because
from newsletter.storage.present_columns import is_in
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import subscribers
from newsletter.subscribers.book import Entry
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import UNSAID, Cause, Why

_LIST: Final = subscribers.c
# What a row says of a reader, beside the address's key and the names in links.
FIELDS: Final = (
    "address",
    "name",
    "preference",
    "standing",
    "standing_since",
    "consented_at",
    "reconfirmed_at",
    "standing_cause",
    "standing_because",
    "standing_by",
)
FIELD_COLUMNS: Final = tuple(subscribers.c[name] for name in ("id", *FIELDS))
ENTRY_COLUMNS: Final = (
    *FIELD_COLUMNS,
    subscribers.c.address_key,
    subscribers.c.import_id,
    subscribers.c.reader_id,
    subscribers.c.old_number,
)


def read_entry(row: Sequence[Any]) -> Entry:
    """Return the entry of a row with the values of `ENTRY_COLUMNS`."""
    *fields, key, import_id, reader_id, old_number = row
    number, address, name, preference, standing, since, *rest = fields
    consented_at, reconfirmed_at, *why = rest
    return Entry(
        id=number,
        key=key,
        address=address,
        name=name,
        preference=Preference(preference) if preference else None,
        standing=Standing(standing),
        standing_since=since,
        consented_at=consented_at,
        reconfirmed_at=reconfirmed_at,
        import_id=import_id,
        reader_id=reader_id,
        old_number=old_number,
        why=read_why(why),
    )


def find_by_reader_ids(
    connection: Connection, reader_ids: Sequence[str | None]
) -> Mapping[str | None, Entry]:
    """Return readers by their ids in links, as far as they exist."""
    ids = [one for one in reader_ids if one is not None]
    rows = connection.execute(select(*ENTRY_COLUMNS).where(is_in(_LIST.reader_id, ids)))
    return {entry.reader_id: entry for entry in map(read_entry, rows)}


def read_why(kept: Sequence[str | None]) -> Why:
    """Return the reason of a standing from its three columns."""
    if not any(kept):
        return UNSAID
    cause, because, by = kept
    return Why(_read_cause(cause) if cause else None, read_because(because), by or "")


def _read_cause(kept: str) -> Cause:
    return read_word(Cause, subscribers.c.standing_cause, kept)


def field_values(entry: Entry) -> dict[str, object]:
    """Return the values of `FIELDS` for an entry."""
    return {
        "address": entry.address,
        "name": entry.name,
        "preference": None if entry.preference is None else str(entry.preference),
        "standing": str(entry.standing),
        "standing_since": entry.standing_since,
        "consented_at": entry.consented_at,
        "reconfirmed_at": entry.reconfirmed_at,
        "standing_cause": None if entry.why.cause is None else str(entry.why.cause),
        "standing_because": write_said(entry.why.because) or None,
        "standing_by": entry.why.by or None,
    }
