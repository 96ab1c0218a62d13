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
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from newsletter.errors import ProviderBusy, SettingsError
from newsletter.feedback.inbox import Arrived
from newsletter.feedback.inbox_url import InboxUrl
from newsletter.feedback.maildir_files import (
    CUR,
    NEW,
    SEEN,
    TMP,
    Entry,
    flags_of,
    list_entries,
    make_subfolder,
    move_file,
    own_name_of,
    read_beginning,
)
from newsletter.files import reason_of
from newsletter.phrases import phrase
from newsletter.rights import explain_rights

POLL_S: Final = 0.5  # a look into new/ sees on network folders too what another machine wrote
NOT_WAITING: Final = frozenset("TD")  # trashed by a person; a draft
# A disk or a server of files that is away for a while.
AWAY: Final = frozenset({errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EAGAIN})


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
        self._closed.clear()
        self._check_rights()
        closed: list[Path] = []
        for entry in self._list_waiting():
            path = self._path / entry.folder / entry.name
            with self._explained():
                try:
                    found = read_beginning(path)
                except PermissionError:
                    closed.append(path)
                    continue
            if found is not None:
                content, size = found
                yield Arrived(_key_of(entry), content, size)
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
        paths = [self._path / unquote(one.key, errors="surrogateescape") for one in arrived]
        with self._explained():
            if self._move:
                target, add = make_subfolder(self._path, self._move), ""
            else:
                target, add = self._path / CUR, SEEN
            lost = {
                own_name_of(path.name) for path in paths if not move_file(path, target, add=add)
            }
            for entry in list_entries(self._path) if lost else ():
                if entry.own_name in lost:
                    move_file(self._path / entry.folder / entry.name, target, add=add)

    def wait(self, seconds: float) -> None:
        """Return when new/ has a mail that was not listed, after *seconds* at the latest."""
        deadline = time.monotonic() + seconds
        while not self._has_new() and not self._closed.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._closed.wait(min(POLL_S, left))

    def close(self) -> None:
        """End a wait in another thread, and later ones until mails are read again."""
        self._closed.set()

    def _list_waiting(self) -> list[Entry]:
        with self._explained():
            entries = list_entries(self._path)
        self._listed = frozenset(entry.own_name for entry in entries)
        passed_over = NOT_WAITING if self._move else NOT_WAITING | {SEEN}
        return [one for one in entries if not passed_over.intersection(flags_of(one.name))]

    def _has_new(self) -> bool:
        with self._explained(), os.scandir(self._path / NEW) as files:
            names = [one.name for one in files if not one.name.startswith(".")]
        return any(own_name_of(name) not in self._listed for name in names)

    def _check_rights(self) -> None:
        folders = [self._path / NEW, self._path / CUR]
        path = _shown(self._path)
        with self._explained():
            is_maildir = all(folder.is_dir() for folder in folders)
        if not is_maildir:
            places = [shlex.quote(_shown(self._path / name)) for name in (NEW, CUR, TMP)]
            raise SettingsError(phrase("feedback.maildir-none", path=path, places=" ".join(places)))
        if closed := explain_rights(folders):
            raise SettingsError(phrase("feedback.maildir-unusable", path=path, fault=closed))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Explain what goes wrong with a file or a folder."""
        try:
            yield
        except OSError as error:
            fault = reason_of(error)
            if error.errno in AWAY:
                path = _shown(self._path)
                raise ProviderBusy(
                    phrase("feedback.maildir-away", path=path, fault=fault)
                ) from None
            path = _shown(Path(os.fsdecode(error.filename or self._path)))
            raise SettingsError(
                phrase("feedback.maildir-unusable", path=path, fault=fault)
            ) from None


def _key_of(entry: Entry) -> str:
    """Return the path in the Maildir as a key that any text file can hold."""
    return f"{entry.folder}/{quote(os.fsencode(entry.name), safe=':,=+.@')}"


def _shown(path: Path) -> str:
    """Return a path for people: odd bytes cannot be written to a terminal."""
    return os.fsencode(path).decode("utf-8", "replace")
