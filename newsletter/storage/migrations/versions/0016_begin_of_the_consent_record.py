"""The record of consents knows which readers were on the list before it began."""

from alembic import op
from sqlalchemy import Column, Integer, text

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table, with the highest number of a reader there is."""
    op.create_table(
        "consent_begins",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("after_reader", Integer, nullable=False),
    )
    op.execute(
        text(
            "INSERT INTO consent_begins (id, after_reader)"
            " SELECT 1, coalesce(max(id), 0) FROM subscribers"
        )
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("consent_begins")
