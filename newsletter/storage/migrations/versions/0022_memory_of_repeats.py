"""A run keeps whose memory of repeats its provider had; nothing is asked again elsewhere."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the column; runs until now had no provider with such a memory."""
    op.add_column("runs", Column("memory", Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("runs", "memory")
