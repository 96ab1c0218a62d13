"""Each mail of the program knows whether the way delivers by which it was begun last."""

from alembic import op
from sqlalchemy import Boolean, Column

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; of mails that were begun before it is not known."""
    op.add_column("mails", Column("way_delivers", Boolean))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("mails", "way_delivers")
