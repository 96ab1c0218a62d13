"""Carries over to a backup that is restored which of its readers agreed again after it was made."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, exists, select

from newsletter.dispatch.control import PROGRAM
from newsletter.lang import Lang
from newsletter.storage.consent_tables import consent_chains, consent_texts
from newsletter.storage.consents import begin_chain, drop_chain, seal_chain
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.inserts import insert_into
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay, Occasion, name_person
from newsletter.subscribers.subscriber import Standing

AT_A_TIME: Final = 1_000
# Readers whom both have as active, by their ids in links; by the address where the backup's id is
# nobody's any more, so that it is not somebody else who has the address by now.
_AGREED: Final = (
    "SELECT here.address_key AS key, here.consented_at AS consented_at,"
    " there.reader_id AS reader_id, there.address_key AS old_key, there.consented_at AS before"
    " FROM main.subscribers AS here JOIN backup.subscribers AS there"
    " ON {same} WHERE here.standing = ? AND there.standing = ?"
    " AND here.consented_at IS NOT NULL"
)
_SAME: Final = (
    "there.reader_id = here.reader_id",
    "there.address_key = here.address_key AND NOT EXISTS"
    " (SELECT 1 FROM main.subscribers AS known WHERE known.reader_id = there.reader_id)",
)
_ADDRESSES: Final = ("key", "old_key")
_OF_AGREED: Final = (Standing.ACTIVE.value, Standing.ACTIVE.value)
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
    said: Said


@dataclass(frozen=True, slots=True)
class ConsentsSince:
    """What readers of a backup agreed to after it was made."""

    agreed: Sequence[AgreedAgain] = ()
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
            if not later:
                return ConsentsSince()
            said = _find_said(connection, {row[name] for row in later for name in _ADDRESSES})
            texts = {row["hash"]: dict(row) for row in connection.execute(_TEXTS)}
            agreed = [
                AgreedAgain(row["reader_id"], row["old_key"], at, _said_by(said, row, at))
                for row in later
                for at in (moment_in(row["consented_at"]),)
            ]
    except (sqlite3.Error, ValueError, TypeError):
        return ConsentsSince()
    used = {one.said.text for one in agreed}
    return ConsentsSince(agreed, {key: row for key, row in texts.items() if key in used})


def _said_by(said: Mapping[tuple[str, datetime], Said], row: sqlite3.Row, at: datetime) -> Said:
    """Return how a reader agreed; a change of the address since has only repeated it."""
    found = [said[row[name], at] for name in _ADDRESSES if (row[name], at) in said]
    given = (one for one in found if one.way is not ConsentWay.MOVED)
    return next(given, next(iter(found), Said()))


def _is_later(row: sqlite3.Row) -> bool:
    before = row["before"]
    return before is None or moment_in(row["consented_at"]) > moment_in(before)


def _find_said(
    connection: sqlite3.Connection, keys: Iterable[str]
) -> Mapping[tuple[str, datetime], Said]:
    """Return how the readers of addresses agreed, by address and time; the last entry counts."""
    secret = connection.execute(_KEY).fetchone()
    if secret is None:
        return {}
    of = {name_person(key, str(secret[0]).encode()): key for key in keys}
    found = dict[tuple[str, datetime], Said]()
    for row in connection.execute(_SAID, (ConsentAct.AGREED.value,)):
        key = of.get(bytes(row["person"] or b""))
        if key is not None:
            found[key, moment_in(row["at"])] = _said_of(row)
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

    Only of those whom the copy still has as active, and who have not agreed later in it.
    """
    by_said = defaultdict[Said, list[AgreedAgain]](list)
    for one in since.agreed:
        by_said[one.said].append(one)
    count = 0
    with writing(engine) as connection:
        if since.texts:
            rows = [{**row, "kept_at": moment_in(row["kept_at"])} for row in since.texts.values()]
            added = insert_into(connection, consent_texts)
            connection.execute(added.on_conflict_do_nothing(), rows)
        by_file = defaultdict[File | None, list[Said]](list)
        for said in by_said:
            by_file[said.file].append(said)
        for file, some in by_file.items():
            count += _record(connection, file, {said: by_said[said] for said in some}, now)
    return count


def _record(
    connection: Connection,
    file: File | None,
    by_said: Mapping[Said, Sequence[AgreedAgain]],
    now: datetime,
) -> int:
    """Record the consents of one file in a chain of its own, those of single acts in theirs."""
    chain_name = None if file is None else _unused(connection, file.import_id)
    count = 0
    for said, agreed in by_said.items():
        occasion = Occasion(said.way, now, said.by, said.lang, said.text, said.boxes)
        if file is not None and chain_name is not None:
            occasion = begin_chain(connection, chain_name, file.name, file.began_at)
        count += _agree(connection, SqlOpenBook(connection, occasion), agreed)
    if chain_name is not None and count:
        seal_chain(connection, chain_name)
    elif chain_name is not None:
        drop_chain(connection, chain_name)
    return count


def _agree(connection: Connection, book: SqlOpenBook, agreed: Sequence[AgreedAgain]) -> int:
    count, some = 0, iter(agreed)
    while batch := list(islice(some, AT_A_TIME)):
        by_id = find_by_reader_ids(connection, [one.reader_id for one in batch])
        by_key = book.find([one.old_key for one in batch])
        changed = dict[str, Entry]()
        for one in batch:
            entry = by_id.get(one.reader_id) if one.reader_id else by_key.get(one.old_key)
            if entry is not None and _may_agree(entry, one.at):
                changed[entry.key] = replace(entry, consented_at=one.at, reconfirmed_at=None)
        book.update(list(changed.values()))
        count += len(changed)
    return count


def _may_agree(entry: Entry, at: datetime) -> bool:
    is_later = entry.consented_at is None or at > entry.consented_at
    return entry.standing is Standing.ACTIVE and is_later


def _unused(connection: Connection, import_id: str) -> str:
    """Return a name for a file's chain that the copy has not: its own may be complete already."""
    name = import_id
    while connection.execute(select(exists().where(consent_chains.c.import_id == name))).scalar():
        name = f"{name}+"
    return name
