"""Patterns of the days of a week in English, and of which week of a month."""

import re
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.english_hints import pattern
from newsletter.proof.parity.english_words import WEEKDAY
from newsletter.proof.parity.meaning import LAST, NTH, Quantity
from newsletter.proof.parity.meaning import WEEKDAY as MONDAYS
from newsletter.proof.parity.meaning import WEEKDAYS as WEEKDAYS_MEANT
from newsletter.proof.parity.meaning import WEEKENDS as WEEKENDS_MEANT
from newsletter.proof.parity.readers import fixed, read_nth, read_weekday
from newsletter.proof.parity.spellings import HINT, WORD


def _weekday(value: int) -> Quantity:
    return Quantity(Fraction(value), MONDAYS)


_NTH: Final = "first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th"
DAYS_OF_WEEK: Final = (
    pattern(
        rf"\b(?P<number>{_NTH})\b(?=(?:,?\s(?:and\s|or\s)?(?:{_NTH})){{0,3}}\s"
        rf"(?:week(?:s|ends?)?\b|{WEEKDAY}))",
        read_nth,
    ),
    pattern(
        rf"\b(?:last|final)(?=\s(?:(?:full\s)?week(?:end)?|{WEEKDAY})(?:\s(?:morning|afternoon|evening|night))?"
        rf"\s(?:of|in)\s(?:the|each|every)\smonth\b)",
        fixed(WORD, Quantity(LAST, NTH)),
    ),
    pattern(
        rf"\b(?:last|final|closing)(?=\s(?:week(?:s|ends?)?\b|{WEEKDAY}))",
        fixed(HINT, Quantity(LAST, NTH)),
    ),
    pattern(
        rf"\b(?P<one>{WEEKDAY})(?:\s?(?:-|to|through)\s?(?P<other>{WEEKDAY}))?",
        read_weekday,
        re.NOFLAG,
    ),
    pattern(r"\bweekdays?\b", fixed(WORD, *(_weekday(day) for day in (WEEKDAYS_MEANT, 0, 4)))),
    pattern(r"\bweekends?\b", fixed(WORD, *(_weekday(day) for day in (WEEKENDS_MEANT, 5, 6)))),
)
