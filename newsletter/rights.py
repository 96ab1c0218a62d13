"""Permissions of our files: created for the owner only; others are reported, never changed."""

import os
import shlex
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from newsletter.files import refuse_irregular
from newsletter.phrases import Phrase, Said, phrase

OTHERS: Final = 0o007
NOT_THE_OWNER: Final = 0o077


def make_private(path: Path) -> None:
    """
    Create an empty file for its owner only (mode 600), with any umask, unless it exists.

    Its content is private from the first byte; an existing file is not
    changed.

    Raises:
        NotAFileError: the path is not a regular file.
        OSError: the file cannot be examined or created.
    """
    try:
        refuse_irregular(path)
    except FileNotFoundError:
        real = path.resolve()  # a link may point to a file that does not exist yet
        with suppress(FileExistsError):  # another process created it at the same time
            os.close(os.open(real, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def write_private(path: Path, text: str) -> None:
    """
    Write a new file for its owner only (mode 600), in UTF-8.

    Raises:
        OSError: the file exists, or cannot be created.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def make_private_folder(path: Path) -> None:
    """Create a folder for its owner only (mode 700), and its missing parents."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def find_open(paths: Iterable[Path], what: Said) -> Phrase | None:
    """
    Return which of *paths* others may use, and the command that prevents it; None if none.

    A group's permissions count only for our own files: if a file belongs to another user, our
    own access may depend on the group.

    Args:
        paths: files and folders; missing ones are ignored.
        what: their contents, for the message.
    """
    if os.name != "posix":
        return None
    found = [path for path in paths if _is_open(path)]
    if not found:
        return None
    modes = sorted({"700" if path.is_dir() else "600" for path in found})
    sudo = "" if all(path.stat().st_uid == os.geteuid() for path in found) else "sudo "
    commands = " && ".join(
        f"{sudo}chmod {mode} "
        + " ".join(shlex.quote(str(path)) for path in found if path.is_dir() == (mode == "700"))
        for mode in modes
    )
    names = [path.name for path in found]
    return phrase("files.open-to-others", names=names, what=what, commands=commands)


def explain_rights(paths: Iterable[Path]) -> Said:
    """Return the owner of *paths* that we may not write, and the remedy; "" if there is none."""
    if os.name != "posix":
        return ""
    closed = [path for path in paths if path.exists() and not _may_write(path)]
    if not closed:
        return ""
    first = closed[0]
    if os.statvfs(first).f_flag & os.ST_RDONLY:
        return phrase("files.read-only", path=first)
    owner, user = _name(first.stat().st_uid), _name(os.geteuid())
    places = " ".join(shlex.quote(str(path)) for path in closed)
    if owner == user:
        return phrase("files.unwritable", path=first, places=places)
    return phrase("files.other-owner", path=first, owner=owner, user=user, places=places)


def _is_open(path: Path) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    is_ours = found.st_uid == os.geteuid()
    return bool(stat.S_IMODE(found.st_mode) & (NOT_THE_OWNER if is_ours else OTHERS))


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _name(user: int) -> str:
    import pwd  # noqa: PLC0415 - POSIX only

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
