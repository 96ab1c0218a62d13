"""
Finds those who agreed after what caused their erasure: a database may know more than an erasure.

Whoever restores a backup that is too old may erase there, by their withdrawal of long ago, readers
who have agreed again since. In the right database, and in copies of it, they stay.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from newsletter.storage.erased_people import find_keys, find_people
from newsletter.storage.erasure_journal import Line
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import subscribers
from newsletter.subscribers.erasing import ErasureWhy
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import Sought, hash_of

_LIST: Final = subscribers.c
_NEEDED: Final = (_LIST.consented_at, _LIST.standing_since)


def find_later(connection: Connection, sought: Sought, lines: Sequence[Line]) -> frozenset[str]:
    """
    Return the hashes of those of *sought* who are to stay in this database, which may be a copy.

    Args:
        connection: to the database.
        sought: people who are erased.
        lines: their erasures; of several of one address, the last cause counts.
    """
    if not all(map(Rows(connection).has, _NEEDED)):
        return frozenset()
    caused_at = _causes_of(lines)
    keys = find_keys(connection, sought, (subscribers,))
    fields = (_LIST.address_key, _LIST.standing, *_NEEDED)
    query = select(*fields).where(is_in(_LIST.address_key, keys))
    later = set[str]()
    for row in connection.execute(query):
        cause = caused_at.get(hash_of(row.address_key, sought.secret))
        if cause is not None and _is_later(row, cause):
            later.add(row.address_key)
    if not later:
        return frozenset()
    people = find_people(connection, later)  # with the addresses that they had before
    return frozenset(hash_of(key, sought.secret) for key in people.keys) & sought.hashes


def _causes_of(lines: Sequence[Line]) -> Mapping[str, datetime]:
    """Return when the reader of each address withdrew, or asked to be erased."""
    causes = dict[str, datetime]()
    for line in lines:
        is_due = line.why == ErasureWhy.WITHDRAWN and line.since is not None
        at = line.since if is_due and line.since else line.asked_at
        causes[line.address_hash] = max(at, causes.get(line.address_hash, at))
    return causes


def _is_later(row: Any, cause: datetime) -> bool:
    """Return whether a reader agreed after that, and did not say before that it has ended."""
    is_since = bool(row.standing_since > cause)
    if row.standing == Standing.ACTIVE:
        return is_since or bool(row.consented_at and row.consented_at > cause)
    return is_since and bool(row.consented_at and row.consented_at > cause)
