"""The tables of the ledger and the list of subscribers, in the terms of ARCHITECTURE.md."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.engine import Dialect

from newsletter.errors import LedgerError
from newsletter.phrases import phrase


class UnreadableTimeError(LedgerError):
    """A column of times holds what no program writes; `storage.transactions` adds where."""

    def __init__(self, kept: object) -> None:
        super().__init__(phrase("storage.time-unknown", kept=str(kept)))
        self.kept = kept


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

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """
        Return what reads a value: an aware UTC time, or None.

        What it reads raises UnreadableTimeError: SQLite keeps whatever somebody writes by hand.
        """
        parse = self.impl_instance.result_processor(dialect, coltype)

        def read(kept: Any) -> datetime | None:
            try:
                when: datetime | None = parse(kept) if parse else kept
                if when is None:
                    return None
                return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
            except (ValueError, TypeError, AttributeError, OverflowError):
                raise UnreadableTimeError(kept) from None

        return read


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
    Column("import_id", Text),  # the last import that wrote the row; finds duplicates in a file
    # Reason of the standing, as far as it is known: see subscribers/why.py.
    Column("standing_cause", Text),
    Column("standing_because", Text),
    Column("standing_by", Text),
    Column("reader_id", Text),  # the person's name in links, in any database
    Column("old_number", Integer),  # the person's name in links from before reader ids
    # When the reader confirmed the consent last (Decree to the Network Act, Article 62-3).
    Column("reconfirmed_at", UtcTime),
    # When the reader came to this address; NULL: it is the first, or they came before it was kept.
    Column("moved_at", UtcTime),
    Index("uq_subscribers_reader_id", "reader_id", unique=True),
    Index("uq_subscribers_old_number", "old_number", unique=True),
    CheckConstraint("preference IN ('ko', 'en', 'both')", name="preference"),
    CheckConstraint(
        "standing IN ('active', 'suspended', 'unsubscribed', 'suppressed')", name="standing"
    ),
)

# Further names of readers: ids of a list that was merged into this one.
reader_aliases: Final = Table(
    "reader_aliases",
    metadata,
    Column("alias", Text, primary_key=True),  # a reader id, or an old number in digits
    Column("subscriber_id", Integer, ForeignKey("subscribers.id"), nullable=False, index=True),
)

# Names in links of those who have left by one, and were not on the list; see left_names.py.
left_names: Final = Table(
    "left_names",
    metadata,
    Column("name_hash", Text, primary_key=True),  # keyed
    Column("left_at", UtcTime, nullable=False),
)

# A letter as it is sent, independent of later changes of its folder; see storage/letters.py.
kept_letters: Final = Table(
    "kept_letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),  # SHA-256 of all stored data
    Column("issue", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),  # reference in approvals and appointments
    Column("content", LargeBinary, nullable=False),  # JSON, compressed by zlib
    Column("kept_at", UtcTime, nullable=False),  # last time: storing the same letter again counts
    sqlite_autoincrement=True,  # a number names one letter for ever
)

# Pictures as letters show them, each stored once.
kept_pictures: Final = Table(
    "kept_pictures",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

kept_letter_pictures: Final = Table(
    "kept_letter_pictures",
    metadata,
    Column("letter_id", Integer, ForeignKey("kept_letters.id"), primary_key=True),
    Column("path", Text, primary_key=True),  # below NEWSLETTER_PUBLIC_URL
    Column("sha256", Text, ForeignKey("kept_pictures.sha256"), nullable=False, index=True),
)

dispatches: Final = Table(
    "dispatches",
    metadata,
    Column("issue", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("parts", JSON, nullable=False),  # name of a part -> its SHA-256; input of the digest
    Column("planned_at", UtcTime, nullable=False),
    Column("holder", Text),  # host:pid of the process that is sending now
    Column("held_until", UtcTime),  # by the holder's clock
    Column("paused_at", UtcTime),
    Column("paused_by", Text),
    Column("paused_because", Text),
    Column("cancelled_at", UtcTime),  # for good
    Column("cancelled_by", Text),
    Column("cancelled_because", Text),
    # The newest run was limited to some readers, so a timer must not send the rest.
    Column("is_limited", Boolean, nullable=False, default=False, server_default=false()),
    # Set by a process that found held_until too far ahead by its own clock; the holder's next
    # sign of life clears it.
    Column("doubted_until", UtcTime),
    Column("provider_kind", Text),  # see Provider.kind; NULL: planned before this was stored
    Column("provider_name", Text),  # for people, without secrets
    # A special issue for only the readers of this issue; NULL: for all readers.
    Column("recipients_of", Text),
    Column("told", Text),  # SHA-256 of the printed reason why a timer did not send it; printed once
    Column("is_rehearsal", Boolean, nullable=False, default=False, server_default=false()),
    # Message-IDs of dispatches from before reader ids contain row numbers.
    Column("names_numbers", Boolean, nullable=False, default=False, server_default=true()),
    # The letter of waiting readers; NULL: planned before letters were kept, not continued since.
    Column("letter_id", Integer, ForeignKey("kept_letters.id")),
    Column("files", JSON),  # path of each file read for it -> its SHA-256
    Column("manner", JSON),  # the pace, and the edition of readers without a preference
    # Key that signs the links in its letters; NULL: no run began since this is stored.
    Column("key_fingerprint", Text),
    # A long change of the whole plan that is under way, or was cut off: a word of `Unfinished`.
    # Such a plan counts as none; NULL: it is whole. See storage/unfinished.py.
    Column("unfinished", Text),
    Column("aside_id", Integer),  # the rehearsal that its deliveries are moved to
)


# A process that sends an issue. The row remains after the process: an answer may come late.
runs: Final = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False, index=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", Text),  # in the system's units; distinguishes reused pids
    Column("began_at", UtcTime, nullable=False),  # by the database's clock, like the next two
    Column("seen_at", UtcTime, nullable=False),  # its last sign of life
    Column("ended_at", UtcTime),
    Column("ordered_by", Text),  # NULL: from before this was stored; the next three alike
    Column("ordered_at", UtcTime),  # by the clock of its machine, like all decisions of people
    Column("account", Text),  # as in approvals
    Column("words", Text),  # the order: by which provider, to how many readers
    # SQLite: when the journal's data was found in place after the process had ended.
    Column("journal_seen_at", UtcTime),
    Column("version", Text),  # of the program; NULL: from before this was stored; the next alike
    Column("ended_because", Text),  # a word of dispatch.runs.RunEnd
    Column("memory", Text),  # see Capabilities.memory; NULL: the provider remembers nothing
    sqlite_autoincrement=True,  # a number names one run for ever
)


def partial_index(name: str, columns: list[str], where: str) -> Index:
    """Create an index of only the rows for which *where* is true."""
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
    # The attempt begun last: its run, and its number in that run. No foreign key: it would be
    # looked up for every letter.
    Column("run_id", Integer),
    Column("attempt", Integer),
    # Of address_key. Not a generated column: SQLite would compute it at every change of its row.
    Column("domain", Text, nullable=False),
    # The letter it was last begun with, and the letter it is bound to: after an unknown outcome
    # the reader may have that one. No foreign keys, as above. NULL: begun before letters were kept.
    Column("letter_id", Integer),
    Column("bound_letter_id", Integer),
    UniqueConstraint("issue", "subscriber_id"),
    UniqueConstraint("issue", "address_key", name="uq_deliveries_issue_address_key"),
    CheckConstraint("edition IN ('ko', 'en', 'bilingual')", name="edition"),
    CheckConstraint(
        "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown', 'skipped')",
        name="state",
    ),
    # A delivery's state changes twice while it is sent, so no index contains every state: each of
    # these is written once or never during sending.
    partial_index("ix_deliveries_waiting", ["issue", "id"], "state IN ('pending', 'deferred')"),
    partial_index("ix_deliveries_due", ["issue", "due_at"], "state = 'deferred'"),
    partial_index("ix_deliveries_begun", ["issue", "begun_at"], "begun_at IS NOT NULL"),
    # Ids are never reused: for a late process, the id of a deleted plan must not refer to another
    # reader's delivery.
    sqlite_autoincrement=True,
)

approvals: Final = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("parts", JSON, nullable=False),  # input of the digest, to name later changes
    Column("approved_by", Text, nullable=False),
    Column("approved_at", UtcTime, nullable=False),
    Column("blocking", Integer, nullable=False),  # number of findings seen by the person
    Column("advising", Integer, nullable=False),
    Column("account", Text),  # USER@HOST of the system; NULL: from before this was stored
    # Whether the person says that it contains advertising; NULL: from before this was asked
    Column("advertising", Boolean),
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
    Column("account", Text),  # as in approvals
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
    Column("account", Text),  # as in approvals
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
    Column("provider_kind", Text),  # as in dispatches
    Column("provider_name", Text),
    Column("recipients_of", Text),  # as in dispatches
    Column("told", Text),
    Column("account", Text),  # as in approvals
)

domain_pauses: Final = Table(
    "domain_pauses",
    metadata,
    Column("domain", Text, primary_key=True),  # in A-labels and lower case
    Column("until", UtcTime, nullable=False),
    Column("answer", Text, nullable=False),  # the server's words, one line
)

# Rehearsals that were set aside when the issue was dispatched to its readers.
rehearsals: Final = Table(
    "rehearsals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("planned_at", UtcTime, nullable=False),
    Column("provider_name", Text),
    Column("set_aside_at", UtcTime, nullable=False),
    Column("set_aside_by", Text, nullable=False),
    Column("because", Text, nullable=False),
)

rehearsed_deliveries: Final = Table(
    "rehearsed_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),  # as it was in deliveries
    Column("rehearsal_id", Integer, ForeignKey("rehearsals.id"), nullable=False, index=True),
    Column("subscriber_id", Integer, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("begun_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("answer", Text),
)

# Id of this database, and its count of commands: one row, compared with a file beside it. A
# restored or copied ledger has a lower count than that file.
ledger_marks: Final = Table(
    "ledger_marks",
    metadata,
    Column("id", Text, primary_key=True),  # random; made with the database
    Column("ends", Integer, nullable=False),  # commands that wrote and have ended
    Column("looked_at", UtcTime),  # by ``dispatch --due``, while something was to be sent
)

# Reasons why this ledger may lack events: nothing is sent before a person has answered.
doubts: Final = Table(
    "doubts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("words", Text, nullable=False),  # the facts: issues, a count, a time in ISO 8601
    Column("raised_at", UtcTime, nullable=False),
    Column("told_at", UtcTime),  # when a timer printed it; printed once
    Column("ended_at", UtcTime),  # when no issue was left to answer for
)

doubt_answers: Final = Table(
    "doubt_answers",
    metadata,
    Column("doubt_id", Integer, ForeignKey("doubts.id"), primary_key=True),
    Column("issue", Text, primary_key=True),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", UtcTime, nullable=False),
    Column("because", Text, nullable=False),
)
