"""Who leaves by a link while a restore has lost them has left when a file brings them back."""

from alembic import op
from sqlalchemy import Column, DateTime, Text

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "left_names",
        Column("name_hash", Text, primary_key=True),
        Column("left_at", DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the table, and with it these wishes."""
    op.drop_table("left_names")
