"""The table of proofs of webhooks: of those that may come once, and of those that are refused."""

from typing import Final

from sqlalchemy import Column, Table, Text

from newsletter.storage.tables import UtcTime, metadata

OLD_PROOF: Final = "old proof of "  # before a provider: what it signs is refused; see old_proofs.py

# See feedback.book.Once. Of an old proof: the SHA-256 of what it is about, and that itself.
webhook_tokens: Final = Table(
    "webhook_tokens",
    metadata,
    Column("source", Text, primary_key=True),  # a provider
    Column("token", Text, primary_key=True),  # SHA-256 of it
    Column("content", Text, nullable=False),  # SHA-256 of what it came with
    Column("until", UtcTime, nullable=False, index=True),  # later the row is deleted
)
