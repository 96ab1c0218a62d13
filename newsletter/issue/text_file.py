"""Decodes the bytes of a text file to NFC text with LF, or reports their faults."""

import codecs
import re
import unicodedata
from typing import Final

from newsletter.issue.problems import Problems
from newsletter.phrases import Said, phrase

# C0 except tab and newline, DEL, C1 (they make Gmail clip a letter), line and paragraph
# separators, bidirectional overrides, byte order marks inside the text, lone surrogates
# (YAML's "\ud800" makes one, and it cannot be encoded).
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    "\ud800-\udfff]"
)
SHOWN_MAX: Final = 5  # forbidden characters of one file that are reported individually


def decode_text(data: bytes, place: str, problems: Problems) -> str | None:
    """Decode a text file; on a fault record problems and return None."""
    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        text = data[mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        start = error.start + mark
        problems.add(
            place,
            _with_lf(data[mark:start].decode("utf-8")).count("\n") + 1,
            phrase("issue.not-utf8", at=start + 1, value=data[start]),
        )
        return None
    text = unicodedata.normalize("NFC", _with_lf(text))
    found = list(FORBIDDEN.finditer(text))
    for match in found[:SHOWN_MAX]:
        start = match.start()
        column = start - text.rfind("\n", 0, start)
        problems.add(
            place,
            text.count("\n", 0, start) + 1,
            phrase("issue.forbidden-character", column=column, character=describe(match[0])),
        )
    if len(found) > SHOWN_MAX:
        problems.add(place, None, phrase("issue.more-characters", more=len(found) - SHOWN_MAX))
    return None if found else text


def describe(char: str) -> Said:
    """Describe an invisible character: ``U+202E (RIGHT-TO-LEFT OVERRIDE)``."""
    number = f"U+{ord(char):04X}"
    name = unicodedata.name(char, "")
    return f"{number} ({name})" if name else phrase("issue.control-character", number=number)


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
