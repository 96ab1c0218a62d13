"""Writes the letters of a run; an issue may have several, and each delivery has its own."""

from datetime import datetime
from threading import Lock

from newsletter.app.site import Site
from newsletter.dispatch.ledger import Delivery, LetterId
from newsletter.dispatch.writing import LetterWriter
from newsletter.message.envelope import Envelope
from newsletter.message.kept_letter import KeptLetter


class LetterWriters:
    """The writers of an issue's letters, made when a delivery first needs one; for all threads."""

    def __init__(
        self, site: Site, letter: KeptLetter, key: str | None = None, bounces: str = ""
    ) -> None:
        """
        Make the writer of the letter at hand, whatever number it is kept under.

        Args:
            site: where the issue is.
            letter: the letter at hand.
            key: fingerprint of the key that signs the links; None: the newest does.
            bounces: where bounces come back to; "": to the sender.
        """
        self._bounces = bounces
        self.at_hand = site.letter_writer(letter, key=key, bounces=bounces)
        self.key = self.at_hand.key_fingerprint
        self._site = site
        self._made: dict[LetterId, LetterWriter] = {}
        self._lock = Lock()

    def add(self, number: LetterId) -> None:
        """Note that the letter at hand is kept under that number."""
        self._made[number] = self.at_hand

    def write(self, delivery: Delivery, now: datetime) -> Envelope:
        """
        Write to a reader the letter that the ledger says is theirs.

        Raises:
            LedgerError: it is damaged.
        """
        assert delivery.letter is not None  # noqa: S101 - a run gives its plan one, if none has
        letter_writer = self._made.get(delivery.letter) or self._make(delivery.letter)
        return letter_writer.write(delivery, now)

    def _make(self, number: LetterId) -> LetterWriter:
        with self._lock:
            if number not in self._made:
                letter = self._site.records.letters().find(number)
                self._made[number] = self._site.letter_writer(
                    letter, key=self.key, bounces=self._bounces
                )
            return self._made[number]
