"""A block that was lifted stays known, so that no restore brings it back."""

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; whoever is blocked now was not let go."""
    op.add_column("blocked_addresses", Column("lifted_at", DateTime(timezone=True)))


def downgrade() -> None:
    """Forget the blocks that were lifted, and drop the column."""
    op.execute("DELETE FROM blocked_addresses WHERE lifted_at IS NOT NULL")
    op.drop_column("blocked_addresses", "lifted_at")
