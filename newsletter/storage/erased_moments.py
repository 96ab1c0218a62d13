"""The moments of erasures: all addresses of a person get one that nobody else has."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Connection, select

from newsletter.storage.erased_people import target_of
from newsletter.storage.erasure_tables import erasures
from newsletter.subscribers.book import Entry
from newsletter.subscribers.why import Cause


class ErasureMoments:
    """
    The moments of one order of erasure.

    By them people are counted, not addresses, which the hashes do not allow; the journal and
    backups carry them on.
    """

    def __init__(
        self, connection: Connection, now: datetime, entries: Mapping[str, Entry] | None
    ) -> None:
        """
        Prepare.

        Args:
            connection: in a transaction that holds the list.
            now: aware UTC; when the erasure was ordered.
            entries: of the people, by key, before they are erased; None: all is one person's.
        """
        self._entries = entries
        self._free = _free_moments(connection, now)
        self._given = dict[str, datetime]()  # by the last address of a person

    def of(self, key: str) -> datetime:
        """Return the moment of an address: *now*, or some microseconds later."""
        person = "" if self._entries is None else _last_of(key, self._entries)
        if person not in self._given:
            self._given[person] = next(self._free)
        return self._given[person]


def _free_moments(connection: Connection, now: datetime) -> Iterator[datetime]:
    of = erasures.c.asked_at
    taken = set(connection.execute(select(of).where(of >= now)).scalars())
    for number in count():
        if (at := now + timedelta(microseconds=number)) not in taken:
            yield at


def _last_of(key: str, entries: Mapping[str, Entry]) -> str:
    """Return the address to which the reader of an address has moved in the end."""
    seen = {key}
    while (entry := entries.get(key)) is not None and entry.why.cause is Cause.MOVED:
        there = target_of(entry.why.because)
        if there is None or there not in entries:
            break
        if there in seen:  # written by hand: a move ends at somebody
            return min(seen)
        seen.add(there)
        key = there
    return key
