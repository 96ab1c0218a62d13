"""What a command may leave behind that is cut off between two turns of a long change."""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; no earlier program left anything unfinished."""
    op.add_column("dispatches", Column("unfinished", Text))
    op.add_column("dispatches", Column("aside_id", Integer))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("dispatches", "aside_id")
    op.drop_column("dispatches", "unfinished")
