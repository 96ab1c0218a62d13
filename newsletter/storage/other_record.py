"""Asks the consent record of a ledger that is replaced what it says of some people."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay, name_person

_NEVER: Final = datetime.min.replace(tzinfo=UTC)  # of a time that was damaged
_KEY: Final = "SELECT secret FROM lasting_keys WHERE purpose = 'addresses'"
_PERSONS: Final = "SELECT DISTINCT person FROM consents WHERE person IS NOT NULL"
_AGREED: Final = "SELECT person, at FROM consents WHERE act IN (?, ?) AND at IS NOT NULL"
_BACK: Final = "SELECT person, recorded_at FROM consents WHERE act = ? AND way != ?"
_OF_BACK: Final = (ConsentAct.AGREED.value, ConsentWay.MOVED.value)
_OF_AGREED: Final = (ConsentAct.AGREED.value, ConsentAct.RENEWED.value)


class OtherRecord:
    """The consent record of another ledger; it says nothing if it is missing or unreadable."""

    def __init__(self, database: Path | None) -> None:
        self._database = database if database is not None and database.exists() else None

    def find_known(self, keys: Collection[str]) -> frozenset[str]:
        """Return those of the addresses of whose owners it says anything."""
        if self._database is None or not keys:
            return frozenset()
        of = self._names(keys)
        found = (of.get(bytes(row[0])) for row in self._rows(_PERSONS) if of)
        return frozenset(key for key in found if key is not None)

    def find_known_persons(self, persons: Collection[bytes]) -> frozenset[bytes]:
        """Return those of the names in the record that are in it."""
        if self._database is None or not persons:
            return frozenset()
        return frozenset(persons) & {bytes(row[0]) for row in self._rows(_PERSONS)}

    def find_agreed(self, keys: Collection[str]) -> Mapping[str, Collection[datetime]]:
        """Return when the owners of addresses agreed, or confirmed it, by address; aware UTC."""
        found = defaultdict[str, set[datetime]](set)
        if self._database is None or not keys:
            return found
        of = self._names(keys)
        for person, at in self._rows(_AGREED, _OF_AGREED) if of else ():
            if (key := of.get(bytes(person or b""))) is not None:
                found[key].add(moment_in(at, _NEVER))
        return found

    def find_last_agreed(self, keys: Collection[str]) -> Mapping[str, datetime]:
        """Return when it was last recorded that the owners of addresses agree, by address."""
        found = dict[str, datetime]()
        if self._database is None or not keys:
            return found
        of = self._names(keys)
        for person, at in self._rows(_BACK, _OF_BACK) if of else ():
            if (key := of.get(bytes(person or b""))) is not None:
                found[key] = max(moment_in(at, _NEVER), found.get(key, _NEVER))
        return found

    def _names(self, keys: Collection[str]) -> Mapping[bytes, str]:
        secret = next(self._rows(_KEY), None)
        if secret is None:
            return {}
        return {name_person(key, str(secret[0]).encode()): key for key in keys}

    def _rows(self, query: str, values: Collection[str] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield rows, as far as the file can be read."""
        assert self._database is not None  # noqa: S101 - its callers look
        try:
            with closing(connect_for_copy(self._database)) as connection:
                yield from connection.execute(query, tuple(values))
        except sqlite3.Error:
            return


NO_RECORD: Final = OtherRecord(None)
