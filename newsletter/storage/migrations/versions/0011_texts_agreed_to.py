"""The texts that people agree to are kept; who approves says whether a letter advertises."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "consent_texts",
        Column("hash", Text, primary_key=True),
        Column("lang", Text, nullable=False),
        Column("version", Text, nullable=False),
        Column("words", Text, nullable=False),
        Column("kept_at", DateTime(timezone=True), nullable=False),
    )
    op.add_column("approvals", Column("advertising", Boolean))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("approvals", "advertising")
    op.drop_table("consent_texts")
