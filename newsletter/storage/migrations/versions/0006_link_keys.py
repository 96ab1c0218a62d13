"""The key that signed the links of a dispatch's letters."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the fingerprint of the key; it is unknown for earlier dispatches."""
    op.add_column("dispatches", Column("key_fingerprint", Text))


def downgrade() -> None:
    """Drop the fingerprints."""
    op.drop_column("dispatches", "key_fingerprint")
