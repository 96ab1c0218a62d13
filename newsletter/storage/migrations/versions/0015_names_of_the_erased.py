"""Links of readers who were erased find them again, if they have agreed again."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "erased_names",
        Column("name_hash", Text, primary_key=True),
        Column("address_hash", Text, primary_key=True),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("erased_names")
