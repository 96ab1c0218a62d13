"""Refused rows of imports, in files that people named: takes people out of them."""

import csv
import os
import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from newsletter.errors import ContentError
from newsletter.subscribers.address import address_of
from newsletter.subscribers.traces import Sought


def erase_rejects(file: Path, sought: Sought, locals_: Sequence[str] = ()) -> int:
    """
    Rewrite *file* without the rows that contain one of the people; return how many.

    A row was often refused because its address is damaged: then one that begins like theirs
    counts; where there is nothing like an address, a name.

    Args:
        file: as an import wrote it; missing is fine.
        sought: the people.
        locals_: what stands before the @ in their addresses, in lower case.

    Raises:
        OSError, ValueError: the file cannot be read or written; it is unchanged.
    """
    rows = _rows_of(file)
    kept = [row for row in rows if not _is_theirs(row, sought, locals_)]
    if len(kept) == len(rows):
        return 0
    text = StringIO()
    csv.writer(text).writerows(kept)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    mode = file.stat().st_mode & 0o777
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        out.write(text.getvalue())
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    return len(rows) - len(kept)


def has_rejects(file: Path, sought: Sought, locals_: Sequence[str]) -> bool:
    """
    Return whether *file* has rows of the people; the rest as in `erase_rejects`.

    Raises:
        OSError, ValueError: the file cannot be read.
    """
    return any(_is_theirs(row, sought, locals_) for row in _rows_of(file))


def _rows_of(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines))
    except FileNotFoundError:
        return []


def _is_theirs(row: Sequence[str], sought: Sought, locals_: Sequence[str]) -> bool:
    """Where a row has an address, that says whose it is; else names and beginnings do."""
    addresses = [key for key in map(_key_of, row) if key is not None]
    if addresses:
        return any(map(sought.is_theirs, addresses))
    damaged = [cell.casefold() for cell in row if "@" in cell]
    if damaged:  # others may have the same name
        begins = [rf"(?<![\w.+-]){re.escape(local)}\s*@" for local in locals_]
        return any(re.search(begin, cell) for begin in begins for cell in damaged)
    return any(map(sought.is_in, row))


def _key_of(cell: str) -> str | None:
    try:
        return address_of(cell).key
    except ContentError:
        return None
