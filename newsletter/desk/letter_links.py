"""The links of letters: who follows one, leaving by it, and the settings behind it."""

from collections.abc import Callable
from enum import StrEnum

from newsletter.app.site import Site
from newsletter.desk.link_keys import LinkKeyring
from newsletter.desk.reader_forms import check_preference
from newsletter.lang import Lang
from newsletter.message.links import Purpose
from newsletter.subscribers.reader_acts import Change, Leaving, Left, shorten
from newsletter.subscribers.reader_id import ReaderName, reader_name_in
from newsletter.subscribers.subscriber import MAY_LEAVE, Subscriber
from newsletter.subscribers.why import one_line


class Unread(StrEnum):
    """Why a link names no reader."""

    DAMAGED = "damaged"
    TEST = "test"  # of a test letter: it never does anything


class LetterLinks:
    """What the links in letters do; used by many threads."""

    def __init__(self, site: Site, keyring: LinkKeyring, wake: Callable[[], None]) -> None:
        self._clock = site.clock
        self._keyring = keyring
        self._acts = site.records.reader_acts(site.zone())
        self._lookup = site.records.reader_lookup()
        self._wake = wake  # called when a mail may be due

    def read(self, purpose: Purpose, token: str) -> ReaderName | Unread:
        """
        Return the reader of a letter's link.

        Raises:
            NotNowError: no key is here that the newest letters were signed with.
        """
        named = self._keyring.links.read_signed(purpose, token)
        if named is None and self._keyring.links.read_signed(Purpose.TEST, token) is not None:
            return Unread.TEST
        if named is None:
            named = self._keyring.read(purpose, token)
        name = None if named is None else reader_name_in(named)
        if name is None:
            self._keyring.note_wrong_signature(self._clock())
            return Unread.DAMAGED
        return name

    def answer_dry_run(self, token: str) -> str | None:
        """
        Return the answer to the doctor's trial of a link; None if *token* is no trial.

        The token names nobody. Only who has the site's key can ask, and only the site answers.
        """
        nonce = self._keyring.links.read_signed(Purpose.DRY_RUN, token)
        return None if nonce is None else self._keyring.links.token(Purpose.DRY_RUN_ANSWER, nonce)

    def find(self, reader: ReaderName) -> Subscriber | None:
        """Return a reader as stored; None if there is none any more."""
        return self._lookup.find_reader(reader)

    def preferences_token(self, reader: ReaderName) -> str:
        """Return the token of a reader's settings, for a page that leads there."""
        return self._keyring.links.token(Purpose.PREFERENCES, reader)

    def leave(self, reader: ReaderName, reason: str, lang: Lang) -> Left | None:
        """
        Unsubscribe a reader; durable on return. Nothing happens if the reader has left already.

        Returns who left; None: the list does not know them, so nobody can tell them the result.

        Args:
            reader: of the link.
            reason: in the reader's words; what is longer than 500 characters ends in an ellipsis.
            lang: of the mail with the result, for a reader without a language of their own.

        Raises:
            LedgerError: nothing was recorded; the reader must try again.
        """
        leaving = Leaving(shorten(one_line(reason)), self._clock())
        left = self._acts.leave(reader, leaving, lang)
        if left is not None and left.before in MAY_LEAVE:
            self._wake()
        return left

    def change_preference(self, reader: ReaderName, preference: str) -> None:
        """
        Change a reader's language.

        Raises:
            FormError: the preference is none.
            LedgerError: nothing was recorded.
        """
        change = Change(preference=check_preference(preference))
        self._acts.change(reader, change, self._clock())
