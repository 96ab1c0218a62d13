"""Fractions that are written as one character: 2½."""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import BARE, Figure, Quantity, Weight
from newsletter.proof.parity.readers import units_of
from newsletter.proof.parity.scanning import Pattern, Reading

SIGNS: Final = "¼½¾⅓⅔⅛⅜⅝⅞"
FINEST: Final = 8  # eighths, and thirds


def vulgar(unit: str) -> Pattern:
    """Return the pattern of a number that ends with such a fraction; *unit*: an expression."""
    words = rf"(?<![\d.,])(?P<number>\d*)(?P<part>[{SIGNS}])(?:[\s-]?(?P<unit>{unit}))?"
    return Pattern(re.compile(words, re.IGNORECASE), _read)


def _read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    part = Fraction(unicodedata.numeric(match["part"])).limit_denominator(FINEST)
    units = units_of(match["unit"], reading) or (BARE,)
    meanings = tuple(Quantity(int(match["number"] or 0) + part, unit) for unit in units)
    yield Figure(meanings, Weight.SURE, match.start(), match.end())
