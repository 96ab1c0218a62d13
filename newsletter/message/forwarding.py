"""Hands a person's mail on to the office, whole, in a mail of our own (RFC 2046, section 5.2.1)."""

import hashlib
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.policy import compat32
from typing import TYPE_CHECKING, Final

from newsletter.message import headers
from newsletter.message.envelope import Envelope
from newsletter.message.head import DateField
from newsletter.message.mailbox import mailbox
from newsletter.message.quoted_printable import encode_constant

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner

_WIRE: Final = compat32.clone(cte_type="7bit", linesep="\r\n", max_line_length=78)
SUBJECT_MAX: Final = 120  # characters of the original subject


@dataclass(frozen=True, slots=True)
class Forward:
    """A mail to be handed on."""

    content: bytes  # as it was read
    recipient: str  # of the office
    subject: str  # of the new mail, on one line
    text: str  # what the office is told before the mail
    answer_to: str  # whoever wrote it; "": not known
    return_path: str  # a bounce of this comes back to nobody's token


def write_forward(
    forward: Forward,
    sender: tuple[str, str],
    now: datetime,
    signer: "DkimSigner | None" = None,
) -> Envelope:
    """
    Write the mail that encloses another one.

    It is marked as a machine's (RFC 3834): if it ever comes back to us, it is not handed on again.

    Args:
        forward: what is handed on.
        sender: name and address of the publication.
        now: aware, in the zone of the Date field.
        signer: signs it; None: the relay may sign.

    Raises:
        ValueError: a header field would contain a control character.
    """
    name, address = sender
    digest = hashlib.sha256(forward.content).hexdigest()
    reference = f"forward.{digest[:32]}@{address.rpartition('@')[2]}"
    boundary = f"=_{digest[32:]}"
    fields = [
        b"From: " + mailbox(name, address, 6) + b"\r\n",
        b"To: " + mailbox("", forward.recipient, 4) + b"\r\n",
        *([headers.ascii_field("Reply-To", forward.answer_to)] if forward.answer_to else []),
        headers.field("Subject", forward.subject),
        DateField().at(now),
        headers.angle_field("Message-ID", reference),
        headers.ascii_field("Auto-Submitted", "auto-generated"),
        headers.ascii_field("MIME-Version", "1.0"),
        f'Content-Type: multipart/mixed;\r\n boundary="{boundary}"\r\n'.encode(),
    ]
    body = [
        f"\r\n--{boundary}\r\n".encode(),
        b"Content-Type: text/plain; charset=utf-8\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
        encode_constant(forward.text),
        f"\r\n--{boundary}\r\n".encode(),
        *_enclosed(forward.content),
        f"\r\n--{boundary}--\r\n".encode(),
    ]
    signatures = signer.seal(fields, body, ()).signatures((), now) if signer else b""
    mime = signatures + b"".join([*fields, b"\r\n", *body])
    return Envelope(0, reference, forward.return_path or address, forward.recipient, mime)


def _enclosed(content: bytes) -> list[bytes]:
    """Return the part that holds the mail; as a file, if it cannot be written in seven bits."""
    wire = _in_seven_bits(content)
    if wire is not None:
        return [b"Content-Type: message/rfc822\r\n\r\n", wire]
    return [
        b"Content-Type: application/octet-stream\r\n",
        b'Content-Disposition: attachment; filename="mail.eml"\r\n',
        b"Content-Transfer-Encoding: base64\r\n\r\n",
        encodebytes(content).replace(b"\n", b"\r\n"),
    ]


def _in_seven_bits(content: bytes) -> bytes | None:
    """Return a mail as lines of ASCII that SMTP takes; None: it cannot be, or is damaged."""
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not _is_plain(plain):
        try:
            plain = message_from_bytes(plain, policy=compat32).as_bytes(policy=_WIRE)
        except (MessageError, UnicodeError, LookupError, ValueError, TypeError, AttributeError):
            return None
        plain = plain.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", b"\r\n") if _is_plain(plain) else None


def _is_plain(content: bytes) -> bool:
    """Return whether each line is short ASCII, and none begins with a dot."""
    if not content.isascii() or b"\0" in content or b"\n." in content:
        return False
    return all(len(line) <= headers.LINE_LIMIT for line in content.split(b"\n"))
