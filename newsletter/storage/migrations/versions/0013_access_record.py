"""The access record begins: who looked at personal data, and the monthly reviews of that."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Text

revision = "0013"
down_revision = "0012"

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accesses",
        Column("id", Integer, primary_key=True),
        Column("at", TIME, nullable=False),
        Column("account", Text, nullable=False),
        Column("origin", Text),
        Column("said_by", Text),
        Column("kind", Text, nullable=False),
        Column("person", LargeBinary),
        Column("people", Integer),
        Column("because", Text),
        Column("issue", Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_accesses_at", "accesses", ["at"])
    op.create_index("ix_accesses_person", "accesses", ["person", "at"])
    op.create_table(
        "access_reviews",
        Column("id", Integer, primary_key=True),
        Column("month", Text, nullable=False),
        Column("at", TIME, nullable=False),
        Column("reviewed_by", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("entries", Integer, nullable=False),
        Column("note", Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_reviews_month", "access_reviews", ["month"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("access_reviews")
    op.drop_table("accesses")
