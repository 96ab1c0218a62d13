"""
Compares the consent record with the list, and with what an erasure may take out of it.

A chain proves that nothing in it was changed. That its end was cut off, or details were taken out,
shows only by what is stored elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from newsletter.storage.consent_said import Said, find_said, is_said_of_anybody, keep_acts
from newsletter.storage.consent_tables import consent_begins, consents
from newsletter.storage.erased_people import moved_to
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.tables import doubts, subscribers
from newsletter.subscribers.consent_proof import Missing
from newsletter.subscribers.consent_record import ConsentAct, name_person
from newsletter.subscribers.erasing import is_placeholder
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import BY_FILE, IMPORT, Cause

READERS_AT_A_TIME: Final = 5_000
_OF: Final = consents.c
_LIST: Final = subscribers.c


class Began(NamedTuple):
    """When the record began."""

    at: datetime | None  # of its first entry, aware UTC; None: there is none
    after_reader: int | None  # the last reader who was there before; None: not known


def find_missing(connection: Connection, looked_at: Callable[[int], None]) -> Missing | None:
    """
    Compare the record with the list; *looked_at* is told how many readers were looked at.

    *connection*: a snapshot with the `TEMPORARY` tables of consent_said.

    What was agreed, or ended, before the record began stands on the list alone.
    """
    # Without its key nobody is found in the record: every new reader is missing in it.
    secret = find_lasting_key(connection, KeyPurpose.ADDRESSES) or b""
    done, missing = 0, list[datetime]()
    keep_acts(connection)
    comparison = _Comparison(connection)
    for readers in _pages_of(connection):
        names = {name_person(row.address_key, secret): row for row in readers}
        said = find_said(connection, list(names))
        found = (comparison.find_lack(row, said[name]) for name, row in names.items())
        missing += [at for at in found if at is not None]
        done += len(readers)
        looked_at(done)
    missing += _find_ends_of_erased(connection)
    return Missing(len(missing), min(missing)) if missing else None


def find_erased_names(connection: Connection) -> frozenset[bytes]:
    """Return the names in the record of those who were erased: their details may be gone."""
    hashes = connection.execute(select(erasures.c.address_hash).distinct()).scalars()
    return frozenset(map(bytes.fromhex, hashes))


def _pages_of(connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    query: Select[Any] = select(
        *(_LIST.id, _LIST.address_key, _LIST.standing, _LIST.standing_since),
        *(_LIST.standing_cause, _LIST.standing_by, _LIST.consented_at, _LIST.reconfirmed_at),
        *(_LIST.moved_at, _LIST.import_id),
    )
    after = 0
    while rows := connection.execute(
        query.where(_LIST.id > after).order_by(_LIST.id).limit(READERS_AT_A_TIME)
    ).all():
        yield [row for row in rows if not is_placeholder(row.address_key)]
        after = rows[-1].id


def _find_ends_of_erased(connection: Connection) -> Sequence[datetime]:
    """
    Return since when consents have ended of erased people whose last entry is none of that.

    Of whoever has no entry at all nothing is known: a copy may be older than their consent.
    """
    of, missing = erasures.c, list[datetime]()
    query = select(of.address_hash, of.lifted_at, of.standing_cause, of.standing_since)
    newest = {row.address_hash: row for row in connection.execute(query.order_by(of.id))}
    ended = {
        bytes.fromhex(name): row.standing_since
        for name, row in newest.items()
        if row.lifted_at is None and row.standing_cause == Cause.WITHDREW
    }
    names = list(ended)
    for start in range(0, len(names), READERS_AT_A_TIME):
        said = find_said(connection, names[start : start + READERS_AT_A_TIME])
        missing += [
            ended[name]
            for name, one in said.items()
            if one.last and ConsentAct.ENDED not in one.last
        ]
    return missing


class _Comparison:
    """Compares readers of the list with what the record says of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._began = Began(
            connection.execute(select(func.min(_OF.recorded_at))).scalar(),
            connection.execute(select(consent_begins.c.after_reader)).scalar(),
        )
        # A backup that was put back has taken over from the ledger that it replaced what became of
        # readers, but not each of their acts.
        self._is_put_back = connection.execute(select(doubts.c.id).limit(1)).first() is not None
        self._moved_here = _find_moved_here(connection)

    def find_lack(self, row: Row[Any], said: Said) -> datetime | None:
        """Return since when the record lacks what the list says; None: it lacks nothing."""
        if row.standing == Standing.ACTIVE:
            return self._find_consent(row, said) or self._find_renewal(row, said)
        if row.standing_cause == Cause.WITHDREW:
            return self._find_end(row, said)
        return self._find_consent_of_suppressed(row, said)

    def _find_consent(self, row: Row[Any], said: Said) -> datetime | None:
        agreed: datetime = row.consented_at or row.standing_since
        if not said.last - {ConsentAct.ENDED}:
            is_put_back = row.standing_by and not said.last  # by a person, after a suppression
            if is_put_back and (row.consented_at is None or not self._is_of_here(row)):
                return None
            is_missed = self._is_new(row) or (row.consented_at and self._is_since(agreed))
            return agreed if is_missed else None
        known = said.at(ConsentAct.AGREED)
        if not known or row.consented_at in known:
            return None
        is_since = row.consented_at is not None and self._is_since(agreed)
        return agreed if self._is_new(row) or is_since else None

    def _find_renewal(self, row: Row[Any], said: Said) -> datetime | None:
        """Whoever was suppressed when a file said so has no entry; they are active later."""
        at: datetime | None = row.reconfirmed_at
        if at is None or at < row.standing_since or at in said.at(ConsentAct.RENEWED):
            return None
        if not self._is_new(row) and not self._is_since(at):
            return None
        is_elsewhere = self._is_put_back or self._has_moved(row)
        if is_elsewhere and is_said_of_anybody(self._connection, ConsentAct.RENEWED, at):
            return None
        return at

    def _find_end(self, row: Row[Any], said: Said) -> datetime | None:
        since: datetime = row.standing_since
        if ConsentAct.ENDED not in said.last:
            return since if self._is_new(row) or said.last or self._is_since(since) else None
        ended = said.at(ConsentAct.ENDED)
        # A file may say another time of whoever has left before.
        if since in ended or row.standing_by in {BY_FILE, IMPORT} or said.own is None:
            return None
        latest = max(at for at in ended if at is not None)
        is_back = said.own.act != ConsentAct.ENDED and said.own.recorded_at > latest
        return since if is_back and latest < since else None

    def _find_consent_of_suppressed(self, row: Row[Any], said: Said) -> datetime | None:
        """
        Whoever came suppressed has no entry; nor has one who was suppressed when they moved.

        A file, or a ledger that was replaced, may have brought them so.
        """
        at: datetime | None = row.consented_at
        if row.standing == Standing.UNSUBSCRIBED or at is None or not self._is_of_here(row):
            return None
        is_missed = self._is_new(row) or self._is_since(at)
        return at if is_missed and not said.last - {ConsentAct.ENDED} else None

    def _is_of_here(self, row: Row[Any]) -> bool:
        """Return whether a reader came by neither a file, another ledger nor a move."""
        return row.import_id is None and not self._is_put_back and not self._has_moved(row)

    def _has_moved(self, row: Row[Any]) -> bool:
        return row.moved_at is not None or row.address_key in self._moved_here

    def _is_new(self, row: Row[Any]) -> bool:
        after = self._began.after_reader
        return after is not None and bool(row.id > after)

    def _is_since(self, at: datetime) -> bool:
        return self._began.at is not None and at >= self._began.at


def _find_moved_here(connection: Connection) -> frozenset[str]:
    """Return the keys of addresses to which readers have moved; earlier moves have no date."""
    query = select(_LIST.standing_because).where(_LIST.standing_cause == Cause.MOVED.value)
    to = map(moved_to, connection.execute(query).scalars())
    return frozenset(key for key in to if key is not None)
