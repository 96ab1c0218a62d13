"""Writes a planned delivery as an envelope: the letter of its edition, with reader data."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from newsletter.dispatch.ledger import Delivery
from newsletter.lang import EditionKind
from newsletter.message.bounces import BounceAddresses
from newsletter.message.envelope import Envelope
from newsletter.message.letter import CompiledLetter, Reader
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.reader_id import OldNumber

NOBODY: Final = OldNumber(0)  # rows are counted from 1


class LetterWriter:
    """Writes the letters of one issue to its readers."""

    def __init__(
        self,
        letters: Mapping[EditionKind, CompiledLetter],
        links: ReaderLinks,
        zone: tzinfo,
        bounces: BounceAddresses | None = None,
    ) -> None:
        """
        Prepare.

        Args:
            letters: of the issue, by edition.
            links: make the signed links of a reader.
            zone: the publication's.
            bounces: make each letter's reverse-path and mailto link; None: the sender's address,
                and no mailto link.
        """
        self._letters = letters
        self._links = links
        self._bounces = bounces
        self.zone = zone

    @property
    def key_fingerprint(self) -> str:
        """The fingerprint of the key that signs the links."""
        return self._links.key_fingerprint

    def letter(self, kind: EditionKind) -> CompiledLetter:
        """Return the letter of an edition."""
        return self._letters[kind]

    def write(self, delivery: Delivery, now: datetime) -> Envelope:
        """Write the letter to the reader of *delivery*, in the planned edition."""
        letter = self._letters[delivery.edition]
        return letter.envelope(self.describe(delivery), now.astimezone(self.zone))

    def describe(self, delivery: Delivery) -> Reader:
        """Return the reader data of *delivery*'s letter, including signed links."""
        letter = self._letters[delivery.edition]
        consented_at = delivery.consented_at
        bounces, issue = self._bounces, letter.edition.issue
        for_bounce, for_leaving = bounces.tokens(issue, delivery.reader_id) if bounces else ("", "")
        return Reader(
            key=delivery.id,
            address=delivery.address,
            name=delivery.name,
            consented_on=consented_at.astimezone(self.zone).date() if consented_at else None,
            message_id=self._links.message_id(issue, delivery.message_name, letter.sender_domain),
            unsubscribe_url=self._links.unsubscribe_url(
                self._links.token(Purpose.UNSUBSCRIBE, delivery.reader_id)
            ),
            preferences_url=self._links.preferences_url(
                self._links.token(Purpose.PREFERENCES, delivery.reader_id)
            ),
            return_path=bounces.address(for_bounce) if bounces else "",
            envelope_id=for_bounce,
            unsubscribe_mailto=bounces.mailto(for_leaving) if bounces else "",
        )

    def write_test(self, address: str, kind: EditionKind, nonce: str, now: datetime) -> Envelope:
        """
        Write a test letter: to no subscriber, with links that change nothing.

        Args:
            address: the recipient.
            kind: the edition.
            nonce: makes each Message-ID unique.
            now: an aware time.
        """
        reader = self.describe_nobody(address, kind, f"test-{nonce}", now)
        return self._letters[kind].envelope(reader, now.astimezone(self.zone))

    def describe_nobody(self, address: str, kind: EditionKind, name: str, now: datetime) -> Reader:
        """
        Return the reader data of a letter to no subscriber.

        Args:
            address: the recipient's address.
            kind: the edition.
            name: replaces the reader's in the Message-ID.
            now: an aware time; the day of the consent.
        """
        letter = self._letters[kind]
        token = self._links.token(Purpose.TEST, NOBODY)
        bounces = self._bounces
        token_of_nobody = bounces.token_of_nobody() if bounces else ""
        return Reader(
            key=0,
            address=address,
            name=letter.sample_name,
            consented_on=now.astimezone(self.zone).date(),
            message_id=f"{letter.edition.issue}.{name}@{letter.sender_domain}",
            unsubscribe_url=self._links.unsubscribe_url(token),
            preferences_url=self._links.preferences_url(token),
            return_path=bounces.address(token_of_nobody) if bounces else "",
            envelope_id=token_of_nobody,
            unsubscribe_mailto=bounces.mailto(token_of_nobody) if bounces else "",
        )
