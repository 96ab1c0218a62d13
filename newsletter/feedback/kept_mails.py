"""Mails that a person may have to read: files of mode 600, apart from the ledger, for some time."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from newsletter.files import read_regular_file, sync_folder
from newsletter.rights import NOT_THE_OWNER, make_private, make_private_folder

FOLDER: Final = "feedback"  # in the site's folder
BY_MACHINES: Final = "-machine.eml"
BY_PEOPLE: Final = "-person.eml"
PART: Final = ".part"  # ends the hidden name of a mail that is being written
TIDIED: Final = ".tidied"  # its time says when old mails were last deleted
WRITTEN_IN: Final = timedelta(hours=1)  # a part that is older was left by a crash
TIDY_AFTER: Final = timedelta(hours=1)
TOLD_BEFORE: Final = timedelta(days=7)  # a mail that will be deleted is named so long before


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept mail."""

    name: str  # of its file
    size: int  # in octets
    at: datetime  # aware UTC; when it was read

    @property
    def is_of_machine(self) -> bool:
        """Whether a program has written it, as far as it could be understood."""
        return not self.name.endswith(BY_PEOPLE)


@dataclass(frozen=True, slots=True)
class Room:
    """How full the folder is."""

    size: int  # octets
    limit: int
    soon: int  # mails that are deleted within a week, because of their age

    @property
    def is_nearly_full(self) -> bool:
        """Whether the oldest mails will have to go before their time."""
        return self.size > 0.8 * self.limit


class KeptMails:
    """The folder of kept mails; several processes may use it."""

    def __init__(self, folder: Path, keep_for: timedelta, limit: int) -> None:
        """
        Prepare; the folder is made with the first mail.

        Args:
            folder: of the mails alone.
            keep_for: how long a mail is kept.
            limit: octets of all mails together.
        """
        self._folder = folder
        self._keep_for = keep_for
        self._limit = limit

    def keep(self, raw_id: str, content: bytes, *, is_of_machine: bool, now: datetime) -> str:
        """
        Write a mail to its file, and return the file's name; durable on return.

        The same mail has the same file, so that keeping it twice changes nothing.

        Raises:
            OSError: it cannot be written.
        """
        name = f"{raw_id[:40]}{BY_MACHINES if is_of_machine else BY_PEOPLE}"
        self._guard()
        make_private_folder(self._folder)
        path = self._folder / name
        if path.exists():
            return name
        part = self._folder / f".{name}.{os.getpid()}{PART}"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.utime(part, (now.timestamp(), now.timestamp()))
        part.replace(path)
        sync_folder(self._folder)
        return name

    def read(self, name: str) -> bytes | None:
        """Return a kept mail, or a part of one; None if it was deleted."""
        if "/" in name or not _is_ours(name):
            return None
        self._guard()
        with suppress(FileNotFoundError):
            return read_regular_file(self._folder / name)
        return None

    def path_of(self, name: str) -> Path:
        """Return the file of a kept mail."""
        return self._folder / name

    def delete(self, names: Sequence[str]) -> None:
        """Delete mails; durable on return."""
        self._guard()
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        if names and self._folder.is_dir():
            sync_folder(self._folder)

    def find_all(self) -> Sequence[Kept]:
        """Return the kept mails, the oldest first."""
        return sorted(self._files(), key=lambda one: (one.at, one.name))

    def find_parts(self) -> Sequence[Kept]:
        """Return what was not written to its end, or not yet."""
        return list(self._files(are_parts=True))

    def find_old(self, now: datetime) -> Sequence[str]:
        """
        Return which mails have to go: those past their time, and the oldest of too many.

        Where there are too many, mails of machines go first. What a crash left unfinished goes too.
        """
        kept = self.find_all()
        old = [one for one in kept if one.at < now - self._keep_for]
        rest = kept[len(old) :]  # the oldest come first
        old += [one for one in self.find_parts() if one.at < now - WRITTEN_IN]
        size = sum(one.size for one in rest)
        for one in sorted(rest, key=lambda one: not one.is_of_machine):
            if size <= self._limit:
                break
            old.append(one)
            size -= one.size
        return [one.name for one in old]

    def look_around(self, now: datetime) -> Room:
        """Return how full the folder is, and how many mails will go soon."""
        kept = self.find_all()
        soon = sum(one.at < now - self._keep_for + TOLD_BEFORE for one in kept)
        return Room(sum(one.size for one in kept), self._limit, soon)

    def is_tidy(self, now: datetime) -> bool:
        """Whether old mails were deleted lately, or none is there."""
        if not self._guard():
            return True
        try:
            at = datetime.fromtimestamp((self._folder / TIDIED).stat().st_mtime, UTC)
        except FileNotFoundError:
            return False
        return timedelta(0) <= now - at < TIDY_AFTER

    def mark_tidy(self, now: datetime) -> None:
        """Remember that old mails were deleted."""
        if self._guard():
            marker = self._folder / TIDIED
            make_private(marker)
            os.utime(marker, (now.timestamp(), now.timestamp()))

    def _files(self, *, are_parts: bool = False) -> Iterator[Kept]:
        if not self._guard():
            return
        for entry in list(os.scandir(self._folder)):
            if not _is_ours(entry.name) or entry.name.endswith(PART) != are_parts:
                continue
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                at = datetime.fromtimestamp(found.st_mtime, UTC)
                yield Kept(entry.name, found.st_size, at)

    def _guard(self) -> bool:
        """
        Return whether the folder is there; shut others out of it.

        Raises:
            OSError: it is a link, so that the mails would lie where nobody guards or erases them.
        """
        try:
            found = self._folder.lstat()
        except FileNotFoundError:
            return False
        if not stat.S_ISDIR(found.st_mode):
            code = errno.ELOOP if stat.S_ISLNK(found.st_mode) else errno.ENOTDIR
            raise OSError(code, os.strerror(code), str(self._folder))
        if os.name == "posix" and found.st_mode & NOT_THE_OWNER and found.st_uid == os.geteuid():
            self._folder.chmod(0o700)
        return True


def _is_ours(name: str) -> bool:
    """Whether a file's name is one of a kept mail, or of a part of one."""
    if not name.startswith("."):
        return name.endswith((BY_MACHINES, BY_PEOPLE))
    return name.endswith(PART) and (f"{BY_MACHINES}." in name or f"{BY_PEOPLE}." in name)


def whole_name(part: str) -> str:
    """Return the name that a part would have got."""
    return part.removeprefix(".").removesuffix(PART).rpartition(".")[0]
