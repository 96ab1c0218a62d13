"""Mails that a person may have to read: files of mode 600, apart from the ledger, for some time."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from newsletter.files import read_regular_file, sync_folder
from newsletter.rights import make_private_folder

FOLDER: Final = "feedback"  # in the site's folder
BY_MACHINES: Final = "-machine.eml"
BY_PEOPLE: Final = "-person.eml"
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
        make_private_folder(self._folder)
        path = self._folder / name
        if path.exists():
            return name
        part = self._folder / f".{name}.{os.getpid()}.part"
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
        """Return a kept mail; None if it was deleted."""
        if "/" in name or name.startswith("."):
            return None
        with suppress(FileNotFoundError):
            return read_regular_file(self._folder / name)
        return None

    def path_of(self, name: str) -> Path:
        """Return the file of a kept mail."""
        return self._folder / name

    def delete(self, names: Sequence[str]) -> None:
        """Delete mails; durable on return."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        if names and self._folder.is_dir():
            sync_folder(self._folder)

    def find_all(self) -> Sequence[Kept]:
        """Return the kept mails, the oldest first."""
        return sorted(self._files(), key=lambda one: (one.at, one.name))

    def find_old(self, now: datetime) -> Sequence[str]:
        """
        Return which mails have to go: those past their time, and the oldest of too many.

        Where there are too many, mails of machines go first.
        """
        kept = self.find_all()
        old = [one for one in kept if one.at < now - self._keep_for]
        rest = [one for one in kept if one not in old]
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

    def _files(self) -> Iterator[Kept]:
        try:
            entries = list(os.scandir(self._folder))
        except FileNotFoundError:
            return
        for entry in entries:
            if not entry.name.endswith((BY_MACHINES, BY_PEOPLE)):
                continue
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                at = datetime.fromtimestamp(found.st_mtime, UTC)
                yield Kept(entry.name, found.st_size, at)
