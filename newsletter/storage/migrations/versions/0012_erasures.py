"""Readers can be erased: what stays of them are keyed hashes."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Text, UniqueConstraint

revision = "0012"
down_revision = "0011"

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erasures",
        Column("id", Integer, primary_key=True),
        Column("address_hash", Text, nullable=False),
        Column("asked_at", TIME, nullable=False),
        Column("asked_by", Text, nullable=False),
        Column("account", Text),
        Column("why", Text, nullable=False),
        Column("standing", Text),
        Column("standing_since", TIME),
        Column("standing_cause", Text),
        Column("done_at", TIME),
        Column("remains", Text, nullable=False),
        Column("lifted_at", TIME),
        Column("again_id", Integer),
        UniqueConstraint("address_hash", "asked_at", name="uq_erasures_address_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasures_again_id", "erasures", ["again_id"])
    op.create_table(
        "rejects_files",
        Column("path", Text, primary_key=True),
        Column("written_at", TIME, nullable=False),
    )
    op.create_table(
        "cleanings",
        Column("kind", Text, primary_key=True),
        Column("done_at", TIME),
        Column("padding", LargeBinary),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("cleanings")
    op.drop_table("rejects_files")
    op.drop_table("erasures")
