"""An edition compiled once to wire bytes with slots; a reader's letter is a join."""

import hashlib
from base64 import encodebytes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from typing import Final

from newsletter.compose.edition import BETWEEN, Edition
from newsletter.compose.slots import Slot, slot_name, split_at_slots
from newsletter.compose.strings import Strings
from newsletter.issue.issue import Publication
from newsletter.lang import Lang
from newsletter.message import headers
from newsletter.message.envelope import Envelope
from newsletter.message.quoted_printable import SOFT_BREAK, encode_constant, encode_value

STREAM: Final = "newsletter"  # Feedback-ID's third field: what kind of mail this is


@dataclass(frozen=True, slots=True)
class Reader:
    """What one letter says of its reader."""

    key: int  # the delivery's id; see Envelope.key
    address: str
    name: str  # may be empty
    consented_on: date | None  # in the publication's zone
    message_id: str  # without angle brackets
    unsubscribe_url: str
    preferences_url: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture that is sent along with the letter instead of lying on the web."""

    url: str  # what the edition's HTML names it by
    name: str  # a file name, ASCII
    data: bytes  # PNG or JPEG

    @property
    def content_id(self) -> str:
        """Name the picture inside the letter (RFC 2392): the same for the same content."""
        return f"{hashlib.sha256(self.data).hexdigest()[:24]}.{self.name}"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A constant, or a place to be filled with the value of *slot*."""

    constant: bytes = b""
    slot: str = ""


class CompiledLetter:
    """
    One edition as bytes, cut where a reader's own data belongs.

    A reader's data is encoded for its place (header, text, HTML) and never scanned for
    slots, so that one reader's name can neither fill nor open another's slot.
    """

    def __init__(
        self,
        edition: Edition,
        publication: Publication,
        strings: Mapping[Lang, Strings],
        public_url: str,
        *,
        enclosures: Sequence[Enclosure] = (),
        is_test: bool = False,
    ) -> None:
        """
        Compile *edition*.

        Args:
            edition: with its slots open.
            publication: sender and list.
            strings: the words of every language.
            public_url: where the archive is, without a trailing slash.
            enclosures: pictures to send along; those that the edition does not show are
                left out.
            is_test: mark the subject before anything else.

        Raises:
            ValueError: a header field would hold a control character.
        """
        self.edition = edition
        self._publication = publication
        self._strings = strings
        self._sender = publication.sender_address
        self._enclosures = [one for one in enclosures if one.url in edition.html]
        subject = edition.subject
        if is_test:
            marks = (strings[lang]["test_mark"] for lang in edition.kind.langs)
            subject = f"{' '.join(marks)} {subject}"
        self._pieces = tuple(self._headers(subject, public_url)) + tuple(self._body())

    @property
    def sender_domain(self) -> str:
        """The domain of the sender's address; Message-IDs end in it."""
        return self._sender.rpartition("@")[2]

    @property
    def sample_name(self) -> str:
        """An invented reader's name in the edition's first language."""
        return self._strings[self.edition.kind.langs[0]]["sample_name"]

    def envelope(self, reader: Reader, now: datetime) -> Envelope:
        """
        Write the letter to one reader.

        Args:
            reader: whose letter it is.
            now: an aware time for the Date field; shown in its own zone.

        Raises:
            ValueError: the name or the address holds a control character.
        """
        values = self._values(reader, now)
        mime = b"".join([piece.constant or values[piece.slot] for piece in self._pieces])
        return Envelope(reader.key, reader.message_id, self._sender, reader.address, mime)

    def html(self, reader: Reader) -> str:
        """Return the HTML part as *reader* gets it."""
        words = self._words(reader)
        return _fill(self.edition.html, {slot: escape(value) for slot, value in words.items()})

    def text(self, reader: Reader) -> str:
        """Return the text part as *reader* gets it."""
        return _fill(self.edition.text, self._words(reader))

    def _values(self, reader: Reader, now: datetime) -> dict[str, bytes]:
        values = {
            "to": b"To: " + _mailbox(reader.name, reader.address, 4) + b"\r\n",
            "date": headers.ascii_field("Date", format_datetime(now)),
            "message-id": headers.ascii_field("Message-ID", f"<{reader.message_id}>"),
            "list-unsubscribe": headers.ascii_field(
                "List-Unsubscribe", f"<{reader.unsubscribe_url}>"
            ),
        }
        for slot, value in self._words(reader).items():
            values[f"text {slot}"] = encode_value(value)
            values[f"html {slot}"] = encode_value(escape(value))
        return values

    def _words(self, reader: Reader) -> dict[str, str]:
        values = {
            slot_name(Slot.UNSUBSCRIBE): reader.unsubscribe_url,
            slot_name(Slot.PREFERENCES): reader.preferences_url,
        }
        for lang, strings in self._strings.items():
            name = self._publication.name[lang]
            values[slot_name(Slot.GREETING, lang)] = (
                strings.fill("greeting", name=reader.name)
                if reader.name
                else strings["greeting_unnamed"]
            )
            values[slot_name(Slot.REASON, lang)] = _reason(strings, name, reader.consented_on)
        return values

    def _headers(self, subject: str, public_url: str) -> Iterator[_Piece]:
        publication, kind = self._publication, self.edition.kind
        names = dict.fromkeys(publication.sender_name[lang] for lang in kind.langs)
        sender = _mailbox(BETWEEN.join(names), publication.sender_address, 6)
        yield _Piece(b"From: " + sender + b"\r\n")
        yield _Piece(slot="to")
        if publication.reply_to:
            yield _Piece(headers.ascii_field("Reply-To", publication.reply_to))
        yield _Piece(headers.field("Subject", subject))
        yield _Piece(slot="date")
        yield _Piece(slot="message-id")
        list_name = headers.phrase(publication.name[kind.langs[0]], 9)
        list_id = f"<{publication.list_id}>".encode()
        yield _Piece(b"List-Id: " + _joined(list_name, list_id, 9) + b"\r\n")
        yield _Piece(slot="list-unsubscribe")
        feedback_id = f"{self.edition.issue}:{kind}:{STREAM}:{publication.sender_id}"
        for name, value in (
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Help", f"<mailto:{publication.email}>"),
            ("List-Archive", f"<{public_url}/issues/>"),
            ("Feedback-ID", feedback_id),
            ("Precedence", "bulk"),
            ("Content-Language", ", ".join(kind.langs)),
            ("MIME-Version", "1.0"),
        ):
            yield _Piece(headers.ascii_field(name, value))

    def _body(self) -> Iterator[_Piece]:
        html = self.edition.html
        for one in self._enclosures:
            html = html.replace(one.url, f"cid:{one.content_id}")
        both = hashlib.sha256(f"{self.edition.text}\0{html}".encode()).hexdigest()
        # "=_" never occurs in quoted-printable or base64, so no part can hold a boundary.
        outer, inner = f"=_{both[:32]}", f"=_{both[32:]}"
        yield _lines(f'Content-Type: multipart/alternative;\n boundary="{outer}"', "")
        yield _lines(f"--{outer}")
        yield from _text_part("plain", self.edition.text, "text")
        if self._enclosures:
            related = f'Content-Type: multipart/related; type="text/html";\n boundary="{inner}"'
            yield _lines("", f"--{outer}", related, "", f"--{inner}")
            yield from _text_part("html", html, "html")
            for one in self._enclosures:
                yield from _picture_part(one, inner)
            yield _lines("", f"--{inner}--")
        else:
            yield _lines("", f"--{outer}")
            yield from _text_part("html", html, "html")
        yield _lines("", f"--{outer}--")


def _lines(*lines: str) -> _Piece:
    return _Piece(("\n".join(lines) + "\n").replace("\n", "\r\n").encode())


def _text_part(kind: str, content: str, place: str) -> Iterator[_Piece]:
    yield _lines(
        f"Content-Type: text/{kind}; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
    )
    yield from _quoted_pieces(content, place)


def _picture_part(enclosure: Enclosure, boundary: str) -> Iterator[_Piece]:
    kind = "jpeg" if enclosure.name.endswith(".jpg") else "png"
    yield _lines(
        "",
        f"--{boundary}",
        f"Content-Type: image/{kind}",
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{enclosure.content_id}>",
        f'Content-Disposition: inline; filename="{enclosure.name}"',
        "",
    )
    yield _Piece(encodebytes(enclosure.data).replace(b"\n", b"\r\n"))


def _quoted_pieces(content: str, place: str) -> Iterator[_Piece]:
    for at, part in enumerate(split_at_slots(content)):
        if at % 2:
            yield _Piece(SOFT_BREAK)
            yield _Piece(slot=f"{place} {part}")
            yield _Piece(SOFT_BREAK)
        elif part:
            yield _Piece(encode_constant(part))


def _fill(content: str, values: Mapping[str, str]) -> str:
    parts = split_at_slots(content)
    return "".join(values[part] if at % 2 else part for at, part in enumerate(parts))


@lru_cache(maxsize=4096)
def _written(strings: Strings, day: date) -> str:
    return strings.date(day, "day")


def _reason(strings: Strings, publication: str, consented_on: date | None) -> str:
    if consented_on is None:
        return strings.fill("reason", publication=publication)
    day = _written(strings, consented_on)
    return strings.fill("reason_since", publication=publication, date=day)


def _mailbox(name: str, address: str, used: int) -> bytes:
    wire_address = _wire_address(address)
    if not name:
        return wire_address
    return _joined(headers.phrase(name, used), b"<" + wire_address + b">", used)


def _joined(phrase: bytes, angle: bytes, used: int) -> bytes:
    """Put the part in angle brackets behind a phrase, on a new line if it would be too long."""
    last = phrase.rpartition(b"\r\n")[2]
    length = len(last) + (used if last is phrase else 0) + 1 + len(angle)
    return phrase + (b" " if length <= headers.LINE_MAX else b"\r\n ") + angle


def _wire_address(address: str) -> bytes:
    """Return an address for a header: an IDN domain as A-labels; RFC 6532 beyond that."""
    headers.refuse_controls(address)
    if address.isascii():
        return address.encode()
    import idna  # noqa: PLC0415 - for the few addresses that need it

    local, _, domain = address.rpartition("@")
    if local.isascii():
        return f"{local}@{idna.encode(domain, uts46=True).decode()}".encode()
    return address.encode()
