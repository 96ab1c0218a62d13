"""The tables of the ledger and the list of subscribers, in words of ARCHITECTURE.md."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps it as readable text without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the ledger")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

subscribers: Final = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("preference", Text),
    Column("standing", Text, nullable=False),
    Column("standing_since", UtcTime, nullable=False),
    Column("consented_at", UtcTime),
    Column("import_id", Text),  # the import that touched the row last; finds duplicates in a file
    CheckConstraint("preference IN ('ko', 'en', 'both')", name="preference"),
    CheckConstraint("standing IN ('active', 'unsubscribed', 'suppressed')", name="standing"),
)

dispatches: Final = Table(
    "dispatches",
    metadata,
    Column("issue", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("parts", JSON, nullable=False),  # name of a part -> its SHA-256; what the digest is of
    Column("planned_at", UtcTime, nullable=False),
    Column("holder", Text),  # host:pid of the process that is sending now
    Column("held_until", UtcTime),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, ForeignKey("dispatches.issue"), nullable=False),
    Column("subscriber_id", Integer, ForeignKey("subscribers.id"), nullable=False),
    Column("address_key", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("state", Text, nullable=False, default="pending"),
    Column("reason", Text),  # why skipped
    Column("attempts", Integer, nullable=False, default=0),
    Column("begun_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("due_at", UtcTime),  # when a deferred delivery may be tried again
    Column("answer", Text),  # the provider's words, one line
    UniqueConstraint("issue", "subscriber_id"),
    UniqueConstraint("issue", "address_key", name="uq_deliveries_issue_address_key"),
    CheckConstraint("edition IN ('ko', 'en', 'bilingual')", name="edition"),
    CheckConstraint(
        "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown', 'skipped')",
        name="state",
    ),
    Index("ix_deliveries_issue_state", "issue", "state", "id"),
    # A discarded plan's ids must never name another reader's delivery to a late process.
    sqlite_autoincrement=True,
)

approvals: Final = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("parts", JSON, nullable=False),  # what the digest is of, to name what changed since
    Column("approved_by", Text, nullable=False),
    Column("approved_at", UtcTime, nullable=False),
    Column("blocking", Integer, nullable=False),  # findings that were seen
    Column("advising", Integer, nullable=False),
)

overrides: Final = Table(
    "overrides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("findings", Integer, nullable=False),  # how many of the rule were overridden
    Column("because", Text, nullable=False),
    Column("overridden_by", Text, nullable=False),
    Column("overridden_at", UtcTime, nullable=False),
)
