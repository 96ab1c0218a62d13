"""Runs and attempts, reader ids, ways of sending, rehearsals, and doubts."""

import secrets
from datetime import UTC, datetime

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Text,
    bindparam,
    column,
    false,
    select,
    table,
    true,
    update,
)

from newsletter.subscribers.reader_id import draw_reader_ids

revision = "0004"
down_revision = "0003"

TIME = DateTime(timezone=True)
READERS_AT_A_TIME = 2_000
WAY = ("provider_kind", "provider_name")
SIGNED = ("approvals", "overrides", "notes", "appointments")  # by a person, with an account


def upgrade() -> None:
    """Add ids that distinguish attempts, readers, rehearsals and ledgers."""
    _name_readers()
    _tell_attempts()
    _keep_ways()
    _keep_accounts()
    _set_rehearsals_aside()
    _mark_ledger()


def _name_readers() -> None:
    for why in ("standing_cause", "standing_because", "standing_by"):
        op.add_column("subscribers", Column(why, Text))
    op.add_column("subscribers", Column("reader_id", Text))
    op.add_column("subscribers", Column("old_number", Integer))
    readers = table(
        "subscribers", column("id", Integer), column("reader_id", Text), column("old_number")
    )
    name = (
        update(readers)
        .where(readers.c.id == bindparam("row"))
        .values(reader_id=bindparam("new_id"), old_number=readers.c.id)
    )
    connection, last = op.get_bind(), 0
    while rows := _numbers(readers, last):
        ids = draw_reader_ids(len(rows))
        pairs = zip(rows, ids, strict=True)
        connection.execute(name, [{"row": row, "new_id": new_id} for row, new_id in pairs])
        last = rows[-1]
    op.create_index("uq_subscribers_reader_id", "subscribers", ["reader_id"], unique=True)
    op.create_index("uq_subscribers_old_number", "subscribers", ["old_number"], unique=True)
    op.create_table(
        "reader_aliases",
        Column("alias", Text, primary_key=True),
        Column("subscriber_id", Integer, ForeignKey("subscribers.id"), nullable=False),
    )
    op.create_index("ix_reader_aliases_subscriber_id", "reader_aliases", ["subscriber_id"])


def _numbers(readers: object, last: int) -> list[int]:
    query = (
        select(column("id", Integer))
        .select_from(table("subscribers"))
        .where(column("id", Integer) > last)
    )
    return list(
        op.get_bind().execute(query.order_by(column("id")).limit(READERS_AT_A_TIME)).scalars()
    )


def _tell_attempts() -> None:
    op.create_table(
        "runs",
        Column("id", Integer, primary_key=True),
        Column("issue", Text, nullable=False),
        Column("host", Text, nullable=False),
        Column("pid", Integer, nullable=False),
        Column("process_started", Text),
        Column("began_at", TIME, nullable=False),
        Column("seen_at", TIME, nullable=False),
        Column("ended_at", TIME),
        Column("ordered_by", Text),
        Column("ordered_at", TIME),
        Column("account", Text),
        Column("words", Text),
        Column("journal_seen_at", TIME),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_issue", "runs", ["issue"])
    for name in ("run_id", "attempt"):
        op.add_column("deliveries", Column(name, Integer))
    op.add_column("dispatches", Column("doubted_until", TIME))


def _keep_ways() -> None:
    for name in ("dispatches", "appointments"):
        op.add_column(name, Column("provider_kind", Text))
        op.add_column(name, Column("provider_name", Text))
        op.add_column(name, Column("recipients_of", Text))
        op.add_column(name, Column("told", Text))
    op.add_column(
        "dispatches", Column("is_rehearsal", Boolean, nullable=False, server_default=false())
    )
    op.add_column(
        "dispatches", Column("names_numbers", Boolean, nullable=False, server_default=true())
    )


def _keep_accounts() -> None:
    for name in SIGNED:
        op.add_column(name, Column("account", Text))


def _set_rehearsals_aside() -> None:
    op.create_table(
        "rehearsals",
        Column("id", Integer, primary_key=True),
        Column("issue", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("planned_at", TIME, nullable=False),
        Column("provider_name", Text),
        Column("set_aside_at", TIME, nullable=False),
        Column("set_aside_by", Text, nullable=False),
        Column("because", Text, nullable=False),
    )
    op.create_index("ix_rehearsals_issue", "rehearsals", ["issue"])
    op.create_table(
        "rehearsed_deliveries",
        Column("id", Integer, primary_key=True),
        Column("rehearsal_id", Integer, ForeignKey("rehearsals.id"), nullable=False),
        Column("subscriber_id", Integer, nullable=False),
        Column("address_key", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("edition", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("reason", Text),
        Column("attempts", Integer, nullable=False),
        Column("begun_at", TIME),
        Column("answered_at", TIME),
        Column("answer", Text),
    )
    op.create_index(
        "ix_rehearsed_deliveries_rehearsal_id", "rehearsed_deliveries", ["rehearsal_id"]
    )


def _mark_ledger() -> None:
    op.create_table(
        "ledger_marks",
        Column("id", Text, primary_key=True),
        Column("ends", Integer, nullable=False),
        Column("looked_at", TIME),
    )
    marks = table("ledger_marks", column("id"), column("ends"), column("looked_at", TIME))
    # Earlier versions recorded no check, so this is the first one: due issues do not count as late.
    first = {"id": secrets.token_hex(16), "ends": 0, "looked_at": datetime.now(UTC)}
    op.bulk_insert(marks, [first])
    op.create_table(
        "doubts",
        Column("id", Integer, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("words", Text, nullable=False),
        Column("raised_at", TIME, nullable=False),
        Column("told_at", TIME),
        Column("ended_at", TIME),
    )
    op.create_table(
        "doubt_answers",
        Column("doubt_id", Integer, ForeignKey("doubts.id"), primary_key=True),
        Column("issue", Text, primary_key=True),
        Column("answered_by", Text, nullable=False),
        Column("answered_at", TIME, nullable=False),
        Column("because", Text, nullable=False),
    )


def downgrade() -> None:
    """Drop all of these; links with reader ids then refer to no reader."""
    for name in (
        "doubt_answers",
        "doubts",
        "ledger_marks",
        "rehearsed_deliveries",
        "rehearsals",
        "reader_aliases",
        "runs",
    ):
        op.drop_table(name)
    op.drop_index("uq_subscribers_reader_id", "subscribers")
    op.drop_index("uq_subscribers_old_number", "subscribers")
    dropped = {
        "dispatches": (
            "doubted_until",
            *WAY,
            "is_rehearsal",
            "names_numbers",
            "recipients_of",
            "told",
        ),
        "appointments": (*WAY, "recipients_of", "told"),
        "deliveries": ("run_id", "attempt"),
        "subscribers": (
            "reader_id",
            "old_number",
            "standing_cause",
            "standing_because",
            "standing_by",
        ),
    }
    for name, columns in dropped.items():
        for one in columns:
            op.drop_column(name, one)
    for name in SIGNED:
        op.drop_column(name, "account")
