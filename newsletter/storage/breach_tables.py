"""The ledger of notices of a leak: apart from issues, and kept when people leave the list."""

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.storage.tables import UtcTime, metadata, partial_index

breaches: Final = Table(
    "breaches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False),  # SHA-256 of what the file said
    Column("file", Text, nullable=False),  # its name, without folders
    Column("known_at", UtcTime, nullable=False),  # when the office learned of it
    Column("since", UtcTime, nullable=False),  # whose data was held then or later
    Column("people_by", UtcTime, nullable=False),  # the deadlines, by the legal text of then
    Column("authority_by", UtcTime, nullable=False),
    Column("version", Text, nullable=False),  # of the legal text
    Column("words", JSON, nullable=False),  # edition -> subject, text, html: as everybody gets it
    Column("begun_by", Text, nullable=False),
    Column("account", Text),  # as in approvals
    Column("begun_at", UtcTime, nullable=False),
    Column("planned_at", UtcTime),  # NULL: not everybody has a row yet
    Column("is_drill", Boolean, nullable=False),
    # What a file says is notified once, whoever starts it again; drills are as many as wanted.
    Index(
        "uq_breaches_hash",
        "hash",
        unique=True,
        sqlite_where=text("NOT is_drill"),
        postgresql_where=text("NOT is_drill"),
    ),
    sqlite_autoincrement=True,
)

# No foreign key to subscribers: a notice stays on record, and some went to no subscriber.
breach_notices: Final = Table(
    "breach_notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("breach_id", Integer, ForeignKey("breaches.id"), nullable=False),
    Column("name", Text, nullable=False, unique=True),  # random; in its Message-ID and return path
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("state", Text, nullable=False, default="pending"),  # as in deliveries
    Column("attempts", Integer, nullable=False, default=0),
    Column("begun_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("due_at", UtcTime),  # when a deferred notice may be tried again
    Column("answer", Text),  # the provider's words, one line
    Column("sent_by", Text),  # host:pid of the process that began it last
    UniqueConstraint("breach_id", "address_key"),
    CheckConstraint("edition IN ('ko', 'en', 'bilingual')", name="edition"),
    CheckConstraint(
        "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown')", name="state"
    ),
    partial_index(
        "ix_breach_notices_waiting", ["breach_id", "id"], "state IN ('pending', 'deferred')"
    ),
    sqlite_autoincrement=True,
)
