"""Puts codes and words of a server together: whom a bounce counts against, and why."""

import re
from typing import Final

from newsletter.feedback.event import BounceClass, Diagnosis, Reason
from newsletter.feedback.reasons import Meaning, meaning_of_code, meaning_of_words

# A basic code, with an enhanced one behind it or not: "550 5.1.1", "550-5.1.1", "550 #5.1.1".
REPLY: Final = re.compile(
    r"(?<![\d.:/-])([45]\d\d)(?:[ \-]+[#(]?([245]\.\d{1,3}\.\d{1,3})\b\)?|(?=[ \-:]\D))"
)
ENHANCED: Final = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
BARE: Final = re.compile(r"[245]\.0\.0")
LONGEST: Final = 2_000  # characters of words that are looked at


def diagnose(words: str, status: str = "", *, is_delay: bool = False) -> Diagnosis:
    """
    Return what is the matter.

    Args:
        words: what the server said, with its codes.
        status: the enhanced code of the report, or "".
        is_delay: the server still tries.
    """
    words = " ".join(words[:LONGEST].split())
    reply = REPLY.search(words)
    code = reply[1] if reply else ""
    within = (reply[2] if reply else None) or _enhanced_in(words)
    if within and (not status or BARE.fullmatch(status) or not BARE.fullmatch(within)):
        status = within
    meaning = meaning_of_words(words) or meaning_of_code(status, code)
    if meaning is None:
        meaning = Meaning(Reason.OTHER, BounceClass.UNKNOWN)
    bounce_class = BounceClass.NONE if is_delay else _class_of(meaning, status, code)
    return Diagnosis(bounce_class, meaning.reason, status, code)


def _enhanced_in(words: str) -> str:
    found = ENHANCED.search(words)
    return found[1] if found else ""


def _class_of(meaning: Meaning, status: str, code: str) -> BounceClass:
    """The basic code decides whether to try again: what is temporary is never hard."""
    decides = code or status
    is_temporary = decides.startswith("4")
    if is_temporary and meaning.bounce_class in {BounceClass.HARD, BounceClass.UNKNOWN}:
        return BounceClass.SOFT
    return meaning.bounce_class
