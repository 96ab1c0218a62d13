"""The copies beside a SQLite database: when they were made, and their end."""

import errno
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from newsletter.files import sync_folder
from newsletter.storage.copies import BEFORE_RESTORE
from newsletter.storage.erased_copies import find_copies
from newsletter.storage.left_parts import delete_part, entries_beside, find_parts
from newsletter.subscribers.erasing import KeptCopy
from newsletter.unfinished_files import BESIDE

_RESTORED: Final = re.compile(rf"{BEFORE_RESTORE}(\d{{8}}-\d{{6}})$")


def find_kept_copies(database: Path) -> Sequence[KeptCopy]:
    """Return the copies from before restores and migrations, and unfinished ones; oldest first."""
    found = list[KeptCopy]()
    for path in find_copies(database):
        with suppress(OSError):  # another process has just deleted it
            found.append(KeptCopy(path.name, _made_at(path)))
    for path in find_parts(database):
        with suppress(OSError):
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(KeptCopy(path.name, at, is_unfinished=True))
    return sorted(found, key=lambda one: (one.made_at, one.name))


def destroy(database: Path, copy: KeptCopy) -> None:
    """
    Delete a copy that lies beside a database, and what belongs to it; durable on return.

    Raises:
        OSError: it cannot be deleted, or another process is writing it.
    """
    for path in (path for path, _ in entries_beside(database) if path.name == copy.name):
        if not copy.is_unfinished:
            for ending in (*BESIDE, ""):  # the copy last: while it is there, this is tried again
                path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
        elif not delete_part(path):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), copy.name)
        sync_folder(path.parent)


def _made_at(path: Path) -> datetime:
    """Return the time in the name that a restore gives, or the time of the file."""
    if named := _RESTORED.search(path.name):
        with suppress(ValueError):
            return datetime.strptime(named[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
