"""Carries over to a backup that is restored who was told of a leak after it was made."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, and_, insert, or_, select, update

from newsletter.dispatch.states import State
from newsletter.storage.breach_tables import breach_notices, breaches
from newsletter.storage.copies import connect_for_copy
from newsletter.storage.present_columns import is_in, value_in
from newsletter.storage.transactions import writing

AT_A_TIME: Final = 1_000
_OF: Final = breaches.c
_TO: Final = breach_notices.c
_WAITING: Final = frozenset({State.PENDING.value, State.DEFERRED.value})
_Row = Mapping[str, Any]


def repeat_breaches(engine: Engine, database: Path) -> None:
    """
    Record in an older copy the notices of leaks that began after it was made, and what came of all.

    So `newsletter breach` goes on where it was, and tells nobody twice. Where both know a notice,
    the later attempt counts.

    Args:
        engine: the copy.
        database: the ledger that is replaced; if it is missing, damaged or too old, nothing is
            recorded.
    """
    if not database.exists():
        return
    try:
        with closing(connect_for_copy(database)) as source, writing(engine) as connection:
            source.row_factory = sqlite3.Row
            numbers = {row["id"]: _number_of(connection, row) for row in _rows(source, breaches)}
            rows = _rows(source, breach_notices)
            while batch := list(islice(rows, AT_A_TIME)):
                known = [{**row, "breach_id": numbers[row["breach_id"]]} for row in batch]
                _repeat(connection, known)
    except (sqlite3.Error, ValueError, KeyError):
        return


def _rows(source: sqlite3.Connection, table: Table) -> Iterator[dict[str, Any]]:
    query = f"SELECT {', '.join(table.columns.keys())} FROM {table.name} ORDER BY id"  # noqa: S608 - our own names
    for row in source.execute(query):
        yield {column.name: value_in(column, row[column.name]) for column in table.columns}


def _number_of(connection: Connection, row: _Row) -> int:
    """Return the number of a leak in the copy, where it is recorded if it is new."""
    its = and_(_OF.hash == row["hash"], _OF.is_drill.is_(row["is_drill"]))
    if row["is_drill"]:  # of a file there are as many as wanted
        its = and_(its, _OF.begun_at == row["begun_at"])
    found = connection.execute(select(_OF.id, _OF.planned_at).where(its)).first()
    if found is None:
        own = {name: value for name, value in row.items() if name != "id"}
        added = connection.execute(insert(breaches).values(own).returning(_OF.id))
        return int(added.scalar_one())
    if found.planned_at is None:
        planned = update(breaches).where(_OF.id == found.id)
        connection.execute(planned.values(planned_at=row["planned_at"]))
    return int(found.id)


def _repeat(connection: Connection, rows: Sequence[_Row]) -> None:
    is_one = is_in(_TO.name, [row["name"] for row in rows])
    at_address = is_in(_TO.address_key, [row["address_key"] for row in rows])
    columns = (_TO.id, _TO.name, _TO.breach_id, _TO.address_key, _TO.state, _TO.attempts)
    found = connection.execute(select(*columns).where(or_(is_one, at_address))).all()
    by_name = {row.name: row for row in found}
    by_place = {(row.breach_id, row.address_key): row for row in found}
    new = list[dict[str, Any]]()
    for row in rows:
        # A copy that was restored before may have planned a notice of its own to the address.
        before = by_name.get(row["name"]) or by_place.get((row["breach_id"], row["address_key"]))
        own = {name: value for name, value in row.items() if name != "id"}
        if before is None:
            new.append(own)
        elif _says_more(row, before):
            connection.execute(update(breach_notices).where(_TO.id == before.id).values(own))
    if new:
        connection.execute(insert(breach_notices), new)


def _says_more(row: _Row, before: Any) -> bool:
    has_ended = before.state in _WAITING and row["state"] not in _WAITING
    return has_ended or bool(row["attempts"] > before.attempts)
