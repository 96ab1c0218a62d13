"""Language-independent clues that two texts correspond: figures and names."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

from newsletter.lang import Lang
from newsletter.proof.material import Material
from newsletter.proof.parity.blocks import Block, Section, Side
from newsletter.proof.parity.meaning import Calendar, Figure
from newsletter.proof.parity.scanning import figures_of, multiplied, scale_of
from newsletter.proof.parity.tongues import tongue_of

YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
SHORT_NAME: Final = re.compile(r"[A-Z]{2,}")  # HDC, WHO, COVID


@dataclass(frozen=True, slots=True)
class Clues:
    """The figures and names of a block; its counterpart must contain them too."""

    figures: Sequence[Figure]
    names: frozenset[str]  # short names in capitals, and terms by their line in the glossary


Terms = tuple[tuple[int, tuple[str, ...]], ...]  # (line of the term in the glossary, its forms)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reader of a block's clues in the language and calendar of its text."""

    lang: Lang
    calendar: Calendar
    terms: Terms

    def __call__(self, block: Block) -> Clues:
        """Return the clues of *block*; each text is read once and cached for all rules."""
        clues = _clues(self)[block.text]
        scale = scale_of(block.head, tongue_of(self.lang)) if block.head else Fraction(1)
        if scale == 1:
            return clues
        return Clues([multiplied(figure, scale) for figure in clues.figures], clues.names)


def readings_of(section: Section, material: Material) -> tuple[Reading, Reading]:
    """Return the two readers of a section's blocks; each reads all blocks of its side at once."""
    one, other = (_reading(side, material) for side in section.sides)
    return one, other


def _reading(side: Side, material: Material) -> Reading:
    texts = [block.text for block in side.blocks()]
    years = frozenset(map(int, YEAR.findall("\n".join(texts))))
    calendar = Calendar(material.issue.year, material.issue.month, years)
    terms = tuple((term.line, tuple(term.forms.get(side.lang, ()))) for term in material.terms)
    reading = Reading(side.lang, calendar, terms)
    _clues(reading).read(texts)
    return reading


class _Known(dict[str, Clues]):
    """Cache of the clues of texts, by text."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading

    def read(self, texts: Iterable[str]) -> None:
        """Read the texts of *texts* that are not in the cache."""
        reading = self._reading
        new = [text for text in dict.fromkeys(texts) if text not in self]
        figures = figures_of(new, tongue_of(reading.lang), reading.calendar)
        for text, found in zip(new, figures, strict=True):
            self[text] = Clues(found, _names(text, reading.terms))

    def __missing__(self, text: str) -> Clues:
        """Read a text that is not a block's own text, for example a whole table row."""
        self.read([text])
        return self[text]


@lru_cache(maxsize=64)  # texts of an issue
def _clues(reading: Reading) -> _Known:
    return _Known(reading)


def _names(text: str, terms: Terms) -> frozenset[str]:
    agreed = {f"term {line}" for line, forms in terms if any(form in text for form in forms)}
    return frozenset(agreed | set(SHORT_NAME.findall(text)))
