"""When readers came to their addresses is on the list, so that a restore knows the later one."""

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column; of earlier moves the records say when they were."""
    op.add_column("subscribers", Column("moved_at", DateTime(timezone=True)))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("subscribers", "moved_at")
