"""An edition compiled once to bytes with slots; a reader's letter is made by one join."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING, Final

from newsletter.compose.edition import Edition
from newsletter.compose.slots import Slot, slot_token, split_at_slots
from newsletter.compose.strings import Strings
from newsletter.lang import Lang
from newsletter.message.body import Body
from newsletter.message.enclosure import Enclosure
from newsletter.message.envelope import Envelope
from newsletter.message.facts import SenderFacts
from newsletter.message.head import READERS_FIELDS, DateField, Head, readers_fields
from newsletter.message.segments import Segments
from newsletter.message.wording import Wording

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner


@dataclass(frozen=True, slots=True)
class Reader:
    """The data of one reader that a letter contains."""

    key: int  # the delivery's id; see Envelope.key
    address: str
    name: str  # may be empty
    consented_on: date | None  # in the publication's zone
    message_id: str  # without angle brackets
    unsubscribe_url: str
    preferences_url: str
    return_path: str = ""  # "": the sender's address
    envelope_id: str = ""  # see Envelope.envelope_id
    unsubscribe_mailto: str = ""  # URI of a mail that ends the subscription; "": none


class CompiledLetter:
    """
    One edition as bytes, split at the places of readers' data.

    A reader's data is encoded for its place (header, text, HTML) and never searched for
    slots, so that one reader's name can neither fill nor open another slot. Thread-safe.
    """

    def __init__(  # noqa: PLR0913 - two arguments are rarely given
        self,
        edition: Edition,
        facts: SenderFacts,
        strings: Mapping[Lang, Strings],
        public_url: str,
        *,
        enclosures: Sequence[Enclosure] = (),
        is_test: bool = False,
        signer: "DkimSigner | None" = None,
    ) -> None:
        """
        Compile *edition*.

        Args:
            edition: the edition, with unfilled slots.
            facts: the sender and the list.
            strings: the words of every language.
            public_url: the base URL of the archive, without a trailing slash.
            enclosures: pictures to enclose; pictures that the edition does not show are
                omitted.
            is_test: put a mark at the start of the subject.
            signer: signs every letter; None: the relay may sign.

        Raises:
            ValueError: a header field would contain a control character.
            KeyError: the edition has a slot without a value.
        """
        self.edition = edition
        self._strings = strings
        self._sender = facts.sender_address
        self.sender_domain: Final = self._sender.rpartition("@")[2]  # the domain of Message-IDs
        self._date_field = DateField()
        shown = edition.text + edition.html
        greeted = [lang for lang in strings if slot_token(Slot.GREETING, lang) in shown]
        self._wording = Wording(strings, facts.name, greeted)
        parts = Body(edition, enclosures)
        head = Head(edition, facts, strings, public_url, is_test)
        fields = [*head.pieces(), parts.content_type]
        body = list(parts.pieces())
        slots = (*READERS_FIELDS, *self._wording.slots)
        self._segments = Segments([*fields, b"\r\n", *body], slots)
        self._seal = signer.seal(fields, body, slots) if signer else None

    @property
    def sample_name(self) -> str:
        """A fictitious reader's name in the edition's first language."""
        return self._strings[self.edition.kind.langs[0]]["sample_name"]

    def envelope(self, reader: Reader, now: datetime) -> Envelope:
        """
        Write the letter to one reader; the same reader and time give the same bytes.

        Args:
            reader: the recipient of the letter.
            now: an aware time for the Date field; written in its own time zone.

        Raises:
            ValueError: the name, the address or a link is not valid in its header field.
        """
        values = readers_fields(
            reader.name,
            reader.address,
            self._date_field.at(now),
            reader.message_id,
            reader.unsubscribe_url,
            reader.unsubscribe_mailto,
        )
        values += self._wording.values(
            reader.name, reader.consented_on, reader.unsubscribe_url, reader.preferences_url
        )
        signatures = self._seal.signatures(values, now) if self._seal else b""
        mime = self._segments.fill(values, signatures)
        return Envelope(
            reader.key,
            reader.message_id,
            reader.return_path or self._sender,
            reader.address,
            mime,
            is_dotless=self._segments.stay_dotless((signatures, *values)),
            envelope_id=reader.envelope_id,
        )

    def html(self, reader: Reader) -> str:
        """Return the HTML part of *reader*'s letter."""
        words = self._words(reader)
        return _fill(self.edition.html, {slot: escape(value) for slot, value in words.items()})

    def text(self, reader: Reader) -> str:
        """Return the text part of *reader*'s letter."""
        return _fill(self.edition.text, self._words(reader))

    def _words(self, reader: Reader) -> dict[str, str]:
        return self._wording.words(
            reader.name, reader.consented_on, reader.unsubscribe_url, reader.preferences_url
        )


def _fill(content: str, values: Mapping[str, str]) -> str:
    parts = split_at_slots(content)
    return "".join(values[part] if at % 2 else part for at, part in enumerate(parts))
