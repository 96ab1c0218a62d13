"""
Carries over to a backup that is restored what came back after it was made.

The mails were put away when they were read: nobody would read them again.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from newsletter.feedback.effects import Action, Settled
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.feedback_acts import put_back
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.present_columns import is_in
from newsletter.storage.tables import UtcTime, subscribers
from newsletter.storage.transactions import writing

AT_A_TIME: Final = 1_000
_OF: Final = feedback_events.c
_EVENTS: Final = (
    "SELECT feedback_events.*, subscribers.reader_id AS reader FROM feedback_events"
    " LEFT JOIN subscribers ON subscribers.id = feedback_events.subscriber_id"
    " ORDER BY feedback_events.id"
)
_SETTLED: Final = ("settled_at", "settled_by", "settled_as", "account")
_READER: Final = "reader"  # the reader's id in links, which is the same in every copy
FeedbackSince = Sequence[dict[str, Any]]  # rows, with their readers' ids


def read_feedback(database: Path) -> FeedbackSince:
    """Read what came back; nothing, if the ledger is missing, damaged or too old."""
    if not database.exists():
        return ()
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.row_factory = sqlite3.Row
            return [_typed(dict(row)) for row in connection.execute(_EVENTS)]
    except (sqlite3.Error, ValueError, TypeError):
        return ()


def repeat_feedback(engine: Engine, since: FeedbackSince, now: datetime) -> None:
    """
    Add the events that the copy does not have, and what has become of the others since.

    Whoever was put back, because more of their domain bounced at once, is put back in the copy.
    """
    some = iter(since)
    with writing(engine) as connection:
        while batch := list(islice(some, AT_A_TIME)):
            names = [row["raw_id"] for row in batch]
            known = {
                (row.source, row.raw_id): row
                for row in connection.execute(
                    select(
                        _OF.id,
                        _OF.source,
                        _OF.raw_id,
                        _OF.settled_at,
                        _OF.action,
                        _OF.subscriber_id,
                        _OF.received_at,
                        _OF.kept_as,
                    ).where(is_in(_OF.raw_id, names))
                )
            }
            for row in batch:
                before = known.get((row["source"], row["raw_id"]))
                if before is not None:
                    _repeat_one(connection, before, row, now)
            new = [row for row in batch if (row["source"], row["raw_id"]) not in known]
            ids = [row[_READER] for row in new if row[_READER] is not None]
            of = subscribers.c
            found = select(of.reader_id, of.id).where(is_in(of.reader_id, ids))
            numbers = {row.reader_id: row.id for row in connection.execute(found)}
            rows = [_without_numbers(row, numbers.get(row[_READER])) for row in new]
            if rows:
                connection.execute(insert(feedback_events), rows)


def _repeat_one(
    connection: Connection, before: Row[*tuple[Any, ...]], row: Mapping[str, Any], now: datetime
) -> None:
    values = dict[str, Any]()
    if before.settled_at is None and row["settled_at"]:
        values = {name: row[name] for name in _SETTLED}
    if before.action != row["action"]:
        values["action"] = row["action"]
        if row["action"] == Action.HOLD.value and row["settled_as"] != Settled.SUPPRESSED.value:
            domain = row["domain"] or ""
            put_back(connection, before.subscriber_id, before.received_at, domain, now)
    if before.kept_as is not None and row["kept_as"] is None:
        values["kept_as"] = None  # the mail was deleted
    if values:
        its = _OF.id == before.id
        connection.execute(update(feedback_events).where(its).values(values))


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    times = {column.name for column in feedback_events.columns if isinstance(column.type, UtcTime)}
    return {
        name: moment_in(value) if name in times and value is not None else value
        for name, value in row.items()
    }


def _without_numbers(row: dict[str, Any], number: int | None) -> dict[str, Any]:
    """Return a row for the other ledger, whose numbers are its own."""
    own = {name: value for name, value in row.items() if name not in ("id", _READER)}
    return {**own, "subscriber_id": number}
