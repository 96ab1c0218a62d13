"""
What commands that were killed left of copies of the database: nobody's, with everybody in it.

They lie beside the database. Where a backup is being written elsewhere, a note lies there instead.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from newsletter.phrases import phrase
from newsletter.storage.copies import PART
from newsletter.unfinished_files import being_written, delete_unfinished, whole_of

NAMED: Final = "before-"  # how the names of our copies continue after that of the database
RESTORING: Final = "restoring"  # likewise of a ledger that is to take the place of this one
_ELSEWHERE: Final = "elsewhere-"  # likewise of a note that names a file, with a process and PART
_PATH_BYTES: Final = 4096  # the longest path
log = logging.getLogger(__name__)


def entries_beside(database: Path) -> Sequence[tuple[Path, str]]:
    """
    Return what lies beside a database under its name and more, with how its name goes on.

    Where the database is a link, files lie beside the link and beside what it leads to. They are in
    the order of their names.
    """
    found = list[tuple[Path, str]]()
    for place in dict.fromkeys([database.parent.resolve() / database.name, database.resolve()]):
        try:
            names = [path.name for path in place.parent.iterdir()]
        except OSError:  # there is none, or only its files may be opened
            continue
        begin = f"{place.name}."
        found += [
            (place.with_name(name), name.removeprefix(begin))
            for name in names
            if name.startswith(begin)
        ]
    return sorted(found)


def find_parts(database: Path) -> Sequence[Path]:
    """Return the unfinished copies of a database, those being written just now as well."""
    found = dict[Path, None]()
    for path, ending in entries_beside(database):
        if is_part(ending):
            found[path.with_name(whole_of(path.name))] = None
    return list(found)


def is_part(ending: str) -> bool:
    """Return whether a name that goes on so after the database's is of an unfinished copy."""
    whole = whole_of(ending)
    begins = (NAMED, RESTORING, _ELSEWHERE)
    return whole == RESTORING or (whole.endswith(PART) and whole.startswith(begins))


@contextmanager
def noted_elsewhere(database: Path, part: Path) -> Iterator[None]:
    """
    Note beside a database that *part*, in whatever folder, is being written.

    Raises:
        OSError: no space or no permission.
    """
    name = f"{database.name}.{_ELSEWHERE}{os.getpid()}{PART}"
    with being_written(database.absolute().with_name(name)) as note:
        note.write_bytes(os.fsencode(part.absolute()))
        yield


def delete_part(part: Path) -> bool:
    """
    Delete an unfinished copy, or what a note names, unless somebody is writing it.

    Returns:
        Whether nothing is left that an erasure has to reach: a backup elsewhere that is being
        written is the person's who makes it.

    Raises:
        OSError: it cannot be deleted.
    """
    place = _read_note(part)
    if place is None:
        return delete_unfinished(part)
    if delete_unfinished(place):
        delete_unfinished(part)
    return True


def _read_note(part: Path) -> Path | None:
    """Return which file a note names; None: it is none, or is not written yet."""
    if f".{_ELSEWHERE}" not in part.name:
        return None
    try:
        with part.open("rb") as file:
            content = file.read(_PATH_BYTES)
    except FileNotFoundError:
        return None
    place = Path(os.fsdecode(content))
    return place if place.is_absolute() and b"\0" not in content else None


def delete_parts(database: Path) -> tuple[str, ...]:
    """
    Delete the unfinished copies that killed processes left, and say so.

    Returns:
        The names of those that are being written just now, or cannot be deleted.
    """
    left = list[str]()
    for part in find_parts(database):
        try:
            was_there = part.exists()
            if not delete_part(part):
                left.append(part.name)
            elif was_there and not part.exists():
                log.warning(phrase("storage.part-deleted", file=part.name))
        except OSError:
            left.append(part.name)
    return tuple(left)
