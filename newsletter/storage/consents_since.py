"""
Lets readers of a backup that is restored be as active as those are who agreed after it was made.

What they agreed to, and how, is in the record, which is carried over before: see `record_since`.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine

from newsletter.dispatch.control import PROGRAM
from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Why

AT_A_TIME: Final = 1_000
# Active readers whom the backup has, by their ids in links: as active, or as who had left. By the
# address, as active, where the backup's id is nobody's any more, so that it is not somebody else
# who has the address by now.
_AGREED: Final = (
    "SELECT here.consented_at AS consented_at, here.standing_since AS since,"
    " there.reader_id AS reader_id, there.address_key AS old_key,"
    " there.consented_at AS before, there.standing AS standing, there.standing_since AS ended"
    " FROM main.subscribers AS here JOIN backup.subscribers AS there"
    " ON {same} WHERE here.standing = ? AND here.consented_at IS NOT NULL"
)
_SAME: Final = (
    "there.reader_id = here.reader_id AND coalesce(there.standing_cause, '') != 'moved'",
    "there.address_key = here.address_key AND there.standing = 'active' AND NOT EXISTS"
    " (SELECT 1 FROM main.subscribers AS known WHERE known.reader_id = there.reader_id)",
)
_OF_AGREED: Final = (Standing.ACTIVE.value,)


class AgreedAgain(NamedTuple):
    """A reader of a backup who has agreed after it was made."""

    reader_id: str | None
    old_key: str  # of the address in the backup
    at: datetime  # aware UTC
    since: datetime  # when they have become active; aware UTC


ConsentsSince = Sequence[AgreedAgain]


def read_consents(database: Path, file: Path) -> ConsentsSince:
    """
    Find the later consents of readers by the ledger that is replaced.

    Returns:
        Nothing, if the ledger or the backup is missing, damaged or too old.
    """
    if not database.exists():
        return ()
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("ATTACH ? AS backup", (str(file),))
            return [
                _agreed_by(row)
                for same in _SAME
                for row in connection.execute(_AGREED.format(same=same), _OF_AGREED)
                if row["consented_at"] != row["before"] and _is_later(row)
            ]
    except (sqlite3.Error, ValueError, TypeError):
        return ()


def _agreed_by(row: sqlite3.Row) -> AgreedAgain:
    at, since = moment_in(row["consented_at"]), moment_in(row["since"])
    return AgreedAgain(row["reader_id"], row["old_key"], at, since)


def _is_later(row: sqlite3.Row) -> bool:
    """Return whether a reader has agreed later than in the backup, and than they ended in it."""
    ended = None if row["standing"] == Standing.ACTIVE.value else row["ended"]
    at = moment_in(row["consented_at"])
    return all(one is None or at > moment_in(one) for one in (row["before"], ended))


def repeat_consents(engine: Engine, since: ConsentsSince, now: datetime) -> int:
    """
    Note in an older copy who agreed again after it was made; return how many.

    Only of those who have not agreed, or left, later in the copy. Who had left in it, and has
    agreed again since, is active.
    """
    count, some = 0, iter(since)
    occasion = Occasion(ConsentWay.OPERATOR, now, by=PROGRAM, is_repeated=True)
    with writing(engine) as connection:
        book = SqlOpenBook(connection, occasion)
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
    if entry.standing is Standing.ACTIVE:  # they may have left and come back in between
        return replace(entry, standing_since=max(entry.standing_since, since))
    return replace(entry, standing=Standing.ACTIVE, standing_since=since, why=Why())
