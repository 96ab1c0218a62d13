"""Decodes the words of a mail, whatever charset they claim to be in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from html import unescape
from typing import Final

from newsletter.feedback.charsets import guess
from newsletter.feedback.raw_mail import Part

TEXT_MAX: Final = 100_000  # characters of one part
FIELD_MAX: Final = 8_000  # characters of a header field; decoding takes the square of its length
# What is tried where the declared charset fails and the text looks like no language that we know.
AT_LAST: Final = ("cp949", "gb18030", "shift_jis", "euc_jp")
# No text is written in these; punycode takes the square of a text's length, and refuses none.
PASSED_OVER: Final = frozenset({"us-ascii", "ascii", "punycode", "idna"})
_ESCAPES: Final = {  # ISO 2022 switches between charsets by escape sequences
    b"\x1b$)C": "iso2022_kr",
    b"\x1b$B": "iso2022_jp",
    b"\x1b$@": "iso2022_jp",
}
_TAG: Final = re.compile(r"<[^<>]*>")
_UNSEEN: Final = re.compile(r"<(?:script|style)\b", re.IGNORECASE)
_SEEN_AGAIN: Final = re.compile(r"</(?:script|style)\s{0,20}>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/pre)\b[^<>]*>", re.IGNORECASE)
_CHARSETS: Final = {
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}


def text_of(part: Part) -> str:
    """Return the words of a part; of HTML, without its tags."""
    payload = part.message.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text = decode(payload[: 4 * TEXT_MAX], str(part.message.get_content_charset() or ""))
    return without_tags(text) if part.kind == "text/html" else text[:TEXT_MAX]


def decode(content: bytes, charset: str = "") -> str:
    """Return *content* as text: by *charset*, or else by a guess."""
    declared = _CHARSETS.get(charset.lower(), charset)
    escaped = [name for mark, name in _ESCAPES.items() if mark in content]
    if content.isascii() and not escaped:
        return content.decode("ascii")
    said = (*escaped, *((declared,) if declared else ()))
    if (text := _first_correct(content, said)) is not None:
        return text
    if (text := guess(content)) is not None:
        return text
    return _first_correct(content, AT_LAST) or content.decode("latin-1")


def _first_correct(content: bytes, charsets: Iterable[str]) -> str | None:
    """Return *content* by the first of some charsets that it is correct in."""
    for name in charsets:
        if name.lower() in PASSED_OVER:
            continue
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return None


def header_of(message: Message, name: str) -> str:
    """Return a header field, decoded and on one line; "" if there is none."""
    return next(iter(headers_of(message, name)), "")


def headers_of(message: Message, name: str) -> Sequence[str]:
    """Return all fields of a name."""
    wanted = name.lower()
    # As they are: `get` replaces 8-bit letters, which no header may contain and many do.
    raw = (value for key, value in message.raw_items() if key.lower() == wanted)
    return [_on_one_line(str(one)) for one in raw]


def fields_of(message: Message) -> Iterator[tuple[str, str]]:
    """Yield names and values of all fields as they are written; 8-bit letters are decoded."""
    for name, raw in message.raw_items():
        value = str(raw)[:FIELD_MAX]
        yield (
            name,
            value if _has_unicode(value) else decode(value.encode("ascii", "surrogateescape")),
        )


def _on_one_line(raw: str) -> str:
    return " ".join(_decode_words(raw[:FIELD_MAX]).split())


def _decode_words(raw: str) -> str:
    octets = raw.encode("ascii", "surrogateescape") if not _has_unicode(raw) else b""
    if octets and not octets.isascii():  # 8-bit text, which no header may contain
        return decode(octets)
    try:
        pieces = decode_header(raw)
    except (ValueError, LookupError, HeaderParseError):  # encoded words that are damaged
        return raw
    words = [
        decode(piece, charset or "") if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    ]
    return "".join(words)


def _has_unicode(raw: str) -> bool:
    return any(ord(one) > 127 and not 0xDC80 <= ord(one) <= 0xDCFF for one in raw)


def without_tags(html: str) -> str:
    """Return the words of HTML, in lines."""
    seen = "".join(_seen(html[: 4 * TEXT_MAX]))
    return unescape(_TAG.sub("", _BREAK.sub("\n", seen)))[:TEXT_MAX]


def _seen(html: str) -> Iterator[str]:
    """Yield what stands outside of scripts and styles; one that never ends takes the rest."""
    at = 0
    while (unseen := _UNSEEN.search(html, at)) is not None:
        yield html[at : unseen.start()]
        again = _SEEN_AGAIN.search(html, unseen.end())
        if again is None:
            return
        at = again.end()
    yield html[at:]
