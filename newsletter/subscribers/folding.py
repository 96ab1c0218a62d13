"""
Texts as they are read, not as they are written: without what nobody sees, in ordinary letters.

Full-width letters, zero-width characters, letters in several pieces and the like become plain ones
(Unicode's NFKC). Each place of the plain text is known in the one that was written, so that what is
found can be taken out of it, and nothing else.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from unicodedata import category, normalize

# Nobody sees these: soft hyphens, joiners, blanks without width, marks of direction, fillers.
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e01ef"
)
# Marks that belong to the letter before them, and the vowels and ends of Korean syllables.
_MARKS: Final = "\u0300-\u036f\u1161-\u11ff\u1ab0-\u1aff\u20d0-\u20ff\u3099\u309a\uff9e\uff9f"
# Most of all texts: such a letter stays as it is, unless a mark follows.
_PLAIN: Final = "\t\n\r -~À-ÿ가-힣一-鿿·–—‘’“”•※→「」『』《》〈〉【】、"
# What may be another letter than it is written as; of a database's regular expressions, too.
ODD: Final = f"[^{_PLAIN}]"

_TO_FOLD: Final = re.compile(f"(?:[^{_MARKS}][{_MARKS}]+|[^{_PLAIN}\x00-\x1f\x7f])")
_IS_UNSEEN: Final = re.compile(f"[{_UNSEEN}]")
_DOTS: Final = str.maketrans("。", ".")  # as IDNA reads it: RFC 3490 section 3.1


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in plain letters."""

    written: str
    text: str
    # Where pieces of both texts begin that differ: in the plain one, and in the one that was
    # written, with the piece's length there. Between them, both go on alike.
    _starts: list[int] = field(default_factory=list)
    _pieces: list[tuple[int, int, int]] = field(default_factory=list)  # written, length, folded

    @property
    def is_as_written(self) -> bool:
        """Whether the text is plain already."""
        return not self._starts

    def is_alike(self, start: int, end: int) -> bool:
        """Return whether a part of `text` is as it is written."""
        return (
            not self._starts
            or self.written[self.begin(start) : self.end(end)] == (self.text[start:end])
        )

    def begin(self, at: int) -> int:
        """Return where the letter at a place of `text` begins in `written`."""
        start, (written, length, folded) = self._piece(at)
        inside = at - start
        return written if inside < folded else written + length + inside - folded

    def end(self, at: int) -> int:
        """Return where the letter before a place of `text` ends in `written`."""
        if at == 0:
            return 0
        start, (written, length, folded) = self._piece(at - 1)
        inside = at - start
        return written + length + max(0, inside - folded)

    def _piece(self, at: int) -> tuple[int, tuple[int, int, int]]:
        number = bisect_right(self._starts, at) - 1
        return (0, (0, 0, 0)) if number < 0 else (self._starts[number], self._pieces[number])


def fold(text: str) -> Folded:
    """Return *text* in plain letters."""
    if text.isascii():
        return Folded(text, text)
    plain, starts, pieces = list[str](), list[int](), list[tuple[int, int, int]]()
    length, at = 0, 0
    for found in _TO_FOLD.finditer(text):
        folded = _folded(found[0])
        if folded == found[0]:
            continue
        plain += [text[at : found.start()], folded]
        length += found.start() - at
        starts.append(length)
        pieces.append((found.start(), found.end() - found.start(), len(folded)))
        length += len(folded)
        at = found.end()
    return Folded(text, "".join([*plain, text[at:]]), starts, pieces)


@lru_cache(maxsize=4_096)
def _folded(piece: str) -> str:
    """Return a letter with its marks as a plain one; signs that would become several stay."""
    seen = _IS_UNSEEN.sub("", piece)
    if seen and category(seen[0])[0] in "PSZ":
        sign = normalize("NFKC", seen[0]).translate(_DOTS)
        return f"{sign if len(sign) == 1 else seen[0]}{normalize('NFKC', seen[1:])}"
    return normalize("NFKC", seen)
