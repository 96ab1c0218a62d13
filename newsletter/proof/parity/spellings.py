"""Patterns of figures common to all languages: addresses, telephones, ISO dates, clocks."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.clocks import read_digital_clock
from newsletter.proof.parity.meaning import Unit, Weight
from newsletter.proof.parity.readers import (
    GRADES,
    ROMAN,
    nothing,
    read_day,
    read_grade_in_roman,
    read_phone,
    read_roman,
    read_slashed,
)
from newsletter.proof.parity.scanning import Pattern
from newsletter.proof.parity.temperatures import read_fahrenheit

DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?"
NOT_IN_A_NAME: Final = r"(?<![A-Za-z가-힣]-)(?<![A-Za-z\d.,#])"  # not in COVID-19, D-7, A4

DIGITS_MAX: Final = 40  # characters; Python refuses to convert thousands of digits

METRE: Final = "length"
GRAM: Final = "mass"
LITRE: Final = "volume"
AREA: Final = "area"
TIME: Final = "duration"  # in minutes
DAYS: Final = "days"
MONTHS: Final = "months"


def unit(of: str, factor: Fraction | int | str = 1) -> tuple[Unit, ...]:
    """Return a unit with one meaning."""
    return (Unit(of, Fraction(factor)),)


SYMBOLS: Final = {
    "km": unit(METRE, 1000), "㎞": unit(METRE, 1000),
    "m": unit(METRE), "cm": unit(METRE, "1/100"), "㎝": unit(METRE, "1/100"),
    "mm": unit(METRE, "1/1000"), "㎜": unit(METRE, "1/1000"),
    "m/s": unit("speed", "3.6"), "㎧": unit("speed", "3.6"), "km/h": unit("speed"),
    "㎞/h": unit("speed"), "kph": unit("speed"),
    "μm": unit(METRE, "1/1000000"), "㎛": unit(METRE, "1/1000000"),
    "nm": unit(METRE, "1/1000000000"), "㎚": unit(METRE, "1/1000000000"),
    "kg": unit(GRAM, 1000), "㎏": unit(GRAM, 1000), "g": unit(GRAM), "mg": unit(GRAM, "1/1000"),
    "㎎": unit(GRAM, "1/1000"), "㎍": unit(GRAM, "1/1000000"),
    "t": unit(GRAM, 1_000_000),
    "L": unit(LITRE), "ℓ": unit(LITRE), "l": unit(LITRE), "kL": unit(LITRE, 1000),
    "kl": unit(LITRE, 1000), "㎘": unit(LITRE, 1000), "dL": unit(LITRE, "1/10"),
    "㎗": unit(LITRE, "1/10"),
    "mL": unit(LITRE, "1/1000"), "ml": unit(LITRE, "1/1000"), "㎖": unit(LITRE, "1/1000"),
    "㎡": unit(AREA), "m²": unit(AREA), "m2": unit(AREA), "ha": unit(AREA, 10_000),
    "km²": unit(AREA, 1_000_000), "㎢": unit(AREA, 1_000_000),
    "℃": unit("degrees"), "°C": unit("degrees"), "°": unit("degrees"),
    "%": unit("%"), "%p": unit("%p"),
}  # fmt: skip

CURRENCIES: Final = {
    "KRW": unit("KRW"), "₩": unit("KRW"), "￦": unit("KRW"),
    "USD": unit("USD"), "US$": unit("USD"), "$": unit("USD"),
    "EUR": unit("EUR"), "€": unit("EUR"), "JPY": unit("JPY"), "CNY": unit("CNY"),
    "RMB": unit("CNY"), "¥": (*unit("JPY"), *unit("CNY")), "GBP": unit("GBP"), "£": unit("GBP"),
}  # fmt: skip
CURRENCY: Final = r"KRW|USD|EUR|JPY|GBP|CNY|RMB|US\$|[₩￦$€¥£]"


# 48 hours are two days, 30 days a month and 365 days a year.
HOURS_LONG: Final = (Unit(TIME, Fraction(60)), Unit(DAYS, Fraction(1, 24)))
MONTH_LONG: Final = (Unit(MONTHS), Unit(DAYS, Fraction(30)))
YEARS_LONG: Final = (Unit(MONTHS, Fraction(12)), Unit(DAYS, Fraction(365)))


def customary(of: str, factor: Fraction | int | str) -> tuple[Unit, ...]:
    """Return a unit outside the metric system; a value converted to it is rounded."""
    return (Unit(of, Fraction(factor), is_customary=True),)


MILE: Final = customary(METRE, "1609.344")
YARD: Final = customary(METRE, "0.9144")
FOOT: Final = customary(METRE, "0.3048")
INCH: Final = customary(METRE, "0.0254")
MASS_POUND: Final = customary(GRAM, "453.592")
OUNCE: Final = customary(GRAM, "28.3495")
GALLON: Final = customary(LITRE, "3.78541")
TABLESPOON: Final = customary(LITRE, "0.015")
TEASPOON: Final = customary(LITRE, "0.005")
ARE: Final = unit(AREA, 100)
ACRE: Final = customary(AREA, "4046.86")
PYEONG: Final = customary(AREA, "3.305785")
# In Korean and English a pound is money or a weight.
POUND: Final = (*MASS_POUND, *unit("GBP"))


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# Addresses in a text: of the web, with or without a scheme, and of e-mail.
WEB: Final = (
    r"(?:https?://|www\.)[!-~]+"
    r"|(?<![\w.@-])(?:[A-Za-z0-9-]{1,63}\.){1,6}"
    r"(?:kr|com|org|net|io|jp|cn|vn|mn|eu|int|edu|gov|info|example)(?![\w.-]*[A-Za-z0-9])(?:/[!-~]*)?"
)
EMAIL: Final = r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"
ADDRESSES: Final = (Pattern(re.compile(rf"{EMAIL}|{WEB}"), nothing),)

PHONES: Final = (
    Pattern(
        re.compile(
            r"(?<![\d.,-])(?P<phone>\+82[\s.-]*\(?0?\)?\d{1,2}\)?[\s.-]+\d{3,4}(?:[\s.-]+\d{4})?"
            r"|\(?0\d{1,2}(?:\)[\s.-]*|[\s.-]+)\d{3,4}[\s.-]+\d{4}|\(?0\d{1,2}\)?-\d{3}"
            r"|1[5-9]\d{2}-\d{4})(?:(?:\s?~\s?|-)(?P<last>\d{1,4})(?![\d-]))?(?![\d-]*\d)"
        ),
        read_phone,
    ),
)

ISO_DAYS: Final = (
    Pattern(
        re.compile(
            r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<between>[-/])(?P<month>\d{1,2})(?P=between)"
            r"(?P<days>\d{1,2})(?!\d)"
        ),
        read_day,
    ),
)

# A season of two years: "2026-27", and not the day of a month.
YEARS: Final = (
    r"(?<![\d.,/-])(?P<year>(?:19|20)\d{2})(?:/|-|~)(?P<last>(?:19|20)?\d{2})(?![\d/.-]|년?대"
    r"|\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
    r"|(?<=[(\s])(?P<born>1[6-8]\d{2})\s?[~-]\s?(?P<died>(?:1[6-9]|20)\d{2})(?=\))"
)

CLOCKS: Final = (
    Pattern(
        re.compile(r"(?<![\d:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!\d|:\d)"),
        read_digital_clock,
    ),
)

VALUE: Final = r"\d{1,6}(?:\.\d{1,3})?"
BELOW: Final = r"(?<![\w)~%°℃℉])(?<![\d)~%°℃℉C]\s)-(?=\d)"  # a sign, and not the dash of a range


def below_zero(sign: str, to: str, degrees: str) -> re.Pattern[str]:
    """Return a pattern of a temperature below zero, or of a range that begins there."""
    return re.compile(
        rf"{sign}(?:(?P<first>{VALUE})\s?(?:{degrees})?\s?(?:{to})\s?(?P<again>{sign})?)?"
        rf"(?P<number>{VALUE})(?![\d,.]\d|\d)\s?(?P<degrees>{degrees})",
        re.IGNORECASE,
    )


FAHRENHEIT: Final = (
    Pattern(
        re.compile(
            rf"(?P<sign>{BELOW}|minus\s|영하\s?)?(?<![\d.,])(?P<number>{VALUE})"
            r"\s?(?:°\s?F\b|℉|(?:degrees\s)?Fahrenheit\b)",
            re.IGNORECASE,
        ),
        read_fahrenheit,
    ),
    Pattern(re.compile(rf"화씨\s?(?P<sign>영하\s?)?(?P<number>{VALUE})\s?도"), read_fahrenheit),
)

SLASHED: Final = (
    Pattern(
        re.compile(NOT_IN_A_NAME + r"(?<!/)(?P<one>\d{1,2})/(?P<other>\d{1,2})(?![\d/])"),
        read_slashed,
    ),
)

_OF_GRADES: Final = (
    "class|grade|phase|stage|type|level|category|tier|part|volume|act|chapter|division|zone"
)
ROMANS: Final = (
    Pattern(
        re.compile(rf"\b(?:(?i:{_OF_GRADES}))\s(?P<roman>{any_of(GRADES)})(?![A-Za-z'.])"),
        read_grade_in_roman,
    ),
    Pattern(re.compile(rf"(?<![A-Za-z])(?P<roman>{any_of(ROMAN)})(?![A-Za-z])"), read_roman),
)

HINT: Final = Weight.HINT
WORD: Final = Weight.WORD
SURE: Final = Weight.SURE
