"""The tables of the consent record: see subscribers/consent_record.py."""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from newsletter.storage.tables import UtcTime, metadata

# What people agreed to, in the words that they read; only inserted.
consent_texts: Final = Table(
    "consent_texts",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the words in UTF-8
    Column("lang", Text, nullable=False),
    Column("version", Text, nullable=False),  # as its author calls it
    Column("words", Text, nullable=False),
    Column("kept_at", UtcTime, nullable=False),  # from when on a form could show it
)

# Chains of files; the chain of single acts has the number 0, and no row.
consent_chains: Final = Table(
    "consent_chains",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import_id", Text, nullable=False, unique=True),
    Column("file", Text, nullable=False),  # its name, for people
    Column("began_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,  # a number names one chain for ever
)

# One row. Readers with higher numbers came on the list when the record was kept already: what it
# does not say of them was taken out of it.
consent_begins: Final = Table(
    "consent_begins",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("after_reader", Integer, nullable=False),
)

# Only inserted; `details` alone is ever changed: to NULL, when they are erased.
consents: Final = Table(
    "consents",
    metadata,
    Column("chain_id", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),  # in the chain, from 1
    Column("act", Text, nullable=False),  # see ConsentAct
    Column("way", Text, nullable=False),  # see ConsentWay
    # HMAC-SHA256 of the address by the lasting key of addresses; NULL: the end of a file's chain
    Column("person", LargeBinary),
    Column("at", UtcTime),  # when it was done; NULL: not known
    Column("recorded_at", UtcTime, nullable=False),
    Column("lang", Text),
    Column("text_hash", Text),  # SHA-256 of the text that was agreed to
    Column("details", Text),  # JSON: by whom, from which file; NULL: none, or erased
    Column("details_hash", LargeBinary),
    Column("sealed_chain", Integer),  # the file's chain that is complete
    Column("sealed_links", Integer),
    Column("sealed_head", LargeBinary),
    Column("link", LargeBinary, nullable=False),  # SHA-256 of the link before, and of this row
    sqlite_with_rowid=False,
)
