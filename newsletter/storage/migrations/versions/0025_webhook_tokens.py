"""Proofs of webhooks that do not cover what they come with, so that each comes with one content."""

from alembic import op
from sqlalchemy import Column, DateTime, Text

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "webhook_tokens",
        Column("source", Text, primary_key=True),
        Column("token", Text, primary_key=True),
        Column("content", Text, nullable=False),
        Column("until", DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_webhook_tokens_until", "webhook_tokens", ["until"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("webhook_tokens")
