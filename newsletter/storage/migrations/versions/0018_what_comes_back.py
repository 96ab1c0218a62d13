"""What comes back is recorded, and readers can be suspended."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

revision = "0018"
down_revision = "0017"

TIME = DateTime(timezone=True)
IS_OPEN = text("settled_at IS NULL AND action IN ('ask', 'list', 'hold')")
CHECK = "ck_subscribers_standing"
STANDINGS = "standing IN ('active', 'suspended', 'unsubscribed', 'suppressed')"
STANDINGS_BEFORE = "standing IN ('active', 'unsubscribed', 'suppressed')"
READERS = ("reader_id", "old_number")


def upgrade() -> None:
    """Make the table, and accept the new standing."""
    op.create_table(
        "feedback_events",
        Column("id", Integer, primary_key=True),
        Column("source", Text, nullable=False),
        Column("raw_id", Text, nullable=False),
        Column("received_at", TIME, nullable=False),
        Column("kind", Text, nullable=False),
        Column("bounce_class", Text),
        Column("reason", Text),
        Column("status", Text),
        Column("code", Text),
        Column("proof", Text, nullable=False),
        Column("issue", Text),
        Column("subscriber_id", Integer),
        Column("mail_name", Text),
        Column("domain", Text),
        Column("words", Text),
        Column("sender", Text),
        Column("subject", Text),
        Column("action", Text, nullable=False),
        Column("kept_as", Text),
        Column("settled_at", TIME),
        Column("settled_by", Text),
        Column("settled_as", Text),
        Column("account", Text),
        Column("forwarded_at", TIME),
        UniqueConstraint("source", "raw_id", name="uq_feedback_events_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_events_subscriber_id", "feedback_events", ["subscriber_id"])
    op.create_index("ix_feedback_events_issue", "feedback_events", ["issue", "kind", "domain"])
    op.create_index(
        "ix_feedback_events_open",
        "feedback_events",
        ["id"],
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )
    _accept(STANDINGS)


def _accept(standings: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _copy_subscribers(standings)
        return
    op.drop_constraint(op.f(CHECK), "subscribers")
    op.create_check_constraint(op.f(CHECK), "subscribers", standings)


def _copy_subscribers(standings: str) -> None:
    """SQLite cannot change a check: rows move to a new table, which others refer to as before."""
    op.create_table(
        "new_subscribers",
        Column("id", Integer),
        Column("address", Text, nullable=False),
        Column("address_key", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("preference", Text),
        Column("standing", Text, nullable=False),
        Column("standing_since", TIME, nullable=False),
        Column("consented_at", TIME),
        Column("import_id", Text),
        Column("standing_cause", Text),
        Column("standing_because", Text),
        Column("standing_by", Text),
        Column("reader_id", Text),
        Column("old_number", Integer),
        PrimaryKeyConstraint("id", name="pk_subscribers"),
        UniqueConstraint("address_key", name="uq_subscribers_address_key"),
        CheckConstraint(
            "preference IN ('ko', 'en', 'both')", name=op.f("ck_subscribers_preference")
        ),
        CheckConstraint(standings, name=op.f(CHECK)),
    )
    names = ", ".join(
        row[1] for row in op.get_bind().exec_driver_sql("PRAGMA table_info(new_subscribers)")
    )
    op.execute(
        text(f"INSERT INTO new_subscribers ({names}) SELECT {names} FROM subscribers ORDER BY id")  # noqa: S608 - names of columns
    )
    op.drop_table("subscribers")
    op.rename_table("new_subscribers", "subscribers")
    for name in READERS:
        op.create_index(f"uq_subscribers_{name}", "subscribers", [name], unique=True)


def downgrade() -> None:
    """Drop the table; who is suspended becomes active."""
    op.execute(text("UPDATE subscribers SET standing = 'active' WHERE standing = 'suspended'"))
    _accept(STANDINGS_BEFORE)
    op.drop_table("feedback_events")
