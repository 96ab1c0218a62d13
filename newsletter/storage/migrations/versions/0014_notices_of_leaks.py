"""Notices of a leak of personal data have a ledger of their own."""

from alembic import op
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Text,
    UniqueConstraint,
    text,
)

revision = "0014"
down_revision = "0013"

_REAL = text("NOT is_drill")
_WAITING = text("state IN ('pending', 'deferred')")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "breaches",
        Column("id", Integer, primary_key=True),
        Column("hash", Text, nullable=False),
        Column("file", Text, nullable=False),
        Column("known_at", DateTime(timezone=True), nullable=False),
        Column("since", DateTime(timezone=True), nullable=False),
        Column("people_by", DateTime(timezone=True), nullable=False),
        Column("authority_by", DateTime(timezone=True), nullable=False),
        Column("version", Text, nullable=False),
        Column("words", JSON, nullable=False),
        Column("begun_by", Text, nullable=False),
        Column("account", Text),
        Column("begun_at", DateTime(timezone=True), nullable=False),
        Column("planned_at", DateTime(timezone=True)),
        Column("is_drill", Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_breaches_hash",
        "breaches",
        ["hash"],
        unique=True,
        sqlite_where=_REAL,
        postgresql_where=_REAL,
    )
    op.create_table(
        "breach_notices",
        Column("id", Integer, primary_key=True),
        Column("breach_id", Integer, ForeignKey("breaches.id"), nullable=False),
        Column("name", Text, nullable=False, unique=True),
        Column("address", Text, nullable=False),
        Column("address_key", Text, nullable=False),
        Column("edition", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("begun_at", DateTime(timezone=True)),
        Column("answered_at", DateTime(timezone=True)),
        Column("due_at", DateTime(timezone=True)),
        Column("answer", Text),
        Column("sent_by", Text),
        UniqueConstraint("breach_id", "address_key"),
        CheckConstraint("edition IN ('ko', 'en', 'bilingual')", name="edition"),
        CheckConstraint(
            "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown')", name="state"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_breach_notices_waiting",
        "breach_notices",
        ["breach_id", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("breach_notices")
    op.drop_table("breaches")
