"""Since when and why readers stand as they do, in the columns that our own export has for it."""

from datetime import datetime
from typing import Final

from newsletter.errors import ContentError
from newsletter.subscribers.address import shown
from newsletter.subscribers.dates import time_in
from newsletter.subscribers.exporting import unguarded
from newsletter.subscribers.subscriber import Consent
from newsletter.subscribers.why import Cause, Why, one_line

_TAKE_IT: Final = "take the file as it was exported, or add --column {column}=ignore"


def since_in(text: str, consent: Consent) -> datetime | None:
    """
    Read since when a reader stands so; empty is not told.

    Raises:
        ContentError: it is no date.
    """
    if not text.strip():
        return None
    when = time_in(text, consent.zone)
    if when is None:
        msg = f"standing_since {shown(text)} is no date; {_TAKE_IT.format(column='standing_since')}"
        raise ContentError(msg)
    return min(when, consent.now)


def why_in(cause: str, because: str, by: str) -> Why:
    """
    Read why a reader stands so; words of several lines come to stand in one.

    Raises:
        ContentError: the cause is none of ours.
    """
    word = cause.strip().lower()
    if word and word not in set(Cause):
        known = ", ".join(Cause)
        msg = f"standing_cause {shown(cause)} is none of {known}; correct it"
        raise ContentError(msg)
    words, person = one_line(unguarded(because)), one_line(unguarded(by))
    return Why(Cause(word) if word else None, words, person)
