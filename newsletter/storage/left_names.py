"""
Remembers what ends a subscription of somebody who is not on the list: a restore may have lost them.

They have left by a link or a mail, have complained, or their mailbox does not exist. A file, or a
later backup, may bring them back to the list. They come as who has left.
"""

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select

from newsletter.dispatch.control import PROGRAM
from newsletter.feedback.effects import Crowd, ends_by_complaint, has_left
from newsletter.phrases import phrase
from newsletter.storage.blocking import block
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.entries import ENTRY_COLUMNS, read_entry
from newsletter.storage.lasting_keys import KeyPurpose, find_address_keys, lasting_key
from newsletter.storage.mail_tables import mails
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.present_columns import is_in
from newsletter.storage.tables import left_names, reader_aliases, subscribers
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.consenting import leave
from newsletter.subscribers.subscriber import MAY_LEAVE, Standing, SubscriberId
from newsletter.subscribers.traces import hash_of
from newsletter.subscribers.why import Cause, Why

log = logging.getLogger(__name__)

_OF: Final = left_names.c
_LIST: Final = subscribers.c
_ALL: Final = "SELECT name_hash, left_at FROM left_names"
SOME: Final = 500  # rows in memory at a time
_BY_A_PAGE: Final = (Cause.WITHDREW, ConsentWay.READER)  # the hash alone stands for these
_SAID: Final = {
    Cause.COMPLAINED: phrase("feedback.complained-while-lost"),
    Cause.BOUNCED: phrase("feedback.bounced-while-lost"),
}

# When whoever has a name left, by the keyed hash of the name; or what else ended, see `_mark`.
LeftNames = Mapping[str, datetime]


class Ended(NamedTuple):
    """How many active readers are not active any more."""

    left: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class _Note:
    """What is remembered of one name."""

    mark: str
    cause: Cause
    way: ConsentWay
    hashed: str
    at: datetime


def note_left(
    connection: Connection,
    name: str,
    at: datetime,
    cause: Cause = Cause.WITHDREW,
    way: ConsentWay = ConsentWay.READER,
) -> None:
    """
    Remember that whoever has a name left, though the list has nobody of it.

    Args:
        connection: in a transaction.
        name: in links; or an address; or both, see `name_at`; or of a mail of the program.
        at: aware UTC.
        cause: or that they complained, or that their mailbox refused mail permanently.
        way: by which it became known.
    """
    hashed = hash_of(name, lasting_key(connection, KeyPurpose.ADDRESSES, at))
    add_left(connection, {_mark(cause, way, hashed): at})


def name_at(name: str, address_key: str) -> str:
    """Return what names a reader as long as they have this address."""
    return f"{name} {address_key}"


def add_left(connection: Connection, names: LeftNames) -> None:
    """Remember *names*; of those that are known the later time counts."""
    for hashed, at in names.items():
        its = _OF.name_hash == hashed
        known = connection.execute(select(_OF.left_at).where(its)).scalar()
        if known is None or known < at:
            connection.execute(delete(left_names).where(its))
            connection.execute(insert(left_names).values(name_hash=hashed, left_at=at))


def read_left(database: Path) -> LeftNames:
    """Read the names of a ledger that is replaced; none, if it is missing, damaged or older."""
    if not database.exists():
        return {}
    try:
        with closing(connect_for_copy(database)) as connection:
            return {name: moment_in(at) for name, at in connection.execute(_ALL)}
    except (sqlite3.Error, ValueError):
        return {}


def repeat_left(engine: Engine, names: LeftNames, now: datetime) -> int:
    """Remember in an older copy who left; return how many of these are readers in it."""
    with writing(engine) as connection:
        add_left(connection, names)
        return sum(end_left(connection, now))


def end_left(connection: Connection, now: datetime) -> Ended:
    """
    End the subscriptions of remembered names, as of when they ended; return how many.

    Not of who has agreed since, or was put back by a person. The names are forgotten then: they are
    readers' again.
    """
    notes = [_note_of(*row) for row in connection.execute(select(_OF.name_hash, _OF.left_at))]
    if not notes:
        return Ended(0, 0)
    of = _find_noted(connection, notes)
    query = select(*ENTRY_COLUMNS).where(is_in(_LIST.id, of))
    found = [read_entry(row) for row in connection.execute(query)]
    crowds = _find_crowds(connection, found, of)
    ended = dict[ConsentWay, list[Entry]]()
    counts = Counter[Standing]()
    for before in found:
        assert before.id is not None  # noqa: S101 - it is on the list
        after, way = before, ConsentWay.READER
        for note in sorted(of[before.id], key=lambda one: one.at):
            if note.cause is Cause.BOUNCED and _domain_of(before) in crowds:
                continue
            changed = _ended(connection, after, note)
            if changed is not after:
                after, way = changed, note.way
        if after is not before:
            ended.setdefault(way, []).append(after)
            counts[after.standing] += before.standing in MAY_LEAVE
    for way, entries in ended.items():
        SqlOpenBook(connection, Occasion(way, now)).update(entries)
    marks = {note.mark for some in of.values() for note in some}
    connection.execute(delete(left_names).where(is_in(_OF.name_hash, marks)))
    return Ended(counts[Standing.UNSUBSCRIBED], counts[Standing.SUPPRESSED])


def end_left_again(connection: Connection, now: datetime) -> None:
    """End the subscriptions of those whom a file has brought back, and say how many."""
    ended = end_left(connection, now)
    if ended.left:
        log.warning(phrase("storage.left-before", count=ended.left))
    if ended.suppressed:
        log.warning(phrase("storage.suppressed-before", count=ended.suppressed))


def _mark(cause: Cause, way: ConsentWay, hashed: str) -> str:
    """Return how a name is stored: its hash, and before it what ended in another way."""
    return hashed if (cause, way) == _BY_A_PAGE else f"{cause.value}:{way.value}:{hashed}"


def _note_of(mark: str, at: datetime) -> _Note:
    *how, hashed = mark.split(":")
    cause, way = (Cause(how[0]), ConsentWay(how[1])) if how else _BY_A_PAGE
    return _Note(mark, cause, way, hashed, at)


def _ended(connection: Connection, entry: Entry, note: _Note) -> Entry:
    """Return an entry after what is remembered of its reader; the same if nothing changes."""
    if not _is_still(entry, note.at):
        return entry
    if note.cause is Cause.WITHDREW:
        return leave(entry, "", note.at)
    if note.cause is Cause.COMPLAINED and has_left(entry):
        block(connection, entry.key, note.at, PROGRAM)  # that they withdrew stays
        return entry
    is_complaint = note.cause is Cause.COMPLAINED and ends_by_complaint(entry)
    if not is_complaint and entry.standing not in MAY_LEAVE:
        return entry
    why = Why(note.cause, _SAID[note.cause], PROGRAM)
    return replace(entry, standing=Standing.SUPPRESSED, standing_since=note.at, why=why)


def _is_still(entry: Entry, ended_at: datetime) -> bool:
    """Return whether a reader has not agreed since, and was not put back by a person."""
    is_put_back = entry.standing is Standing.ACTIVE and bool(entry.why.by)
    later = (entry.consented_at, entry.standing_since if is_put_back else None)
    return all(one is None or one <= ended_at for one in later)


def _find_noted(
    connection: Connection, notes: Sequence[_Note]
) -> Mapping[SubscriberId, Sequence[_Note]]:
    """Return the readers of whom something is remembered."""
    by_hash, keys = dict[str, list[_Note]](), find_address_keys(connection)
    for note in notes:
        by_hash.setdefault(note.hashed, []).append(note)
    of = dict[SubscriberId, list[_Note]]()
    for number, name in _named(connection):
        for hashed in (hash_of(name, key) for key in keys):
            if hashed in by_hash:
                of.setdefault(number, []).extend(by_hash[hashed])
    return of


def _find_crowds(
    connection: Connection, found: Sequence[Entry], of: Mapping[SubscriberId, Sequence[_Note]]
) -> frozenset[str]:
    """
    Return the domains of which too many have bounced for so many closed mailboxes.

    Nobody could decide about these while they were lost: the next issue shows what is true.
    """
    bounced = Counter(
        _domain_of(entry)
        for entry in found
        if entry.id is not None and any(one.cause is Cause.BOUNCED for one in of[entry.id])
    )
    crowds = set[str]()
    for domain, count in bounced.items():
        if Crowd(count, 0).is_too_large:
            its = _LIST.address_key.endswith(f"@{domain}", autoescape=True)
            readers = connection.execute(select(func.count()).where(its)).scalar_one()
            if Crowd(count, readers).is_too_large:
                crowds.add(domain)
    return frozenset(crowds)


def _domain_of(entry: Entry) -> str:
    return entry.key.rpartition("@")[2]


def _named(connection: Connection) -> Iterator[tuple[SubscriberId, str]]:
    """Yield the numbers of readers, each with what names them: see `note_left`."""
    in_steps = {"yield_per": SOME}
    query = select(_LIST.id, _LIST.address_key, _LIST.reader_id, _LIST.old_number)
    for number, key, *names in connection.execute(query, execution_options=in_steps):
        yield number, key
        for name in names:
            if name is not None:
                yield number, str(name)
                yield number, name_at(name, key)
    aliases = select(reader_aliases.c.subscriber_id, _LIST.address_key, reader_aliases.c.alias)
    aliases = aliases.join_from(reader_aliases, subscribers)
    for number, key, alias in connection.execute(aliases, execution_options=in_steps):
        yield number, alias
        yield number, name_at(alias, key)
    its = and_(mails.c.subscriber_id == _LIST.id, mails.c.address_key == _LIST.address_key)
    sent = select(_LIST.id, mails.c.name).join_from(mails, subscribers, its)
    for number, name in connection.execute(sent, execution_options=in_steps):
        yield number, name
