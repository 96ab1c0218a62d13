"""When readers confirmed their consent last is on the list, so that it moves with them."""

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0021"
down_revision = "0020"

TIME = DateTime(timezone=True)
NEW = (
    ("subscribers", "reconfirmed_at"),
    ("imported_rows", "reconfirmed_at"),
    ("imported_rows", "was_reconfirmed_at"),
)
LAST = "SELECT max(used_at) FROM mails WHERE kind = 'renewal' AND subscriber_id = subscribers.id"
CONFIRMED = "SELECT subscriber_id FROM mails WHERE kind = 'renewal' AND used_at IS NOT NULL"


def upgrade() -> None:
    """Add the column, and fill it from the mails by which readers have confirmed."""
    for table, name in NEW:
        op.add_column(table, Column(name, TIME))
    op.execute(
        f"UPDATE subscribers SET reconfirmed_at = ({LAST}) WHERE id IN ({CONFIRMED})"  # noqa: S608
        f" AND (consented_at IS NULL OR consented_at < ({LAST}))"
    )


def downgrade() -> None:
    """Drop the column; the mails still say who has confirmed."""
    for table, name in NEW:
        op.drop_column(table, name)
