"""
Why a letter was not delivered, by words first and by codes where words say nothing.

Servers write what they like. Words come first where they are specific, since many systems put
everything under 5.0.0, 5.1.1 or 5.7.1; then the enhanced code (RFC 3463 and its registry), then
the basic one (RFC 5321, section 4.2.2).
"""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import Meaning
from newsletter.feedback.rules import ENGLISH
from newsletter.feedback.rules_abroad import ABROAD
from newsletter.feedback.rules_beside import BESIDE
from newsletter.feedback.rules_last import LAST
from newsletter.feedback.rules_of_us import OF_US

RULES: Final = (*OF_US, *BESIDE, *ENGLISH, *ABROAD, *LAST)
_HARD: Final = BounceClass.HARD
_SOFT: Final = BounceClass.SOFT
_SENDER: Final = BounceClass.SENDER
_MESSAGE: Final = BounceClass.MESSAGE

# Codes of RFC 3463 and its registry, by subject and detail; what makers added says whose it is.
_BY_DETAIL: Final[dict[str, Meaning]] = {
    "1.1": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.2": Meaning(Reason.HOST_UNKNOWN, _HARD),
    "1.3": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.4": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.5": Meaning(Reason.OTHER, BounceClass.UNKNOWN),  # the address is valid
    "1.6": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.7": Meaning(Reason.POLICY, _SENDER),
    "1.8": Meaning(Reason.POLICY, _SENDER),
    "1.9": Meaning(Reason.OTHER, _MESSAGE),
    "1.10": Meaning(Reason.HOST_UNKNOWN, _HARD),  # RFC 7505
    "1.20": Meaning(Reason.OTHER, _MESSAGE),  # Exchange Online: several From addresses
    "1.90": Meaning(Reason.POLICY, _SENDER),  # Exchange Online: too many recipients a day
    "2.1": Meaning(Reason.OTHER, _HARD),
    "2.2": Meaning(Reason.MAILBOX_FULL, _SOFT),
    "2.3": Meaning(Reason.SIZE, _MESSAGE),
    "2.4": Meaning(Reason.SYSTEM, _SOFT),
    "2.121": Meaning(Reason.POLICY, _SOFT),  # Exchange Online: the reader's own rate
    "2.122": Meaning(Reason.POLICY, _SOFT),
    "3.3": Meaning(Reason.OTHER, _MESSAGE),  # a feature that the letter wants
    "3.4": Meaning(Reason.SIZE, _MESSAGE),
    "4.1": Meaning(Reason.EXPIRED, _SOFT),
    "4.2": Meaning(Reason.EXPIRED, _SOFT),
    "4.4": Meaning(Reason.HOST_UNKNOWN, _HARD),
    "4.7": Meaning(Reason.EXPIRED, _SOFT),
    "4.300": Meaning(Reason.EXPIRED, _SOFT),  # Exchange Online: 300 and 312 to 318 are expired
    "4.310": Meaning(Reason.HOST_UNKNOWN, _HARD),  # Exchange Online: the domain does not exist
    "4.312": Meaning(Reason.EXPIRED, _SOFT),
    "4.316": Meaning(Reason.EXPIRED, _SOFT),
    "4.317": Meaning(Reason.EXPIRED, _SOFT),
    "4.318": Meaning(Reason.EXPIRED, _SOFT),
    "5.0": Meaning(Reason.OTHER, BounceClass.UNKNOWN),
    "5.3": Meaning(Reason.POLICY, _SENDER),  # too many recipients
    "7.13": Meaning(Reason.OTHER, _HARD),  # RFC 5248: the account is disabled
    "7.17": Meaning(Reason.USER_UNKNOWN, _HARD),  # RFC 7293: the mailbox has another owner
    "7.18": Meaning(Reason.HOST_UNKNOWN, _HARD),
}
_BY_SUBJECT: Final[dict[str, Meaning]] = {
    "1": Meaning(Reason.USER_UNKNOWN, _HARD),
    "3": Meaning(Reason.SYSTEM, _SOFT),
    "4": Meaning(Reason.SYSTEM, _SOFT),
    "5": Meaning(Reason.OTHER, _MESSAGE),
    "6": Meaning(Reason.OTHER, _MESSAGE),
    "7": Meaning(Reason.POLICY, _SENDER),
}
_BY_CODE: Final[dict[str, Meaning]] = {
    "421": Meaning(Reason.SYSTEM, _SOFT),
    "500": Meaning(Reason.OTHER, _MESSAGE),
    "501": Meaning(Reason.OTHER, _MESSAGE),
    "511": Meaning(Reason.USER_UNKNOWN, _HARD),  # vpopmail's chkuser
    "521": Meaning(Reason.HOST_UNKNOWN, _HARD),  # RFC 7504: the host takes no mail
    "551": Meaning(Reason.USER_UNKNOWN, _HARD),
    "552": Meaning(Reason.MAILBOX_FULL, _SOFT),
    "556": Meaning(Reason.HOST_UNKNOWN, _HARD),  # RFC 7504
    "571": Meaning(Reason.POLICY, _SENDER),
}


def meaning_of_words(words: str, status: str = "", code: str = "") -> Meaning | None:
    """Return what a server's words mean, beside its codes; None: nothing that is known."""
    codes = f"{status} {code}"
    for one in RULES:
        if (one.codes is None or one.codes.search(codes)) and one.words.search(words):
            return one.meaning
    return None


def meaning_of_code(status: str, code: str) -> Meaning | None:
    """
    Return what codes mean.

    Args:
        status: of RFC 3463, like 5.1.1; or "".
        code: of RFC 5321, like 550; or "".
    """
    _, _, detail = status.partition(".")
    found = _BY_DETAIL.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0])
    return found or _BY_CODE.get(code)
