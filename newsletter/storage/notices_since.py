"""Carries over to a backup that is restored what readers were told after it was made."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, or_, select, update

from newsletter.dispatch.states import State
from newsletter.mails.mail import OWED, MailKind, Skip
from newsletter.mails.restored import Results
from newsletter.storage.agreed_later import consents_of
from newsletter.storage.consents import ConsentLog
from newsletter.storage.copies import connect_for_copy
from newsletter.storage.mail_tables import mails
from newsletter.storage.present_columns import Rows, is_in, value_in
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import writing
from newsletter.subscribers.address import Address
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay, Declaration, Occasion
from newsletter.subscribers.subscriber import Standing

AT_A_TIME: Final = 1_000
_OF: Final = mails.c
_LIST: Final = subscribers.c
_KINDS: Final = sorted(kind.value for kind in OWED)
_WAITING: Final = (State.PENDING.value, State.DEFERRED.value)
_BEGUN: Final = (State.ACCEPTED.value, State.UNKNOWN.value, State.REFUSED.value)
_OPEN: Final = frozenset({*_WAITING, State.UNKNOWN.value})
_TOLD: Final = (
    "SELECT * FROM mails"  # noqa: S608 - our own words
    f" WHERE kind IN ({', '.join('?' * len(_KINDS))})"
    f" AND (state IN ({', '.join('?' * len(_BEGUN + _WAITING))}) OR reason = ?) ORDER BY id"
)
_READER: Final = "SELECT address, address_key, reader_id, standing FROM subscribers WHERE {} = ?"
# What becomes of a mail after it was asked for.
_LATER: Final = (
    *("state", "form", "reason", "attempts", "begun_at", "answered_at", "due_at", "answer"),
    *("sent_by", "used_at", "door", "way_delivers"),
)
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A mail that was sent, may have been, or is owed, by the ledger that is replaced."""

    row: _Row  # of mails
    keys: frozenset[str]  # of the addresses by which a backup may know its reader
    reader: str | None  # the reader's id in links, which stays when the address changes
    # Of a result of consent, whose reader may come back by a file if a backup has them not: the
    # address of now; None: it stays forgotten where nobody knows its reader.
    returning: Address | None = None


NoticesSince = Sequence[Told]


def read_notices(database: Path) -> NoticesSince:
    """
    Read what readers were told, and what they still are to be told.

    Nothing, if the ledger is missing, damaged or too old.
    """
    if not database.exists():
        return ()
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.row_factory = sqlite3.Row
            readers = _Readers(connection)
            wanted = (*_KINDS, *_BEGUN, *_WAITING, Skip.SETTLED.value)
            found = connection.execute(_TOLD, wanted)
            told = (_told_of(dict(row), readers) for row in found)
            return [one for one in told if one is not None]
    except (sqlite3.Error, ValueError, TypeError):
        return ()


def repeat_notices(engine: Engine, since: NoticesSince, now: datetime) -> Results:
    """
    Let nobody be told again by an older copy what they were told after it was made, nor never.

    Results of consent stay with the addresses of readers whom the copy does not have: they may
    come back by a file.

    Who has confirmed a consent again since has done so in the copy, too: see `repeat_renewals`.
    """
    told, some = Counter[MailKind](), iter(since)
    with writing(engine) as connection:
        while batch := list(islice(some, AT_A_TIME)):
            _renew(connection, batch, now)
            known = _known_of(connection, batch)
            for one in batch:
                before = known.get(one.row["name"])
                if before is not None and _says_more(one.row, before):
                    later = {name: one.row[name] for name in _LATER if name in one.row}
                    is_its = _OF.name == one.row["name"]
                    connection.execute(update(mails).where(is_its).values(**later))
                    is_told = before.state in _OPEN and one.row["state"] in _BEGUN
                    told[MailKind(one.row["kind"])] += is_told
            new = [one for one in batch if one.row["name"] not in known]
            if rows := list(_rows_of(connection, new)):
                connection.execute(insert(mails), rows)
            for row in rows:
                told[MailKind(row["kind"])] += row["state"] in _BEGUN
        waits = _OF.state.in_([State.PENDING.value, State.DEFERRED.value])
        query = select(_OF.kind).where(waits, _OF.kind.in_(_KINDS))
        return Results(told, Counter(map(MailKind, connection.execute(query).scalars())))


def repeat_renewals(engine: Engine, since: NoticesSince, now: datetime) -> None:
    """
    Record in an older copy who has confirmed a consent again after it was made.

    Only of active readers: a confirmation that followed the end of a consent would undo it. So this
    comes before the copy ends the consents of those who have left since, and once more with the
    notices, for those whom a decision has put back; what is recorded stays as it is.
    """
    some = iter(since)
    with writing(engine) as connection:
        while batch := list(islice(some, AT_A_TIME)):
            _renew(connection, batch, now)


def _renew(connection: Connection, told: Sequence[Told], now: datetime) -> None:
    used = [one for one in told if _confirms(one.row)]
    known = _known_of(connection, used)
    rows = [
        *(
            {**one.row, "subscriber_id": known[one.row["name"]].subscriber_id}
            for one in used
            if one.row["name"] in known and known[one.row["name"]].used_at is None
        ),
        *_rows_of(connection, [one for one in used if one.row["name"] not in known]),
    ]
    numbers = {row["subscriber_id"] for row in rows} - {None}
    query = select(_LIST.id, _LIST.address_key).where(
        is_in(_LIST.id, numbers), _LIST.standing == Standing.ACTIVE.value
    )
    keys = {row.id: row.address_key for row in connection.execute(query)}
    _note_last(connection, [row for row in rows if row["subscriber_id"] in keys])
    recorded = consents_of(connection, Rows(connection), list(keys.values()))
    said = [
        Declaration(keys[row["subscriber_id"]], ConsentAct.RENEWED, row["used_at"])
        for row in sorted(rows, key=lambda row: row["used_at"])
        if row["subscriber_id"] in keys
        if row["used_at"] not in recorded.get(keys[row["subscriber_id"]], ())
    ]
    ConsentLog(connection, Occasion(ConsentWay.LINK, now)).add(said)


def _note_last(connection: Connection, rows: Sequence[_Row]) -> None:
    """Let the list say when readers have confirmed last, unless it knows of later."""
    for row in rows:
        at = row["used_at"]
        is_older = or_(_LIST.reconfirmed_at.is_(None), _LIST.reconfirmed_at < at)
        is_of_this = or_(_LIST.consented_at.is_(None), _LIST.consented_at < at)
        is_theirs = _LIST.id == row["subscriber_id"]
        changed = update(subscribers).where(is_theirs, is_older, is_of_this)
        connection.execute(changed.values(reconfirmed_at=at))


def _confirms(row: _Row) -> bool:
    """Return whether a reader has confirmed a consent again by a mail."""
    return row["kind"] == MailKind.RENEWAL.value and row["used_at"] is not None


def _known_of(connection: Connection, told: Sequence[Told]) -> Mapping[str, Any]:
    """Return those of the mails that the copy has, by name."""
    of = (_OF.name, _OF.state, _OF.reason, _OF.used_at, _OF.subscriber_id)
    query = select(*of).where(is_in(_OF.name, [one.row["name"] for one in told]))
    return {row.name: row for row in connection.execute(query)}


def _says_more(row: _Row, before: Any) -> bool:
    """Return whether a mail went on after the copy was made; the copy may be the later one."""
    went_on = before.state in _OPEN and before.state != row["state"]
    was_used = before.used_at is None and row["used_at"] is not None
    was_settled = before.reason != row["reason"] == Skip.SETTLED.value
    return went_on or was_used or was_settled


def _rows_of(connection: Connection, told: Sequence[Told]) -> Iterator[_Row]:
    """Yield rows, without the numbers of the other ledger, for readers whom the copy knows."""
    keys = {key for one in told for key in one.keys}
    ids = {one.reader for one in told} - {None}
    of = (_LIST.id, _LIST.address_key, _LIST.reader_id)
    query = select(*of).where(or_(is_in(_LIST.address_key, keys), is_in(_LIST.reader_id, ids)))
    readers = connection.execute(query).all()
    by_key = {row.address_key: row.id for row in readers}
    by_id = {row.reader_id: row.id for row in readers if row.reader_id is not None}
    for one in told:
        numbers = [by_id.get(one.reader), *(by_key.get(key) for key in sorted(one.keys))]
        number = next((number for number in numbers if number is not None), None)
        own = {name: value for name, value in one.row.items() if name != "id"}
        if number is not None:
            yield {**own, "subscriber_id": number}
        elif (address := one.returning) is not None:
            theirs = {"address": address.spelling, "address_key": address.key}
            yield {**own, **theirs, "subscriber_id": None}


class _Readers:
    """The list of the ledger that is replaced."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, number: int | None) -> sqlite3.Row | None:
        """Return the reader of this number."""
        return None if number is None else self._find("id", number)

    def find_returning(self, row: _Row) -> Address | None:
        """Return the address of the active reader, or of one lost before, who was told a result."""
        if row["kind"] != MailKind.AGREED.value or row["state"] not in _BEGUN:
            return None
        number, key = row["subscriber_id"], row["address_key"]
        found = self.find(number) if number is not None else self._find("address_key", key)
        if found is None:
            return Address(row["address"], key)  # kept by a restore before
        is_active = found["standing"] == Standing.ACTIVE.value
        return Address(found["address"], found["address_key"]) if is_active else None

    def _find(self, column: str, value: object) -> sqlite3.Row | None:
        rows = self._connection.execute(_READER.format(column), (value,))
        row: sqlite3.Row | None = rows.fetchone()
        return row


def _told_of(row: _Row, readers: _Readers) -> Told | None:
    """Return what a row says; None if somebody has damaged its facts, or removed a column."""
    if any(one.name not in row for one in _OF if not (one.nullable or one.server_default)):
        return None
    try:
        typed = {
            column.name: value_in(column, row[column.name]) for column in _OF if column.name in row
        }
    except ValueError:
        return None
    keys, reader = {row["address_key"]}, readers.find(row["subscriber_id"])
    if reader is not None:
        keys.add(reader["address_key"])
    name = None if reader is None else reader["reader_id"]
    return Told(typed, frozenset(keys), name, readers.find_returning(row))
