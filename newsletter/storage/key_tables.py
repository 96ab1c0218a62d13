"""The table of keys that signed links: see message/keys.py."""

from typing import Final

from sqlalchemy import Column, Table, Text

from newsletter.storage.tables import UtcTime, metadata

# Which keys have signed what has left, by their fingerprints, which tell nothing about them.
used_keys: Final = Table(
    "used_keys",
    metadata,
    Column("fingerprint", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # see storage.used_keys.Signed
    Column("used_at", UtcTime, nullable=False),  # when that began last
)
