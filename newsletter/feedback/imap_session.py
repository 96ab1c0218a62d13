"""A session with an IMAP server: a folder is selected; the commands that it needs, with types."""

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from newsletter.errors import SettingsError
from newsletter.feedback.imap_faults import FAULTS, answer_of, explain_lost, explain_unselected
from newsletter.feedback.inbox import READ_MAX
from newsletter.feedback.inbox_url import InboxUrl
from newsletter.phrases import phrase

KEYWORD: Final = "NewsletterRead"
SEEN: Final = "\\Seen"
DELETED: Final = "\\Deleted"
NEW_KEYWORDS: Final = b"\\*"  # in PERMANENTFLAGS: the server stores whatever keyword is named
SEARCHED_AT_ONCE: Final = 10_000  # mails: an answer of 110,000 octets; imaplib reads a million
NAMED_AT_ONCE: Final = 500  # UIDs in a command: 5,500 octets
Element = TypeVar("Element")


@dataclass(frozen=True, slots=True)
class Folder:
    """A mailbox as the server described it when it was selected."""

    validity: int  # UIDVALIDITY: UIDs of another one name other mails
    exists: int  # mails in it
    next_uid: int  # at least 1; 1: the server does not say
    mark: str  # what is set on a mail that was read: our keyword, or \Seen; "": it cannot be


class Session:
    """An open connection; after an error it is of no use any more."""

    def __init__(self, client: IMAPClient, url: InboxUrl, name: str) -> None:
        self._client = client
        self._url = url
        self._name = name
        self._has_target = False
        self.folder = self.select()

    def select(self) -> Folder:
        """
        Select the folder, again to see what came meanwhile.

        Raises:
            SettingsError: there is no such folder, or no mail in it may be marked.
            ProviderBusy: the server is away.
        """
        try:
            answer = self._client.select_folder(self._url.folder)
            validity, exists = int(answer[b"UIDVALIDITY"]), int(answer[b"EXISTS"])
            next_uid = int(answer.get(b"UIDNEXT", 1))
        except KeyError:
            raise SettingsError(phrase("feedback.imap-too-old", inbox=self._name)) from None
        except FAULTS as error:
            raise explain_unselected(error, self._url, self._name) from None
        mark = _choose_mark(answer.get(b"PERMANENTFLAGS"))
        if not (mark or self._url.move):
            raise SettingsError(phrase("feedback.imap-read-only", inbox=self._name))
        self.folder = Folder(validity, exists, next_uid, mark)
        return self.folder

    def find_waiting(self) -> list[int]:
        """Return the UIDs of all mails that were not read, in ascending order."""
        found: list[int] = []
        for first in range(1, self.folder.exists + 1, SEARCHED_AT_ONCE):
            last = min(first + SEARCHED_AT_ONCE - 1, self.folder.exists)
            found += self._search(f"{first}:{last}")
        return sorted(set(found))

    def has_waiting_from(self, uid: int) -> bool:
        """Return whether a mail waits whose UID is *uid* or higher."""
        self._sync()
        # A range up to * contains the last mail, even if its UID is lower.
        return any(one >= uid for one in self._search("UID", f"{uid}:*"))

    def read_sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the size of each mail that is still there, in octets."""
        with self._answered():
            found = self._client.fetch(uids, ["RFC822.SIZE"])
            sizes = {uid: answer.get(b"RFC822.SIZE") for uid, answer in found.items()}
        return {uid: size for uid, size in sizes.items() if isinstance(size, int)}

    def read_contents(self, uids: Sequence[int]) -> dict[int, bytes]:
        """
        Return the first READ_MAX octets of each mail that is still there; sets no flag.

        A mail is empty if the server sends nothing of it.
        """
        with self._answered():
            found = self._client.fetch(uids, [f"BODY.PEEK[]<0.{READ_MAX}>"])
        contents = {uid: _content_of(answer) for uid, answer in found.items()}
        empty = [uid for uid, content in contents.items() if not content]
        if empty:
            # Some servers write an empty content for a mail that was removed a moment ago, and
            # tell of the removal only then.
            self._sync()
            empty = [uid for uid in empty if uid not in self.read_sizes(empty)]
        return {uid: content for uid, content in contents.items() if uid not in empty}

    def mark(self, uids: Sequence[int]) -> None:
        """Mark mails as read; those that are gone are passed over."""
        with self._answered():
            for some in in_groups(uids, NAMED_AT_ONCE):
                self._client.add_flags(some, [self.folder.mark], silent=True)

    def move(self, uids: Sequence[int]) -> None:
        """
        Move mails to the folder that the address names; make it if it is missing.

        Raises:
            SettingsError: the folder cannot be made.
            ProviderBusy: the server is away.
        """
        with self._answered():
            if not self._has_target:
                _make_folder(self._client, self._url.move)
                self._has_target = True
            for some in in_groups(uids, NAMED_AT_ONCE):
                if self._client.has_capability("MOVE"):
                    self._client.move(some, self._url.move)
                    continue
                self._client.copy(some, self._url.move)
                self._client.add_flags(some, [DELETED], silent=True)
                # A plain EXPUNGE would remove what other people marked as deleted.
                if self._client.has_capability("UIDPLUS"):
                    self._client.uid_expunge(some)

    def idle(self, seconds: float) -> bool:
        """
        Return when the server says something, after *seconds* at the latest (RFC 2177).

        Returns:
            False, at once, if the server does not offer to tell of new mails by itself.
        """
        with self._answered():
            if not self._client.has_capability("IDLE"):
                return False
            self._client.idle()
            if not _has_buffered(self._client):
                self._client.idle_check(timeout=seconds)
            self._client.idle_done()  # fails if the connection was closed
        return True

    def close(self) -> None:
        """Log out, if the server still listens."""
        with suppress(*FAULTS):
            self._client.logout()
        self.cut()

    def cut(self) -> None:
        """Close the connection without a word."""
        with suppress(*FAULTS):
            self._client.shutdown()

    def _sync(self) -> None:
        """Let the server tell what came and what was removed; some tell it only then."""
        with self._answered():
            self._client.noop()

    def _search(self, *among: str) -> list[int]:
        criteria = [*among, "UNDELETED"]
        if not self._url.move:
            own = self.folder.mark == KEYWORD
            criteria += ["UNKEYWORD", KEYWORD] if own else ["UNSEEN"]
        with self._answered():
            return [int(uid) for uid in self._client.search(criteria)]

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """Explain what goes wrong with a command."""
        try:
            yield
        except FAULTS as error:
            raise explain_lost(error, self._name) from None


def in_groups(elements: Sequence[Element], size: int) -> Iterator[Sequence[Element]]:
    """Yield *elements* in order, at most *size* at once."""
    rest: Iterable[Element] = iter(elements)
    while group := tuple(islice(rest, size)):
        yield group


def _make_folder(client: IMAPClient, folder: str) -> None:
    """Make a folder if it is missing; another reader may make it at the same time."""
    if client.folder_exists(folder):
        return
    try:
        client.create_folder(folder)
    except IMAPClientError as error:
        if not client.folder_exists(folder):
            fault = phrase("feedback.imap-move", folder=folder, fault=answer_of(error))
            raise SettingsError(fault) from None


def _has_buffered(client: IMAPClient) -> bool:
    """
    Return whether something of the server lies in the buffer, where it came with the last answer.

    `idle_check` looks at the socket only, and would wait for it in vain.
    """
    imap = client._imap  # noqa: SLF001 - nothing public tells it
    read = getattr(imap, "_readbuf", None)
    if read is not None:  # Python 3.14 keeps what it has read in a list of its own
        return bool(read)
    connection = client.socket()
    timeout_s = connection.gettimeout()
    connection.setblocking(False)
    try:
        return bool(imap.file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        connection.settimeout(timeout_s)


def _choose_mark(permanent: Sequence[bytes] | None) -> str:
    """Choose what marks a mail as read; a server that names no flags keeps its own (RFC 3501)."""
    flags = {SEEN.lower().encode()} if permanent is None else {one.lower() for one in permanent}
    if NEW_KEYWORDS in flags or KEYWORD.lower().encode() in flags:
        return KEYWORD
    return SEEN if SEEN.lower().encode() in flags else ""


def _content_of(answer: Mapping[bytes, object]) -> bytes:
    """
    Return the content; empty if the server sent none, as of a mail that is gone.

    A server that ignores how much was asked for is cut off here.
    """
    contents = [value for key, value in answer.items() if key.startswith(b"BODY[")]
    content = contents[0] if contents else None
    return content[:READ_MAX] if isinstance(content, bytes) else b""
