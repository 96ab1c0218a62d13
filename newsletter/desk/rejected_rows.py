"""Refused rows of imports, in files that people named: takes people out of them."""

import csv
import errno
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain, count, zip_longest
from pathlib import Path
from typing import Final

from newsletter.files import sync_folder
from newsletter.subscribers.address import Address
from newsletter.subscribers.folding import fold
from newsletter.subscribers.traces import Sought, read_address
from newsletter.unfinished_files import being_written, delete_unfinished

PART: Final = ".part"  # ends the name of a file that takes the place of another one


def erase_rejects(file: Path, sought: Sought, locals_: Sequence[str] = ()) -> int:
    """
    Rewrite *file* without the rows of the people; return how many rows were changed.

    A row was often refused because its address is damaged: then one that begins like theirs
    counts; where there is nothing like an address, a name. In rows of others their addresses are
    replaced, in whatever cell and text.

    Args:
        file: as an import wrote it; missing is fine.
        sought: the people.
        locals_: what stands before the @ in their addresses, in lower case.

    Raises:
        OSError, ValueError: the file cannot be read or written; it is unchanged. Or another process
            is writing it just now, or what a killed one left of it cannot be deleted.
    """
    _delete_parts(file)
    rows = _rows_of(file)
    of_others = [row for row in rows if not _is_theirs(row, sought, locals_)]
    kept = [list(map(sought.redact_addresses, row)) for row in of_others]
    if kept == rows:
        return 0
    text = StringIO()
    csv.writer(text).writerows(kept)
    mode = file.stat().st_mode & 0o777
    with (
        being_written(file.with_name(f"{file.name}.{os.getpid()}{PART}"), mode) as part,
        part.open("w", encoding="utf-8", newline="") as out,
    ):
        out.write(text.getvalue())
        out.flush()
        os.fsync(out.fileno())
        part.replace(file)
    changed = sum(1 for before, after in zip(of_others, kept, strict=True) if before != after)
    return len(rows) - len(kept) + changed


def has_rejects(file: Path, sought: Sought, locals_: Sequence[str]) -> bool:
    """
    Return whether *file* has rows of the people, or about them; the rest as in `erase_rejects`.

    Raises:
        OSError, ValueError: the file cannot be read.
    """
    return any(
        _is_theirs(row, sought, locals_) or any(map(sought.names_address_in, row))
        for row in _rows_of(file)
    )


def rename_rejects(
    file: Path, sought: Sought, note: Callable[[Path], None], forget: Callable[[Path], None]
) -> None:
    """
    Rename *file* if it is called after one of the people; where it is gone, only forget it.

    Args:
        file: as an import wrote it.
        sought: the people.
        note: durably notes the new name, before the file has it.
        forget: durably forgets the old name, once no file has it.

    Raises:
        OSError: it cannot be renamed; both names are noted then.
    """
    stem = sought.redact(file.stem)
    if stem == file.stem:
        return
    if file.exists():
        numbers = chain([""], map("-{}".format, count(2)))
        names = (file.with_name(f"{stem}{number}{file.suffix}") for number in numbers)
        new = next(path for path in names if not path.exists())
        note(new)
        file.rename(new)
        sync_folder(file.parent)
    forget(file)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A refused row, as an import wrote it."""

    cells: Sequence[tuple[str, str]]  # heading and text; #7 where there is none of its own
    address: Address | None  # the first that can be read; None: none can


def read_rejects(file: Path) -> Sequence[RefusedRow]:
    """
    Return the rows of *file* below its heading.

    Raises:
        OSError, ValueError, csv.Error: it is missing, or cannot be read.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        heading, *rows = list(csv.reader(lines)) or [[]]
    return [
        RefusedRow(
            [
                (f"#{at + 1}" if not name or name in heading[:at] else name, cell)
                for at, (name, cell) in enumerate(zip_longest(heading, row, fillvalue=""))
            ],
            next((one for one in map(read_address, row) if one is not None), None),
        )
        for row in rows
        if any(map(str.strip, row))
    ]


def _delete_parts(file: Path) -> None:
    """Delete what processes left of *file* that were killed while they rewrote it."""
    begin = f"{file.name}."
    try:
        found = list(file.parent.iterdir())
    except FileNotFoundError:
        return
    for path in found:
        number = path.name.removeprefix(begin).removesuffix(PART)
        is_part = path.name == f"{begin}{number}{PART}" and number.isdecimal()
        if is_part and not delete_unfinished(path):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))


def _rows_of(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.reader(lines))
    except FileNotFoundError:
        return []


def _is_theirs(row: Sequence[str], sought: Sought, locals_: Sequence[str]) -> bool:
    """Where a row has an address, that says whose it is; else names and beginnings do."""
    addresses = [one.key for one in map(read_address, row) if one is not None]
    if addresses:
        return any(map(sought.is_theirs, addresses))
    plain = [fold(cell).text for cell in row]  # one may be in full-width letters
    damaged = [cell.casefold() for cell in plain if "@" in cell]
    if damaged:  # others may have the same name
        begins = [rf"(?<![\w.+-]){re.escape(local)}\s*@" for local in locals_]
        return any(re.search(begin, cell) for begin in begins for cell in damaged)
    return any(map(sought.is_in, row))
