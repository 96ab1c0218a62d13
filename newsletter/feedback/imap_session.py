"""A session with an IMAP server: a folder is selected; the commands that it needs, with types."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from imapclient import IMAPClient

from newsletter.errors import SettingsError
from newsletter.feedback.imap_faults import FAULTS, explain_lost, explain_unselected
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
        with self._answered():
            self._client.noop()  # some servers tell of new mails only then
        # A range up to * contains the last mail, even if its UID is lower.
        return any(one >= uid for one in self._search("UID", f"{uid}:*"))

    def read_sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the size of each mail that is still there, in octets."""
        with self._answered():
            found = self._client.fetch(uids, ["RFC822.SIZE"])
            sizes = {uid: answer.get(b"RFC822.SIZE") for uid, answer in found.items()}
        return {uid: size for uid, size in sizes.items() if isinstance(size, int)}

    def read_contents(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return the first READ_MAX octets of each mail that is still there; sets no flag."""
        with self._answered():
            found = self._client.fetch(uids, [f"BODY.PEEK[]<0.{READ_MAX}>"])
        contents = {uid: _content_of(answer) for uid, answer in found.items()}
        return {uid: content for uid, content in contents.items() if content is not None}

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
        if not self._has_target:
            self._make_target()
        with self._answered():
            for some in in_groups(uids, NAMED_AT_ONCE):
                if self._client.has_capability("MOVE"):
                    self._client.move(some, self._url.move)
                    continue
                self._client.copy(some, self._url.move)
                self._client.add_flags(some, [DELETED], silent=True)
                # A plain EXPUNGE would remove what other people marked as deleted.
                if self._client.has_capability("UIDPLUS"):
                    self._client.uid_expunge(some)

    def can_idle(self) -> bool:
        """Return whether the server tells of new mails by itself (RFC 2177)."""
        with self._answered():
            return bool(self._client.has_capability("IDLE"))

    def idle(self, seconds: float) -> bool:
        """
        Return when the server says something, after *seconds* at the latest.

        Returns:
            Whether it has said something that was seen before the end.
        """
        with self._answered():
            self._client.idle()
            told = self._client.idle_check(timeout=seconds)
            self._client.idle_done()  # fails if the connection was closed
        return bool(told)

    def close(self) -> None:
        """Log out, if the server still listens."""
        with suppress(*FAULTS):
            self._client.logout()
        self.cut()

    def cut(self) -> None:
        """Close the connection without a word."""
        with suppress(*FAULTS):
            self._client.shutdown()

    def _search(self, *among: str) -> list[int]:
        criteria = [*among, "UNDELETED"]
        if not self._url.move:
            own = self.folder.mark == KEYWORD
            criteria += ["UNKEYWORD", KEYWORD] if own else ["UNSEEN"]
        with self._answered():
            return [int(uid) for uid in self._client.search(criteria)]

    def _make_target(self) -> None:
        with self._answered():
            is_there = self._client.folder_exists(self._url.move)
        if not is_there:
            try:
                self._client.create_folder(self._url.move)
            except FAULTS as error:
                # Another reader may have made it at the same time.
                with self._answered():
                    is_there = self._client.folder_exists(self._url.move)
                if not is_there:
                    answer = explain_lost(error, self._name).phrase
                    raise SettingsError(
                        phrase("feedback.imap-move", folder=self._url.move, fault=answer)
                    ) from None
        self._has_target = True

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


def _choose_mark(permanent: Sequence[bytes] | None) -> str:
    """Choose what marks a mail as read; a server that names no flags keeps its own (RFC 3501)."""
    flags = {SEEN.lower().encode()} if permanent is None else {one.lower() for one in permanent}
    if NEW_KEYWORDS in flags or KEYWORD.lower().encode() in flags:
        return KEYWORD
    return SEEN if SEEN.lower().encode() in flags else ""


def _content_of(answer: Mapping[bytes, object]) -> bytes | None:
    """
    Return the content; None if the server sent none, as of a mail that is gone.

    A server that ignores how much was asked for is cut off here.
    """
    contents = [value for key, value in answer.items() if key.startswith(b"BODY[")]
    if not contents:
        return None
    return contents[0][:READ_MAX] if isinstance(contents[0], bytes) else b""
