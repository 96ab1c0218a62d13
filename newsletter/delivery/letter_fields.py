"""
Takes a letter apart for services that build the message themselves from JSON fields.

Nothing is lost in silence: a part that has no field raises an UncarriedError.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Final, NoReturn

from newsletter.delivery.http_posting import UncarriedError
from newsletter.delivery.provider import Blame
from newsletter.phrases import phrase

# Fields of which the service gets the value by a field of its own.
TOLD: Final = frozenset({"from", "to", "reply-to", "subject"})
# Fields that the service makes anew for the message that it builds.
MADE_ANEW: Final = frozenset(
    {"date", "mime-version", "content-type", "content-transfer-encoding", "return-path"}
)
# Fields that would name other people, or a signature that the new message would break.
REFUSED: Final = frozenset({"dkim-signature", "sender", "cc", "bcc"})
FOLD: Final = re.compile(r"\r?\n(?=[ \t])")
PICTURES: Final = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is enclosed in the HTML."""

    content_id: str  # without angle brackets, as in cid: of the HTML
    content_type: str  # "image/png" or "image/jpeg"
    name: str  # a file name, ASCII
    content: bytes


@dataclass(frozen=True, slots=True)
class LetterFields:
    """The parts of one letter."""

    sender_name: str  # may be empty
    sender_address: str
    reader_name: str  # may be empty
    reply_to: str  # an address; "": none
    subject: str
    text: str  # LF line ends
    html: str  # LF line ends; "": there is none
    headers: Mapping[str, str]  # all others, in their order; ASCII, on one line
    pictures: tuple[Picture, ...]

    @property
    def is_issue(self) -> bool:
        """Whether it is an issue to a reader, and no mail that answers what somebody did."""
        return "List-Unsubscribe" in self.headers


def read_fields(mime: bytes) -> LetterFields:
    """
    Take the letter *mime* apart (RFC 5322).

    Raises:
        UncarriedError: it has a part without a field.
    """
    message = BytesParser(policy=compat32).parsebytes(mime)
    fields: dict[str, str] = {}
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        key = name.lower()
        if key in REFUSED or key in fields:
            refuse(name)
        fields[key] = FOLD.sub("", str(value))
        if key not in TOLD | MADE_ANEW:
            headers[name] = fields[key]
    for name, value in headers.items():
        if not value.isascii():
            refuse(name)
    sender_name, sender_address = _read_mailbox("From", fields.get("from", ""))
    reader_name, _ = _read_mailbox("To", fields.get("to", ""), Blame.TEMPORARY)
    reply_to = _read_mailbox("Reply-To", fields["reply-to"])[1] if "reply-to" in fields else ""
    text, html, pictures = _read_body(message)
    subject = _decode(fields.get("subject", ""))
    return LetterFields(
        *(sender_name, sender_address, reader_name, reply_to, subject),
        *(text, html, headers, pictures),
    )


def refuse(part: str, blame: Blame = Blame.MESSAGE) -> NoReturn:
    """Raise an UncarriedError that names *part*: a header field, or a kind of content."""
    raise UncarriedError(phrase("delivery.uncarried", part=part), blame)


def _read_mailbox(name: str, value: str, blame: Blame = Blame.MESSAGE) -> tuple[str, str]:
    """Return the display name and the address of the field *name*, which holds one mailbox."""
    mailboxes = getaddresses([value])
    if len(mailboxes) != 1 or not mailboxes[0][1]:
        refuse(name, blame)
    [(shown, address)] = mailboxes
    return _decode(shown), address


def _decode(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        refuse("=?…?=")


def _read_body(message: Message) -> tuple[str, str, tuple[Picture, ...]]:
    match message.get_content_type():
        case "text/plain":
            return _read_text(message), "", ()
        case "text/html":
            return "", _read_text(message), ()
        case "multipart/alternative":
            plain, shown = _parts(message, 2)
            if plain.get_content_type() != "text/plain":
                refuse(plain.get_content_type())
            _, html, pictures = _read_shown(shown)
            return _read_text(plain), html, pictures
        case kind:
            refuse(kind)


def _read_shown(part: Message) -> tuple[str, str, tuple[Picture, ...]]:
    """Read the HTML part, with its pictures if it encloses any."""
    if part.get_content_type() == "multipart/related":
        html, *pictures = _parts(part)
    else:
        html, pictures = part, []
    if html.get_content_type() != "text/html":
        refuse(html.get_content_type())
    return "", _read_text(html), tuple(map(_read_picture, pictures))


def _parts(message: Message, count: int | None = None) -> list[Message]:
    parts = message.get_payload()
    is_whole = isinstance(parts, list) and not message.defects
    if not is_whole or not parts or (count is not None and len(parts) != count):
        refuse(message.get_content_type())
    return [part for part in parts if isinstance(part, Message)]


def _read_text(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or part.defects:
        refuse(part.get_content_type())
    try:
        text = content.decode(part.get_content_charset("ascii"))
    except (LookupError, UnicodeError):
        refuse(part.get_content_type())
    return text.replace("\r\n", "\n")


def _read_picture(part: Message) -> Picture:
    content, name = part.get_payload(decode=True), part.get_filename()
    kind, content_id = part.get_content_type(), part.get("Content-ID", "")
    is_shown = content_id.startswith("<") and content_id.endswith(">")
    if kind not in PICTURES or not is_shown or part.defects or not isinstance(content, bytes):
        refuse(kind)
    if not name or not name.isascii():  # two services garble Korean file names
        refuse(f"{kind} filename")
    return Picture(content_id[1:-1], kind, name, content)
