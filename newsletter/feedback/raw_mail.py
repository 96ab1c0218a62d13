"""
Opens a mail from outside within bounds: no mail may cost more memory or time than is decided here.

What is beyond a bound is left out, and `Mail.is_cut` says so; the whole mail is kept elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import islice
from typing import Final

PARSED_MAX: Final = 1_000_000  # octets; of a longer mail the head and `LONG_BODY` are read
LONG_BODY: Final = 64_000
ENCLOSED_BODY: Final = 4_000  # octets of an enclosed mail that are read after its head
LEVELS_MAX: Final = 20  # of parts in parts
PARTS_MAX: Final = 200
HEAD_MAX: Final = 200_000  # of a longer head the rest is left out, and the body
TYPE_MAX: Final = 2_000  # octets of a Content-Type; its parameters take the square of its length
BLOCKS_MAX: Final = 2_000  # of a report: the parser makes a mail of each
# Reports, which the parser takes for mails.
LEAVES: Final = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/feedback-report",
        "message/disposition-notification",
    }
)
_BLANK: Final = re.compile(rb"\n[ \t]*\n")
_BOUNDARY: Final = re.compile(
    rb"boundary[ \t]*=[ \t]*(?:\"([^\"\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE
)
_NESTED: Final = re.compile(
    rb"^content-type[ \t]*:[ \t]*message/(?:rfc822|global)\b", re.IGNORECASE | re.MULTILINE
)
_FORWARDED: Final = re.compile(rb"multipart/report|message/(?:rfc822|global)\b", re.IGNORECASE)
_TYPE: Final = re.compile(
    rb"^(content-type[ \t]*:)([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_REPORT: Final = re.compile(rb"delivery-status", re.IGNORECASE)
_PARSER: Final = BytesParser(policy=compat32)


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail."""

    message: Message
    kind: str  # like text/plain, in lower case
    is_enclosed: bool  # it belongs to a mail that is enclosed


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, as far as it was read."""

    head: Message
    parts: tuple[Part, ...]
    enclosed: tuple[Message, ...]  # the mails, or heads of mails, that it encloses
    is_cut: bool


def open_mail(content: bytes) -> Mail:
    """Parse a mail, whatever it contains; never raises."""
    # The standard library decodes by names of charsets that a mail chooses; NUL there is an error.
    content, is_long = _bound(_with_line_feeds(content.replace(b"\0", b"")))
    content = _without_bodies(content)
    is_flat = _count_levels(content) > LEVELS_MAX
    if is_flat:  # parts in parts without end: what they say is read as one text
        content = _without_types(content)
    content = _TYPE.sub(lambda found: found[1] + found[2][:TYPE_MAX], content)
    content, has_many = _bound_parts(content)
    content, has_blocks = _bound_blocks(content)
    head = _PARSER.parsebytes(content)
    parts, enclosed = list[Part](), list[Message]()
    for part in _walk(head, is_enclosed=False, enclosed=enclosed):
        parts.append(part)
        if len(parts) >= PARTS_MAX:
            has_many = True
            break
    return Mail(head, tuple(parts), tuple(enclosed), is_long or is_flat or has_many or has_blocks)


def shorten(content: bytes, size: int) -> bytes:
    """
    Return what of a mail is kept: all of it, or the head and `LONG_BODY` of a long one.

    A field on top of it says that it was cut off.

    Args:
        content: as it was read, as far as it was.
        size: octets of the whole mail.
    """
    if size <= PARSED_MAX:
        return content
    end = re.search(rb"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)", content[:HEAD_MAX])
    kept = content[: (end.end() if end else HEAD_MAX) + LONG_BODY]
    return f"X-Cut-Off: {len(kept)} of {size} octets are kept\r\n".encode() + kept


def _with_line_feeds(content: bytes) -> bytes:
    """Return *content* with LF line ends; some systems write CR alone."""
    if b"\r" not in content:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _bound(content: bytes) -> tuple[bytes, bool]:
    if len(content) <= HEAD_MAX:
        return content, False
    end = _BLANK.search(content, 0, HEAD_MAX)
    if end is None:  # fields without end: each costs
        return content[:HEAD_MAX], True
    if len(content) <= PARSED_MAX:
        return content, False
    return content[: end.end() + LONG_BODY], True


def _without_bodies(content: bytes) -> bytes:
    """
    Shorten the bodies of enclosed mails: what a bounce sends back is known by its head.

    Parsing a whole letter takes ten times as long as all the rest. Of a report in an enclosed
    mail, which somebody has forwarded, nothing is left out.
    """
    pieces, at = list[bytes](), 0
    for found in islice(_NESTED.finditer(content), LEVELS_MAX):
        head = _BLANK.search(content, found.end())
        body = _BLANK.search(content, head.end()) if head else None
        if head is None or body is None or found.start() < at:
            continue
        if _FORWARDED.search(content, head.end(), body.start()):
            continue
        end = _end_of_part(content, found.start(), body.end())
        if end - body.end() > ENCLOSED_BODY:
            pieces.append(content[at : body.end() + ENCLOSED_BODY])
            at = end
    return b"".join([*pieces, content[at:]])


def _end_of_part(content: bytes, part: int, start: int) -> int:
    """Return where the part that begins at *part* ends, at *start* or later."""
    marks = {one[1] or one[2] for one in _BOUNDARY.finditer(content, 0, part)}
    ends = [content.find(b"\n--" + mark, start) for mark in marks]
    return min((end for end in ends if end >= 0), default=len(content))


def _count_levels(content: bytes) -> int:
    """Return a bound of how deep parts lie: each level has a boundary, or encloses a mail."""
    boundaries = {found[1] or found[2] for found in _BOUNDARY.finditer(content)}
    return len(boundaries) + sum(1 for _ in _NESTED.finditer(content))


def _without_types(content: bytes) -> bytes:
    head, blank, body = content.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith(b"content-type")]
    return b"\n".join(kept) + blank + body


def _bound_parts(content: bytes) -> tuple[bytes, bool]:
    """Return *content* until the line that begins one part too many."""
    marks = {b"--" + (found[1] or found[2]) for found in _BOUNDARY.finditer(content)}
    if sum(content.count(mark) for mark in marks) <= PARTS_MAX:
        return content, False
    lines = re.compile(rb"^(?:" + b"|".join(map(re.escape, sorted(marks))) + rb")", re.MULTILINE)
    for number, found in enumerate(lines.finditer(content)):
        if number >= PARTS_MAX:
            return content[: found.start()], True
    return content, False


def _bound_blocks(content: bytes) -> tuple[bytes, bool]:
    """Return *content* until the blank line that begins one block of a report too many."""
    if not _REPORT.search(content):
        return content, False
    for number, found in enumerate(_BLANK.finditer(content)):
        if number >= BLOCKS_MAX:
            return content[: found.start()], True
    return content, False


def _walk(
    message: Message, *, is_enclosed: bool, enclosed: list[Message], level: int = 0
) -> Iterator[Part]:
    kind = message.get_content_type()
    # Not asked for where it is text: decoding it fails for some charsets that a mail may name.
    inner = message.get_payload() if message.is_multipart() else None
    if level > LEVELS_MAX:
        return
    if kind in LEAVES or not isinstance(inner, list):
        yield Part(message, kind, is_enclosed)
        return
    if message.get_content_maintype() == "message":
        enclosed += [one for one in inner if isinstance(one, Message)]
        is_enclosed = True
    for one in inner:
        if isinstance(one, Message):
            yield from _walk(one, is_enclosed=is_enclosed, enclosed=enclosed, level=level + 1)
