"""The tables of what readers asked for, and of the mails that the program itself sends them."""

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from newsletter.storage.facts import FactsJson
from newsletter.storage.tables import UtcTime, metadata, partial_index

# Keys that no change of NEWSLETTER_SECRET_KEY affects, because stored hashes depend on them. They
# are in the database, and so in every backup.
lasting_keys: Final = Table(
    "lasting_keys",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)

# Mails of the program itself: what a reader asked for, the mail that it became, and its outcome.
mails: Final = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # random; in links and bounce addresses
    Column("kind", Text, nullable=False),  # what was asked for: see mails.mail.MailKind
    Column("lang", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    # The reader whom the mail is about; NULL: not known when it was asked for.
    Column("subscriber_id", Integer, ForeignKey("subscribers.id"), index=True),
    Column("facts", FactsJson, nullable=False),  # of the kind: see mails.mail
    Column("network", Text),  # where the request came from: 203.0.113.0/24
    Column("asked_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False, default="pending"),  # as in deliveries
    Column("form", Text),  # the mail that it became: see mails.mail.MailForm
    Column("reason", Text),  # why skipped
    Column("attempts", Integer, nullable=False, default=0),
    Column("begun_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("due_at", UtcTime),  # not before this time; NULL: at once
    Column("answer", Text),  # the provider's words, one line
    Column("sent_by", Text),  # host:pid of the process that began it last
    Column("tries", Integer, nullable=False, default=0),  # wrong codes typed in its tab
    Column("used_at", UtcTime),  # when its reader has done what it offers
    Column("door", Text),  # how: by the code or the link
    # Whether the way delivers by which it was begun last; NULL: never begun, or not known.
    Column("way_delivers", Boolean),
    CheckConstraint(
        "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown', 'skipped')",
        name="state",
    ),
    partial_index("ix_mails_waiting", ["due_at"], "state IN ('pending', 'deferred')"),
    Index("ix_mails_address_key", "address_key", "begun_at"),
    Index("ix_mails_begun_at", "begun_at"),
    sqlite_autoincrement=True,
)

# A person's permission for another number of limited mails to one network, for some time.
network_limits: Final = Table(
    "network_limits",
    metadata,
    Column("network", Text, primary_key=True),
    Column("most_an_hour", Integer, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("account", Text),  # as in approvals
)

# How many asked to subscribe, and how many confirmed: kept when the requests are deleted.
funnel_counts: Final = Table(
    "funnel_counts",
    metadata,
    Column("month", Text, primary_key=True),  # 2026-11, in the publication's time zone
    Column("step", Text, primary_key=True),  # see mails.funnel.Step
    Column("count", Integer, nullable=False),
)

# Addresses whose owner never wants mail again; the address itself is not stored.
blocked_addresses: Final = Table(
    "blocked_addresses",
    metadata,
    Column("address_hash", Text, primary_key=True),  # HMAC-SHA256 by a lasting key
    Column("since", UtcTime, nullable=False),
    Column("because", Text),
    Column("blocked_by", Text, nullable=False),
    Column("lifted_at", UtcTime),  # when a person let the address ask again; NULL: it is blocked
)

# Test mails to the bounce address, and whether they arrived there.
bounce_checks: Final = Table(
    "bounce_checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False, index=True),  # as in publication.yaml
    Column("token", Text, nullable=False, unique=True),  # in the address that was written to
    Column("code", Text, nullable=False),  # in the mail, for a person who reads it
    Column("sent_at", UtcTime, nullable=False),
    Column("arrived_at", UtcTime),
    Column("noted_by", Text),
    Column("account", Text),  # as in approvals
)
