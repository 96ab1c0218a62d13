"""Addresses whose @ and dots are written in words or with blanks, as people do against spam."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.subscribers.folding import ODD, Folded

_NEAR: Final = r"\s{0,8}"
_OPEN, _CLOSE = r"[(\[{<]", r"[)\]}>]"
_WORD: Final = r"(?:at|앳|엣|골뱅이)"
_DOMAIN: Final = r"[\w-]{1,63}(?:\.|\s{0,3}[(\[{<]?(?:dot|닷|점)\b)"
_AT: Final = re.compile(
    rf"@|%40|%ef%bc%a0|{_OPEN}\s{{0,3}}(?:@|{_WORD})\s{{0,3}}{_CLOSE}|골뱅이"
    rf"|(?<=\s)(?:at|앳|엣)(?=\s{{1,8}}{_DOMAIN})",
    re.IGNORECASE,
)
_DOT: Final = re.compile(
    rf"\s{{0,3}}{_OPEN}\s{{0,3}}(?:\.|dot|닷|점)\s{{0,3}}{_CLOSE}\s{{0,3}}|\s{{1,3}}dot\s{{1,3}}",
    re.IGNORECASE,
)
_RIGHT: Final = re.compile(rf"{_NEAR}(?:\S|{_DOT.pattern})*", re.IGNORECASE)
_LOOSE: Final = re.compile(rf"\s@|@\s|{_DOT.pattern}", re.IGNORECASE)
_BEFORE: Final = re.compile(rf"{_NEAR}\Z")
_AFTER: Final = re.compile(_NEAR)
_LOCAL_MAX: Final = 120  # characters that are looked at, words for dots among them
_DOMAIN_MAX: Final = 300
# Whatever text may have an address, for a database: a part of its patterns and of Python's.
PERHAPS: Final = f"@|%40|%[Ee][Ff]%[Bb][Cc]|골뱅이|앳|엣|[^A-Za-z][Aa][Tt][^A-Za-z]|{ODD}"


@dataclass(frozen=True, slots=True)
class LooseAt:
    """A part of a plain text around what stands for an @, with plain signs and without blanks."""

    text: str
    at: int  # where its @ is
    begins: Sequence[int]  # of each letter, where it begins in the plain text
    ends: Sequence[int]


def find_loose(folded: Folded) -> Iterator[LooseAt]:
    """Yield the parts of a text around each @ that is not written as in an address."""
    text = folded.text
    for found in _AT.finditer(text):
        first = max(0, found.start() - _LOCAL_MAX)
        domain = _RIGHT.match(text, found.end(), found.end() + _DOMAIN_MAX)
        last = found.end() if domain is None else domain.end()
        is_strict = found[0] == "@" and not _LOOSE.search(text, first, last)
        if not is_strict or not folded.is_alike(first, last):
            yield _loose_at(text, found.span(), first, last)


def _loose_at(text: str, sign: tuple[int, int], first: int, last: int) -> LooseAt:
    """Return the text around a sign as an address would be written."""
    start, end = sign
    before = _BEFORE.search(text, max(first, start - 8), start)
    after = _AFTER.match(text, end, last)
    left = _dotted(text, first, before.start() if before else start)
    right = _dotted(text, after.end() if after else end, last)
    letters = [*left, ("@", start, end), *right]
    return LooseAt(
        "".join(letter for letter, _, _ in letters),
        len(left),
        [begin for _, begin, _ in letters],
        [finish for _, _, finish in letters],
    )


def _dotted(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Return the letters of a part, each with where it begins and ends; words for dots are dots."""
    letters, at = list[tuple[str, int, int]](), start
    for found in _DOT.finditer(text, start, end):
        letters += [(text[one], one, one + 1) for one in range(at, found.start())]
        letters.append((".", *found.span()))
        at = found.end()
    return [*letters, *((text[one], one, one + 1) for one in range(at, end))]
