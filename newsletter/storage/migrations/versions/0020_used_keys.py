"""The keys that have signed what has left are noted, for letters and mails of the program."""

from alembic import op
from sqlalchemy import Column, DateTime, Text

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the table; the keys of letters stand beside their dispatches."""
    op.create_table(
        "used_keys",
        Column("fingerprint", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("used_at", DateTime(timezone=True), nullable=False),
    )
    op.execute(
        "INSERT INTO used_keys (fingerprint, kind, used_at)"
        " SELECT key_fingerprint, 'letters', max(planned_at) FROM dispatches"
        " WHERE key_fingerprint IS NOT NULL GROUP BY key_fingerprint"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("used_keys")
