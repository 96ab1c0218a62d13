"""Quotes a server's answer where everybody who looks at a dispatch reads it."""

import re
from typing import Final

from newsletter.phrases import Phrase, Said

LOCAL_PART: Final = re.compile(r"[^\s<>\"'(),;:@]+(?=@)")  # RFC 5321 §4.1.2, as servers repeat it


def quote(answer: Said) -> Said:
    """
    Return an answer in which only the domain of each address is left: …@example.org.

    Reasons of pauses and lines of the diary are shown without an entry in the access record;
    who it was is shown by 'newsletter status --list', with one.
    """
    if isinstance(answer, Phrase):
        fields = {name: _without(value) for name, value in answer.fields.items()}
        return Phrase(answer.code, fields)
    return LOCAL_PART.sub("…", answer)


def _without(value: object) -> object:
    return quote(value) if isinstance(value, Phrase | str) else value
