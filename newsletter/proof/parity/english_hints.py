"""English words that may stand for a figure: "both", "weekly", "thirties"."""

import re
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import HALF, PERCENT, POINTS, QUARTER, Quantity, Unit, Weight
from newsletter.proof.parity.readers import fixed
from newsletter.proof.parity.scanning import FigureReader, Pattern
from newsletter.proof.parity.spellings import DAYS, HINT, TIME
from newsletter.proof.parity.spellings import MONTHS as MONTHS_LONG


def pattern(regex: str, read: FigureReader, flags: re.RegexFlag = re.IGNORECASE) -> Pattern:
    """Make a pattern of figures; upper and lower case are one, if nothing else is said."""
    return Pattern(re.compile(regex, flags), read)


def number(value: int, unit: str = "") -> Quantity:
    """Make a number of units."""
    return Quantity(Fraction(value), Unit(unit))


def half(which: int) -> Quantity:
    """Make a half of a year."""
    return Quantity(Fraction(which), HALF)


def quarter(which: int) -> Quantity:
    """Make a quarter of a year."""
    return Quantity(Fraction(which), QUARTER)


WORDS_FOR: Final = (
    (r"mid-?year|middle\sof\s(?:this|the)\syear", (half(1),)),
    (r"an?|per|each|every|single|sole|once|initial|alone|any|individual|solo", (number(1),)),
    (r"both|bilateral|mutual|pair|pairs|couple|dual|twin|duo", (number(2),)),
    (r"twice|double[ds]?|doubling|twofold|two-fold", (number(2),)),
    (r"triple[ds]?|tripling|threefold|trilateral|thrice|trio", (number(3),)),
    (r"quadruple[ds]?|fourfold|quadrilateral|quartet", (number(4),)),
    (r"dozen|dozens", (number(12),)),
    (r"half|halves|halved", (Quantity(Fraction(1, 2)), Quantity(Fraction(50), PERCENT))),
    (r"quarter", (Quantity(Fraction(1, 4)), number(3, MONTHS_LONG))),
    (r"overnight", (number(1, "nights"), number(2, DAYS))),
    (r"day|daily|same-day|one-day|daylong", (number(1, DAYS),)),
    (r"week|weekly|weeklong", (number(7, DAYS),)),
    (r"fortnight|biweekly", (number(14, DAYS), number(2))),
    (r"month|monthly|monthlong", (number(1, MONTHS_LONG), number(30, DAYS))),
    (r"year|yearly|annual|annually|yearlong", (number(12, MONTHS_LONG), number(365, DAYS))),
    (r"decades?", (number(120, MONTHS_LONG),)),
    (r"century|centuries", (number(1200, MONTHS_LONG),)),
    (r"autumn|fall|winter", (half(2),)),
    (r"spring", (half(1),)),
    (r"hour|hourly|hour-long", (number(60, TIME),)),
    (r"minute", (number(1, TIME),)),
    (r"teens|teenagers?|teenage", (number(10),)),
    (r"twenties", (number(20),)),
    (r"thirties", (number(30),)),
    (r"forties", (number(40),)),
    (r"fifties", (number(50),)),
    (r"sixties", (number(60),)),
    (r"seventies", (number(70),)),
    (r"eighties", (number(80),)),
    (r"nineties", (number(90),)),
    (r"sexagenarians?", (number(60),)),
    (r"septuagenarians?", (number(70),)),
    (r"octogenarians?", (number(80),)),
    (r"nonagenarians?", (number(90),)),
    (r"centenarians?|centenary|centennial", (number(100),)),
)
HALVES: Final = (
    pattern(
        r"\bhalf\s(?:an?|of\sa|of\sone)\spercentage\spoint",
        fixed(Weight.SURE, Quantity(Fraction(1, 2), POINTS)),
    ),
    pattern(
        r"\bhalf\s(?:an?|of\sa|of\sone)\sper\s?cent\b",
        fixed(Weight.SURE, Quantity(Fraction(1, 2), PERCENT)),
    ),
    pattern(
        r"\b(?:a\s)?quarter\sof\s(?:a|one)\spercentage\spoint",
        fixed(Weight.SURE, Quantity(Fraction(1, 4), POINTS)),
    ),
)
WORDS: Final = tuple(
    pattern(rf"\b(?:{words})\b", fixed(HINT, *meanings)) for words, meanings in WORDS_FOR
)
