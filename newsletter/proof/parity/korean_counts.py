"""Patterns of less usual Korean counts: courts and their divisions, and a half more."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.korean_numbers import IN_DIGITS, NATIVE_WORDS
from newsletter.proof.parity.korean_words import WORD_END
from newsletter.proof.parity.meaning import BARE, Figure, Quantity, Unit, Weight
from newsletter.proof.parity.readers import fixed, read_quantity, units_of
from newsletter.proof.parity.scanning import Pattern, Reading
from newsletter.proof.parity.vulgar import vulgar

_COURTS: Final = "민사|형사|행정|가사|파산|회생|특허|소년|영장|재정"
_MEASURES: Final = (
    "컵|큰술|작은술|숟갈|숟가락|국자|줌|되|말|홉|병|잔|바퀴|배|쪽|장|조각|포기|봉지|걸음|뼘"
)


def _read_court(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read the number of a division, or of an instance, which English may say in other words."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        yield Figure((Quantity(value),), Weight.WORD, match.start("number"), match.end())


def _read_and_a_half(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "두 컵 반": a half more than the number; "8개 반" are eight teams."""
    value = reading.tongue.number(match["number"] or match["native"])
    if value is not None:
        units = units_of(match["unit"], reading) or (BARE,)
        meanings = tuple(Quantity(value + Fraction(1, 2), unit) for unit in units)
        yield Figure(meanings, Weight.SURE, match.start(), match.end())


# Tried before quantities.
COUNTS: Final = (
    Pattern(
        re.compile(r"(?<![가-힣])[상중하]순(?![가-힣]{2})"),
        fixed(Weight.HINT, Quantity(Fraction(10), Unit("days"))),
    ),
    # "8박 9일": nine days.
    Pattern(
        re.compile(r"(?<!\d)(?P<hint>(?P<number>\d{1,2})\s?(?P<unit>박))(?=\s?\d)"),
        read_quantity,
    ),
    Pattern(
        re.compile(
            rf"(?<![\d.,])(?P<number>{IN_DIGITS})\s?(?P<unit>원)\s?(?P<more>\d{{1,2}})\s?(?P<moreunit>전)"
        ),
        read_quantity,
    ),
    vulgar(_MEASURES),
    Pattern(
        re.compile(
            rf"(?:{_COURTS})(?:항소|합의|수석)?\s?제?\s?(?P<number>\d{{1,3}})(?:-\d{{1,2}})?"
            r"(?=\s?(?:단독|합의|재판부|부))"
        ),
        _read_court,
    ),
    Pattern(
        re.compile(
            r"(?<![\d.,])(?P<number>[1-3])심"
            rf"(?={WORD_END}|\s?(?:재판|법원|판결|선고|공판|무죄|유죄))"
        ),
        _read_court,
    ),
    Pattern(
        re.compile(
            rf"(?<![가-힣\d.,])(?:(?P<number>{IN_DIGITS}|{NATIVE_WORDS})\s?"
            rf"(?P<unit>{_MEASURES})|(?P<native>{NATIVE_WORDS})\s?개)\s반{WORD_END}"
        ),
        _read_and_a_half,
    ),
)
