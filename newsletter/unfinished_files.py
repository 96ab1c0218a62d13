"""
Files with people in them that are still being written.

Whoever writes one holds a lock on it, which the system releases when the process ends, however it
ends. So a file that a killed process left behind is told from one that is just being written, and
can be deleted at once.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

BESIDE: Final = ("-wal", "-shm", "-journal")  # how the names of files go on that SQLite adds
LEFT_BEHIND: Final = timedelta(hours=1)  # where the file system has no locks


@contextmanager
def being_written(path: Path, mode: int = 0o600) -> Iterator[Path]:
    """
    Make an empty file, which nobody takes for left behind while this process writes it.

    Inside, it may be given its final name. What is still at *path* at the end is deleted, with
    what SQLite keeps beside it. What a killed process left there is deleted first.

    Raises:
        OSError: another process writes it (EBUSY), no space or no permission.
    """
    handle = _make(path, mode)
    try:
        yield path
    finally:
        try:
            if _is_at(handle, path):
                _delete(path)
        finally:
            os.close(handle)


def delete_unfinished(path: Path) -> bool:
    """
    Delete what a killed process left at *path*, and what SQLite kept beside it.

    Returns:
        Whether nothing is left of it; False: another process is writing it.

    Raises:
        OSError: it cannot be deleted.
    """
    try:
        handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        if any(one.exists() for one in _beside(path)):
            with being_written(path):  # whoever begins to write it now waits for its turn
                pass
        return True
    try:
        if not _lock(handle):
            return False
        if _is_at(handle, path):
            _delete(path)
        return True
    finally:
        os.close(handle)


def whole_of(name: str) -> str:
    """Return the name of the file that SQLite has put one of this name beside, or *name*."""
    return next((name.removesuffix(end) for end in BESIDE if name.endswith(end)), name)


def _make(path: Path, mode: int) -> int:
    while True:
        if path.exists() and not delete_unfinished(path):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        try:
            _lock(handle, waits=True)
            if _is_at(handle, path):  # otherwise it was taken for left behind before the lock
                for one in _beside(path):
                    one.unlink(missing_ok=True)
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, *, waits: bool = False) -> bool:
    """
    Lock a file until it is closed; False if another process has, unless this one *waits*.

    Where there are no locks, one that was not written for a time counts as left behind.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return time.time() - os.fstat(handle).st_mtime > LEFT_BEHIND.total_seconds()
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _delete(path: Path) -> None:
    """The file last: as long as it is there, what belongs to it is found."""
    for one in _beside(path):
        one.unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _beside(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}{ending}") for ending in BESIDE]
