"""What shows, whatever the language, which texts belong together: figures and names."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from newsletter.issue.glossary import Term
from newsletter.lang import Lang
from newsletter.proof.material import Material
from newsletter.proof.parity.blocks import Block, Section, Side
from newsletter.proof.parity.languages import TONGUES
from newsletter.proof.parity.meaning import Calendar, Figure
from newsletter.proof.parity.scanning import figures_in

YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
SHORT_NAME: Final = re.compile(r"[A-Z]{2,}")  # HDC, WHO, COVID


@dataclass(frozen=True, slots=True)
class Clues:
    """What a block holds that its counterpart must hold too."""

    figures: Sequence[Figure]
    names: frozenset[str]  # short names in capitals, and terms by their line in the glossary


Reading = Callable[[Block], Clues]


def readings_of(section: Section, material: Material) -> tuple[Reading, Reading]:
    """Make the two readers of a section's blocks; each block is read once."""
    one, other = (_reading(side, material) for side in section.sides)
    return one, other


def _reading(side: Side, material: Material) -> Reading:
    years = frozenset(int(year) for block in side.blocks() for year in YEAR.findall(block.text))
    calendar = Calendar(material.issue.year, material.issue.month, years)
    known: dict[int, Clues] = {}

    def read(block: Block) -> Clues:
        if id(block) not in known:
            figures = _figures(block.text, side.lang, calendar)
            known[id(block)] = Clues(figures, _names(block.text, side.lang, material.terms))
        return known[id(block)]

    return read


@lru_cache(maxsize=1000)
def _figures(text: str, lang: Lang, calendar: Calendar) -> tuple[Figure, ...]:
    """Read a text's figures, which more than one rule wants to know."""
    return figures_in(text, TONGUES[lang], calendar)


def _names(text: str, lang: Lang, terms: Sequence[Term]) -> frozenset[str]:
    agreed = {
        f"term {term.line}"
        for term in terms
        if any(form in text for form in term.forms.get(lang, ()))
    }
    return frozenset(agreed | set(SHORT_NAME.findall(text)))
