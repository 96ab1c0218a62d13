"""Parse date and cause of a standing, and the last confirmation, as our own export has them."""

from datetime import datetime

from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.subscribers.address import shown
from newsletter.subscribers.dates import time_in, times_in
from newsletter.subscribers.exporting import unguarded
from newsletter.subscribers.subscriber import Consent
from newsletter.subscribers.why import Cause, Why, one_line


def since_in(text: str, consent: Consent) -> datetime | None:
    """
    Parse the date of a standing; empty means unknown.

    Raises:
        ContentError: the text is not a date.
    """
    if not text.strip():
        return None
    when = time_in(text, consent.zone)
    if when is None:
        raise ContentError(phrase("subscribers.no-standing-since", value=shown(text)))
    return min(when, consent.now)


def reconfirmed_in(text: str, consent: Consent) -> datetime | None:
    """
    Parse when a consent was confirmed last; empty means that nobody knows of it.

    Raises:
        ContentError: the text is not one date, or it is later than ``consent.now``.
    """
    text = unguarded(text)
    if not text.strip():
        return None
    found = times_in(text, consent.zone)
    if len(found) != 1 or found[0] > consent.now:
        raise ContentError(phrase("subscribers.no-reconfirmation", value=shown(text)))
    return found[0]


def why_in(cause: str, because: str, by: str) -> Why:
    """
    Parse the reason of a standing; several lines are joined into one.

    Raises:
        ContentError: the cause is unknown.
    """
    word = cause.strip().lower()
    if word and word not in set(Cause):
        fault = phrase("subscribers.no-standing-cause", value=shown(cause), known=list(Cause))
        raise ContentError(fault)
    words, person = one_line(unguarded(because)), one_line(unguarded(by))
    return Why(Cause(word) if word else None, words, person)
