"""The tables of the ledger and the list of subscribers, in words of ARCHITECTURE.md."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
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
    false,
    text,
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
    Column("paused_at", UtcTime),
    Column("paused_by", Text),
    Column("paused_because", Text),
    Column("cancelled_at", UtcTime),  # for good
    Column("cancelled_by", Text),
    Column("cancelled_because", Text),
    # The newest run was to reach only some readers, so the rest must not go out by itself.
    Column("is_limited", Boolean, nullable=False, default=False, server_default=false()),
)


def _index(name: str, columns: list[str], where: str) -> Index:
    """Index those rows alone of which *where* is true."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


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
    # A delivery's state changes twice while it is sent, so no index holds every state: each
    # of these is written once or never on that way.
    _index("ix_deliveries_waiting", ["issue", "id"], "state IN ('pending', 'deferred')"),
    _index("ix_deliveries_due", ["issue", "due_at"], "state = 'deferred'"),
    _index("ix_deliveries_begun", ["issue", "begun_at"], "begun_at IS NOT NULL"),
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

notes: Final = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False, index=True),  # planned or not
    Column("act", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("noted_at", UtcTime, nullable=False),
    Column("words", Text, nullable=False),
)

appointments: Final = Table(
    "appointments",
    metadata,
    Column("issue", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("send_at", UtcTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)

domain_pauses: Final = Table(
    "domain_pauses",
    metadata,
    Column("domain", Text, primary_key=True),  # in A-labels and lower case
    Column("until", UtcTime, nullable=False),
    Column("answer", Text, nullable=False),  # the server's words, one line
)
