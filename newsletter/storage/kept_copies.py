"""The copies beside a SQLite database: when they were made, and their end."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from newsletter.files import sync_folder
from newsletter.storage.copies import BEFORE_RESTORE
from newsletter.storage.erased_copies import find_copies
from newsletter.subscribers.erasing import KeptCopy

_RESTORED: Final = re.compile(rf"{BEFORE_RESTORE}(\d{{8}}-\d{{6}})$")
_BESIDE: Final = ("-wal", "-shm", "-journal")  # of a file that was damaged


def find_kept_copies(database: Path) -> Sequence[KeptCopy]:
    """Return the copies from before restores and migrations, the oldest first."""
    found = list[KeptCopy]()
    for path in find_copies(database.resolve()):
        with suppress(OSError):  # another process has just deleted it
            found.append(KeptCopy(path.name, _made_at(path)))
    return sorted(found, key=lambda one: (one.made_at, one.name))


def destroy(database: Path, copy: KeptCopy) -> None:
    """
    Delete a copy that lies beside a database, and what belongs to it; durable on return.

    Raises:
        OSError: it cannot be deleted.
    """
    folder = database.resolve().parent
    for ending in (*_BESIDE, ""):  # the copy last: as long as it is there, this is tried again
        (folder / f"{copy.name}{ending}").unlink(missing_ok=True)
    sync_folder(folder)


def _made_at(path: Path) -> datetime:
    """Return the time in the name that a restore gives, or the time of the file."""
    if named := _RESTORED.search(path.name):
        with suppress(ValueError):
            return datetime.strptime(named[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
