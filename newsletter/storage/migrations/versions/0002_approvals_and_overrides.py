"""Tables of approvals, and of overridden findings, each with person and reason."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, Integer, Text

revision = "0002"
down_revision = "0001"

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Add approvals and overrides."""
    op.create_table(
        "approvals",
        Column("id", Integer, primary_key=True),
        Column("issue", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("parts", JSON, nullable=False),
        Column("approved_by", Text, nullable=False),
        Column("approved_at", TIME, nullable=False),
        Column("blocking", Integer, nullable=False),
        Column("advising", Integer, nullable=False),
    )
    op.create_index("ix_approvals_issue", "approvals", ["issue"])
    op.create_table(
        "overrides",
        Column("id", Integer, primary_key=True),
        Column("issue", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("rule", Text, nullable=False),
        Column("findings", Integer, nullable=False),
        Column("because", Text, nullable=False),
        Column("overridden_by", Text, nullable=False),
        Column("overridden_at", TIME, nullable=False),
    )
    op.create_index("ix_overrides_issue", "overrides", ["issue"])


def downgrade() -> None:
    """Drop approvals and overrides, with everything in them."""
    op.drop_table("overrides")
    op.drop_table("approvals")
