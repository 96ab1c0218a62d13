"""What a service says of a letter, in the words of events."""

from dataclasses import replace
from typing import Final

from newsletter.delivery.reference import reference_of
from newsletter.feedback.diagnosing import diagnose
from newsletter.feedback.event import BounceClass, Diagnosis, Kind, Reason, Understood

# The service sends nothing to this address any more, whoever asks it to.
SUPPRESSED: Final = Diagnosis(BounceClass.HARD, Reason.OTHER)


def accepted(recipient: str) -> Understood:
    """Return that a letter was taken, sent or delivered."""
    return Understood(Kind.ACCEPTED, recipient=recipient)


def bounced(
    recipient: str, words: str, status: str, otherwise: BounceClass, reason: Reason = Reason.OTHER
) -> Understood:
    """
    Return a bounce: by the words and codes of the reader's server, as in a mail.

    Services call many bounces permanent that say "mailbox full" or "blocked", so their own class
    counts only where the server's words tell nothing; but what they call temporary is never hard.

    Args:
        recipient: the address, as the service says.
        words: what the server said, with its codes; a service's own sentences would be taken for
            a server's.
        status: RFC 3463; "": not told apart from the words.
        otherwise: the service's own class, and the next its reason.
        reason: see there.
    """
    found = diagnose(words, status)
    is_told = found.reason is not Reason.OTHER or found.bounce_class in {
        BounceClass.HARD,
        BounceClass.MESSAGE,
    }
    if not is_told:
        found = replace(found, bounce_class=otherwise, reason=reason)
    elif otherwise is BounceClass.SOFT and found.bounce_class is BounceClass.HARD:
        found = replace(found, bounce_class=otherwise)
    return Understood(Kind.BOUNCE, found, recipient)


def delayed(recipient: str, words: str, status: str = "") -> Understood:
    """Return that the service still tries."""
    return Understood(Kind.DELAY, diagnose(words, status, is_delay=True), recipient)


def suppressed(recipient: str) -> Understood:
    """Return that the service has not tried: the address is on a list of its own."""
    return Understood(Kind.BOUNCE, SUPPRESSED, recipient)


def refused(recipient: str, bounce_class: BounceClass, reason: Reason) -> Understood:
    """Return that the service itself refuses the letter, because of us or of it."""
    return Understood(Kind.BOUNCE, Diagnosis(bounce_class, reason), recipient)


def complained(recipient: str) -> Understood:
    """Return that the reader called a letter spam."""
    return Understood(Kind.COMPLAINT, recipient=recipient)


def left(recipient: str) -> Understood:
    """Return that the reader has unsubscribed at the service."""
    return Understood(Kind.UNSUBSCRIBE, recipient=recipient)


def unknown(recipient: str = "") -> Understood:
    """Return something that is kept and does nothing."""
    return Understood(Kind.OTHER, recipient=recipient)


def untagged(tag: str) -> str:
    """Return the reference of a tag; "": it is none of ours."""
    try:
        return reference_of(tag)
    except ValueError:
        return ""
