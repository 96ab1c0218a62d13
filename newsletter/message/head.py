"""The header fields of an edition's letters, in their order on the wire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final

from newsletter.compose.edition import BETWEEN, Edition
from newsletter.compose.strings import Strings
from newsletter.lang import Lang
from newsletter.message import headers
from newsletter.message.facts import SenderFacts
from newsletter.message.mailbox import beside, mailbox
from newsletter.message.segments import Piece

STREAM: Final = "newsletter"  # Feedback-ID's third field: the kind of mail
# The fields that differ for each reader; a slot has its field's name in lower case.
READERS_FIELDS: Final = ("to", "date", "message-id", "list-unsubscribe")


@dataclass(frozen=True, slots=True)
class Head:
    """The data from which an edition's header is made."""

    edition: Edition
    facts: SenderFacts
    strings: Mapping[Lang, Strings]
    public_url: str  # without a trailing slash
    is_test: bool  # put a mark at the start of the subject

    def pieces(self) -> Iterator[Piece]:
        """
        Yield the fields, one piece each, ending in CRLF.

        Raises:
            ValueError: a field would contain a control character.
        """
        facts, kind = self.facts, self.edition.kind
        names = dict.fromkeys(facts.sender_name[lang] for lang in kind.langs)
        yield b"From: " + mailbox(BETWEEN.join(names), facts.sender_address, 6) + b"\r\n"
        yield "to"
        if facts.reply_to:
            yield headers.ascii_field("Reply-To", facts.reply_to)
        yield headers.field("Subject", self._subject())
        yield "date"
        yield "message-id"
        list_name = headers.phrase(facts.name[kind.langs[0]], 9)
        list_id = f"<{facts.list_id}>".encode()
        yield b"List-Id: " + beside(list_name, list_id, 9) + b"\r\n"
        yield "list-unsubscribe"
        feedback_id = f"{self.edition.issue}:{kind}:{STREAM}:{facts.sender_id}"
        for name, value in (
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Help", f"<mailto:{facts.email}>"),
            ("List-Archive", f"<{self.public_url}/issues/>"),
            ("Feedback-ID", feedback_id),
            ("Precedence", "bulk"),
            ("Content-Language", ", ".join(kind.langs)),
            ("MIME-Version", "1.0"),
        ):
            yield headers.ascii_field(name, value)

    def _subject(self) -> str:
        if not self.is_test:
            return self.edition.subject
        marks = (self.strings[lang]["test_mark"] for lang in self.edition.kind.langs)
        return f"{' '.join(marks)} {self.edition.subject}"


def readers_fields(
    name: str,
    address: str,
    date: bytes,
    message_id: str,
    unsubscribe_url: str,
    unsubscribe_mailto: str = "",
) -> list[bytes]:
    """
    Return the values of `READERS_FIELDS`, in their order.

    List-Unsubscribe names https first: mail programs prefer the first URI that they know
    (RFC 2369, section 2), and some know mailto only.

    Raises:
        ValueError: the name, the address or a link is not valid in its field.
    """
    return [
        b"To: " + mailbox(name, address, 4) + b"\r\n",
        date,
        headers.angle_field("Message-ID", message_id),
        headers.angle_field("List-Unsubscribe", unsubscribe_url, unsubscribe_mailto),
    ]


class DateField:
    """The Date field, updated once a second; thread-safe."""

    def __init__(self) -> None:
        self._held: _DateOfSecond | None = None

    def at(self, now: datetime) -> bytes:
        """Return the field for *now*, an aware time, in the time zone of *now*."""
        held = self._held
        if held is None or not held.is_second_of(now):
            held = self._held = _DateOfSecond(now)
        return held.field


class _DateOfSecond:
    def __init__(self, now: datetime) -> None:
        self._zone, self._fold = now.tzinfo, now.fold
        self._from = now.replace(microsecond=0)
        self._until = self._from + timedelta(seconds=1)
        self.field = headers.ascii_field("Date", format_datetime(now))

    def is_second_of(self, now: datetime) -> bool:
        """
        Whether the field of *now* is the same as the current one.

        Times of one zone compare by local time, which repeats an hour when summer time ends;
        times of two zones may be equal and still be written differently.
        """
        return (
            now.tzinfo is self._zone and now.fold == self._fold and self._from <= now < self._until
        )
