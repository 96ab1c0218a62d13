"""The list of subscribers, the plan of a dispatch, and its deliveries."""

from alembic import op
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None

TIME = DateTime(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "subscribers",
        Column("id", Integer, primary_key=True),
        Column("address", Text, nullable=False),
        Column("address_key", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("preference", Text),
        Column("standing", Text, nullable=False),
        Column("standing_since", TIME, nullable=False),
        Column("consented_at", TIME),
        Column("import_id", Text),
        UniqueConstraint("address_key", name="uq_subscribers_address_key"),
        CheckConstraint("preference IN ('ko', 'en', 'both')", name="ck_subscribers_preference"),
        CheckConstraint(
            "standing IN ('active', 'unsubscribed', 'suppressed')",
            name="ck_subscribers_standing",
        ),
    )
    op.create_table(
        "dispatches",
        Column("issue", Text, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("parts", JSON, nullable=False),
        Column("planned_at", TIME, nullable=False),
        Column("holder", Text),
        Column("held_until", TIME),
    )
    op.create_table(
        "deliveries",
        Column("id", Integer, primary_key=True),
        Column("issue", Text, ForeignKey("dispatches.issue"), nullable=False),
        Column("subscriber_id", Integer, ForeignKey("subscribers.id"), nullable=False),
        Column("address_key", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("edition", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("reason", Text),
        Column("attempts", Integer, nullable=False),
        Column("begun_at", TIME),
        Column("answered_at", TIME),
        Column("due_at", TIME),
        Column("answer", Text),
        UniqueConstraint("issue", "subscriber_id", name="uq_deliveries_issue"),
        UniqueConstraint("issue", "address_key", name="uq_deliveries_issue_address_key"),
        CheckConstraint("edition IN ('ko', 'en', 'bilingual')", name="ck_deliveries_edition"),
        CheckConstraint(
            "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown', 'skipped')",
            name="ck_deliveries_state",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_issue_state", "deliveries", ["issue", "state", "id"])


def downgrade() -> None:
    """Drop the first tables, with everything in them."""
    op.drop_table("deliveries")
    op.drop_table("dispatches")
    op.drop_table("subscribers")
