"""
Overwrites what SQLite's files still hold of deleted rows.

With ``secure_delete`` the main file holds no deleted row, but it may hold a copy of one, where a
page was laid out anew as a row grew: then it is written anew, too. Its write-ahead log holds
earlier pages until they are overwritten; other processes may have it open, so it must not be
shortened (storage/watch.py). It is overwritten in place instead. Free pages of versions before
``secure_delete`` are written anew by one VACUUM.
"""

import mmap
import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, insert, select

from newsletter.storage.erasure_tables import cleanings
from newsletter.storage.transactions import reading, writing
from newsletter.storage.watch import WAL_HEADER_BYTES

PADDING_BYTES: Final = (50_000, 1_000_000)  # by one commit; the least and the most
COMMITS_MAX: Final = 500  # of padding: a log of half a gigabyte
PATIENCE_MS: Final = 2_000  # for processes that read just now
ATTEMPTS: Final = 3
FEW: Final = 3  # addresses: looking for more takes longer than writing the file anew
VACUUM: Final = "vacuum"
PADDING: Final = "padding"
_PAD: Final = (
    "INSERT INTO cleanings (kind, padding) VALUES (?, ?)"
    " ON CONFLICT (kind) DO UPDATE SET padding = excluded.padding"
)
_SETTINGS: Final = ("wal_autocheckpoint", "synchronous")
_WHILE_PADDING: Final = (0, 1)  # never, and NORMAL
_FRAME_HEAD: Final = 24  # bytes; https://www.sqlite.org/fileformat2.html#walformat


def overwrite_log(engine: Engine) -> bool:
    """Overwrite the pages in the write-ahead log; False if another process reads them just now."""
    log = Path(f"{engine.url.database}-wal")
    for _ in range(ATTEMPTS):
        generation = _read_generation(log)
        if generation is None or (_restart(engine) and _pad(engine, log, generation)):
            return True
    return False


def holds_pages_of(log: Path, generation: int) -> bool:
    """Return whether a log has pages from before it was begun anew, after *generation*."""
    try:
        with log.open("rb") as file:
            head = file.read(WAL_HEADER_BYTES)
            page = int.from_bytes(head[8:12], "big")
            while len(frame := file.read(_FRAME_HEAD)) == _FRAME_HEAD:
                later = (int.from_bytes(frame[8:12], "big") - generation) % 2**32
                if not 0 < later < 2**31:
                    return True
                file.seek(page, 1)
    except FileNotFoundError:
        return False
    return False


def _read_generation(log: Path) -> int | None:
    """Return the number that grows whenever the log is begun anew; None if it has no page."""
    try:
        with log.open("rb") as file:
            head = file.read(WAL_HEADER_BYTES + 1)
    except FileNotFoundError:
        return None
    return int.from_bytes(head[16:20], "big") if len(head) > WAL_HEADER_BYTES else None


def vacuum_once(engine: Engine, now: datetime) -> bool:
    """
    Write the whole file anew, once for a database; False if it was not possible now.

    It takes the write lock for about a second a hundred megabytes, and as much free space.
    """
    of = cleanings.c
    with reading(engine) as connection:
        done = connection.execute(select(of.done_at).where(of.kind == VACUUM)).scalar()
    if done is not None:
        return True
    if not write_anew(engine):
        return False
    with writing(engine) as connection:
        connection.execute(insert(cleanings).values(kind=VACUUM, done_at=now))
    return True


def write_anew(engine: Engine) -> bool:
    """Write the whole file anew, without free pages; False if it was not possible now."""
    try:
        with _raw(engine) as driver:
            driver.execute("VACUUM")
    except sqlite3.Error:
        return False
    return True


def holds_any(engine: Engine, addresses: Collection[str]) -> bool:
    """Return whether the main file may hold one of *addresses*; many are not looked for."""
    if len(addresses) > FEW:
        return True
    with (
        Path(str(engine.url.database)).open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return any(re.search(re.escape(one.encode()), content, re.IGNORECASE) for one in addresses)


def _restart(engine: Engine) -> bool:
    """Move all pages of the log to the file; from then on the log is written from its begin."""
    try:
        with _raw(engine) as driver:
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    except sqlite3.Error:
        return False
    return not busy


def _pad(engine: Engine, log: Path, generation: int) -> bool:
    """
    Write to the log until nothing is left of *generation*.

    Meanwhile this connection moves nothing to the file: that would begin the log anew, and its end
    would never be reached. What is written need not be durable, but stays consistent.
    """
    least, most = PADDING_BYTES
    size = min(max(least, log.stat().st_size), most)  # the file keeps free pages for it
    with _raw(engine) as driver:
        own = [driver.execute(f"PRAGMA {name}").fetchone()[0] for name in _SETTINGS]
        try:
            for name, value in zip(_SETTINGS, _WHILE_PADDING, strict=True):
                driver.execute(f"PRAGMA {name}={value}")
            driver.execute(_PAD, (PADDING, b""))
            for number in range(COMMITS_MAX):
                if not holds_pages_of(log, generation):
                    return True
                driver.execute(_PAD, (PADDING, bytes([number % 256]) * size))
        except sqlite3.Error:
            return False
        finally:
            with suppress(sqlite3.Error):
                driver.execute("UPDATE cleanings SET padding = NULL WHERE padding IS NOT NULL")
            for name, value in zip(_SETTINGS, own, strict=True):
                driver.execute(f"PRAGMA {name}={value}")
    return False


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    """Yield the driver's connection without a transaction, which waits for others a moment."""
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        level, driver.isolation_level = driver.isolation_level, None
        patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            yield driver
        finally:
            driver.execute(f"PRAGMA busy_timeout={patience}")
            driver.isolation_level = level
