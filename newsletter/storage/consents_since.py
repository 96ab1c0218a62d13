"""Carries over to a backup that is restored what readers agreed to after it was made."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, exists, select

from newsletter.dispatch.control import PROGRAM
from newsletter.lang import Lang
from newsletter.storage.agreed_later import consents_of
from newsletter.storage.consent_tables import consent_chains, consent_texts
from newsletter.storage.consents import ConsentLog, begin_chain, drop_chain, seal_chain
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.erased_people import moved_to
from newsletter.storage.inserts import insert_into
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.present_columns import Rows
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import (
    ConsentAct,
    ConsentWay,
    Declaration,
    Occasion,
    name_person,
)
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why

AT_A_TIME: Final = 1_000
# Active readers whom the backup has, by their ids in links: as active, or as who had left. By the
# address, as active, where the backup's id is nobody's any more, so that it is not somebody else
# who has the address by now.
_AGREED: Final = (
    "SELECT here.address_key AS key, here.consented_at AS consented_at,"
    " here.standing_since AS since, there.reader_id AS reader_id, there.address_key AS old_key,"
    " there.consented_at AS before, there.standing AS standing, there.standing_since AS ended"
    " FROM main.subscribers AS here JOIN backup.subscribers AS there"
    " ON {same} WHERE here.standing = ? AND here.consented_at IS NOT NULL"
)
_SAME: Final = (
    "there.reader_id = here.reader_id AND coalesce(there.standing_cause, '') != 'moved'",
    "there.address_key = here.address_key AND there.standing = 'active' AND NOT EXISTS"
    " (SELECT 1 FROM main.subscribers AS known WHERE known.reader_id = there.reader_id)",
)
# Readers whom the backup does not have: how they agreed stays known, for a file brings them back.
_LOST: Final = (
    "SELECT address_key AS key, consented_at FROM main.subscribers AS here"
    " WHERE standing = ? AND consented_at IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM backup.subscribers AS there WHERE there.reader_id = here.reader_id)"
    " AND NOT EXISTS"
    " (SELECT 1 FROM backup.subscribers AS there WHERE there.address_key = here.address_key)"
)
_MOVED: Final = "SELECT address_key, standing_because FROM subscribers WHERE standing_cause = ?"
_ADDRESSES: Final = ("key", "old_key")
_OF_AGREED: Final = (Standing.ACTIVE.value,)
_KEY: Final = "SELECT secret FROM main.lasting_keys WHERE purpose = 'addresses'"
_SAID: Final = (
    "SELECT person, at, way, lang, text_hash, details, import_id, file, began_at"
    " FROM main.consents LEFT JOIN main.consent_chains ON consent_chains.id = chain_id"
    " WHERE act = ? AND at IS NOT NULL ORDER BY recorded_at"
)
_TEXTS: Final = "SELECT hash, lang, version, words, kept_at FROM main.consent_texts"


class File(NamedTuple):
    """The file that a consent was in."""

    import_id: str
    name: str
    began_at: datetime  # aware UTC


class Said(NamedTuple):
    """How somebody agreed."""

    way: ConsentWay = ConsentWay.OPERATOR
    by: str = PROGRAM
    lang: Lang | None = None
    text: str | None = None  # SHA-256 of the text
    boxes: tuple[str, ...] = ()
    file: File | None = None


class AgreedAgain(NamedTuple):
    """A reader of a backup who has agreed after it was made."""

    reader_id: str | None
    old_key: str  # of the address in the backup
    at: datetime  # aware UTC
    since: datetime  # when they have become active; aware UTC
    said: Said


class LostConsent(NamedTuple):
    """How a reader agreed whom a backup does not have."""

    key: str  # of the address of now
    at: datetime  # aware UTC
    said: Said


@dataclass(frozen=True, slots=True)
class ConsentsSince:
    """What readers agreed to after a backup was made."""

    agreed: Sequence[AgreedAgain] = ()
    lost: Sequence[LostConsent] = ()
    texts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # rows, by their hashes


def read_consents(database: Path, file: Path) -> ConsentsSince:
    """
    Find the later consents of a ledger that is replaced.

    Returns:
        Nothing, if the ledger or the backup is missing, damaged or too old.
    """
    if not database.exists():
        return ConsentsSince()
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("ATTACH ? AS backup", (str(file),))
            later = [
                row
                for same in _SAME
                for row in connection.execute(_AGREED.format(same=same), _OF_AGREED)
                if row["consented_at"] != row["before"] and _is_later(row)
            ]
            lost = {
                row["key"]: moment_in(row["consented_at"])
                for row in connection.execute(_LOST, (Standing.ACTIVE.value,))
            }
            if not later and not lost:
                return ConsentsSince()
            before = _find_left_for(connection, lost)
            keys = {row[name] for row in later for name in _ADDRESSES}
            said = _find_said(connection, keys.union(lost, *before.values()))
            texts = {row["hash"]: dict(row) for row in connection.execute(_TEXTS)}
            agreed = [
                AgreedAgain(row["reader_id"], row["old_key"], at, since, found or Said())
                for row in later
                for at, since in ((moment_in(row["consented_at"]), moment_in(row["since"])),)
                for found in (_said_by(said, [row[name] for name in _ADDRESSES], at),)
            ]
            known = ((key, at, _said_by(said, [key, *before[key]], at)) for key, at in lost.items())
            gone = [LostConsent(key, at, how) for key, at, how in known if how is not None]
    except (sqlite3.Error, ValueError, TypeError):
        return ConsentsSince()
    used = {said.text for said in (*(one.said for one in agreed), *(one.said for one in gone))}
    return ConsentsSince(agreed, gone, {key: row for key, row in texts.items() if key in used})


def _said_by(
    said: Mapping[tuple[str, datetime], Said], keys: Sequence[str], at: datetime
) -> Said | None:
    """
    Return how the reader of these addresses agreed; None if the record does not say it.

    A change of the address since has only repeated it.
    """
    found = [said[key, at] for key in keys if (key, at) in said]
    given = (one for one in found if one.way is not ConsentWay.MOVED)
    return next(given, next(iter(found), None))


def _find_left_for(
    connection: sqlite3.Connection, keys: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """Return the addresses that the readers of *keys* had before, the latest first."""
    left = defaultdict[str, list[str]](list)
    for key, because in connection.execute(_MOVED, (Cause.MOVED.value,)):
        if (target := moved_to(because)) is not None:
            left[target].append(key)
    before = defaultdict[str, list[str]](list)
    for key in left.keys() & set(keys):
        chain = before[key]
        chain += left[key]
        for one in chain:  # grows: they may have moved several times, in a circle even
            chain += (older for older in left.get(one, ()) if older not in {key, *chain})
    return before


def _is_later(row: sqlite3.Row) -> bool:
    """Return whether a reader has agreed later than in the backup, and than they ended in it."""
    ended = None if row["standing"] == Standing.ACTIVE.value else row["ended"]
    at = moment_in(row["consented_at"])
    return all(one is None or at > moment_in(one) for one in (row["before"], ended))


def _find_said(
    connection: sqlite3.Connection, keys: Iterable[str]
) -> Mapping[tuple[str, datetime], Said]:
    """
    Return how the readers of addresses agreed, by address and time.

    The last entry counts; but a file that says it once more has only repeated it.
    """
    secret = connection.execute(_KEY).fetchone()
    if secret is None:
        return {}
    of = {name_person(key, str(secret[0]).encode()): key for key in keys}
    found = dict[tuple[str, datetime], Said]()
    for row in connection.execute(_SAID, (ConsentAct.AGREED.value,)):
        key = of.get(bytes(row["person"] or b""))
        if key is None:
            continue
        how, said = _said_of(row), (key, moment_in(row["at"]))
        if how.way is not ConsentWay.IMPORT or said not in found:
            found[said] = how
    return found


def _said_of(row: sqlite3.Row) -> Said:
    details: Mapping[str, str] = json.loads(row["details"]) if row["details"] else {}
    boxes = tuple(filter(None, details.get("boxes", "").split(", ")))
    lang = None if row["lang"] is None else Lang(row["lang"])
    file = None
    if row["import_id"] is not None:
        file = File(row["import_id"], row["file"], moment_in(row["began_at"]))
    return Said(ConsentWay(row["way"]), details.get("by", ""), lang, row["text_hash"], boxes, file)


def repeat_consents(engine: Engine, since: ConsentsSince, now: datetime) -> int:
    """
    Record in an older copy who agreed again after it was made; return how many.

    Only of those who have not agreed, or left, later in the copy. Who had left in it, and has
    agreed again since, is active. How those agreed whom it does not have stays in the record alone,
    for when a file brings them back.
    """
    with writing(engine) as connection:
        if since.texts:
            rows = [{**row, "kept_at": moment_in(row["kept_at"])} for row in since.texts.values()]
            added = insert_into(connection, consent_texts)
            connection.execute(added.on_conflict_do_nothing(), rows)
        agree = partial(_agree, connection)
        count = sum(_record(connection, chain, agree, now) for chain in _by_file(since.agreed))
        remember = partial(_remember, connection)
        for chain in _by_file(since.lost):
            _record(connection, chain, remember, now)
    return count


_One = TypeVar("_One", AgreedAgain, LostConsent)
_BySaid = Mapping[Said, Sequence[_One]]


def _by_file(some: Sequence[_One]) -> Iterable[_BySaid[_One]]:
    """Return consents by how they were given: those of each file apart."""
    by_file = defaultdict[File | None, dict[Said, list[_One]]](dict)
    for one in some:
        by_file[one.said.file].setdefault(one.said, []).append(one)
    return by_file.values()


def _record(
    connection: Connection,
    by_said: _BySaid[_One],
    record: Callable[[Occasion, Sequence[_One]], int],
    now: datetime,
) -> int:
    """Record the consents of one file in a chain of its own, those of single acts in theirs."""
    file = next(iter(by_said)).file
    chain_name = None if file is None else _unused(connection, file.import_id)
    count = 0
    for said, agreed in by_said.items():
        occasion = Occasion(said.way, now, said.by, said.lang, said.text, said.boxes)
        if file is not None and chain_name is not None:
            occasion = begin_chain(connection, chain_name, file.name, file.began_at)
        count += record(occasion, agreed)
    if chain_name is not None and count:
        seal_chain(connection, chain_name)
    elif chain_name is not None:
        drop_chain(connection, chain_name)
    return count


def _remember(connection: Connection, occasion: Occasion, lost: Sequence[LostConsent]) -> int:
    """Record how readers agreed who are not on the list; a second restore adds nothing."""
    count, some = 0, iter(lost)
    while batch := list(islice(some, AT_A_TIME)):
        known = consents_of(connection, Rows(connection), [one.key for one in batch])
        new = [one for one in batch if one.at not in known.get(one.key, ())]
        said = [Declaration(one.key, ConsentAct.AGREED, one.at) for one in new]
        ConsentLog(connection, occasion).add(said)
        count += len(said)
    return count


def _agree(connection: Connection, occasion: Occasion, agreed: Sequence[AgreedAgain]) -> int:
    book = SqlOpenBook(connection, occasion)
    count, some = 0, iter(agreed)
    while batch := list(islice(some, AT_A_TIME)):
        by_id = find_by_reader_ids(connection, [one.reader_id for one in batch])
        by_key = book.find([one.old_key for one in batch])
        changed = dict[str, Entry]()
        for one in batch:
            entry = by_id.get(one.reader_id) if one.reader_id else by_key.get(one.old_key)
            if entry is not None and _may_agree(entry, one.at):
                agreed_again = replace(entry, consented_at=one.at, reconfirmed_at=None)
                changed[entry.key] = _active(agreed_again, one.since)
        book.update(list(changed.values()))
        count += len(changed)
    return count


def _may_agree(entry: Entry, at: datetime) -> bool:
    is_later = entry.consented_at is None or at > entry.consented_at
    return is_later and (entry.standing is Standing.ACTIVE or at > entry.standing_since)


def _active(entry: Entry, since: datetime) -> Entry:
    if entry.standing is Standing.ACTIVE:
        return entry
    return replace(entry, standing=Standing.ACTIVE, standing_since=since, why=Why())


def _unused(connection: Connection, import_id: str) -> str:
    """Return a name for a file's chain that the copy has not: its own may be complete already."""
    name = import_id
    while connection.execute(select(exists().where(consent_chains.c.import_id == name))).scalar():
        name = f"{name}+"
    return name
