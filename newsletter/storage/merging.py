"""
Merges a file's decided rows into the list on SQLite, in turns, wholly even if it is cut off.

The rows wait in `imported_rows`. A turn writes some of them to the list and deletes them there
in one transaction, so what is left is what is still to be done, by whichever process.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase
from newsletter.storage.asked_names import Renamed, forget_earlier_names
from newsletter.storage.blocking import find_blocked, has_blocked
from newsletter.storage.conditions import constant
from newsletter.storage.consents import ConsentLog, begin_chain, drop_chain, seal_chain
from newsletter.storage.entries import FIELDS, read_entry
from newsletter.storage.erased import find_erased, has_erased, note_returns
from newsletter.storage.import_tables import WAS, imported_rows, imports
from newsletter.storage.left_names import end_left_again
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.processes import this_holder
from newsletter.storage.reader_names import kept_name
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import subscribers
from newsletter.storage.turns import Turns
from newsletter.storage.unfinished import holder_values, may_be_alive
from newsletter.subscribers.book import Entry, NotWritten, Written
from newsletter.subscribers.consent_record import (
    ConsentAct,
    Declaration,
    Occasion,
    Stand,
    declarations_of,
)
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.rebasing import row_of
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause


class ImportStage(StrEnum):
    """How far an import is that is not wholly on the list."""

    COPYING = "copying"  # its rows are being kept; cut off, they are dropped
    MERGING = "merging"  # all of them are kept; cut off, the rest is merged


_OF: Final = imported_rows.c
_LIST: Final = subscribers.c
_IS_NEW: Final = _OF.subscriber_id.is_(None)
_IN_STEP: Final = and_(
    _OF.import_id == bindparam("import_id"),
    _OF.id >= bindparam("first"),
    _OF.id <= bindparam("last"),
)
_ALONE: Final = ~_OF.is_open

_ADDED: Final = ("address_key", *FIELDS, "import_id", "reader_id", "old_number")
_ADD: Final = (
    sqlite.insert(subscribers)
    .from_select(
        _ADDED,
        select(*(_OF[name] for name in _ADDED)).where(_IN_STEP, _IS_NEW, _ALONE).order_by(_OF.id),
    )
    .on_conflict_do_nothing()
)


def _fields_equal(prefix: str = "") -> ColumnElement[bool]:
    return and_(*(_LIST[name].is_not_distinct_from(_OF[f"{prefix}{name}"]) for name in FIELDS))


_IS_SAME_READER: Final = and_(_LIST.id == _OF.subscriber_id, _LIST.address_key == _OF.address_key)
_CHANGE: Final = (
    update(subscribers)
    .where(_IS_SAME_READER, _IN_STEP, ~_IS_NEW, _ALONE, _fields_equal(WAS))
    .values({**{name: _OF[name] for name in FIELDS}, "import_id": _OF.import_id})
)
_RENAMED: Final = select(_OF.subscriber_id, _OF.address_key, _OF.name).where(
    _IN_STEP, ~_IS_NEW, _ALONE, _OF.name != _OF[f"{WAS}name"], _OF[f"{WAS}name"] != ""
)
_COUNT: Final = select(func.count(), func.count(_OF.subscriber_id)).where(_IN_STEP, _ALONE)
_OPEN: Final = select(_OF.id).where(_IN_STEP, _OF.is_open)
_NOT_ADDED: Final = (
    select(_OF.id)
    .outerjoin(
        subscribers,
        and_(
            _LIST.address_key == _OF.address_key,
            _LIST.reader_id == _OF.reader_id,
            _LIST.import_id == _OF.import_id,
        ),
    )
    .where(_IN_STEP, _IS_NEW, _ALONE, _LIST.id.is_(None))
)
_NOT_CHANGED: Final = (
    select(_OF.id)
    .outerjoin(subscribers, and_(_IS_SAME_READER, _fields_equal()))
    .where(_IN_STEP, ~_IS_NEW, _ALONE, _LIST.id.is_(None))
)
_IS_NEWCOMER: Final = and_(_IS_NEW, _OF.standing == constant(Standing.ACTIVE))
_NEWCOMERS: Final = (  # most of a long file
    select(_OF.id, _OF.address_key, _OF.consented_at, _OF.reconfirmed_at)
    .where(_IN_STEP, _ALONE, _IS_NEWCOMER)
    .order_by(_OF.id)
)
_STANDING: Final = (
    *("standing", "standing_since", "consented_at", "standing_cause", "reconfirmed_at"),
)
_STANDS: Final = (
    select(
        *(_OF.id, _OF.address_key, ~_IS_NEW),
        *(_OF[name] for name in _STANDING),
        *(_OF[f"{WAS}{name}"] for name in _STANDING),
    )
    .where(_IN_STEP, _ALONE, ~_IS_NEWCOMER)
    .order_by(_OF.id)
)
_NEW_KEYS: Final = select(_OF.address_key).where(_IN_STEP, _IS_NEW, _ALONE)
_LATER: Final = select(
    _OF.id,
    _OF.fate,
    _OF.given_names,
    _OF.address_key,
    _OF.reader_id,
    _OF.old_number,
    _OF.subscriber_id,
    *(_OF[name] for name in FIELDS),
    *(_OF[f"{WAS}{name}"] for name in FIELDS),
).where(_OF.id.in_(bindparam("ids", expanding=True)))
_DONE: Final = delete(imported_rows).where(_IN_STEP)


def begin_import(connection: Connection, import_id: str, file: str, now: datetime) -> None:
    """Note that this process keeps the rows of *file* to merge them."""
    begin_chain(connection, import_id, file, now)
    values = {"id": import_id, "file": file, "stage": ImportStage.COPYING.value, **holder_values()}
    connection.execute(insert(imports).values(values))


def keep_import(connection: Connection, import_id: str, file: str) -> None:
    """
    Take the write lock for the next rows, and note that the import's process is alive.

    Raises:
        UnfinishedError: another process took this one for dead, and has dropped the rows.
    """
    ours = update(imports).where(imports.c.id == import_id, imports.c.holder == _holder())
    if not connection.execute(ours.values(holder_values())).rowcount:
        raise UnfinishedError(phrase("storage.import-was-dropped", file=file))


def declare_settled(connection: Connection, import_id: str) -> None:
    """Declare that all rows are kept: from this commit on the import will be finished."""
    of = update(imports).where(imports.c.id == import_id)
    connection.execute(of.values(stage=ImportStage.MERGING.value))


def abandon_import(connection: Connection, import_id: str) -> None:
    """Let the next command drop or finish the import at once, because this process failed."""
    connection.execute(update(imports).where(imports.c.id == import_id).values(holder=None))


def merge_import(turns: Turns, import_id: str) -> Iterator[Written]:
    """Write the kept rows to the list; yields without the write lock, when a turn has ended."""
    rows, missed = 0, list[NotWritten]()
    while step := _next_step(turns, import_id):
        count, late = _merge_step(turns.connection, step)
        rows += count
        missed += late
        if turns.is_over:
            turns.end()
            yield Written(rows, tuple(missed))
            rows, missed = 0, []
    end_left_again(turns.connection, datetime.now(UTC))
    seal_chain(turns.connection, import_id)
    turns.connection.execute(delete(imports).where(imports.c.id == import_id))
    turns.end(rests=False)
    yield Written(rows, tuple(missed))


def drop_import(turns: Turns, import_id: str) -> None:
    """Delete the kept rows of an import that nobody settled."""
    while step := _next_step(turns, import_id):
        turns.connection.execute(_DONE, step)
        turns.give_way()
    drop_chain(turns.connection, import_id)
    turns.connection.execute(delete(imports).where(imports.c.id == import_id))
    turns.end(rests=False)


def find_stage(connection: Connection, import_id: str) -> ImportStage | None:
    """Return how far an import is; None if it is wholly on the list, or nothing of it is kept."""
    stage = connection.execute(select(imports.c.stage).where(imports.c.id == import_id)).scalar()
    return None if stage is None else ImportStage(stage)


def find_merging(connection: Connection) -> str | None:
    """Return the name of a file that is being merged into the list just now, or None."""
    of = imports.c
    return connection.execute(
        select(of.file).where(of.stage == ImportStage.MERGING.value).limit(1)
    ).scalar()


def has_imports(connection: Connection) -> bool:
    """Return whether any import is not wholly on the list."""
    return connection.execute(select(imports.c.id).limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class FinishedImport:
    """An import that another process has left behind."""

    file: str
    stage: ImportStage  # how far it was
    not_written: int  # readers; see `NotWritten`


def finish_imports(turns: Turns) -> Iterator[FinishedImport]:
    """
    Finish the imports that were cut off: merge what is settled, drop what is not.

    Those of processes that may be alive are left alone.
    """
    of = imports.c
    found = turns.connection.execute(select(of.id, of.file, of.stage, of.holder, of.held_until))
    for one in [_Left(*row) for row in found]:
        if may_be_alive(one.holder, one.held_until) or not _take_over(turns.connection, one):
            turns.connection.rollback()
            continue
        stage, missed = ImportStage(one.stage), 0
        if stage is ImportStage.COPYING:
            drop_import(turns, one.id)
        else:
            for written in merge_import(turns, one.id):
                missed += len(written.not_written)
        yield FinishedImport(one.file, stage, missed)


def _merge_step(
    connection: Connection, step: Mapping[str, object]
) -> tuple[int, Sequence[NotWritten]]:
    """Write the rows of a step and forget them; return their number, and who was not written."""
    _renew(connection, str(step["import_id"]))  # takes the write lock: nobody else has the rows
    open_ids = list(connection.execute(_OPEN, step).scalars())
    if has_blocked(connection) or has_erased(connection):
        open_ids += _open_blocked(connection, step)
    count, known = connection.execute(_COUNT, step).one()
    added = connection.execute(_ADD, step).rowcount
    if added != count - known:
        open_ids += connection.execute(_NOT_ADDED, step).scalars()
    changed = connection.execute(_CHANGE, step).rowcount if known else 0
    if changed:
        forget_earlier_names(
            connection, [Renamed(*row) for row in connection.execute(_RENAMED, step)]
        )
    if changed != known:
        open_ids += connection.execute(_NOT_CHANGED, step).scalars()
    again = frozenset(open_ids)
    if declared := list(_declared_in(connection, step, again)):
        occasion = _occasion_of(connection, str(step["import_id"]))
        ConsentLog(connection, occasion).add(declared)
        agreed = [one.key for one in declared if one.act is ConsentAct.AGREED]
        note_returns(connection, agreed, occasion.now)
    late = _decide_again(connection, str(step["import_id"]), sorted(again))
    return connection.execute(_DONE, step).rowcount, late


def _occasion_of(connection: Connection, import_id: str) -> Occasion:
    """Return what a file's declarations have in common."""
    file = connection.execute(select(imports.c.file).where(imports.c.id == import_id)).scalar_one()
    return begin_chain(connection, import_id, file, datetime.now(UTC))


def _declared_in(
    connection: Connection, step: Mapping[str, object], but: Container[int]
) -> Iterator[Declaration]:
    """Yield what the rows of a step declare, without those that are decided again."""
    for number, key, at, reconfirmed_at in connection.execute(_NEWCOMERS, step):
        if number not in but:
            yield Declaration(key, ConsentAct.AGREED, at)
            if reconfirmed_at is not None:
                yield Declaration(key, ConsentAct.RENEWED, reconfirmed_at)
    for number, key, is_known, *stands in connection.execute(_STANDS, step):
        if number in but:
            continue
        before = _stand(stands[len(_STANDING) :]) if is_known else None
        yield from declarations_of(key, before, _stand(stands[: len(_STANDING)]))


def _stand(values: Sequence[Any]) -> Stand:
    standing, since, at, cause, reconfirmed_at = values
    known = read_word(Cause, subscribers.c.standing_cause, cause) if cause else None
    return Stand(Standing(standing), since, at, known, reconfirmed_at)


def _open_blocked(connection: Connection, step: Mapping[str, object]) -> list[int]:
    """
    Have those decided again who were erased meanwhile, or asked never to be written to.

    Returns their rows.
    """
    keys = list(connection.execute(_NEW_KEYS, step).scalars())
    blocked = find_blocked(connection, keys) | find_erased(connection, keys).keys()
    if not blocked:
        return []
    theirs = and_(_IN_STEP, _OF.address_key.in_(blocked))
    ids = list(connection.execute(select(_OF.id).where(theirs), step).scalars())
    connection.execute(update(imported_rows).where(_OF.id.in_(ids)).values(is_open=True))
    return ids


def _decide_again(
    connection: Connection, import_id: str, ids: Sequence[int]
) -> Sequence[NotWritten]:
    """Merge rows into what the list says now, as an import does; return who is refused."""
    if not ids:
        return ()
    kept = {one.id: one for one in connection.execute(_LATER, {"ids": ids})}
    rows = [_file_row(kept[number]) for number in ids]
    occasion = _occasion_of(connection, import_id)
    book = SqlOpenBook(connection, occasion)
    steps = list(import_rows(rows, book, import_id, datetime.now(UTC)))
    return [
        NotWritten(kept[refusal.line].address_key, kept[refusal.line].fate, refusal.reason)
        for step in steps
        for refusal in step.refusals
    ]


def _file_row(kept: Sequence[Any]) -> Row:
    number, _, given, key, reader_id, old_number, subscriber_id, *fields = kept
    now, was = fields[: len(FIELDS)], fields[len(FIELDS) :]
    names = tuple(map(kept_name, given.split()))
    entry = read_entry([subscriber_id, *now, key, None, reader_id, old_number])
    before: Entry | None = None
    if subscriber_id is not None:
        before = read_entry([subscriber_id, *was, key, None, reader_id, old_number])
    return row_of(entry, before, names, number)


def _next_step(turns: Turns, import_id: str) -> dict[str, object] | None:
    """Return the parameters of the next rows; None if there are none."""
    ids: Select[int] = select(_OF.id).where(_OF.import_id == import_id).order_by(_OF.id)
    some = ids.limit(turns.pace.rows).subquery()
    first, last = turns.connection.execute(select(func.min(some.c.id), func.max(some.c.id))).one()
    if first is None:
        return None
    return {"import_id": import_id, "first": first, "last": last}


def _renew(connection: Connection, import_id: str) -> None:
    ours = update(imports).where(imports.c.id == import_id, imports.c.holder == _holder())
    connection.execute(ours.values(holder_values()))


@dataclass(frozen=True, slots=True)
class _Left:
    """An import that is not wholly on the list, perhaps left by a process that has ended."""

    id: str
    file: str
    stage: str
    holder: str | None
    held_until: datetime


def _take_over(connection: Connection, one: _Left) -> bool:
    of = imports.c
    left = update(imports).where(
        of.id == one.id,
        of.stage == one.stage,
        of.holder.is_(None) if one.holder is None else of.holder == one.holder,
    )
    return connection.execute(left.values(holder_values())).rowcount > 0


def _holder() -> str:
    return this_holder().name
