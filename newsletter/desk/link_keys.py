"""The keys of readers' links while a server runs: read again when they do not fit."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from newsletter.app.keys import FILE_NAME
from newsletter.app.signing import find_link_keys
from newsletter.app.site import Site
from newsletter.errors import NewsletterError
from newsletter.message.keys import LinkKeys
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.phrases import phrase

READ_AGAIN_S: Final = 1.0  # between two looks at the key's file
WRONG_AN_HOUR: Final = 20
HOUR: Final = timedelta(hours=1)
log = logging.getLogger(__name__)


class NotNowError(NewsletterError):
    """A link cannot be read now, and may be later: a key is missing."""


class LinkKeyring:
    """The links of one site, and whether its keys fit its newest letters; thread-safe."""

    def __init__(self, site: Site, newest_keys: Callable[[], Sequence[str]]) -> None:
        """
        Read the keys.

        Args:
            site: of the keys.
            newest_keys: returns the fingerprints of the keys that signed the newest letters and
                mails.

        Raises:
            SettingsError: no key is left although letters were sent.
        """
        self._site = site
        self._newest_keys = newest_keys
        self._lock = threading.Lock()
        self._read_at = monotonic()
        self._lacks_key = False
        self._wrong: deque[datetime] = deque(maxlen=WRONG_AN_HOUR)
        self._told_at: datetime | None = None
        self._seen = self._look()
        self._keys = find_link_keys(site, None, were_sent=False)
        self.links = self._make_links()

    def read(self, purpose: Purpose, token: str) -> str | None:
        """
        Return the name that a link contains, of a reader or of a mail; None: nobody signed it.

        Raises:
            NotNowError: no key is here that the newest letters were signed with, so the link may
                be valid: whoever follows it must try again later.
            LedgerError: the database does not answer.
        """
        named = self.links.read_signed(purpose, token)
        if named is None and self._look() != self._seen:  # a key that signs since the start
            with self._lock:
                self._read_again()
            named = self.links.read_signed(purpose, token)
        if named is not None:
            return named
        if self.lacks_newest_key():
            raise NotNowError(phrase("desk.links-unreadable"))
        return self.links.read_signed(purpose, token)  # a key may have come back

    def lacks_newest_key(self) -> bool:
        """
        Return whether a key is missing that signed the newest letters, or the newest mails.

        Then no link of these can be read. The operator is told once; the key's file is
        read again, so that a key that was put back works without a restart.

        Raises:
            LedgerError: the database does not answer.
        """
        newest = self._newest_keys()
        with self._lock:
            lacks = self._find_lacking(newest)
            if lacks and monotonic() - self._read_at > READ_AGAIN_S:
                self._read_at = monotonic()
                self._read_again()
                lacks = self._find_lacking(newest)
            if lacks and not self._lacks_key:
                log.error(phrase("desk.newest-key-gone", fingerprint=lacks))
            self._lacks_key = bool(lacks)
            return self._lacks_key

    def note_wrong_signature(self, now: datetime) -> None:
        """Count a link with a wrong signature; tell the operator of many, once an hour."""
        with self._lock:
            self._wrong.append(now)
            is_many = len(self._wrong) == WRONG_AN_HOUR and now - self._wrong[0] <= HOUR
            if is_many and (self._told_at is None or now - self._told_at > HOUR):
                self._told_at = now
                log.warning(phrase("desk.many-wrong-links", count=WRONG_AN_HOUR))

    def _find_lacking(self, newest: Sequence[str]) -> str | None:
        return next((one for one in newest if self._keys.find(one) is None), None)

    def _look(self) -> tuple[int, int, int] | None:
        """Return what tells one state of the key's file from another; None: there is none."""
        try:
            found = (self._site.root / FILE_NAME).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read_again(self) -> None:
        self._seen = self._look()
        try:
            keys = find_link_keys(self._site, None, were_sent=False)
        except NewsletterError as error:
            log.error(error.phrase)
            return
        # What was signed since the start stays valid: a key of then is not given up before the end.
        known = tuple(dict.fromkeys([*keys.old, *self._keys]))
        self._keys = LinkKeys(keys.current, tuple(key for key in known if key != keys.current))
        self.links = self._make_links()

    def _make_links(self) -> ReaderLinks:
        site = self._site
        return ReaderLinks(self._keys, site.publication.list_id, site.public_url)
