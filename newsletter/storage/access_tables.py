"""The tables of the access record: see subscribers/access_record.py."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from newsletter.storage.tables import UtcTime, metadata

# Only inserted, and deleted after two years.
accesses: Final = Table(
    "accesses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("account", Text, nullable=False),  # as in approvals
    Column("origin", Text),  # the IP address of the terminal; NULL: this machine
    Column("said_by", Text),  # the name in --by
    Column("kind", Text, nullable=False),  # see AccessKind
    # HMAC-SHA256 of the address, as in `consents`; NULL: many people
    Column("person", LargeBinary),
    Column("people", Integer),  # how many; NULL: not known beforehand
    Column("because", Text),
    Column("issue", Text),
    Index("ix_accesses_at", "at"),
    Index("ix_accesses_person", "person", "at"),
    sqlite_autoincrement=True,  # a number is never given twice, so a gap shows
)

# Only inserted, and deleted after two years: a month may be reviewed more than once.
access_reviews: Final = Table(
    "access_reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", Text, nullable=False, index=True),  # 2026-10, in the publication's time zone
    Column("at", UtcTime, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("entries", Integer, nullable=False),  # that were looked at
    Column("note", Text),
    sqlite_autoincrement=True,
)
