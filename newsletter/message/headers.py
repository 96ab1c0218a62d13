"""
Encodes header fields as bytes.

The standard library's folding is not used: CPython 3.11 re-encodes a long List-Unsubscribe
as encoded-words, which no mail program reads, and loses spaces when it folds Korean
subjects.
"""

import re
from binascii import b2a_base64
from typing import Final

WORD_MAX: Final = 75  # RFC 2047, section 2: an encoded-word, including delimiters
LINE_MAX: Final = 76  # RFC 2047, section 2: a line that contains encoded-words
LINE_LIMIT: Final = 998  # RFC 5322, section 2.1.1, without CRLF
LONG_WORD: Final = LINE_LIMIT - 80  # together with the field's name it may exceed a line
PREFIX: Final = b"=?utf-8?b?"
SUFFIX: Final = b"?="
IN_ANGLES: Final = re.compile(r"[!-;=?-~]{1,900}")
ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
# C0, DEL, C1, line and paragraph separators: forbidden in header fields.
FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def field(name: str, value: str) -> bytes:
    """
    Return one unstructured field, such as Subject, ending in CRLF.

    Non-ASCII values become RFC 2047 encoded-words of at most 75 characters, split only
    between characters.

    Raises:
        ValueError: *value* holds a control character or a line separator.
    """
    refuse_controls(value)
    if is_plain(value):
        return ascii_field(name, value)
    return f"{name}: ".encode() + encoded_words(value, len(name) + 2) + b"\r\n"


def ascii_field(name: str, value: str) -> bytes:
    """
    Return a field whose value is ASCII, folded at single spaces only, ending in CRLF.

    A value without a space stays on one line of any length: a folded or encoded
    List-Unsubscribe is not valid (RFC 8058; Gmail 550 5.7.1).

    Raises:
        ValueError: a line would exceed 998 characters, or *value* contains a control character.
        UnicodeEncodeError: *value* is not ASCII.
    """
    refuse_controls(value)
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > LINE_MAX and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += " " + word
    if max(map(len, lines)) > LINE_LIMIT:
        msg = f"the header field {name} has a line of more than {LINE_LIMIT} characters"
        raise ValueError(msg)
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def angle_field(name: str, value: str, second: str = "") -> bytes:
    """
    Return a field with a value in angle brackets, such as Message-ID, on one line.

    A second value is on a line of its own, which begins with one space: a mail program failed
    on a tab there.

    Raises:
        ValueError: a value is empty, longer than 900 characters, or contains anything except
            visible ASCII characters without angle brackets.
    """
    if not IN_ANGLES.fullmatch(value) or (second and not IN_ANGLES.fullmatch(second)):
        msg = f"{value[:60]!r} {second[:60]!r} may not stand in the angle brackets of {name}"
        raise ValueError(msg)
    if second:
        return f"{name}: <{value}>,\r\n <{second}>\r\n".encode()
    return f"{name}: <{value}>\r\n".encode()


def phrase(value: str, used: int) -> bytes:
    """
    Return a display name (RFC 5322 phrase): unchanged, quoted, or as encoded-words.

    Args:
        value: the name as people write it.
        used: characters already on the line.
    """
    refuse_controls(value)
    if not is_plain(value):
        return encoded_words(value, used)
    shown = value if ATOMS.fullmatch(value) else _quoted(value)
    if used + len(shown) > LINE_MAX:  # a quoted string may not be folded
        return encoded_words(value, used)
    return shown.encode()


def encoded_words(value: str, used: int) -> bytes:
    """
    Encode *value* as base64 encoded-words, folded so that no line exceeds 76 characters.

    Mail programs ignore white space between encoded-words (RFC 2047, section 6.2), so every
    space of *value* is inside an encoded-word.
    """
    octets = value.encode()
    room = _octets_in(LINE_MAX - used)
    if len(octets) <= room:
        return PREFIX + b2a_base64(octets, newline=False) + SUFFIX
    words: list[bytes] = []
    chunk = b""
    for char in value:
        octets = char.encode()
        if len(chunk) + len(octets) > room:
            words.append(chunk)
            chunk, room = b"", _octets_in(LINE_MAX - 1)
        chunk += octets
    words.append(chunk)
    parts = [PREFIX + b2a_base64(word, newline=False) + SUFFIX for word in words if word]
    start = b"" if words[0] else b"\r\n "  # no space left on the first line
    return start + b"\r\n ".join(parts)


def is_plain(value: str) -> bool:
    """Whether *value* may be in a field unencoded, and is decoded unchanged."""
    return (
        value.isascii()
        and "=?" not in value
        and "  " not in value
        and value == value.strip()
        and (len(value) < LONG_WORD or max(map(len, value.split(" "))) < LONG_WORD)
    )


def refuse_controls(value: str) -> None:
    """Raise a ValueError if *value* contains a control character or a line separator."""
    if value.isprintable():  # the common case, in a fifth of the time
        return
    if found := FORBIDDEN.search(value):
        msg = f"U+{ord(found[0]):04X} may not stand in a header field"
        raise ValueError(msg)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _octets_in(columns: int) -> int:
    """Return the octets that fit into one encoded-word on a line with *columns* left."""
    columns = min(columns, WORD_MAX) - len(PREFIX) - len(SUFFIX)
    return max(0, columns // 4 * 3)
