"""Carries over to a backup that is restored who left, complained or bounced after it was made."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from newsletter.dispatch.control import PROGRAM
from newsletter.lang import Preference
from newsletter.phrases import read_said
from newsletter.storage.agreed_later import consents_of
from newsletter.storage.copies import columns_of, connect_for_copy, moment_in
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.erased_people import moved_to
from newsletter.storage.mail_tables import blocked_addresses
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.other_record import NO_RECORD, OtherRecord
from newsletter.storage.present_columns import Rows
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion, name_person
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.importing import cause_of
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing
from newsletter.subscribers.why import ENDED_BY_A_PERSON, Cause, Why, firmest

AT_A_TIME: Final = 1_000
UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Whoever moved still wants the newsletter, and a backup knows only the address before.
_LEFT: Final = (
    "SELECT address_key, address, name, preference, consented_at, {reconfirmed_at}, reader_id,"
    " standing, standing_since, standing_cause, standing_because, standing_by"
    " FROM subscribers WHERE standing != ? AND coalesce(standing_cause, '') != ?"
    " AND address_key NOT LIKE ?"
)
_UNKNOWN_YET: Final = "NULL AS reconfirmed_at"
_OF_LEFT: Final = (Standing.ACTIVE.value, Cause.MOVED.value, f"{ERASED_KEY}%")
# Whom a person, or the program, has let have mail again.
_PUT_BACK: Final = (
    "SELECT address_key, reader_id, standing_since, standing_because, standing_by"
    " FROM subscribers WHERE standing = ? AND standing_cause IS NULL"
    " AND coalesce(standing_by, '') != ''"
)
_OF_PUT_BACK: Final = (Standing.ACTIVE.value,)
# Who have taken their leaving back: that is recorded with the time since when they are active.
_UNDONE: Final = "SELECT person, recorded_at FROM consents WHERE way = ? AND act = 'agreed'"
_KEY: Final = "SELECT secret FROM lasting_keys WHERE purpose = 'addresses'"
_ACTIVE: Final = (
    "SELECT address_key, reader_id, standing_since, standing_because, standing_by"
    " FROM subscribers WHERE standing = ? AND standing_cause IS NULL"
    " AND coalesce(standing_by, '') = ''"
)
_MOVED: Final = (
    "SELECT address_key, standing_because FROM subscribers WHERE standing_cause = ?"
    " AND address_key NOT LIKE ?"
)
_OF_MOVED: Final = (Cause.MOVED.value, f"{ERASED_KEY}%")
_BLOCKED: Final = "SELECT * FROM blocked_addresses"


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who may not be written to, by the ledger that is replaced."""

    key: str  # of the address, or of one that they had before
    entry: Entry  # without a number, as that ledger has it


@dataclass(frozen=True, slots=True)
class PutBack:
    """Somebody who may be written to again, by a decision in the ledger that is replaced."""

    key: str
    reader_id: str | None
    since: datetime  # aware UTC
    why: Why
    is_own: bool = False  # the reader has taken leaving back


@dataclass(frozen=True, slots=True)
class WithdrawalsSince:
    """Who may not be written to, by the ledger that is replaced, and who may again."""

    left: Sequence[Left] = ()
    blocked: Sequence[dict[str, Any]] = ()  # rows of blocked_addresses
    put_back: Sequence[PutBack] = ()


def read_withdrawals(database: Path) -> WithdrawalsSince | None:
    """Read who may not be written to; None if the ledger is missing, damaged or too old."""
    if not database.exists():
        return None
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.row_factory = sqlite3.Row
            has_it = "reconfirmed_at" in columns_of(connection, "main")  # an older one has not
            asked = _LEFT.format(reconfirmed_at="reconfirmed_at" if has_it else _UNKNOWN_YET)
            left = [_left_of(row) for row in connection.execute(asked, _OF_LEFT)]
            moved = {row[0]: moved_to(row[1]) for row in connection.execute(_MOVED, _OF_MOVED)}
            left += _left_elsewhere(left, moved)
            blocked = [dict(row) for row in connection.execute(_BLOCKED)]
            back = [_put_back_of(row) for row in connection.execute(_PUT_BACK, _OF_PUT_BACK)]
            back += find_undone(connection)
    except (sqlite3.Error, ValueError, TypeError):
        return None
    return WithdrawalsSince(left, blocked, back)


def repeat_withdrawals(
    engine: Engine, since: WithdrawalsSince, now: datetime, record: OtherRecord = NO_RECORD
) -> int:
    """
    Let nobody come back by an older copy who left, complained or bounced after it was made.

    Whoever the copy does not know is added as they left, so that no file brings them back. A reader
    whom it knows by another address is found by the id in links. Who was suppressed in the copy,
    and put back by a person since, stays put back.

    *record*: of the ledger that is replaced: the consents that it knows are no later ones.

    Returns:
        How many readers were active in the copy, and are not any more.
    """
    count, left = 0, iter(since.left)
    occasion = Occasion(ConsentWay.OPERATOR, now, by=PROGRAM, is_repeated=True)
    with writing(engine) as connection:
        rows = Rows(connection)
        repeat_blocks(connection, since.blocked)
        while some := list(islice(left, AT_A_TIME)):
            book = SqlOpenBook(connection, occasion)
            by_key = book.find([one.key for one in some])
            by_id = find_by_reader_ids(connection, [one.entry.reader_id for one in some])
            keys = [*by_key, *(one.key for one in by_id.values())]
            agreed = _without(consents_of(connection, rows, keys), record, some)
            back = _find_back(record, some, [*by_key.values(), *by_id.values()])
            ended = dict[str, tuple[Entry, Entry]]()  # by address: as it is, and as it is to be
            for one in some:
                its = (by_key.get(one.key), by_id.get(one.entry.reader_id))
                for entry in filter(None, _readers(one, *its)):
                    before = ended.get(entry.key, (entry, entry))
                    if _is_since(one.entry, before[1], back) or _says_more(
                        one.entry, before[1], agreed.get(entry.key, ())
                    ):
                        ended[entry.key] = (entry, _ended(before[1], one.entry))
                if its == (None, None) and one.key == one.entry.key:
                    book.add([one.entry])
            book.update([after for _, after in ended.values()])
            count += sum(before.standing is Standing.ACTIVE for before, _ in ended.values())
        _put_back(connection, since.put_back, now)
    return count


def _without(
    agreed: Mapping[str, Sequence[datetime]], record: OtherRecord, left: Sequence[Left]
) -> Mapping[str, Sequence[datetime]]:
    """Leave out the consents that the ledger knows which says that somebody has left."""
    first = min(one.entry.standing_since for one in left)
    later = [key for key, times in agreed.items() if any(at > first for at in times)]
    known = record.find_agreed(later)
    return {
        key: [at for at in times if at not in known.get(key, ())] for key, times in agreed.items()
    }


def _find_back(
    record: OtherRecord, left: Sequence[Left], entries: Sequence[Entry]
) -> Mapping[str, datetime]:
    """Return when they agreed again who have no mail by the copy, and by that ledger, either."""
    ended = {one.reader_id for one in entries if one.standing is not Standing.ACTIVE}
    return record.find_last_agreed(
        {one.entry.key for one in left if one.entry.reader_id in ended and one.entry.reader_id}
    )


def _is_since(left: Entry, entry: Entry, back: Mapping[str, datetime]) -> bool:
    """Return whether a reader has agreed after their end in the copy, and was ended once more."""
    at = back.get(left.key)
    is_same = at is not None and entry.reader_id == left.reader_id
    is_ended = entry.standing is not Standing.ACTIVE and cause_of(entry) is not left.why.cause
    return (
        is_same and is_ended and at is not None and entry.standing_since < at <= left.standing_since
    )


def _readers(left: Left, by_key: Entry | None, by_id: Entry | None) -> Sequence[Entry | None]:
    """
    Return whom of a copy somebody who has left is, if anybody.

    What the copy says of an address that its reader has left stays: it names the one of now.
    """
    is_elsewhere = left.key != left.entry.key or by_id is not None
    is_left = by_key is not None and by_key.why.cause is Cause.MOVED
    return (by_id,) if is_left and is_elsewhere else (by_key, by_id)


def _put_back(connection: Connection, back: Sequence[PutBack], now: datetime) -> None:
    """
    Let those have mail again who were put back after the copy has ended them.

    By a decision, or by themselves: the record says that already, but for whoever has another
    address in the copy. Of these it is recorded as of now, for the next restore.
    """
    for is_own, way in ((False, ConsentWay.OPERATOR), (True, ConsentWay.UNDONE)):
        book = SqlOpenBook(connection, Occasion(way, now, by=PROGRAM, is_repeated=True))
        some = (one for one in back if one.is_own is is_own)
        while batch := list(islice(some, AT_A_TIME)):
            by_key = book.find([one.key for one in batch])
            by_id = find_by_reader_ids(connection, [one.reader_id for one in batch])
            changed = dict[str, Entry]()
            for one in batch:
                for entry in filter(None, (by_key.get(one.key), by_id.get(one.reader_id))):
                    if _is_back(one, entry):
                        is_said = not is_own or entry.key == one.key  # in the record
                        since = one.since if is_said else now
                        changed[entry.key] = replace(
                            entry, standing=Standing.ACTIVE, standing_since=since, why=one.why
                        )
            book.update(list(changed.values()))


def _is_back(one: PutBack, entry: Entry) -> bool:
    may_end = cause_of(entry) is Cause.WITHDREW if one.is_own else _may_end(entry)
    is_later = one.since > entry.standing_since
    return may_end and is_later and entry.standing is not Standing.ACTIVE


def _may_end(entry: Entry) -> bool:
    """Return whether a person may let an entry have mail again."""
    return cause_of(entry) in ENDED_BY_A_PERSON


def _says_more(left: Entry, entry: Entry, agreed: Sequence[datetime]) -> bool:
    """
    Return whether a backup's entry is to become as the ledger has it that is replaced.

    Not if its reader has agreed later, or taken leaving back, or was put back: then that ledger is
    the older one. When an import says that somebody left is as the other list said, so only these
    are compared; of two ends for the same cause the later one counts. *agreed*: when its reader
    has, as the consent record of the backup has it.
    """
    if entry.standing in MAY_LEAVE and entry.standing is not left.standing:
        is_put_back = _is_put_back(entry) and _may_end(left)
        consented_at = None if entry.consented_at == left.consented_at else entry.consented_at
        later = [*agreed, consented_at, entry.standing_since if is_put_back else None]
        return not any(at is not None and at > left.standing_since for at in later)
    if cause_of(entry) is left.why.cause:  # a later backup may say that they agreed in between
        return left.standing_since > entry.standing_since
    is_firmer = firmest([cause_of(entry), left.why.cause]) is not cause_of(entry)
    return is_firmer and left.why.cause is not None


def _is_put_back(entry: Entry) -> bool:
    """Return whether a decision has let a reader have mail again."""
    return entry.standing is Standing.ACTIVE and entry.why.cause is None and bool(entry.why.by)


def _left_elsewhere(left: Sequence[Left], moved: Mapping[str, str | None]) -> Iterator[Left]:
    """Yield whom a backup knows by an address that they had before they left."""
    of = {one.key: one for one in left}
    for key in moved:
        at, seen = moved[key], {key}
        while at is not None and at in moved and at not in seen:
            seen.add(at)
            at = moved[at]
        if at is not None and at in of:
            yield replace(of[at], key=key)


def _ended(entry: Entry, left: Entry) -> Entry:
    ended = replace(entry, standing=left.standing, standing_since=left.standing_since, why=left.why)
    if entry.reader_id != left.reader_id or left.consented_at is None:
        return ended
    if entry.consented_at is not None and entry.consented_at >= left.consented_at:
        return ended
    return replace(
        ended, consented_at=left.consented_at, reconfirmed_at=left.reconfirmed_at
    )  # they agreed anew before they left


def repeat_blocks(connection: Connection, blocked: Sequence[dict[str, Any]]) -> int:
    """
    Block addresses again, and lift what was lifted; return how many were not blocked.

    Their hashes have the keys of the ledger that they come from: `erasures_since` keeps these. Of
    what both know, the later counts.
    """
    of, count = blocked_addresses.c, 0
    found = connection.execute(select(blocked_addresses)).mappings()
    known = {str(row["address_hash"]): dict(row) for row in found}
    for row in blocked:
        lifted = row.get("lifted_at")  # older ledgers know of none
        values = {
            **row,
            "since": moment_in(row["since"], datetime.now(UTC)),
            "lifted_at": None if lifted is None else moment_in(lifted, UNKNOWN),
        }
        before = known.get(row["address_hash"])
        if before is None:
            connection.execute(insert(blocked_addresses).values(values))
        elif _changed_at(values) > _changed_at(before):
            its = of.address_hash == row["address_hash"]
            connection.execute(update(blocked_addresses).where(its).values(values))
        else:
            continue
        was_blocked = before is not None and before["lifted_at"] is None
        count += values["lifted_at"] is None and not was_blocked
    return count


def _changed_at(block: Mapping[str, Any]) -> datetime:
    """Return when an address was blocked, or let go, last."""
    since: datetime = block["since"]
    return max(since, block["lifted_at"] or since)


def _put_back_of(row: sqlite3.Row) -> PutBack:
    why = Why(None, read_said(row["standing_because"]), row["standing_by"] or "")
    since = moment_in(row["standing_since"], UNKNOWN)  # of a time that was damaged: nobody is
    return PutBack(row["address_key"], row["reader_id"], since, why)


def find_undone(connection: sqlite3.Connection) -> Iterator[PutBack]:
    """Yield the readers who are active since they have taken leaving back, by the record."""
    secret = connection.execute(_KEY).fetchone()
    found = connection.execute(_UNDONE, (ConsentWay.UNDONE.value,)).fetchall()
    undone = {(bytes(person or b""), moment_in(at, UNKNOWN)) for person, at in found}
    if secret is None or not undone:
        return
    times = {at for _, at in undone}
    for row in connection.execute(_ACTIVE, _OF_PUT_BACK):
        one = _put_back_of(row)
        if (
            one.since in times
            and (name_person(one.key, str(secret[0]).encode()), one.since) in undone
        ):
            yield replace(one, is_own=True)


def _left_of(row: sqlite3.Row) -> Left:
    cause = row["standing_cause"]
    why = Why(
        Cause(cause) if cause else None,
        read_said(row["standing_because"]),
        row["standing_by"] or "",
    )
    # Whoever left at a time that somebody has damaged has left: as late as can be.
    since = moment_in(row["standing_since"], datetime.now(UTC))
    consented_at, reconfirmed_at = row["consented_at"], row["reconfirmed_at"]
    entry = Entry(
        id=None,
        key=row["address_key"],
        address=row["address"],
        name=row["name"],
        preference=Preference(row["preference"]) if row["preference"] else None,
        standing=Standing(row["standing"]),
        standing_since=since,
        consented_at=None if consented_at is None else moment_in(consented_at, since),
        reconfirmed_at=None if reconfirmed_at is None else moment_in(reconfirmed_at, since),
        import_id=None,
        reader_id=row["reader_id"],
        why=why,
    )
    return Left(entry.key, entry)
