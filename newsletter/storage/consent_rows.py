"""Reads rows of the consent record; refuses values that the program never writes."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Text, select, type_coerce

from newsletter.errors import LedgerError
from newsletter.lang import Lang
from newsletter.phrases import phrase
from newsletter.storage.consent_tables import consents
from newsletter.subscribers.consent_record import (
    ChainId,
    ConsentAct,
    ConsentEntry,
    ConsentWay,
    Seal,
    details_of,
    has_its_details,
)

IS_HASH: Final = re.compile("[0-9a-f]{64}")
ROWS_AT_A_TIME: Final = 10_000
NO_MICROSECONDS: Final = ".000000"  # Python leaves them out

_OF: Final = consents.c
_TIMES: Final = ("at", "recorded_at")  # read as they are: SQLite keeps any text there
FIELDS: Final = [
    type_coerce(column, Text).label(column.name) if column.name in _TIMES else column
    for column in consents.columns
]


def read_entries(
    connection: Connection, query: Select[Any]
) -> Sequence[tuple[ConsentEntry, str | None]]:
    """
    Return the entries that a query of `FIELDS` and a file's name finds.

    Raises:
        LedgerError: one of them was changed and cannot be read.
    """
    try:
        found = [(read_entry(row), row.file) for row in connection.execute(query)]
        for entry, _ in found:
            details_of(entry)
    except (ValueError, TypeError, OverflowError) as error:
        raise LedgerError(phrase("storage.consent-unreadable")) from error
    return found


def walk_chain(
    connection: Connection, chain: ChainId, after: int = 0
) -> Iterator[tuple[ConsentEntry | None, bytes]]:
    """
    Yield the entries of a chain with their links, some thousands at a time; None: no entry.

    *after*: the place before the first of them.
    """
    place = after
    while True:
        query: Select[Any] = select(*FIELDS).where(_OF.chain_id == chain, _OF.place > place)
        rows: Sequence[Any] = connection.execute(
            query.order_by(_OF.place).limit(ROWS_AT_A_TIME)
        ).all()
        for row in rows:
            try:
                yield read_entry(row), bytes(row.link)
            except (ValueError, TypeError, OverflowError):  # somebody has changed the row
                yield None, b""
        if len(rows) < ROWS_AT_A_TIME:
            return
        place = rows[-1].place


def holds_after(entry: ConsentEntry, link: bytes, previous: bytes) -> bool:
    """Return whether an entry is what was recorded, and its *link* follows the *previous* one."""
    return has_its_details(entry) and entry.link_after(previous) == link


def read_entry(row: Row[Any]) -> ConsentEntry:
    """Return the entry of a row; raises ValueError or TypeError if it was never one."""
    act, seal = ConsentAct(row.act), _seal(row)
    is_end = act is ConsentAct.FILED
    if is_end is not (seal is not None) or is_end is not (row.person is None):
        raise ValueError(act)
    if row.text_hash is not None and not IS_HASH.fullmatch(row.text_hash):
        raise ValueError(row.text_hash)
    return ConsentEntry(
        chain=ChainId(row.chain_id),
        place=row.place,
        act=act,
        way=ConsentWay(row.way),
        person=_octets(row.person),
        at=None if row.at is None else _moment(row.at),
        recorded_at=_moment(row.recorded_at),
        lang=None if row.lang is None else Lang(row.lang),
        text=row.text_hash,
        details=None if row.details is None else str(row.details),
        details_hash=_octets(row.details_hash),
        seal=seal,
    )


def _seal(row: Row[Any]) -> Seal | None:
    chain, links, head = row.sealed_chain, row.sealed_links, row.sealed_head
    if chain is links is head is None:
        return None
    if type(chain) is not int or type(links) is not int:  # SQLite keeps 1.5 in such a column, too
        raise ValueError(chain, links)
    return Seal(ChainId(chain), links, bytes(head))


def _octets(kept: bytes | None) -> bytes | None:
    return None if kept is None else bytes(kept)  # SQLite keeps a text there too


def _moment(kept: object) -> datetime:
    if isinstance(kept, datetime):  # of PostgreSQL
        return kept.astimezone(UTC)
    when = datetime.fromisoformat(str(kept))
    if when.tzinfo is not None or str(when) != str(kept).removesuffix(NO_MICROSECONDS):
        raise ValueError(kept)
    return when.replace(tzinfo=UTC)


def moment_or_none(kept: object) -> datetime | None:
    """Return a time as it is kept, aware UTC; None: no program wrote it."""
    try:
        return _moment(kept)
    except (ValueError, TypeError, OverflowError):
        return None
