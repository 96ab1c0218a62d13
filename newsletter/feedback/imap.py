"""
A mailbox on a mail server, reached by IMAP (RFC 3501).

Mails that were read are marked by a keyword of our own, so people may open them before or after,
and nothing escapes the program. Where a server stores no keywords \\Seen has to do, and who
opens a mail first takes it: there mails are better moved to another folder (`move`).

Nothing is deleted but what was copied to that folder before.
"""

import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from newsletter.delivery.trust import make_tls
from newsletter.feedback.imap_login import open_session
from newsletter.feedback.imap_session import Session, in_groups
from newsletter.feedback.imap_token import read_token
from newsletter.feedback.inbox import READ_MAX, Arrived
from newsletter.feedback.inbox_url import InboxUrl

LISTED_AT_ONCE: Final = 200  # mails whose sizes are asked for in one command
# RFC 2177 allows 29 minutes; many routers forget a connection that is silent for 10.
IDLE_S: Final = 9 * 60.0
# The first IDLE is short: what comes together with its "+ idling" is seen at its end at the latest.
FIRST_IDLE_S: Final = 1.0
POLL_S: Final = 15.0  # between two questions to a server without IDLE


def open_mailbox(url: InboxUrl, root: Path, certificates: str) -> "Mailbox":
    """Make the inbox of a mailbox; a program that prints tokens runs in *root*."""
    return Mailbox(url, root, make_tls(certificates))


class Mailbox:
    """The inbox of a mailbox; one connection, which is opened again after it was lost."""

    def __init__(
        self, url: InboxUrl, root: Path, tls: ssl.SSLContext, *, poll_s: float = POLL_S
    ) -> None:
        """
        Name a mailbox; nobody is called yet.

        Args:
            url: its address.
            root: the folder that a program which prints tokens runs in.
            tls: decides which certificates are trusted.
            poll_s: seconds between two questions to a server without IDLE.
        """
        self._url = url
        self._read_token = partial(read_token, url.token_command, root)
        self._tls = tls
        self._poll_s = poll_s
        self._session: Session | None = None
        self._has_worked = False
        self._seen_until = (0, 0)  # UIDVALIDITY, and the first UID that was not listed
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        """The inbox for people and logs, without its user."""
        url = self._url
        host = f"[{url.host}]" if ":" in url.host else url.host
        return f"{url.scheme}://{host}:{url.port}/{url.folder}"

    def waiting(self) -> Iterator[Arrived]:
        """
        Yield the mails that were not read before, the oldest first.

        Several small mails are fetched at once, together at most READ_MAX octets.

        Raises:
            SettingsError: address, login, certificate, folder or rights are wrong.
            ProviderBusy: the server is away, or was lost; the next call connects again.
        """
        session = self._open()
        with self._using(session):
            folder = session.select()
            uids = session.find_waiting()
            self._seen_until = (folder.validity, max([folder.next_uid, *(u + 1 for u in uids)]))
        for some in in_groups(uids, LISTED_AT_ONCE):
            with self._using(session):
                sizes = session.read_sizes(some)
            for group in _within_bounds(sizes):
                with self._using(session):
                    contents = session.read_contents(group)
                for uid in sorted(contents):
                    yield Arrived(f"{folder.validity}/{uid}", contents[uid], sizes[uid])

    def put_away(self, arrived: Sequence[Arrived]) -> None:
        """
        Mark mails as read, or move them; those that somebody else took are passed over.

        If the server has given out its UIDs anew, nothing is marked, and the mails are read again.

        Raises:
            SettingsError: the folder that mails are moved to cannot be made.
            ProviderBusy: the server is away, or was lost.
        """
        if not arrived:
            return
        session = self._open()
        with self._using(session):
            valid = f"{session.folder.validity}/"
            keys = [one.key for one in arrived if one.key.startswith(valid)]
            uids = [int(key.removeprefix(valid)) for key in keys]
            if uids and self._url.move:
                session.move(uids)
            elif uids:
                session.mark(uids)

    def wait(self, seconds: float) -> None:
        """
        Return when a mail has come that `waiting` did not list, after *seconds* at the latest.

        The server tells of it where it offers IDLE, and is asked again and again elsewhere.
        """
        deadline = time.monotonic() + seconds
        session, idle_s = self._open(), FIRST_IDLE_S
        with self._using(session):
            while not session.has_waiting_from(self._first_unlisted(session)):
                left = deadline - time.monotonic()
                if left <= 0 or self._closed.is_set():
                    return
                if session.idle(min(left, idle_s)):
                    idle_s = min(2 * idle_s, IDLE_S)
                else:
                    self._closed.wait(min(left, self._poll_s))

    def close(self) -> None:
        """Log out; a later call connects again."""
        session, self._session = self._session, None
        self._closed.set()
        if session is not None:
            session.close()

    def _open(self) -> Session:
        if self._session is None:
            self._closed.clear()
            self._session = open_session(
                self._url, self.name, self._tls, self._read_token, has_worked=self._has_worked
            )
            self._has_worked = True
        return self._session

    def _first_unlisted(self, session: Session) -> int:
        validity, uid = self._seen_until
        return max(uid, 1) if validity == session.folder.validity else 1

    @contextmanager
    def _using(self, session: Session) -> Iterator[None]:
        """Give the connection up after whatever went wrong: half an answer may still come."""
        try:
            yield
        except BaseException:
            session.cut()
            if self._session is session:
                self._session = None
            raise


def _within_bounds(sizes: Mapping[int, int]) -> Iterator[Sequence[int]]:
    """Yield UIDs in ascending order, as many at once as have READ_MAX octets together, or one."""
    group: list[int] = []
    room = READ_MAX
    for uid in sorted(sizes):
        read = min(sizes[uid], READ_MAX)
        if group and read > room:
            yield group
            group, room = [], READ_MAX
        group.append(uid)
        room -= read
    if group:
        yield group
