"""Carries erasures over to a backup that is restored, so that it brings nobody back."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine

from newsletter.dispatch.control import PROGRAM
from newsletter.storage.agreed_later import find_later
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.erased_by_name import Meant, find_by_names, find_held
from newsletter.storage.erased_names import forget_names
from newsletter.storage.erased_people import find_all_keys
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_journal import Line, journal_path, read_journal
from newsletter.storage.erasure_lines import lift, missing_of, take_over
from newsletter.storage.lasting_keys import (
    KeyPurpose,
    find_address_keys,
    find_lasting_key,
    fingerprint_of,
    keep_other_key,
)
from newsletter.storage.moves_since import MovesSince, repeat_moves
from newsletter.storage.old_pages import write_anew
from newsletter.storage.other_readers import living_in_file, nobody
from newsletter.storage.other_record import NO_RECORD, OtherRecord
from newsletter.storage.transactions import writing
from newsletter.subscribers.erasing import Erased, Remains
from newsletter.subscribers.traces import Sought, hash_of

_LINES: Final = (
    "SELECT address_hash, asked_at, why, standing, standing_since AS since,"
    " standing_cause AS cause, lifted_at, asked_by, account FROM erasures"
)
_OPEN: Final = "SELECT address_hash, remains FROM erasures WHERE done_at IS NULL"
_NAMES: Final = "SELECT address_hash, name_hash FROM erased_names ORDER BY name_hash"
_KEYS: Final = (
    "SELECT secret, made_at FROM lasting_keys WHERE purpose = ? OR purpose LIKE ? ORDER BY purpose"
)
_OF_KEYS: Final = (KeyPurpose.ADDRESSES.value, f"{KeyPurpose.ADDRESSES.value}:%")
UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)  # of a time that was damaged
_TIMES: Final = ("asked_at", "since", "lifted_at")


@dataclass(frozen=True, slots=True)
class ErasuresSince:
    """The erasures of a ledger that is replaced, and the keys of their hashes."""

    lines: Sequence[Line]
    database: Path | None = None  # the ledger; None: only a journal is known
    # Its own first, and when each was made; none: there is none to be read.
    keys: Sequence[tuple[str, datetime]] = ()
    owed: Mapping[str, frozenset[Remains]] = field(default_factory=dict)  # of open ones, by hash

    def of_other_keys(self, known: Collection[bytes]) -> int:
        """Return how many erasures have hashes by a key that neither *known* nor `keys` has."""
        marks = set(map(fingerprint_of, [*known, *(secret.encode() for secret, _ in self.keys)]))
        return sum(bool(one.key) and one.key not in marks for one in self.lines)


def read_erasures(database: Path) -> ErasuresSince:
    """Read the erasures of a ledger, and of the journal beside it; either may be missing."""
    noted = read_journal(journal_path(database, database.parent))
    lines, keys = list[Line](), list[tuple[str, datetime]]()
    owed = dict[str, frozenset[Remains]]()
    if database.exists():
        try:
            with closing(connect_for_copy(database)) as connection:
                connection.row_factory = sqlite3.Row
                names = _names_in(connection)
                for found in connection.execute(_LINES):
                    lines.append(_line(dict(found), tuple(names[found["address_hash"]])))
                for row in connection.execute(_OPEN):
                    owed[row["address_hash"]] = _owed_of(row["remains"])
                for row in connection.execute(_KEYS, _OF_KEYS):
                    keys.append((str(row[0]), moment_in(row[1], UNKNOWN)))
        except (sqlite3.Error, ValueError, TypeError):  # damaged, or from before erasures
            pass
    known = {(one.address_hash, one.asked_at) for one in lines}
    lines += [one for one in noted if (one.address_hash, one.asked_at) not in known]
    return ErasuresSince(lines, database, keys, owed)


class Repeated(NamedTuple):
    """What was done again in a copy."""

    moved: int  # readers who have another address by now
    erased: int  # readers whom it still had of those who were erased


def repeat_erasures(
    engine: Engine,
    since: ErasuresSince,
    now: datetime,
    *,
    ends: bool = True,
    moves: MovesSince = (),
    record: OtherRecord = NO_RECORD,
) -> Repeated:
    """
    Erase people from an older copy who were erased after it was made.

    First those whom the copy knows by their names in links, wherever they were then. Then the
    others are brought to the addresses that they have by now, as *moves* say, and who is left at an
    address of somebody who was erased is erased: but for the readers whom the ledger still has.

    Whoever has agreed in the copy after what caused the erasure stays: then the erasure was made in
    a database that is older still. A database that was begun anew has a key of its own: its hashes
    are compared by that one, and kept with it.

    *ends*: the copy has no other files yet; False: `finish_open` goes on with these.

    *record*: what is carried over afterwards; it says itself how consents have ended.
    """
    with writing(engine) as connection:
        noted = _note(connection, since, now)
    erasing, readers = SqlErasing(engine), 0
    if noted is not None:
        readers += erasing.repeat(noted.by_name, now, nobody, record)[Erased.READERS]
        with writing(engine) as connection:
            forget_names(connection, noted.others)
    moved = repeat_moves(engine, moves, now)
    if noted is None:
        return Repeated(moved, 0)
    living = living_in_file(since.database)
    readers += erasing.repeat(noted.by_address, now, living, record)[Erased.READERS]
    if ends:
        everybody = noted.by_name.with_others(noted.by_address)
        _end(engine, everybody, noted.owed, now)
    if engine.dialect.name == "sqlite":
        write_anew(engine)
    return Repeated(moved, readers)


@dataclass(frozen=True, slots=True)
class _Noted:
    """Erasures that a copy did not know, and whom it still has of these."""

    by_name: Sought  # who has a name in links that is known
    by_address: Sought
    others: frozenset[str]  # hashes of addresses that somebody else has by now
    owed: Mapping[str, frozenset[Remains]]


def _note(connection: Connection, since: ErasuresSince, now: datetime) -> _Noted | None:
    """Record the erasures that the copy does not know; return None if there are none."""
    has_new_key = bool([one for one in since.keys if keep_other_key(connection, *one)])
    lift(connection, since.lines)
    missing = missing_of(connection, since.lines)
    key = find_lasting_key(connection, KeyPurpose.ADDRESSES)
    if not missing and not has_new_key:
        return None
    if key is None:
        take_over(connection, missing, PROGRAM, {})
        return None
    lines = since.lines if has_new_key else missing
    by_name = find_by_names(connection, lines, key, find_address_keys(connection))
    meant = [*_by_own_key(connection, lines, key), *by_name]
    held = find_held(since.database, {one.key for one in by_name})
    others = frozenset(one.own.address_hash for one in by_name if one.key in held)
    owed = dict(since.owed)
    for one in meant:
        if one.line.address_hash in owed:
            owed[one.own.address_hash] = owed[one.line.address_hash]
    returned = _find_returned(connection, missing, meant, key)
    # The ledger that is replaced may know an erasure by both keys already.
    each = {(line.address_hash, line.asked_at): line for line in missing}
    for line in missing_of(connection, [one.own for one in meant]):
        # What is remembered of an address would be said of whoever has it by now.
        own = _forgetting(line) if line.address_hash in others else line
        each.setdefault((line.address_hash, line.asked_at), own)
    hashes = take_over(connection, list(each.values()), PROGRAM, dict.fromkeys(returned, now))
    if not hashes:
        return None
    named = frozenset(one.own.address_hash for one in by_name) & hashes
    return _Noted(Sought(key, named), Sought(key, hashes - others), others & hashes, owed)


def _forgetting(line: Line) -> Line:
    return replace(line, standing=None, since=None, cause=None)


def _find_returned(
    connection: Connection, missing: Sequence[Line], meant: Sequence[Meant], key: bytes
) -> frozenset[str]:
    """Return the hashes of those who agreed in the copy after what they were erased for."""
    lines = [*missing, *(one.own for one in meant)]
    returned = find_later(
        connection, Sought(key, frozenset(one.address_hash for one in lines)), lines
    )
    return returned | {one.line.address_hash for one in meant if one.own.address_hash in returned}


def _end(
    engine: Engine, found: Sought, owed: Mapping[str, frozenset[Remains]], now: datetime
) -> None:
    """End the erasures in a copy, but for what they still owe in files."""
    erasing = SqlErasing(engine)
    erasing.end(found.without(frozenset(owed)), (), now)
    for hashed, remains in owed.items():
        erasing.end(Sought(found.secret, found.hashes & {hashed}), remains, now)


def _owed_of(words: str) -> frozenset[Remains]:
    """
    Return what an open erasure still owes when its ledger is replaced.

    No process keeps pages of the copy. The ledger until now becomes a copy itself, with all that
    was still to be taken out of it.
    """
    return frozenset({Remains.COPIES} | {Remains(one) for one in words.split()} & {Remains.FILES})


def _by_own_key(connection: Connection, lines: Sequence[Line], key: bytes) -> Sequence[Meant]:
    """Return the erasures with hashes by other keys whose address is here."""
    found = list[Meant]()
    by_hash: defaultdict[str, list[Line]] = defaultdict(list)
    for one in lines:
        by_hash[one.address_hash].append(one)
    for other in find_address_keys(connection):
        if other != key:
            for address in find_all_keys(connection, Sought(other, frozenset(by_hash))):
                hashed = hash_of(address, key)
                its = by_hash[hash_of(address, other)]
                own = (replace(one, address_hash=hashed, names=()) for one in its)
                found += [
                    Meant(one, address, its_own) for one, its_own in zip(its, own, strict=True)
                ]
    return found


def _names_in(connection: sqlite3.Connection) -> defaultdict[str, list[str]]:
    """Return the hashes of names in links by the hash of the address."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    try:
        for row in connection.execute(_NAMES):
            names[row["address_hash"]].append(row["name_hash"])
    except sqlite3.OperationalError:  # from before they were kept
        pass
    return names


def _line(row: dict[str, Any], names: tuple[str, ...]) -> Line:
    times = {name: moment_in(row[name], UNKNOWN) if row[name] else None for name in _TIMES}
    return Line(**{**row, **times, "names": names})
