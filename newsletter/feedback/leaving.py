"""Says whether somebody asks for nothing else than to get no more letters."""

import re
from typing import Final

from newsletter.feedback.answers import own_lines, without_banners
from newsletter.feedback.human_words import SUBJECT_MARKS
from newsletter.feedback.leaving_words import ASKS_TO_LEAVE, MENTIONS_LEAVING, REASONS
from newsletter.feedback.polite_words import (
    COURTESIES,
    DISCLAIMS,
    IS_CONTACT,
    SAYS_NAME,
    SAYS_THEIR_NAME,
    SENT_FROM,
    SIGNS_OFF,
)

SHORT: Final = 300  # characters: who asks for more than to leave writes more
SIGNATURE_LINES: Final = 14
SIGNATURE_LINE: Final = 120  # characters; what is longer is no line of a signature
LEGAL_LINE: Final = 60  # characters; a disclaimer has longer ones
MENTION_MAX: Final = 10_000  # characters in which a wish is looked for
BANNERS_BELOW: Final = 3
_SENTENCES: Final = re.compile(r"(?<=[.!?。！？\n~^])\s*|(?<=[다요])\s+(?=\S)")
_ONE_BREAK: Final = re.compile(r"(?<=\S)[ \t]*\n[ \t]*(?=\S)")
_MARKS: Final = " .,!~^-;:。、，！…[]()<>【】「」\"'“”*"


def asks_to_leave(subject: str, text: str, writer: str = "") -> bool:
    """
    Return whether all that somebody wrote is that they want no more letters.

    Their words are a wish, in the subject or below it. Beside it may stand what surely says nothing
    more: greetings, who writes, a known reason, a signature, footers. Whatever else somebody says,
    in whatever words, a person reads.

    Args:
        subject: of their mail.
        text: of their mail.
        writer: their name as the mail gives it; may be empty.
    """
    own = "\n".join(_without_endings(own_lines(text), writer)).strip()
    if len(own) > SHORT:
        return False
    is_in_subject = len(subject) <= SHORT and _is_wish(_bare(SUBJECT_MARKS.sub("", subject)))
    # A wish may be broken into lines, and lines may be sentences.
    readings = (own, _ONE_BREAK.sub(" ", own))
    return any(_is_all_wish(one, writer, is_asked=is_in_subject) for one in readings)


def mentions_leaving(text: str) -> bool:
    """Return whether somebody speaks of leaving; perhaps they want to."""
    text = text[:MENTION_MAX]
    sentences = (*_SENTENCES.split(text), *_SENTENCES.split(_ONE_BREAK.sub(" ", text)))
    return bool(MENTIONS_LEAVING.search(text)) or any(
        _is_wish(_without_courtesies(one)) for one in sentences
    )


def _is_all_wish(own: str, writer: str, *, is_asked: bool) -> bool:
    """Return whether every sentence is a wish or says nothing more; *is_asked*: elsewhere."""
    for sentence in _SENTENCES.split(own):
        if _is_doubted(sentence):
            return False
        words = _without_courtesies(sentence)
        if _is_wish(words):
            is_asked = True
        elif not (_says_nothing(words) or _is_reason(sentence) or _is_name(words, writer)):
            return False
    return is_asked


def _is_doubted(sentence: str) -> bool:
    """Return whether a sentence only asks: a question mark alone, or behind one word."""
    if not sentence.rstrip().endswith(("?", "？")):
        return False
    words = _without_courtesies(sentence)
    return " " not in words if words else not any(one.isalpha() for one in sentence)


def _bare(words: str) -> str:
    return " ".join(words.split()).strip(_MARKS)


def _is_wish(words: str) -> bool:
    return ASKS_TO_LEAVE.fullmatch(words) is not None


def _is_reason(sentence: str) -> bool:
    readings = (_bare(sentence), _without_courtesies(sentence))
    return any(REASONS.fullmatch(one) for one in readings)


def _says_nothing(words: str) -> bool:
    return not any(one.isalnum() for one in words)


def _without_courtesies(sentence: str) -> str:
    bare = _bare(sentence.rstrip("?？ \n"))
    return bare if _is_wish(bare) else _bare(COURTESIES.sub(" ", bare))


def _is_name(words: str, writer: str) -> bool:
    """Return whether a sentence says who writes."""
    if SAYS_NAME.fullmatch(words):
        return True
    found = SAYS_THEIR_NAME.fullmatch(words)
    return found is not None and _is_writers(found["name"], writer)


def _is_writers(words: str, writer: str) -> bool:
    """Return whether *words* are the writer's name, or parts of it."""
    theirs = writer.casefold()
    parts = [one for one in re.split(r"[\s,.]+", words.casefold()) if one]
    known = {one for one in re.split(r"[\s,.]+", theirs) if one}
    name, whole = "".join(parts), "".join(re.split(r"[\s,.]+", theirs))
    # Where no spaces stand between names, the first of them is one by itself.
    is_first = not name.isascii() and len(name) > 1 and whole.startswith(name)
    return bool(parts) and bool(known) and (is_first or all(one in known for one in parts))


def _without_endings(lines: list[str], writer: str) -> list[str]:
    """Return the lines of an answer without what stands below it; if in doubt, they stay."""
    lines = [one for one in lines if not (len(one) <= SIGNATURE_LINE and SENT_FROM.match(one))]
    lines = _without_disclaimers(_without_banners_below(lines))
    for at, line in enumerate(lines):
        if len(line) <= SIGNATURE_LINE and SIGNS_OFF.fullmatch(line):
            return lines[:at] if _is_signature(lines[at + 1 :], writer) else lines
    while lines and (not lines[-1].strip() or _is_writers(_bare(lines[-1]), writer)):
        lines = lines[:-1]
    return lines


def _without_banners_below(lines: list[str]) -> list[str]:
    """Return lines without the warnings that gateways set below an answer."""
    for _ in range(BANNERS_BELOW):
        for at in range(1, len(lines)):
            rest = "\n".join(lines[at:])
            if lines[at] and (left := without_banners(rest)) != rest:
                lines = [*lines[:at], *left.splitlines()]
                break
        else:
            break
    return lines


def _without_disclaimers(lines: list[str]) -> list[str]:
    """Return lines without what offices set below every mail; a short line is somebody's own."""
    at = next((at for at, one in enumerate(lines) if DISCLAIMS.match(one)), len(lines))
    below = [one for one in lines[at + 1 :] if one and len(one) < LEGAL_LINE]
    return lines[:at] if not below or _ends_legally(lines[at:]) else lines


def _ends_legally(lines: list[str]) -> bool:
    """Return whether short lines are the ends of paragraphs that programs have broken."""
    return all(
        len(one) >= LEGAL_LINE or not one or len(lines[at - 1]) >= LEGAL_LINE
        for at, one in enumerate(lines)
        if at
    )


def _is_signature(lines: list[str], writer: str) -> bool:
    """Return whether names and addresses stand in lines, and nothing that somebody says."""
    if len(lines) > SIGNATURE_LINES or any(len(one) > SIGNATURE_LINE for one in lines):
        return False
    return all(IS_CONTACT.fullmatch(one) or _is_writers(_bare(one), writer) for one in lines)
