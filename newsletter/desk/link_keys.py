"""The keys of readers' links while a server runs: read again when they do not fit."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

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

    def __init__(self, site: Site, newest_key: Callable[[], str | None]) -> None:
        """
        Read the keys.

        Args:
            site: of the keys.
            newest_key: returns the fingerprint of the key that signed the newest letters.

        Raises:
            SettingsError: no key is left although letters were sent.
        """
        self._site = site
        self._newest_key = newest_key
        self._lock = threading.Lock()
        self._read_at = monotonic()
        self._lacks_key = False
        self._wrong: deque[datetime] = deque(maxlen=WRONG_AN_HOUR)
        self._told_at: datetime | None = None
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
        if named is not None:
            return named
        if self.lacks_newest_key():
            raise NotNowError(phrase("desk.links-unreadable"))
        return self.links.read_signed(purpose, token)  # a key may have come back

    def lacks_newest_key(self) -> bool:
        """
        Return whether no key has the fingerprint of the newest letters' key.

        Then no link of these letters can be read. The operator is told once; the key's file is
        read again, so that a key that was put back works without a restart.

        Raises:
            LedgerError: the database does not answer.
        """
        newest = self._newest_key()
        with self._lock:
            lacks = newest is not None and self._keys.find(newest) is None
            if lacks and monotonic() - self._read_at > READ_AGAIN_S:
                self._read_at = monotonic()
                self._read_again()
                lacks = self._keys.find(newest or "") is None
            if lacks and not self._lacks_key:
                log.error(phrase("desk.newest-key-gone", fingerprint=newest))
            self._lacks_key = lacks
            return lacks

    def note_wrong_signature(self, now: datetime) -> None:
        """Count a link with a wrong signature; tell the operator of many, once an hour."""
        with self._lock:
            self._wrong.append(now)
            is_many = len(self._wrong) == WRONG_AN_HOUR and now - self._wrong[0] <= HOUR
            if is_many and (self._told_at is None or now - self._told_at > HOUR):
                self._told_at = now
                log.warning(phrase("desk.many-wrong-links", count=WRONG_AN_HOUR))

    def _read_again(self) -> None:
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
