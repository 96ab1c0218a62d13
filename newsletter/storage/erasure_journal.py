"""
The journal of erasures outside the database: hashes alone, for a database that is put back.

A backup from before an erasure still holds its reader. `newsletter restore` repeats what is here,
and so does every command that opens a database which was put back in another way.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from newsletter.database_url import Server
from newsletter.files import sync_folder

JOURNAL: Final = "newsletter_erasure_journal"  # an engine's execution option
OLD_LEDGER: Final = "newsletter_old_ledger"  # likewise: see storage/erased_copies.py

_HASH: Final = re.compile(r"[0-9a-f]{64}")  # SHA-256
_NOT_NOTED: Final = frozenset({"asked_by", "account"})  # they may name somebody
_NO_WORD: Final = re.compile(r"[^\w-]")


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
    key: str = ""  # names the key of the hashes, see `fingerprint_of`; "": not known
    asked_by: str = ""  # in databases alone, like the account; "": not known
    account: str | None = None


def journal_path(database: Path | Server, root: Path) -> Path:
    """Return the path of the journal: beside a file; in *root*, the site, for a server's."""
    if isinstance(database, Path):
        return database.with_name(f"{database.name}.erased")
    return root / f"{_NO_WORD.sub('_', database.name) or 'postgresql'}.erased"


def journal_of(engine: Engine) -> Path | None:
    """Return the path of the journal of an opened database; None: it is a copy."""
    found: Path | None = engine.get_execution_options().get(JOURNAL)
    return found


def read_journal(journal: Path) -> Sequence[Line]:
    """Return what the journal says; lines that cannot be read are left out."""
    try:
        text = journal.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ()
    found = (_read(line) for line in text.splitlines())
    return [line for line in found if line is not None]


def write_journal(journal: Path, lines: Sequence[Line]) -> None:
    """
    Write *lines* to *journal*, with those that only it knows; durable on return.

    Raises:
        OSError: no space or no permission; the journal is unchanged.
    """
    known = {(one.address_hash, one.asked_at): one for one in read_journal(journal)}
    for one in lines:
        before = known.get((one.address_hash, one.asked_at))
        # Who has noted it first knows the key: the line may have come from another database.
        key = one.key if before is None else before.key
        known[one.address_hash, one.asked_at] = replace(one, key=key)
    ordered = sorted(known.values(), key=lambda one: (one.asked_at, one.address_hash))
    part = journal.with_name(f"{journal.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{_written(line)}\n" for line in ordered)
        file.flush()
        os.fsync(file.fileno())
    part.replace(journal)
    sync_folder(journal.absolute().parent)


def _written(line: Line) -> str:
    noted = {name: value for name, value in asdict(line).items() if name not in _NOT_NOTED}
    return json.dumps(noted, default=_write)


def _write(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _read(text: str) -> Line | None:
    try:
        found: dict[str, Any] = json.loads(text)
        hashes = [found["address_hash"], *found.get("names", ())]
        if not all(_HASH.fullmatch(one) for one in hashes):
            return None
        times = {
            name: datetime.fromisoformat(found[name]) if found[name] else None
            for name in ("asked_at", "since", "lifted_at")
        }
        names = tuple(map(str, found.get("names", ())))
        return Line(**{**found, **times, "names": names, "key": str(found.get("key", ""))})
    except (ValueError, KeyError, TypeError):
        return None
