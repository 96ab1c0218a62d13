"""A mail to the address of a letter's own List-Unsubscribe is a wish to leave, whatever it says."""

from typing import Final

from newsletter.feedback.event import Kind, Proof, Understood, Whose
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.texts import header_of
from newsletter.message.bounces import ReturnPurpose

# Nobody who wants to leave writes these. We never write from that address, so nothing that is sent
# to it automatically is an answer, but for those to a forged sender.
_NO_WISHES: Final = frozenset({Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT, Kind.CHALLENGE})


def heed_address(found: Understood, mail: Mail, whose: Whose) -> Understood:
    """
    Return what a mail is, with the address that it was sent to.

    Mail programs that unsubscribe at a button write such mails by themselves, with any words or
    none (RFC 2369, section 3.2).
    """
    returned = whose.returned
    is_there = (
        whose.proof is Proof.ADDRESS
        and returned is not None
        and returned.purpose is ReturnPurpose.UNSUBSCRIBE
    )
    if not is_there or found.kind in _NO_WISHES or _answers(mail):
        return found
    return Understood(Kind.UNSUBSCRIBE)


def _answers(mail: Mail) -> bool:
    return header_of(mail.head, "Auto-Submitted").lower().startswith("auto-replied")
