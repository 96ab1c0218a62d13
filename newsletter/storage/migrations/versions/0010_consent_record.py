"""The consent record begins; what was agreed before stands in the list of subscribers alone."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Text

revision = "0010"
down_revision = "0009"

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consent_chains",
        Column("id", Integer, primary_key=True),
        Column("import_id", Text, nullable=False, unique=True),
        Column("file", Text, nullable=False),
        Column("began_at", TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consents",
        Column("chain_id", Integer, primary_key=True, autoincrement=False),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("act", Text, nullable=False),
        Column("way", Text, nullable=False),
        Column("person", LargeBinary),
        Column("at", TIME),
        Column("recorded_at", TIME, nullable=False),
        Column("lang", Text),
        Column("text_hash", Text),
        Column("details", Text),
        Column("details_hash", LargeBinary),
        Column("sealed_chain", Integer),
        Column("sealed_links", Integer),
        Column("sealed_head", LargeBinary),
        Column("link", LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("consents")
    op.drop_table("consent_chains")
