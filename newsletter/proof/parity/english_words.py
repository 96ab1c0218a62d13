"""English words around figures: units, months, weekdays, parts of the day."""

import re
from typing import Final

from newsletter.proof.parity.meaning import BARE
from newsletter.proof.parity.scanning import Manner
from newsletter.proof.parity.spellings import (
    ACRE,
    ARE,
    AREA,
    CURRENCIES,
    DAYS,
    FOOT,
    GALLON,
    GRAM,
    HOURS_LONG,
    INCH,
    LITRE,
    MASS_POUND,
    METRE,
    MILE,
    MONTH_LONG,
    OUNCE,
    POUND,
    PYEONG,
    SYMBOLS,
    TABLESPOON,
    TEASPOON,
    TIME,
    YARD,
    YEARS_LONG,
    any_of,
    customary,
    unit,
)
from newsletter.proof.parity.spellings import MONTHS as IN_MONTHS

NAMES: Final = (
    "January February March April May June July August September October November December".split()
)
MONTHS: Final = {
    **{name: number for number, name in enumerate(NAMES, 1)},
    **{name[:3]: number for number, name in enumerate(NAMES, 1)},
    "Sept": 9,
}
DAY_NAMES: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
WEEKDAYS: Final = {
    **{name: number for number, name in enumerate(DAY_NAMES)},
    **{name + "s": number for number, name in enumerate(DAY_NAMES)},
    **{name[:3]: number for number, name in enumerate(DAY_NAMES)},
    "tues": 1,
    "thur": 3,
    "thurs": 3,
}
# Short names begin with a capital and do not follow a digit: "3 sun hats" is not Sunday.
WEEKDAY: Final = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
    r"|(?:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\b\.?)"
)
AM: Final = {hour: hour % 12 for hour in range(1, 13)}
PM: Final = {hour: hour % 12 + 12 for hour in range(1, 13)}
HOURS: Final = {
    "am": AM,
    "pm": PM,
    "morning": AM,
    "afternoon": PM,
    "evening": PM,
    "night": {**PM, **{hour: hour % 12 for hour in (12, 1, 2, 3, 4, 5)}},
}
# Or a length: "1초에 1.08m".
A_SECOND: Final = (*unit("speed", "3.6"), *unit(METRE))
AN_HOUR: Final = (*unit("speed"), *unit(METRE, 1000))
UNITS: Final = {
    **SYMBOLS,
    **CURRENCIES,
    "won": unit("KRW"), "korean won": unit("KRW"), "dollar": unit("USD"), "us dollar": unit("USD"),
    "u.s. dollar": unit("USD"), "euro": unit("EUR"), "yen": unit("JPY"), "yuan": unit("CNY"),
    "renminbi": unit("CNY"), "pound sterling": unit("GBP"), "pounds sterling": unit("GBP"),
    "percent": unit("%"), "per cent": unit("%"), "pct": unit("%"),
    "percentage point": unit("%p"), "percent point": unit("%p"),
    "kilometer": unit(METRE, 1000), "kilometre": unit(METRE, 1000), "meter": unit(METRE),
    "metre": unit(METRE), "centimeter": unit(METRE, "1/100"), "millimeter": unit(METRE, "1/1000"),
    "centimetre": unit(METRE, "1/100"), "millimetre": unit(METRE, "1/1000"),
    "micrometer": unit(METRE, "1/1000000"), "micrometre": unit(METRE, "1/1000000"),
    "meter per second": A_SECOND, "metre per second": A_SECOND,
    "kilometer per hour": AN_HOUR, "kilometre per hour": AN_HOUR,
    "meters per second": A_SECOND, "metres per second": A_SECOND,
    "kilometers per hour": AN_HOUR, "kilometres per hour": AN_HOUR,
    "kilometer an hour": AN_HOUR, "kilometre an hour": AN_HOUR,
    "kilometers an hour": AN_HOUR, "kilometres an hour": AN_HOUR,
    "mile an hour": customary("speed", "1.609344"), "miles an hour": customary("speed", "1.609344"),
    "miles per hour": customary("speed", "1.609344"),
    "mph": customary("speed", "1.609344"), "megapixel": unit("", 1_000_000),
    "micron": unit(METRE, "1/1000000"), "nanometer": unit(METRE, "1/1000000000"),
    "nanometre": unit(METRE, "1/1000000000"),
    "mile": MILE, "yard": YARD, "inch": INCH, "inches": INCH, "foot": FOOT, "feet": FOOT,
    "ft": FOOT,
    "kilogram": unit(GRAM, 1000), "gram": unit(GRAM), "ton": unit(GRAM, 1_000_000),
    "tonne": unit(GRAM, 1_000_000), "metric ton": unit(GRAM, 1_000_000),
    "milligram": unit(GRAM, "1/1000"), "ounce": OUNCE, "oz": OUNCE, "lb": MASS_POUND,
    "pound": POUND,
    "liter": unit(LITRE), "litre": unit(LITRE), "milliliter": unit(LITRE, "1/1000"),
    "millilitre": unit(LITRE, "1/1000"), "kiloliter": unit(LITRE, 1000),
    "kilolitre": unit(LITRE, 1000), "cent": unit("cents", "1/100"),
    "pence": unit("cents", "1/100"), "jeon": unit("cents", "1/100"),
    "square meter": unit(AREA), "square metre": unit(AREA),
    "square kilometer": unit(AREA, 1_000_000), "square kilometre": unit(AREA, 1_000_000),
    "hectare": unit(AREA, 10_000), "acre": ACRE, "are": ARE, "ares": ARE,
    "square foot": customary(AREA, "0.092903"), "square feet": customary(AREA, "0.092903"),
    "square mile": customary(AREA, 2_589_988), "gallon": GALLON,
 "sqm": unit(AREA),
    "pyeong": PYEONG,
    "tablespoon": TABLESPOON, "tbsp": TABLESPOON, "teaspoon": TEASPOON, "tsp": TEASPOON,
    "son": unit("sons"), "daughter": unit("daughters"),
    "degree": unit("degrees"),
    "hour": HOURS_LONG, "hr": HOURS_LONG, "h": HOURS_LONG, "minute": unit(TIME), "min": unit(TIME),
    "second": unit(TIME, "1/60"),
    "day": unit(DAYS), "week": unit(DAYS, 7), "night": unit("nights"),
    "month": MONTH_LONG, "year": YEARS_LONG,
    "decade": unit(IN_MONTHS, 120), "century": unit(IN_MONTHS, 1200),
    "centuries": unit(IN_MONTHS, 1200),
    "years old": (BARE,), "years of age": (BARE,), "year-old": (BARE,),
}  # fmt: skip
_WRITTEN: Final = [word for word in UNITS if word not in ("%p", "are", "h", "second", "year-old")]
_WORDS: Final = [word for word in _WRITTEN if word[-1].isalpha()]
_SIGNS: Final = [word for word in _WRITTEN if not word[-1].isalpha()]
_ANY_WORD: Final = "|".join(
    re.escape(word) + ("s?" if word.isascii() else "")
    for word in sorted(_WORDS, key=len, reverse=True)
)
# First words that start with a letter (km², US$), then words that start with a sign (°C).
UNIT: Final = (
    r"years?\sold|years?\sof\sage|years?-olds?|%\s?p\b|percent(?:age)?\spoints?"
    rf"|{any_of(sign for sign in _SIGNS if len(sign) > 1)}"
    rf"|(?:{_ANY_WORD})(?![A-Za-z])"
    rf"|{any_of(sign for sign in _SIGNS if len(sign) == 1)}"
    r"|seconds(?![a-z])"
)
# How often, by the period. "A week" alone may be how long, or when: "for a week", "a week ago".
_NO_RATE: Final = "".join(
    rf"(?<!\b{word}\s)"
    for word in (
        "for in of to on at by as is or and was has had with from than over only just half even"
        " that such quite after about least takes took spent within nearly almost another"
    ).split()
)
_BEHIND: Final = (
    r"(?!\s(?:ago|later|after|earlier|before|ahead|late|since|when|of|off|old|or|long"
    r"|and\s(?:a|an|one|two|three|half))\b|-|')"
)


def _rate(name: str, words: str, adverb: str) -> str:
    return (
        rf"(?P<{name}>(?:{_NO_RATE}(?<=\w\s)an?|per|each|every)\s(?:{words})\b{_BEHIND}"
        rf"|\b(?:{adverb})\b)"
    )


RATES: Final = re.compile(
    "|".join(
        (
            _rate("hour", "hour", "hourly"),
            _rate("day", "day", "daily|nightly|every (?:night|morning|evening)"),
            rf"(?P<fortnight>\b(?:every\s(?:other|second|two)|alternate)\s(?:weeks?|{WEEKDAY}s?)\b"
            r"|\b(?:fortnightly|biweekly|once\sa\sfortnight|every\sfortnight)\b)",
            _rate("week", "week", "weekly"),
            _rate("month", "month", "monthly"),
            _rate("year", "year", "yearly|annual|annually"),
        )
    ),
    re.IGNORECASE,
)

_SEASONS: Final = "year|spring|summer|autumn|fall|winter"
_ARTICLE: Final = r"(?:\s(?:the|an?|its|all|some|about|around))?"
MANNER: Final = Manner(
    tied=re.compile(r"[\s-]|\s(?:of|per)\s(?:the\s|its\s|their\s|a\s)?"),
    parts=re.compile(r"\b(?:and|or|but|while|whereas|though)\b"),
    counter=re.compile(r"(?P<counter>(?!))"),
    replaced=re.compile(
        rf"\b(?:(?:instead|in\splace)\sof|rather\sthan|not|(?:up|down)\sfrom){_ARTICLE}(?:\s[a-z]+){{0,2}}\s$"
    ),
    turned=re.compile(
        rf"\b(?:out\sof|from|than|against|compar(?:ed|es|ing)\s(?:with|to)){_ARTICLE}"
        r"(?:\s[a-z]+(?:['’]s)?){0,2}\s$|\bincluding\b"
        rf"|^\s?(?:[a-z]+\s){{0,2}}(?:of|in|on|with|for|every|for\severy){_ARTICLE}\s$"
        r"|^\s?(?:above|below|over|under|more|less|fewer|higher|lower)\b"
    ),
    compared=re.compile(r"(?!)"),
    shared_out=re.compile(r"(?!)"),
    changes=re.compile(r"\bby\s$"),
    first=(
        re.compile(rf"\b(?:from|instead\sof){_ARTICLE}(?:\s(?:usual|former|previous))?\s$"),
        re.compile(r"(?!)"),
    ),
    behind=1.2,
    years={
        -1: re.compile(rf"(?i)\b(?:last|previous|past)\s(?:{_SEASONS})|\ba\syear\s(?:ago|earlier)"),
        1: re.compile(rf"(?i)\b(?:next|following|coming)\s(?:{_SEASONS})|\ba\syear\slater"),
    },
)
