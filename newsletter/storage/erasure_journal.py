"""
The journal of erasures beside a SQLite database: hashes alone, for a database that is put back.

A backup from before an erasure still holds its reader. `newsletter restore` repeats what is here.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.files import sync_folder


@dataclass(frozen=True, slots=True)
class Line:
    """An erasure of one address, without a name."""

    address_hash: str
    asked_at: datetime  # aware UTC
    why: str
    standing: str | None
    since: datetime | None
    cause: str | None
    lifted_at: datetime | None
    names: tuple[str, ...] = ()  # in links, as hashes; lines of older programs have none


def journal_path(database: Path) -> Path:
    """Return the path of the journal of a SQLite database."""
    return database.with_name(f"{database.name}.erased")


def read_journal(database: Path) -> Sequence[Line]:
    """Return what the journal says; lines that cannot be read are left out."""
    try:
        text = journal_path(database).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ()
    found = (_read(line) for line in text.splitlines())
    return [line for line in found if line is not None]


def write_journal(database: Path, lines: Sequence[Line]) -> None:
    """
    Write *lines* beside *database*, with those that only the journal knows; durable on return.

    Raises:
        OSError: no space or no permission; the journal is unchanged.
    """
    known = {(one.address_hash, one.asked_at): one for one in read_journal(database)}
    known |= {(one.address_hash, one.asked_at): one for one in lines}
    ordered = sorted(known.values(), key=lambda one: (one.asked_at, one.address_hash))
    path = journal_path(database)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(line), default=_write) + "\n" for line in ordered)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.absolute().parent)


def _write(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _read(text: str) -> Line | None:
    try:
        found: dict[str, Any] = json.loads(text)
        times = {
            name: datetime.fromisoformat(found[name]) if found[name] else None
            for name in ("asked_at", "since", "lifted_at")
        }
        return Line(**{**found, **times, "names": tuple(map(str, found.get("names", ())))})
    except (ValueError, KeyError, TypeError):
        return None
