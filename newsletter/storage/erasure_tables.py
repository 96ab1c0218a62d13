"""The tables of erasures: who was erased, as keyed hashes, and where traces may still be."""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, UniqueConstraint

from newsletter.storage.tables import UtcTime, metadata

# One row for each address of an erased person. It stays: see storage/erased.py.
erasures: Final = Table(
    "erasures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address_hash", Text, nullable=False),  # as in blocked_addresses
    Column("asked_at", UtcTime, nullable=False),  # the same of all addresses of a person alone
    Column("asked_by", Text, nullable=False),
    Column("account", Text),  # as in approvals
    Column("why", Text, nullable=False),  # see subscribers.erasing.ErasureWhy
    # Why nobody may add the address again; NULL: it was not on the list.
    Column("standing", Text),
    Column("standing_since", UtcTime),
    Column("standing_cause", Text),
    Column("done_at", UtcTime),  # NULL: something is left
    Column("remains", Text, nullable=False, default=""),  # words of subscribers.erasing.Remains
    Column("lifted_at", UtcTime),  # when the owner has agreed again
    Column("again_id", Integer, index=True),  # the reader who then was added
    UniqueConstraint("address_hash", "asked_at"),
    sqlite_autoincrement=True,
)

# The names of erased readers in links, hashed with the same key: see storage/erased_names.py.
erased_names: Final = Table(
    "erased_names",
    metadata,
    Column("name_hash", Text, primary_key=True),
    Column("address_hash", Text, primary_key=True),  # as in erasures
)

# Files outside the database that refused rows of imports were written to.
rejects_files: Final = Table(
    "rejects_files",
    metadata,
    Column("path", Text, primary_key=True),  # below the site's folder, or absolute
    Column("written_at", UtcTime, nullable=False),
)

# SQLite: what was done once to the pages of the file.
cleanings: Final = Table(
    "cleanings",
    metadata,
    Column("kind", Text, primary_key=True),  # see storage/old_pages.py
    Column("done_at", UtcTime),
    Column("padding", LargeBinary),  # NULL but for a moment
)
