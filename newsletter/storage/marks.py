"""
Marks of a ledger: its id and its count of commands, in the ledger and in a file beside it.

A server's database has its mark in the site's folder, by the name of the database.
"""

import json
import logging
import os
import secrets
from dataclasses import asdict, replace
from pathlib import Path

from sqlalchemy import Connection, insert, select, text, update

from newsletter.dispatch.doubt import LedgerMark
from newsletter.phrases import phrase
from newsletter.storage.tables import ledger_marks

log = logging.getLogger(__name__)


def mark_path(database: Path) -> Path:
    """Return the path of a database's mark."""
    return database.with_name(f"{database.name}.mark")


def read_noted_mark(database: Path) -> LedgerMark | None:
    """
    Read the mark beside *database*; None if it is missing or unreadable.

    Read it before the ledger's own mark: then it is never ahead of the committed mark.
    """
    try:
        noted = json.loads(mark_path(database).read_text(encoding="utf-8"))
        has_lost_journal = bool(noted.get("has_lost_journal", False))
        return LedgerMark(
            str(noted["id"]), int(noted["inode"]), int(noted["ends"]), has_lost_journal
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_mark(database: Path, mark: LedgerMark) -> None:
    """
    Write *mark* beside *database* at a command's end; call it after the commit of the mark.

    A mark with a higher count is kept, because another command has ended meanwhile. A mark of a
    lost journal is kept until the ledger records the loss: see `replace_mark`.
    """
    noted = read_noted_mark(database)
    if noted and noted.has_lost_journal:
        return
    if noted and (noted.id, noted.inode) == (mark.id, mark.inode) and noted.ends >= mark.ends:
        return
    replace_mark(database, mark)


def note_lost_journal(database: Path) -> None:
    """Mark beside *database* that its journal was damaged: the ledger cannot be written."""
    noted = read_noted_mark(database)
    if noted:
        replace_mark(database, replace(noted, has_lost_journal=True))


def replace_mark(database: Path, mark: LedgerMark) -> None:
    """
    Write *mark* beside *database* atomically, private to its owner.

    If there is no space or no permission, a warning is logged.
    """
    path = mark_path(database)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    said = json.dumps(asdict(mark))
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(said + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        log.warning(phrase("storage.mark-not-written", file=path, fault=str(error)))


def find_mark(connection: Connection, database: Path | None) -> LedgerMark | None:
    """
    Return the mark of the ledger in *database*; None if it has no mark yet, or no file.

    *database*: None is a server's, which has no file that could be another one.
    """
    row = connection.execute(select(ledger_marks)).first()
    try:
        inode = 0 if database is None else database.stat().st_ino
    except OSError:
        return None
    # Not the device: its number changes when a machine is restarted.
    return LedgerMark(row.id, inode, row.ends) if row else None


def ensure_mark(connection: Connection) -> None:
    """Give the ledger an id if it has none."""
    query = select(ledger_marks.c.id)
    if connection.execute(query).first() is not None:
        return
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(text("LOCK TABLE ledger_marks IN SHARE ROW EXCLUSIVE MODE"))
    if connection.execute(query).first() is None:
        connection.execute(insert(ledger_marks).values(id=secrets.token_hex(16), ends=0))


def count_beyond(connection: Connection, ends: int) -> None:
    """Let the ledger count on from *ends*, if it counts fewer: it knows what was known then."""
    behind = ledger_marks.c.ends <= ends
    connection.execute(update(ledger_marks).where(behind).values(ends=ends + 1))


def count_end(connection: Connection) -> None:
    """Increase the count of commands that wrote and ended."""
    ensure_mark(connection)
    connection.execute(update(ledger_marks).values(ends=ledger_marks.c.ends + 1))
