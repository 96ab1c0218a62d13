"""Imports that SQLite takes in turns, so that others can write meanwhile."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, Text

revision = "0009"
down_revision = "0008"

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; no earlier program left anything unfinished."""
    op.create_table(
        "imports",
        Column("id", Text, primary_key=True),
        Column("file", Text, nullable=False),
        Column("stage", Text, nullable=False),
        Column("holder", Text),
        Column("held_until", TIME),
    )
    op.create_table(
        "imported_rows",
        Column("id", Integer, primary_key=True),
        Column("import_id", Text, ForeignKey("imports.id"), nullable=False),
        Column("is_open", Boolean, nullable=False),
        Column("subscriber_id", Integer),
        Column("address_key", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("preference", Text),
        Column("standing", Text, nullable=False),
        Column("standing_since", TIME, nullable=False),
        Column("consented_at", TIME),
        Column("standing_cause", Text),
        Column("standing_because", Text),
        Column("standing_by", Text),
        Column("was_address", Text),
        Column("was_name", Text),
        Column("was_preference", Text),
        Column("was_standing", Text),
        Column("was_standing_since", TIME),
        Column("was_consented_at", TIME),
        Column("was_standing_cause", Text),
        Column("was_standing_because", Text),
        Column("was_standing_by", Text),
        Column("reader_id", Text),
        Column("old_number", Integer),
        Column("given_names", Text, nullable=False),
        Column("fate", Text, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("imported_rows")
    op.drop_table("imports")
