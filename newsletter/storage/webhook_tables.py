"""The table of proofs of webhooks that may come once: see feedback.book.Once."""

from typing import Final

from sqlalchemy import Column, Table, Text

from newsletter.storage.tables import UtcTime, metadata

webhook_tokens: Final = Table(
    "webhook_tokens",
    metadata,
    Column("source", Text, primary_key=True),  # a provider
    Column("token", Text, primary_key=True),  # SHA-256 of it
    Column("content", Text, nullable=False),  # SHA-256 of what it came with
    Column("until", UtcTime, nullable=False, index=True),  # later the row is deleted
)
