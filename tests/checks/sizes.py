"""The letter stays below every size at which a mail client cuts or drops something."""

import re
from html import unescape
from typing import Final

import tinycss2

from tests.checks.inliner import STYLE_CONTENT
from tests.checks.specimens import Specimen

HTML_BYTES: Final = 76_000  # in base64 still below the 104,448 bytes at which Gmail clips
STYLE_CHARACTERS: Final = 8_000  # half of what Gmail allows
PICTURE_BYTES: Final = 1_500_000  # of all pictures together; readers pay for mobile data
C1: Final = re.compile(r"[\x80-\x9f]")
C1_REFERENCE: Final = re.compile(r"&#(?:x0*[89][0-9a-f]|0*1(?:2[89]|[345][0-9]));?", re.IGNORECASE)


def check_sizes(letter: Specimen) -> list[str]:
    """HTML, style blocks and pictures are small enough; no control characters (Gmail clips)."""
    complaints = []
    if (size := len(letter.html.encode())) >= HTML_BYTES:
        complaints.append(f"the HTML has {size} bytes, not less than {HTML_BYTES}")
    blocks = STYLE_CONTENT.findall(letter.html)
    if (characters := sum(map(len, blocks))) >= STYLE_CHARACTERS:
        complaints.append(f"the styles have {characters} characters, not < {STYLE_CHARACTERS}")
    shown = [data for url, data in letter.pictures.items() if url in unescape(letter.html)]
    if (weight := sum(map(len, shown))) >= PICTURE_BYTES:
        complaints.append(f"the pictures weigh {weight} bytes, not less than {PICTURE_BYTES}")
    complaints += [
        f"style block {block[:40]!r} nests at-rules" for block in blocks if _nests(block)
    ]
    for what, content in (("HTML", letter.html), ("text", letter.text)):
        if C1.search(content):
            complaints.append(f"the {what} holds a C1 control character")
    if C1_REFERENCE.search(letter.html):
        complaints.append("the HTML refers to a C1 control character")
    return complaints


def _nests(css: str) -> bool:
    """Gmail drops a whole block that has an at-rule within another rule (seen in 2025)."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return any(
        inner.type == "at-keyword"
        for rule in rules
        if rule.type in ("at-rule", "qualified-rule") and rule.content
        for inner in rule.content
    )
