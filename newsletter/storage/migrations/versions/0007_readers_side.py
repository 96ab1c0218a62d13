"""Mails of the program itself, what readers asked for, and the key that outlives all others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Integer, Text, UniqueConstraint

revision = "0007"
down_revision = "0006"

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; earlier databases have nothing to move into them."""
    op.create_table(
        "lasting_keys",
        Column("purpose", Text, primary_key=True),
        Column("secret", Text, nullable=False),
        Column("made_at", TIME, nullable=False),
    )
    _make_mails()
    op.create_table(
        "network_limits",
        Column("network", Text, primary_key=True),
        Column("most_an_hour", Integer, nullable=False),
        Column("until", TIME, nullable=False),
        Column("set_by", Text, nullable=False),
        Column("set_at", TIME, nullable=False),
        Column("account", Text),
    )
    op.create_table(
        "funnel_counts",
        Column("month", Text, primary_key=True),
        Column("step", Text, primary_key=True),
        Column("count", Integer, nullable=False),
    )
    op.create_table(
        "blocked_addresses",
        Column("address_hash", Text, primary_key=True),
        Column("since", TIME, nullable=False),
        Column("because", Text),
        Column("blocked_by", Text, nullable=False),
    )
    op.create_table(
        "bounce_checks",
        Column("id", Integer, primary_key=True),
        Column("address", Text, nullable=False),
        Column("token", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("sent_at", TIME, nullable=False),
        Column("arrived_at", TIME),
        Column("noted_by", Text),
        Column("account", Text),
        UniqueConstraint("token", name="uq_bounce_checks_token"),
    )
    op.create_index("ix_bounce_checks_address", "bounce_checks", ["address"])


def _make_mails() -> None:
    op.create_table(
        "mails",
        Column("id", Integer, primary_key=True),
        Column("name", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("lang", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("address_key", Text, nullable=False),
        Column(
            "subscriber_id", Integer, ForeignKey("subscribers.id", name="fk_mails_subscriber_id")
        ),
        Column("facts", sa.JSON, nullable=False),
        Column("network", Text),
        Column("asked_at", TIME, nullable=False),
        Column("state", Text, nullable=False),
        Column("form", Text),
        Column("reason", Text),
        Column("attempts", Integer, nullable=False),
        Column("begun_at", TIME),
        Column("answered_at", TIME),
        Column("due_at", TIME),
        Column("answer", Text),
        Column("sent_by", Text),
        Column("tries", Integer, nullable=False),
        Column("used_at", TIME),
        Column("door", Text),
        UniqueConstraint("name", name="uq_mails_name"),
        sa.CheckConstraint(
            "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown', 'skipped')",
            name=op.f("ck_mails_state"),
        ),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("state IN ('pending', 'deferred')")
    op.create_index(
        "ix_mails_waiting", "mails", ["due_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_mails_address_key", "mails", ["address_key", "begun_at"])
    op.create_index("ix_mails_begun_at", "mails", ["begun_at"])
    op.create_index("ix_mails_subscriber_id", "mails", ["subscriber_id"])


def downgrade() -> None:
    """Drop the tables."""
    for name in (
        "bounce_checks",
        "blocked_addresses",
        "funnel_counts",
        "network_limits",
        "mails",
        "lasting_keys",
    ):
        op.drop_table(name)
