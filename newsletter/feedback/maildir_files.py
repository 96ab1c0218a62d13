"""The files of a Maildir: listed, read in part, moved without overwriting anything."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from newsletter.feedback.inbox import READ_MAX

NEW, CUR, TMP = "new", "cur", "tmp"
FLAGS: Final = ":2,"  # between a mail's name and its flags
SEEN: Final = "S"
NAMES_TRIED: Final = 1000


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A file of a Maildir."""

    changed_ns: int  # st_mtime_ns: moving a mail leaves it as it is
    name: str  # odd bytes as surrogates
    folder: str  # new or cur

    @property
    def own_name(self) -> str:
        """The name without flags, by which a mail is known in whichever folder it is."""
        return own_name_of(self.name)


def list_entries(maildir: Path) -> list[Entry]:
    """
    List the mails, the oldest first, each once.

    new/ is listed before cur/: a mail that is moved meanwhile is seen at least once.

    Raises:
        OSError: a folder cannot be read.
    """
    found: dict[str, Entry] = {}
    for folder in (NEW, CUR):
        for entry in _entries_of(maildir / folder, folder):
            found.setdefault(entry.own_name, entry)
    return sorted(found.values())


def own_name_of(name: str) -> str:
    """Return a file's name without flags."""
    return name.partition(":")[0]


def read_beginning(path: Path) -> tuple[bytes, int] | None:
    """
    Return the first READ_MAX octets, and the size of the whole; None if the mail is gone.

    A link that took a mail's place is not followed, and a FIFO not waited for.

    Raises:
        OSError: the file may not or cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ELOOP, errno.ENXIO}:
            return None
        raise
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            return None
        return file.read(READ_MAX), found.st_size


def flags_of(name: str) -> set[str]:
    """Return the flags; none if the name has another kind of ending."""
    _, mark, flags = name.partition(FLAGS)
    return set(flags) if mark else set()


def move_file(path: Path, target: Path, *, add: str = "") -> bool:
    """
    Move a mail to the folder *target*, with its flags and those in *add*.

    Returns:
        False if it is not there any more.

    Raises:
        OSError: it may not be moved.
    """
    own_name = own_name_of(path.name)
    flags = flags_of(path.name) if path.parent.name == CUR else set()
    ending = FLAGS + "".join(sorted(flags | set(add)))
    if path == target / (own_name + ending):
        return path.exists()
    with suppress(FileNotFoundError):
        path.lstat()
        path.rename(_free(target, own_name, ending))
        return True
    return False


def make_subfolder(maildir: Path, name: str) -> Path:
    """
    Make a subfolder (Maildir++) if it is missing, with owner and rights of the Maildir.

    Returns:
        The folder in it for mails that are not new.

    Raises:
        OSError: it cannot be made.
    """
    subfolder = maildir / f".{_encoded(name)}"
    pattern = (maildir / CUR).stat()
    for folder in (subfolder, *(subfolder / part for part in (TMP, NEW, CUR))):
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(stat.S_IMODE(pattern.st_mode))
            if folder.stat().st_uid != pattern.st_uid:
                os.chown(folder, pattern.st_uid, pattern.st_gid)
    (subfolder / "maildirfolder").touch()  # Maildir++: a subfolder, not a Maildir of its own
    return subfolder / CUR


def _entries_of(path: Path, folder: str) -> Iterator[Entry]:
    """Yield the regular files; hidden ones are none of a Maildir's mails."""
    with os.scandir(path) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # moved meanwhile
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                    changed = entry.stat(follow_symlinks=False).st_mtime_ns
                    yield Entry(changed, entry.name, folder)


def _free(target: Path, own_name: str, ending: str) -> Path:
    """Return a path in *target* that is not taken; names are unique, but copies are not."""
    for number in range(NAMES_TRIED):
        name = f"{own_name}.{number}" if number else own_name
        path = target / (name + ending)
        if not os.path.lexists(path):
            return path
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target / own_name))


def _encoded(name: str) -> str:
    """Encode a subfolder's name as IMAP servers do it in a Maildir (modified UTF-7)."""
    if name.isascii() and "&" not in name:
        return name
    from imapclient.imap_utf7 import encode  # noqa: PLC0415 - rarely needed

    encoded: bytes = encode(name)
    return encoded.decode("ascii")
