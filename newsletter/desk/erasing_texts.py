"""
Finds all that a mail says, so that nothing of an erased person stays in it.

Unlike the quick reader of mails, this leaves nothing out. It looks twice: at the parts that the
mail declares, and, for parts that are damaged or lie too deep, at whatever looks encoded.
"""

import quopri
import re
from binascii import a2b_base64
from collections.abc import Iterator
from contextlib import suppress
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from html import unescape
from typing import Final

from newsletter.feedback.raw_mail import TYPE_MAX
from newsletter.feedback.texts import PASSED_OVER, decode

_PARSER: Final = BytesParser(policy=compat32)
# What mails out of anywhere make the standard library raise.
_FAULTS: Final = (
    *(MessageError, LookupError, ValueError, TypeError, AttributeError),
    *(RecursionError, AssertionError),
)
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_TAG: Final = re.compile(r"<[^<>]*>")
_FOLD: Final = re.compile(r"\r?\n[ \t]+")
_BETWEEN_WORDS: Final = re.compile(r"\?=\s+=\?")
_WORD: Final = re.compile(r"=\?([^?\s]{1,80})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
# How files begin that hold no plain text, and octets that no text has.
_NO_TEXT: Final = re.compile(rb"\A(?:%PDF|PK\x03\x04|Rar!|\{\\rtf)|[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LINES: Final = re.compile(
    rb"(?:^[A-Za-z0-9+/]{4,}+={0,2}[ \t]*+(?:\n|\Z))+|[A-Za-z0-9+/]{16,}+", re.MULTILINE
)
_TYPE: Final = re.compile(
    rb"^(content-type[ \t]*:)([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
# Reports of thousands of blocks, of which the parser would make a mail each.
_REPORT: Final = re.compile(rb"message/[\w-]*delivery-status", re.IGNORECASE)


def all_texts_of(content: bytes) -> Iterator[str]:
    """Yield all that a mail says, in each way that it can be read; some of it more than once."""
    seen = set[str]()
    for octets, charset in _pieces_of(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
        for text in _readings_of(octets, charset):
            if text not in seen:
                seen.add(text)
                yield text


def has_sealed_part(content: bytes) -> bool:
    """Return whether a mail has an attachment whose words nobody can search: PDF, Word, ZIP …"""
    return any(map(_is_sealed, _leaves_of(content.replace(b"\r\n", b"\n"))))


def _is_sealed(part: Message) -> bool:
    with suppress(*_FAULTS):
        payload = part.get_payload(decode=True)
        is_attached = part.get_content_maintype() not in {"text", "message", "multipart"}
        return is_attached and isinstance(payload, bytes) and bool(_NO_TEXT.search(payload))
    return False


def _pieces_of(content: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield a mail as it is, and what is encoded in it, each with its charset if that is known."""
    yield content, ""
    if b"=" in content:
        yield quopri.decodestring(content), ""
    yield from _declared_in(content)
    for found in _LINES.finditer(content):
        letters = b"".join(found[0].split()).rstrip(b"=")
        with suppress(ValueError):
            inner = a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
            yield from _pieces_of(inner.replace(b"\r\n", b"\n"))


def _declared_in(content: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield what the parts of a mail say, those of enclosed mails too."""
    for part in _leaves_of(content):
        with suppress(*_FAULTS):
            charset = str(part.get_content_charset() or "")
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload, charset


def _leaves_of(content: bytes) -> Iterator[Message]:
    """Yield the parts of a mail that have no parts, those of enclosed mails too."""
    if not _TYPE.search(content):
        return
    content = _TYPE.sub(lambda found: found[1] + found[2][:TYPE_MAX], content)
    try:
        waiting: list[Message] = [_PARSER.parsebytes(_REPORT.sub(b"text/plain", content))]
    except _FAULTS:  # it has been looked at as it is
        return
    while waiting:
        part = waiting.pop()
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list):
            waiting += [one for one in inner if isinstance(one, Message)]
        else:
            yield part


def _readings_of(octets: bytes, charset: str) -> Iterator[str]:
    """Yield octets as text: in their charset, in those that are tried, and without markup."""
    texts = [octets.decode("utf-8", "replace"), decode(octets)]
    if charset and charset not in PASSED_OVER:
        with suppress(LookupError, ValueError):
            texts.append(octets.decode(charset, "replace"))
    if b"\0" in octets:
        texts += [octets[at:].decode(name, "replace") for name in _WIDE for at in (0, 1)]
    for text in texts:
        yield text
        if "\n " in text or "\n\t" in text:
            yield _FOLD.sub("", text)
        if "=?" in text:
            joined = _BETWEEN_WORDS.sub("?==?", _FOLD.sub(" ", text))
            yield _WORD.sub(lambda found: _word_of(*found.groups()), joined)
        if "<" in text or "&" in text:
            yield unescape(text)
            yield unescape(_TAG.sub("", text))


def _word_of(charset: str, encoding: str, letters: str) -> str:
    """Return an encoded word of a header field (RFC 2047), decoded."""
    octets = letters.encode("utf-8", "replace")
    if encoding in "bB":
        octets = octets.rstrip(b"=")
        with suppress(ValueError):
            octets = a2b_base64(octets[: len(octets) - (len(octets) % 4 == 1)] + b"==")
    else:
        octets = quopri.decodestring(octets, header=True)
    name = charset.partition("*")[0].lower()
    if name not in PASSED_OVER:
        with suppress(LookupError, ValueError):
            return octets.decode(name)
    return decode(octets)
