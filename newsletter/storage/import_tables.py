"""The tables of an import that SQLite takes in turns: see storage/merging.py."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from newsletter.storage.entries import FIELDS
from newsletter.storage.tables import UtcTime, metadata, subscribers

WAS: Final = "was_"  # prefix of a field as the list had it when the row was decided

_LATER: Final = ("reconfirmed_at",)


def staged_columns() -> list[Column[object]]:
    """Return the columns of a reader's row in a file, decided but not yet on the list."""
    of = subscribers.c
    first = [name for name in FIELDS if name not in _LATER]  # in the order of the migrations
    return [
        Column("subscriber_id", Integer),  # NULL: not on the list when it was decided
        Column("address_key", Text, nullable=False),
        *(Column(name, of[name].type, nullable=of[name].nullable) for name in first),
        *(Column(f"{WAS}{name}", of[name].type) for name in first),
        Column("reader_id", Text),  # of a new reader
        Column("old_number", Integer),
        Column("given_names", Text, nullable=False),  # names in links that the file gives
        Column("fate", Text, nullable=False),  # see subscribers.importing.Fate
        *(Column(f"{was}{name}", of[name].type) for name in _LATER for was in ("", WAS)),
    ]


# Imports that are not wholly on the list: a process is at them, or was cut off.
imports: Final = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("file", Text, nullable=False),  # its name, for people
    Column("stage", Text, nullable=False),  # see merging.ImportStage
    Column("holder", Text),  # host:pid of the process that writes it
    Column("held_until", UtcTime),
)

# Rows of those that are still to be merged into the list, in that order.
imported_rows: Final = Table(
    "imported_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import_id", Text, ForeignKey("imports.id"), nullable=False),
    # Decided again when it is merged, because it gives a known reader further names.
    Column("is_open", Boolean, nullable=False),
    *staged_columns(),
)
