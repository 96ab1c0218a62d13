"""The table of what came back: see feedback/event.py."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from newsletter.storage.tables import UtcTime, metadata, partial_index

# One row a mail or webhook event that was read. The row stays when its mail is deleted.
feedback_events: Final = Table(
    "feedback_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),  # "mail", or a provider
    Column("raw_id", Text, nullable=False),  # the source's name of it; of a mail its SHA-256
    Column("received_at", UtcTime, nullable=False),  # when it was read
    Column("kind", Text, nullable=False),  # see feedback.event.Kind; the next two alike
    Column("bounce_class", Text),
    Column("reason", Text),
    Column("status", Text),  # RFC 3463, like 5.1.1
    Column("code", Text),  # RFC 5321, like 550
    Column("proof", Text, nullable=False),  # see feedback.whose.Proof
    Column("issue", Text),  # of the letter; NULL: of none, or not known
    Column("subscriber_id", Integer),  # the reader; NULL: not proven. No foreign key: it outlives
    Column("mail_name", Text),  # the program's own mail that it answers
    Column("domain", Text),  # of the reader's address then; in A-labels
    Column("words", Text),  # what a server said, one line; NULL: nothing, or erased
    Column("sender", Text),  # of a mail for people; the next alike
    Column("subject", Text),
    Column("action", Text, nullable=False),  # see feedback.event.Action
    Column("kept_as", Text),  # file name of the mail; NULL: not kept, or deleted
    Column("settled_at", UtcTime),  # by a person, or by the erasure of theirs
    Column("settled_by", Text),
    Column("settled_as", Text),  # see feedback.effects.Settled; NULL with a time: erased
    Column("account", Text),  # as in approvals
    Column("forwarded_at", UtcTime),
    UniqueConstraint("source", "raw_id"),
    Index("ix_feedback_events_subscriber_id", "subscriber_id"),
    Index("ix_feedback_events_issue", "issue", "kind", "domain"),
    partial_index(
        "ix_feedback_events_open",
        ["id"],
        "settled_at IS NULL AND action IN ('ask', 'list', 'hold')",
    ),
    sqlite_autoincrement=True,  # a number names one event for ever
)
