"""A letter that is being sent through one connection, and its SMTP commands."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.delivery.addresses import wire_address
from newsletter.delivery.provider import (
    Begun,
    Blame,
    Deferred,
    Outcome,
    Receipt,
    Refused,
    Unsent,
)
from newsletter.delivery.smtp_session import Offer
from newsletter.errors import ProviderError
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase

DATA = b"DATA\r\n"
NOT_IN_XTEXT = re.compile(r"[^!-*,-<>-~]")  # RFC 3461, section 4: all except + and =
NOT_IN_UTF8 = re.compile(r"[\x00- +=\\\x7f]")  # RFC 6533, section 3: utf-8-addr-unitext
Answer = Outcome | Unsent | ProviderError


@dataclass(slots=True)
class MailTransaction:
    """An envelope from its begin until its receipt is given."""

    envelope: Envelope
    begun: Begun
    commands: tuple[bytes, bytes] = (b"", b"")  # MAIL and RCPT; empty if the answer is set
    answer: Answer | None = None  # None until decided
    is_announced: bool = False  # MAIL, RCPT and DATA were sent
    has_left: bool = False  # bytes of its content may have been sent
    _may_go: bool | None = None

    @property
    def group(self) -> bytes:
        """All commands before the content, for a relay that accepts them in one write."""
        return b"".join((*self.commands, DATA)) if self.commands[0] else b""

    def may_go(self) -> bool:
        """
        Wait for the ledger's decision; called again until the letter is sent or answered.

        Raises the error that stopped the ledger.
        """
        is_open = self._may_go and self.answer is None and not self.has_left
        if self._may_go is None or is_open:
            self._may_go = self.begun.wait()
        return self._may_go

    def may_still_go(self) -> bool:
        """Ask the ledger again while the content is sent: the process may have slept meanwhile."""
        self._may_go = self.begun.wait()
        return self._may_go

    def receipts(self) -> Iterator[Receipt]:
        """Yield the receipt, if the letter gets one."""
        if self.answer is None or not self.may_go():
            return
        if isinstance(self.answer, ProviderError):
            yield Receipt(self.envelope, Unsent(self.answer.phrase))
        else:
            yield Receipt(self.envelope, self.answer)


def begin_letter(
    envelope: Envelope, begin: Callable[[Envelope], Begun], offer: Offer, relay: str
) -> MailTransaction:
    """Begin *envelope*, and make its SMTP commands, or set the answer if it cannot be sent."""
    begun = begin(envelope)
    recipient = wire_address(envelope.recipient)
    answer = _find_hindrance(envelope, recipient, offer, relay)
    if answer is not None:
        return MailTransaction(envelope, begun, answer=answer)
    size = f" SIZE={len(envelope.mime)}" if offer.size else ""
    utf8 = " SMTPUTF8" if recipient and not recipient.isascii() else ""
    returned = reported = ""
    if offer.dsn and envelope.envelope_id and recipient:
        returned = f" RET=HDRS ENVID={envelope.envelope_id}"
        reported = f" NOTIFY=FAILURE,DELAY ORCPT={original_recipient(recipient)}"
    mail = f"MAIL FROM:<{envelope.sender}>{size}{utf8}{returned}\r\n".encode()
    rcpt = f"RCPT TO:<{recipient}>{reported}\r\n".encode()
    return MailTransaction(envelope, begun, (mail, rcpt))


def original_recipient(address: str) -> str:
    """
    Return *address* in the form for delivery reports (ORCPT; RFC 3461, section 4.2).

    A non-ASCII address is written in UTF-8 if the server supports it (RFC 6533, section 3).
    """
    if not address.isascii():
        return "utf-8;" + NOT_IN_UTF8.sub(lambda found: f"\\x{{{ord(found[0]):X}}}", address)
    return "rfc822;" + NOT_IN_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", address)


def _find_hindrance(
    envelope: Envelope, recipient: str | None, offer: Offer, relay: str
) -> Answer | None:
    """Return why the letter cannot be sent, without asking the relay; None if it can."""
    if recipient is None:
        return Refused(phrase("delivery.smtp-no-address"))
    if not recipient.isascii() and not offer.smtputf8:
        return Refused(phrase("delivery.smtp-no-utf8", relay=relay), Blame.TEMPORARY)
    if not _is_sender(envelope.sender):
        return ProviderError(phrase("delivery.smtp-sender-not-ascii", relay=relay))
    if 0 < offer.size_max < len(envelope.mime):
        too_large = phrase(
            "delivery.smtp-letter-large",
            relay=relay,
            most=offer.size_max,
            size=len(envelope.mime),
        )
        return Deferred(too_large, Blame.MESSAGE)
    return None


@lru_cache(maxsize=16)
def _is_sender(address: str) -> bool:
    return wire_address(address) is not None and address.isascii()
