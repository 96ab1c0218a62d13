"""Carries over to a backup that is restored the names and languages that readers have by now."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine

from newsletter.dispatch.control import PROGRAM
from newsletter.lang import Preference
from newsletter.storage.copies import columns_of, connect_for_copy, moment_in
from newsletter.storage.entries import find_by_reader_ids
from newsletter.storage.moves_since import NEVER
from newsletter.storage.open_book import SqlOpenBook
from newsletter.storage.transactions import writing
from newsletter.subscribers.book import Entry
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.why import Cause

AT_A_TIME: Final = 1_000
_HERE: Final = "main"
_THERE: Final = "backup"
_ALIASES: Final = {_HERE: "here", _THERE: "there"}
# Readers whom both know, by the id in links, and of whom they say different things.
_DIFFERENT: Final = (
    "SELECT reader_id, here.name AS name, here.preference AS preference, {times}"
    " FROM main.subscribers AS here JOIN backup.subscribers AS there USING (reader_id)"
    " WHERE (here.name != there.name OR here.preference IS NOT there.preference)"
    " AND here.address_key NOT LIKE ? AND there.address_key NOT LIKE ?"
    " AND coalesce(here.standing_cause, '') != ? AND coalesce(there.standing_cause, '') != ?"
)
_OF_DIFFERENT: Final = (*[f"{ERASED_KEY}%"] * 2, *[Cause.MOVED.value] * 2)
# What a row says of when something was done to it; not when its name was changed.
_TIMES: Final = ("consented_at", "reconfirmed_at", "standing_since", "moved_at")
_MARK: Final = "SELECT id, ends FROM {of}.ledger_marks"


class Details(NamedTuple):
    """What a reader is called, and reads."""

    reader_id: str  # in links
    name: str  # may be empty: then it was removed
    preference: Preference | None


@dataclass(frozen=True, slots=True)
class DetailsSince:
    """What readers, or the office for them, have changed since a backup was made."""

    readers: Sequence[Details] = ()
    # Commands that the ledger counts of which the backup is an older copy; None: it is of another.
    ends: int | None = None


def read_details(database: Path, file: Path) -> DetailsSince:
    """
    Find of whom the ledger that is replaced knows a later name or language than a backup.

    No row says when its name was changed. Of two states of one ledger the one that counts more
    commands is the later one, for every reader. Of two ledgers that cannot be compared, the one
    that is replaced is, but of readers to whom something was done later in the backup.

    Returns:
        Nothing, if the ledger or the backup is missing, damaged or too old.
    """
    if not database.exists():
        return DetailsSince()
    try:
        with closing(connect_for_copy(database)) as connection:
            connection.execute(f"ATTACH ? AS {_THERE}", (str(file),))
            here, there = (_find_mark(connection, of) for of in (_HERE, _THERE))
            is_same = here is not None and there is not None and here[0] == there[0]
            ends = here[1] if here is not None and is_same else None
            if ends is not None and there is not None:
                is_older = there[1] > ends
                found = [] if is_older else [one for one, _ in _find_different(connection)]
            else:
                found = [one for one, is_later in _find_different(connection) if not is_later]
    except (sqlite3.Error, ValueError, TypeError):
        return DetailsSince()
    return DetailsSince(found, ends)


def _find_mark(connection: sqlite3.Connection, of: str) -> tuple[str, int] | None:
    try:
        row = connection.execute(_MARK.format(of=of)).fetchone()
    except sqlite3.OperationalError:  # of before there were marks
        return None
    return None if row is None else (str(row[0]), int(row[1]))


def _find_different(connection: sqlite3.Connection) -> Iterator[tuple[Details, bool]]:
    """Yield what readers are called by now, and whether the backup has a later time for them."""
    times = [_times_in(connection, of) for of in (_HERE, _THERE)]
    asked = _DIFFERENT.format(times=", ".join(times[0] + times[1]))
    for reader_id, name, preference, *found in connection.execute(asked, _OF_DIFFERENT):
        here, there = (
            max(NEVER if at is None else moment_in(at, NEVER) for at in some)
            for some in (found[: len(times[0])], found[len(times[0]) :])
        )
        details = Details(reader_id, name, Preference(preference) if preference else None)
        yield details, there > here


def _times_in(connection: sqlite3.Connection, of: str) -> list[str]:
    present = columns_of(connection, of)
    return [f"{_ALIASES[of]}.{name}" for name in _TIMES if name in present]


def repeat_details(engine: Engine, since: DetailsSince, now: datetime) -> int:
    """
    Give readers of an older copy the names and languages that they have by now; return how many.

    A name that was removed goes out of their requests in the copy, too. Whoever is erased in it
    stays without a name.
    """
    count, occasion = 0, Occasion(ConsentWay.OPERATOR, now, by=PROGRAM)
    left = iter(since.readers)
    with writing(engine) as connection:
        while some := list(islice(left, AT_A_TIME)):
            known = find_by_reader_ids(connection, [one.reader_id for one in some])
            both = [(known[one.reader_id], one) for one in some if one.reader_id in known]
            changed = [_changed(entry, one) for entry, one in both if _is_changed(entry, one)]
            SqlOpenBook(connection, occasion).update(changed)
            count += len(changed)
    return count


def _is_changed(entry: Entry, one: Details) -> bool:
    is_named = not entry.key.startswith(ERASED_KEY) and entry.why.cause is not Cause.MOVED
    return is_named and (entry.name, entry.preference) != (one.name, one.preference)


def _changed(entry: Entry, one: Details) -> Entry:
    return replace(entry, name=one.name, preference=one.preference)
