"""Writes a mail of the program as bytes: text and HTML, to one person, never to a list."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.lang import Lang
from newsletter.message import headers
from newsletter.message.envelope import Envelope
from newsletter.message.head import DateField
from newsletter.message.mailbox import mailbox
from newsletter.message.quoted_printable import encode_constant

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner


@dataclass(frozen=True, slots=True)
class MailSender:
    """The sender of the mails, in one language."""

    name: str  # the From display name
    address: str
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class MailLetter:
    """A mail that is ready to be written."""

    key: int  # see Envelope.key
    recipient: str
    lang: Lang
    subject: str
    text: str
    html: str
    message_id: str  # without angle brackets
    return_path: str = ""  # "": the sender's address
    envelope_id: str = ""  # see Envelope.envelope_id
    further: tuple[Lang, ...] = ()  # further languages that it is written in


def write_mail(
    letter: MailLetter, sender: MailSender, now: datetime, signer: "DkimSigner | None" = None
) -> Envelope:
    """
    Write a mail; no answer of a machine may follow it (RFC 3834, section 5).

    It has no List-Unsubscribe: it belongs to no subscription, and answers what a person did.

    Args:
        letter: the mail.
        sender: of the mail.
        now: aware, in the zone of the Date field.
        signer: signs it; None: the relay may sign.

    Raises:
        ValueError: a header field would contain a control character.
    """
    both = hashlib.sha256(f"{letter.text}\0{letter.html}".encode()).hexdigest()
    boundary = f"=_{both[:32]}"
    fields = [
        b"From: " + mailbox(sender.name, sender.address, 6) + b"\r\n",
        b"To: " + mailbox("", letter.recipient, 4) + b"\r\n",
        *([headers.ascii_field("Reply-To", sender.reply_to)] if sender.reply_to else []),
        headers.field("Subject", letter.subject),
        DateField().at(now),
        headers.angle_field("Message-ID", letter.message_id),
        headers.ascii_field("Auto-Submitted", "auto-generated"),
        headers.ascii_field("Content-Language", ", ".join([letter.lang, *letter.further])),
        headers.ascii_field("MIME-Version", "1.0"),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'.encode(),
    ]
    body = [
        *_part(boundary, "plain", letter.text),
        *_part(boundary, "html", letter.html),
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    signatures = signer.seal(fields, body, ()).signatures((), now) if signer else b""
    return Envelope(
        letter.key,
        letter.message_id,
        letter.return_path or sender.address,
        letter.recipient,
        signatures + b"".join([*fields, b"\r\n", *body]),
        envelope_id=letter.envelope_id,
    )


def _part(boundary: str, kind: str, content: str) -> list[bytes]:
    head = (
        f"\r\n--{boundary}\r\n"
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return [head.encode(), encode_constant(content)]
