"""Tables of decisions on a dispatch and of paused domains, and smaller indexes."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, Text, false, text

revision = "0003"
down_revision = "0002"

TIME = DateTime(timezone=True)
WAITS = text("state IN ('pending', 'deferred')")
IS_DEFERRED = text("state = 'deferred'")
WAS_BEGUN = text("begun_at IS NOT NULL")


def upgrade() -> None:
    """Add the diary, appointments and pauses; index only the queried columns."""
    op.create_table(
        "notes",
        Column("id", Integer, primary_key=True),
        Column("issue", Text, nullable=False),
        Column("act", Text, nullable=False),
        Column("noted_by", Text, nullable=False),
        Column("noted_at", TIME, nullable=False),
        Column("words", Text, nullable=False),
    )
    op.create_index("ix_notes_issue", "notes", ["issue"])
    op.create_table(
        "appointments",
        Column("issue", Text, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("parts", JSON, nullable=False),
        Column("send_at", TIME, nullable=False),
        Column("made_by", Text, nullable=False),
        Column("made_at", TIME, nullable=False),
    )
    op.create_table(
        "domain_pauses",
        Column("domain", Text, primary_key=True),
        Column("until", TIME, nullable=False),
        Column("answer", Text, nullable=False),
    )
    for name in ("paused", "cancelled"):
        op.add_column("dispatches", Column(f"{name}_at", TIME))
        op.add_column("dispatches", Column(f"{name}_by", Text))
        op.add_column("dispatches", Column(f"{name}_because", Text))
    op.add_column(
        "dispatches", Column("is_limited", Boolean, nullable=False, server_default=false())
    )
    _replace_index()


def _replace_index() -> None:
    """An index over every state is written four times a letter; these, once or twice."""
    op.drop_index("ix_deliveries_issue_state", "deliveries")
    for name, columns, condition in (
        ("ix_deliveries_waiting", ["issue", "id"], WAITS),
        ("ix_deliveries_due", ["issue", "due_at"], IS_DEFERRED),
        ("ix_deliveries_begun", ["issue", "begun_at"], WAS_BEGUN),
    ):
        op.create_index(
            name, "deliveries", columns, sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    """Drop the diary, appointments and pauses, with everything in them."""
    for name in ("ix_deliveries_waiting", "ix_deliveries_due", "ix_deliveries_begun"):
        op.drop_index(name, "deliveries")
    op.create_index("ix_deliveries_issue_state", "deliveries", ["issue", "state", "id"])
    with op.batch_alter_table("dispatches") as table:
        table.drop_column("is_limited")
        for name in ("paused", "cancelled"):
            for what in ("at", "by", "because"):
                table.drop_column(f"{name}_{what}")
    for name in ("domain_pauses", "appointments", "notes"):
        op.drop_table(name)
