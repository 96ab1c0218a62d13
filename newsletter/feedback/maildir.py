"""
A Maildir: a folder that a mail server writes mails into, one file each.

Read are new/ and, of cur/, what has no flag S: a mail client moves each mail to cur/ as soon as it
shows the folder, long before a person opens the mail. S is then set by whoever reads first. Where
people read too, and nothing may escape the program, mails are moved to a subfolder when they were
read (`move`): then flags mean nothing, and all that lies in the Maildir waits.

Nothing is ever deleted or overwritten, and what is moved keeps its name.
"""

import errno
import os
import shlex
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from newsletter.errors import NewsletterError, ProviderBusy, SettingsError
from newsletter.feedback.inbox import READ_MAX, Arrived
from newsletter.feedback.inbox_url import InboxUrl
from newsletter.files import reason_of
from newsletter.phrases import phrase
from newsletter.rights import explain_rights

POLL_S: Final = 0.5  # a look into new/ sees on network folders too what another machine wrote
NEW, CUR, TMP = "new", "cur", "tmp"
FLAGS: Final = ":2,"  # between a mail's name and its flags
SEEN: Final = "S"
NOT_WAITING: Final = frozenset("TD")  # trashed by a person; a draft
# A disk or a server of files that is away for a while.
AWAY: Final = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EAGAIN})
NAMES_TRIED: Final = 1000


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    """A file of a Maildir."""

    changed_ns: int  # st_mtime_ns: moving a mail leaves it as it is
    name: str  # odd bytes as surrogates
    folder: str  # new or cur

    @property
    def own_name(self) -> str:
        """The name without flags, by which a mail is known in whichever folder it is."""
        return self.name.partition(":")[0]


def open_maildir(url: InboxUrl, root: Path) -> "Maildir":
    """Make the inbox of a Maildir; a relative path belongs to *root*."""
    return Maildir(root / url.folder, url.move)


class Maildir:
    """The inbox of a Maildir."""

    def __init__(self, path: Path, move: str = "") -> None:
        """
        Name a Maildir; nothing is opened yet.

        Args:
            path: the folder with new/ and cur/ in it.
            move: the subfolder (Maildir++) for mails that were read; "": they stay, as read.
        """
        self._path = path
        self._move = move
        self._listed: frozenset[str] = frozenset()  # the latest list, by the mails' own names
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        """The inbox for people and logs."""
        return f"maildir:{os.fsencode(self._path).decode('utf-8', 'replace')}"

    def waiting(self) -> Iterator[Arrived]:
        """
        Yield the mails that were not read before, the oldest first.

        Raises:
            SettingsError: the folder is no Maildir, or may not be changed; at the end, when all
                others were yielded: a mail may not be read.
            ProviderBusy: the disk is away.
        """
        self._check_rights()
        closed: list[Path] = []
        for entry in self._list_waiting():
            path = self._path / entry.folder / entry.name
            try:
                found = _read(path)
            except PermissionError:
                closed.append(path)
                continue
            except OSError as error:
                raise self._explain(error) from None
            if found is not None:
                content, size = found
                yield Arrived(_key_of(entry.folder, entry.name), content, size)
        if closed:
            raise SettingsError(
                phrase("feedback.maildir-closed", count=len(closed), path=_shown(closed[0]))
            )

    def put_away(self, arrived: Sequence[Arrived]) -> None:
        """
        Move mails to cur/ with flag S, or to the subfolder with the flags they have.

        A mail that somebody moved or deleted meanwhile is looked for by its name; if it is gone,
        nothing happens.
        """
        if not arrived:
            return
        try:
            target = self._make_subfolder() if self._move else self._path / CUR
            lost = [one for one in arrived if not self._put(self._path / _path_of(one), target)]
            if lost:
                now = {entry.own_name: entry for entry in self._list()}
                for one in lost:
                    entry = now.get(Path(_path_of(one)).name.partition(":")[0])
                    if entry is not None:
                        self._put(self._path / entry.folder / entry.name, target)
        except OSError as error:
            raise self._explain(error) from None

    def wait(self, seconds: float) -> None:
        """Return when new/ has a mail that was not listed, after *seconds* at the latest."""
        deadline = time.monotonic() + seconds
        while not self._has_new() and not self._closed.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._closed.wait(min(POLL_S, left))

    def close(self) -> None:
        """End a wait in another thread; no file stays open in between."""
        self._closed.set()

    def _list_waiting(self) -> list[_Entry]:
        entries = self._list()
        self._listed = frozenset(entry.own_name for entry in entries)
        passed_over = NOT_WAITING if self._move else NOT_WAITING | {SEEN}
        return [one for one in entries if not passed_over.intersection(_flags_of(one.name))]

    def _list(self) -> list[_Entry]:
        """List new/, then cur/: a mail that is moved meanwhile is seen at least once."""
        found: dict[str, _Entry] = {}
        try:
            for folder in (NEW, CUR):
                for entry in _entries_of(self._path / folder, folder):
                    found.setdefault(entry.own_name, entry)
        except OSError as error:
            raise self._explain(error) from None
        return sorted(found.values())

    def _has_new(self) -> bool:
        try:
            with os.scandir(self._path / NEW) as names:
                return any(
                    one.name.partition(":")[0] not in self._listed
                    for one in names
                    if not one.name.startswith(".")
                )
        except OSError as error:
            raise self._explain(error) from None

    def _put(self, path: Path, target: Path) -> bool:
        """Move a mail; return False if it is not there."""
        own_name, _, _ = path.name.partition(":")
        flags = _flags_of(path.name) if path.parent.name == CUR else set()
        if not self._move:
            flags |= {SEEN}
        name = own_name + FLAGS + "".join(sorted(flags))
        if path == target / name:
            return path.exists()
        with suppress(FileNotFoundError):
            path.lstat()
            path.rename(_free(target, own_name, name))
            return True
        return False

    def _make_subfolder(self) -> Path:
        """Make the subfolder if it is missing, with owner and rights of the Maildir."""
        subfolder = self._path / f".{_encoded(self._move)}"
        pattern = (self._path / CUR).stat()
        for folder in (subfolder, *(subfolder / name for name in (TMP, NEW, CUR))):
            if not folder.is_dir():
                folder.mkdir()
                folder.chmod(stat.S_IMODE(pattern.st_mode))
                if folder.stat().st_uid != pattern.st_uid:
                    os.chown(folder, pattern.st_uid, pattern.st_gid)
        (subfolder / "maildirfolder").touch()  # Maildir++: a subfolder, not a Maildir of its own
        return subfolder / CUR

    def _check_rights(self) -> None:
        folders = [self._path / NEW, self._path / CUR]
        try:
            is_maildir = all(folder.is_dir() for folder in folders)
        except OSError as error:
            raise self._explain(error) from None
        if not is_maildir:
            places = " ".join(shlex.quote(_shown(self._path / name)) for name in (NEW, CUR, TMP))
            raise SettingsError(
                phrase("feedback.maildir-none", path=_shown(self._path), places=places)
            )
        if closed := explain_rights(folders):
            raise SettingsError(
                phrase("feedback.maildir-unusable", path=_shown(self._path), fault=closed)
            )

    def _explain(self, error: OSError) -> NewsletterError:
        fault = reason_of(error)
        if error.errno in AWAY:
            return ProviderBusy(
                phrase("feedback.maildir-away", path=_shown(self._path), fault=fault)
            )
        place = Path(os.fsdecode(error.filename)) if error.filename else self._path
        return SettingsError(phrase("feedback.maildir-unusable", path=_shown(place), fault=fault))


def _entries_of(path: Path, folder: str) -> Iterator[_Entry]:
    """Yield the regular files; hidden ones are none of a Maildir's mails."""
    with os.scandir(path) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # moved meanwhile
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
                    changed = entry.stat(follow_symlinks=False).st_mtime_ns
                    yield _Entry(changed, entry.name, folder)


def _read(path: Path) -> tuple[bytes, int] | None:
    """
    Return the first READ_MAX octets, and the size of the whole; None if the mail is gone.

    A link that took a mail's place is not followed, and a FIFO not waited for.
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


def _flags_of(name: str) -> set[str]:
    """Return the flags; none if the name has another kind of ending."""
    _, mark, flags = name.partition(FLAGS)
    return set(flags) if mark else set()


def _free(target: Path, own_name: str, name: str) -> Path:
    """Return a path in *target* that is not taken; names are unique, but copies are not."""
    for number in range(NAMES_TRIED):
        own = f"{own_name}.{number}" if number else own_name
        path = target / (own + name.removeprefix(own_name))
        if not os.path.lexists(path):
            return path
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target / name))


def _key_of(folder: str, name: str) -> str:
    """Return the path in the Maildir as a key that any text file can hold."""
    return f"{folder}/{quote(os.fsencode(name), safe=':,=+.@')}"


def _path_of(arrived: Arrived) -> str:
    return unquote(arrived.key, errors="surrogateescape")


def _encoded(name: str) -> str:
    """Encode a subfolder's name as IMAP servers do it in a Maildir (modified UTF-7)."""
    if name.isascii() and "&" not in name:
        return name
    from imapclient.imap_utf7 import encode  # noqa: PLC0415 - rarely needed

    encoded: bytes = encode(name)
    return encoded.decode("ascii")


def _shown(path: Path) -> str:
    """Return a path for people: odd bytes cannot be written to a terminal."""
    return os.fsencode(path).decode("utf-8", "replace")
