"""From the bytes of a text file to text in NFC with LF, or to what is wrong with them."""

import re
import unicodedata
from typing import Final

from newsletter.issue.problems import Problems

# C0 but for tab and newline, DEL, C1 (they make Gmail clip a letter), line and paragraph
# separators, byte order marks inside the text, bidirectional overrides.
FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)


def decode_text(data: bytes, place: str, problems: Problems) -> str | None:
    """Decode a text file, or note its problems and return None."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(
            place,
            line,
            f"byte {error.start + 1} of the file (0x{data[error.start]:02x}) is not UTF-8; "
            "open the file in an editor and save it with the encoding UTF-8",
        )
        return None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    found = list(FORBIDDEN.finditer(text))
    for match in found[:5]:
        start = match.start()
        column = start - text.rfind("\n", 0, start)
        name = unicodedata.name(match[0], "a control character")
        problems.add(
            place,
            text.count("\n", 0, start) + 1,
            f"column {column} holds U+{ord(match[0]):04X} ({name}), which no letter may hold; "
            "delete it",
        )
    return None if found else text
