"""
Whose something is that names an address: its reader's of that time, who may have moved since.

An address belongs to its reader until the first sign of the next one, and to its first reader from
ever. Of a reader who moved while they were suppressed the consent record says nothing: where they
moved from is only known while nobody else has come there.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    false,
    or_,
    select,
    type_coerce,
)

from newsletter.storage.consent_owners import is_arrival, is_departure, left_for
from newsletter.storage.consent_rows import moment_or_none
from newsletter.storage.consent_tables import consents
from newsletter.storage.erased_people import moved_to
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.senders import key_of_sender as find_key
from newsletter.storage.tables import subscribers
from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    ChainId,
    ConsentAct,
    ConsentEntry,
    ConsentWay,
    name_person,
)
from newsletter.subscribers.why import Cause

# An operator's look is recorded a moment before the change that it is for.
_A_MOMENT: Final = timedelta(minutes=1)
_OF: Final = consents.c
_LIST: Final = subscribers.c


@dataclass(frozen=True, slots=True)
class Stay:
    """The time in which a reader had an address."""

    person: bytes  # the name of the address in the consent record
    since: datetime | None  # aware UTC; None: from ever
    until: datetime | None  # aware UTC, and not at that time any more; None: nobody else has come
    arrival: ConsentEntry | None = None  # if they came from another address, by the record
    end: ConsentEntry | None = None  # if they left for another one, by the record

    def has(self, at: datetime | None) -> bool:
        """Whether something of a time is of this reader; None: of now."""
        if at is None:
            return self.until is None
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


class Whose:
    """The addresses of some readers, each with the time in which they had it."""

    def __init__(
        self, stays: Collection[Stay], keys: Collection[str], name: Callable[[str], bytes]
    ) -> None:
        self.stays = stays
        self._name = name
        self._of = defaultdict[bytes, list[Stay]](list)
        for stay in stays:
            self._of[stay.person].append(stay)
        named = {key: name(key) for key in keys}
        self._keys = {key for key in keys if named[key] in self._of}
        self._knows_all = self._of.keys() == {named[key] for key in self._keys}

    def named_by(self, secret: bytes) -> "Whose":
        """Return these readers as a database with another key of addresses has named them."""
        name = partial(_name, secret=secret)
        stays = [
            replace(stay, person=name(key))
            for key in self._keys
            for stay in self._of[self._name(key)]
        ]
        return Whose(stays, self._keys, name)

    def has(self, key: str, at: datetime | None) -> bool:
        """Return whether what names an address at a time is these readers'; None: of now."""
        return any(stay.has(at) for stay in self._of.get(self._name(key), ()))

    def knows(self, key: str) -> bool:
        """Return whether these readers have an address, or had it."""
        return self._name(key) in self._of

    def narrow(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """Return what their rows have in a column of keys; more may have it: see `has`."""
        return is_in(column, self._keys) if self._knows_all else column.is_not(None)

    def in_time(
        self, person: ColumnElement[bytes], at: ColumnElement[datetime]
    ) -> ColumnElement[bool]:
        """Return the condition that a row which names a person by a hash is these readers'."""
        return or_(false(), *(_during(stay, person, at) for stay in self.stays))


def find_whose(connection: Connection, keys: Collection[str], *, left: bool = False) -> Whose:
    """
    Return which addresses the readers of *keys* had, and when.

    An address that its reader has left is nobody's, until somebody comes there; *left*: it is still
    that reader's. The database may be older than this program.
    """
    secret = _find_secret(connection)
    name = partial(_name, secret=secret)
    moved = _find_moved(connection, name)
    seen, known = set[Stay](), set(keys)
    to_see: list[tuple[Stay, str | None]] = []
    for key in sorted(known):
        stays = _stays_at(connection, name(key), moved, has_record=secret is not None)
        is_left = key in moved.here or stays[-1].end is not None
        if left or not is_left:
            to_see.append((stays[-1], key))
    while to_see:
        stay, at_key = to_see.pop()
        if stay in seen:
            continue
        seen.add(stay)
        if (before := _find_before(connection, stay, moved)) is not None:
            to_see.append((before, None))
        for key, when in moved.to.get(at_key, ()) if at_key else ():
            if stay.has(when):
                known.add(key)
                there = _stays_at(connection, name(key), moved, has_record=secret is not None)
                to_see.append((there[-1], key))
    return Whose(seen, known | moved.here.keys(), name)


def find_owner(connection: Connection, key: str, at: datetime) -> str | None:
    """
    Return the address that the reader who had an address at a time has now, as a key.

    None: somebody else has the address, and where its reader of then is, nobody knows.
    """
    secret = _find_secret(connection)
    name = partial(_name, secret=secret)
    moved = _find_moved(connection, name)
    stays_at = partial(_stays_at, connection, moved=moved, has_record=secret is not None)
    here = stays_at(name(key))
    stay = next((one for one in reversed(here) if one.has(at)), here[-1])
    at_key: str | None = key if stay == here[-1] else None
    seen = set[Stay]()
    while stay not in seen:
        seen.add(stay)
        if stay.end is not None and (after := _find_after(connection, stay.end)) is not None:
            there = stays_at(after.person or b"")
            stay, at_key = next(one for one in there if one.arrival == after), None
        elif at_key is not None and (target := moved.targets.get(at_key)) is not None:
            there, since = stays_at(name(target)), moved.here[at_key]
            stay = next((one for one in there if one.has(since)), there[-1])
            at_key = target if stay == there[-1] else None
    return at_key or (moved.keys.get(stay.person) if stay.until is None else None)


@lru_cache(maxsize=4_096)
def key_of_sender(sender: str) -> str:
    """Return the key of the address that a mail is from; its letters if it is no address."""
    return find_key(sender) or sender.casefold()


@dataclass(frozen=True, slots=True)
class _Moved:
    """What the list says of moves."""

    here: Mapping[str, datetime]  # when their readers left addresses for others, by their keys
    to: Mapping[str, Sequence[tuple[str, datetime]]]  # the same by the keys of the others
    targets: Mapping[str, str]  # the others by the keys of the first
    came: Mapping[bytes, datetime]  # when readers came to the addresses of now, by their names
    keys: Mapping[bytes, str]  # of these addresses


def _find_moved(connection: Connection, name: Callable[[str], bytes]) -> _Moved:
    rows, came, keys = Rows(connection), dict[bytes, datetime](), dict[bytes, str]()
    targets = dict[str, str]()
    here, to = dict[str, datetime](), defaultdict[str, list[tuple[str, datetime]]](list)
    if rows.has(_LIST.standing_cause):
        query = select(_LIST.address_key, _LIST.standing_since, _LIST.standing_because)
        query = query.where(_LIST.standing_cause == Cause.MOVED.value)
        for key, since, because in connection.execute(query):
            here[key] = since
            if (target := moved_to(because)) is not None:
                to[target].append((key, since))
                targets[key] = target
    if rows.has(_LIST.moved_at):
        arrived = select(_LIST.address_key, _LIST.moved_at).where(_LIST.moved_at.is_not(None))
        for key, at in connection.execute(arrived).all():
            if key not in here:
                came[name(key)], keys[name(key)] = at, key
    return _Moved(here, to, targets, came, keys)


def _find_secret(connection: Connection) -> bytes | None:
    rows = Rows(connection)
    if not all(map(rows.has, consents.columns)):
        return None
    return find_lasting_key(connection, KeyPurpose.ADDRESSES)


def _name(key: str, secret: bytes | None) -> bytes:
    return key.encode() if secret is None else name_person(key, secret)


def _stays_at(
    connection: Connection, person: bytes, moved: _Moved, *, has_record: bool
) -> Sequence[Stay]:
    """Return the stays of an address, the earliest first."""
    segments = list[list[ConsentEntry]]([[]])
    if has_record:
        query = _entries().where(_OF.person == person)
        for one in _read(connection, query.order_by(_OF.recorded_at, _OF.chain_id, _OF.place)):
            if segments[-1] and (is_arrival(one) or is_departure(segments[-1][-1])):
                segments.append([])
            segments[-1].append(one)
    stays = list[Stay]()
    for segment in segments:
        since = segment[0].recorded_at - _A_MOMENT if segment and stays else None
        if stays and (left := stays[-1].end) is not None and since is not None:
            since = max(since, left.recorded_at)
        arrival = segment[0] if segment and is_arrival(segment[0]) else None
        end = segment[-1] if segment and is_departure(segment[-1]) else None
        stays = [*stays[:-1], *(replace(one, until=since) for one in stays[-1:])]
        stays.append(Stay(person, since, None, arrival, end))
    return _with_list(stays, segments[-1], moved.came.get(person))


def _with_list(
    stays: Sequence[Stay], latest: Sequence[ConsentEntry], came: datetime | None
) -> Sequence[Stay]:
    """
    Return the stays of an address, by when its reader came to it as the list says.

    Of who was suppressed then, the record has nothing. A restore repeats a move later than it was.
    """
    last = stays[-1]
    if came is None:
        return stays
    is_anothers = last.end is not None or (latest and latest[0].recorded_at < came - _A_MOMENT)
    if is_anothers:
        return [*stays[:-1], replace(last, until=came), Stay(last.person, came, None)]
    if last.arrival is None or last.since is None or last.since <= came:
        return stays
    earlier = [replace(one, until=came) for one in stays[-2:-1]]
    return [*stays[:-2], *earlier, replace(last, since=came)]


def _find_before(connection: Connection, stay: Stay, moved: _Moved) -> Stay | None:
    """Return where the reader of a stay was before, by the consent record."""
    if stay.arrival is None:
        return None
    end = left_for(_moves_of(connection, stay.arrival.recorded_at), stay.arrival)
    if end is None or end.person is None:
        return None
    there = _stays_at(connection, end.person, moved, has_record=True)
    return next((one for one in there if one.end == end), None)


def _find_after(connection: Connection, end: ConsentEntry) -> ConsentEntry | None:
    """Return the entry of a reader's arrival at the address for which they left one."""
    moves = _moves_of(connection, end.recorded_at)
    return next((one for one in moves if is_arrival(one) and left_for(moves, one) == end), None)


def _moves_of(connection: Connection, recorded_at: datetime) -> Sequence[ConsentEntry]:
    """Return what the consent record has of moves at a time, in its order."""
    query = _entries().where(
        _OF.chain_id == OWN_CHAIN,
        _OF.way == ConsentWay.MOVED.value,
        _OF.recorded_at == recorded_at,
    )
    return list(_read(connection, query.order_by(_OF.place)))


def _during(
    stay: Stay, person: ColumnElement[bytes], at: ColumnElement[datetime]
) -> ColumnElement[bool]:
    bounds = [person == stay.person]
    if stay.since is not None:
        bounds.append(at >= stay.since)
    if stay.until is not None:
        bounds.append(at < stay.until)
    return and_(*bounds)


def _entries() -> Select[Any]:
    at, recorded = (type_coerce(one, Text).label(one.name) for one in (_OF.at, _OF.recorded_at))
    return select(_OF.chain_id, _OF.place, _OF.act, _OF.way, _OF.person, at, recorded)


def _read(connection: Connection, query: Select[Any]) -> Iterator[ConsentEntry]:
    """Yield entries; one that somebody has changed, and nobody can read, says nothing here."""
    for row in connection.execute(query):
        if (entry := _entry_of(row)) is not None:
            yield entry


def _entry_of(row: Row[Any]) -> ConsentEntry | None:
    recorded = moment_or_none(row.recorded_at)
    try:
        act, way = ConsentAct(row.act), ConsentWay(row.way)
    except ValueError:
        return None
    if recorded is None:
        return None
    at = None if row.at is None else moment_or_none(row.at)
    return ConsentEntry(ChainId(row.chain_id), row.place, act, way, bytes(row.person), at, recorded)
