"""
Files outside the database that refused rows of imports were written to.

A file in the site's folder is noted by its path below it, so that it is found when that folder
moves, or when another database takes the notes over. Any other has an absolute path.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from newsletter.storage.copies import connect_for_copy, moment_in
from newsletter.storage.erasure_tables import rejects_files
from newsletter.storage.transactions import reading, writing
from newsletter.subscribers.erasing import RejectsFile

_OF: Final = rejects_files.c
_ALL: Final = "SELECT path, written_at FROM rejects_files"

RejectsSince = Mapping[Path, datetime]  # as they are noted, and when each was written; aware UTC


def note_file(engine: Engine, file: Path, root: Path, at: datetime) -> None:
    """
    Note a file that refused rows are written to, so that an erasure reaches it; durable on return.

    Args:
        engine: the database.
        file: the file.
        root: the site's folder.
        at: aware UTC.
    """
    with writing(engine) as connection:
        _note(connection, _below(file, root), at)


def forget_file(engine: Engine, file: Path, root: Path) -> None:
    """Forget a file, by whatever path it is noted; durable on return."""
    with writing(engine) as connection:
        noted = connection.execute(select(_OF.path)).scalars().all()
        same = [path for path in noted if file in _places(Path(path), root)]
        connection.execute(delete(rejects_files).where(_OF.path.in_(same)))


def find_files(engine: Engine, root: Path) -> Sequence[RejectsFile]:
    """
    Return the files that refused rows were written to.

    A file that is not at its absolute path any more is looked for by the end of that below *root*:
    the site's folder has moved since an earlier version of this program noted it.
    """
    with reading(engine) as connection:
        noted = connection.execute(select(_OF.path, _OF.written_at).order_by(_OF.path)).all()
    found = dict[Path, datetime]()
    for path, at in noted:
        place = _found(Path(path), root)
        found[place] = max(at, found.get(place, at))
    return [RejectsFile(str(path), str(_below(path, root)), at) for path, at in found.items()]


def _below(file: Path, root: Path) -> Path:
    """Return the path of a file below the site's folder *root*, or its absolute one."""
    place = file.absolute().parent.resolve() / file.name
    home = root.resolve()
    return place.relative_to(home) if place.is_relative_to(home) else file.absolute()


def _found(noted: Path, root: Path) -> Path:
    places = _places(noted, root)
    return next((path for path in places if path.is_file()), places[0])


def _places(noted: Path, root: Path) -> Sequence[Path]:
    """Return where a file may be, the most certain place first."""
    home, parts = root.absolute(), noted.parts[1:]
    if not noted.is_absolute():
        return [home / noted]
    if noted.exists():
        return [noted]
    return [noted, *(home.joinpath(*parts[at:]) for at in range(len(parts)))]


def _note(connection: Connection, noted: Path, at: datetime) -> None:
    values = {"path": str(noted), "written_at": at}
    changed = connection.execute(update(rejects_files).where(_OF.path == str(noted)).values(values))
    if not changed.rowcount:
        connection.execute(insert(rejects_files).values(values))


def read_rejects(database: Path) -> RejectsSince:
    """Read which files a ledger knows; none, if it is missing, damaged or too old."""
    if not database.exists():
        return {}
    try:
        with closing(connect_for_copy(database)) as connection:
            found = connection.execute(_ALL).fetchall()
    except sqlite3.Error:
        return {}
    return {Path(path): moment_in(at, datetime.now(UTC)) for path, at in found}


def repeat_rejects(engine: Engine, since: RejectsSince) -> None:
    """Let an older copy, or another database, know the files that a ledger knows."""
    with writing(engine) as connection:
        for noted, at in since.items():
            _note(connection, noted, at)
