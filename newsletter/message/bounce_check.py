"""A mail to an address of the bounce mailbox, which shows whether bounces would arrive there."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from secrets import choice
from typing import TYPE_CHECKING, Final

from newsletter.compose.edition import BETWEEN
from newsletter.lang import Lang
from newsletter.message import headers
from newsletter.message.envelope import Envelope
from newsletter.message.facts import SenderFacts
from newsletter.message.mailbox import mailbox
from newsletter.message.quoted_printable import encode_constant
from newsletter.phrases import Phrase, catalogue, phrase

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner

CODE_LENGTH: Final = 6
CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that look alike
REFERENCE_LENGTH: Final = 16  # characters of a token, all random: see `token_of_nobody`


@dataclass(frozen=True, slots=True)
class BounceCheck:
    """A mail that was sent to the bounce mailbox, and whether it arrived there."""

    address: str  # `sender.bounces` of publication.yaml
    token: str  # in the address that was written to; unique
    code: str  # in the mail, for a person who reads it there
    sent_at: datetime  # aware UTC
    arrived_at: datetime | None = None  # aware UTC: when it was recorded
    noted_by: str = ""  # who has seen it there
    account: str = ""  # USER@HOST of the system; empty: not known


def draw_code() -> str:
    """Return a random code that is easy to type."""
    return "".join(choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def clean_code(typed: str) -> str:
    """Return a code as `draw_code` writes it, from the way in which a person typed it."""
    return "".join(typed.split()).upper()


def write_bounce_check(
    check: BounceCheck,
    recipient: str,
    facts: SenderFacts,
    now: datetime,
    signer: "DkimSigner | None" = None,
) -> Envelope:
    """
    Write the mail of *check*: plain text, in every language of the publication.

    Args:
        check: the check, which was not sent yet.
        recipient: the address at the bounce mailbox that contains the check's token.
        facts: the sender. A bounce of this mail returns to the sender's address.
        now: an aware time for the Date field; written in its own time zone.
        signer: signs the mail; None: the relay may sign.

    Raises:
        ValueError: a header field would contain a control character.
    """
    domain = facts.sender_address.rpartition("@")[2]
    reference = f"bounce-check.{check.token[:REFERENCE_LENGTH]}@{domain}"
    names = BETWEEN.join(dict.fromkeys(facts.sender_name[lang] for lang in Lang))
    subject = BETWEEN.join(_in_each(phrase("message.bounce-check-subject", code=check.code)))
    fields = [
        b"From: " + mailbox(names, facts.sender_address, 6) + b"\r\n",
        b"To: " + mailbox("", recipient, 4) + b"\r\n",
        headers.field("Subject", subject),
        headers.ascii_field("Date", format_datetime(now)),
        headers.angle_field("Message-ID", reference),
        headers.ascii_field("Auto-Submitted", "auto-generated"),  # RFC 3834, section 5
        headers.ascii_field("Content-Language", ", ".join(Lang)),
        headers.ascii_field("MIME-Version", "1.0"),
        headers.ascii_field("Content-Type", "text/plain; charset=utf-8"),
        headers.ascii_field("Content-Transfer-Encoding", "quoted-printable"),
    ]
    text = "\n\n\n".join(
        catalogue(lang).word(
            phrase(
                "message.bounce-check",
                name=facts.name[lang],
                address=check.address,
                code=check.code,
            )
        )
        for lang in Lang
    )
    body = encode_constant(f"{text}\n")
    signatures = signer.seal(fields, [body], ()).signatures((), now) if signer else b""
    mime = b"".join((signatures, *fields, b"\r\n", body))
    return Envelope(0, reference, facts.sender_address, recipient, mime)


def _in_each(said: Phrase) -> list[str]:
    return [catalogue(lang).word(said) for lang in Lang]
