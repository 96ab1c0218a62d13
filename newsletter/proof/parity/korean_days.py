"""Patterns of Korean spans of time: native counts of days, nights, and years that are no dates."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.korean_numbers import IN_DIGITS
from newsletter.proof.parity.meaning import Day, Figure, Quantity, Unit
from newsletter.proof.parity.readers import read_quantity
from newsletter.proof.parity.scanning import Pattern, Reading
from newsletter.proof.parity.spellings import DAYS, HINT, MONTHS, NOT_IN_A_NAME, SURE, WORD, any_of

NIGHTS: Final = Unit("nights")
_FREE: Final = r"(?<![가-힣\d\x00)])"  # where a word starts
_NIGHT: Final = re.compile(r"\s?밤")
_ONES: Final = ("하루", "이틀", "사흘", "나흘", "닷새", "엿새", "이레", "여드레", "아흐레")
COUNTED_DAYS: Final = {
    **{word: at for at, word in enumerate(_ONES[1:], 2)},
    "일주일": 7,
    "열흘": 10,
    **{f"열{word}": at for at, word in enumerate(_ONES, 11)},
    "스무날": 20,
    **{f"스무{word}": at for at, word in enumerate(_ONES, 21)},
}
# The days of a month as the lunar calendar counts them: 정월 초사흘.
DAYS_OF_MONTH: Final = {
    **{f"초{word}": at for at, word in enumerate(_ONES, 1)},
    "초열흘": 10,
}
# Behind a number of years that could be a year: "2000년 전", "2000년 된 나무".
_SPAN: Final = (
    r"(?=\s?(?:전(?![가-힣]{2})|동안|가까[이운]|넘[게은]|이상|남짓|묵은|된|만에|간(?![가-힣]{2}))"
    r"|[이을]\s(?:넘|지난|지나|견디|버티|버텨)|의\s(?:역사|세월|시간|전통))"
)


def _days(count: int) -> Quantity:
    return Quantity(Fraction(count), Unit(DAYS))


def _read_days(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a native count of days, or of nights: "열이틀", "사흘 밤"."""
    del reading
    count = COUNTED_DAYS[match["word"]]
    are_nights = _NIGHT.match(match.string, match.end()) is not None
    nights = (Quantity(Fraction(count), NIGHTS),) if are_nights else ()
    yield Figure((_days(count), *nights), WORD, match.start(), match.end())


def _read_day_of_month(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a day of a month that is named in words: "초사흘"."""
    del reading
    day = DAYS_OF_MONTH[match["word"]]
    meanings = (Day(day=day), Quantity(Fraction(day)))
    yield Figure(meanings, WORD, match.start(), match.end())


def _read_nights(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "58일 밤": days that are nights as well."""
    for figure in read_quantity(match, reading):
        value = reading.tongue.number(match["number"])
        nights = () if value is None else (Quantity(value, NIGHTS),)
        yield replace(figure, meanings=(*figure.meanings, *nights))


def _read_years(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a number of years that may be a year: "2000년 전"."""
    del reading
    value = int(match["year"])
    long = Quantity(Fraction(value), Unit(MONTHS, Fraction(12)))
    meanings = (Day(frozenset({value})), Quantity(Fraction(value)), long)
    yield Figure(meanings, SURE, match.start(), match.end())


def _read_moon(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read half a moon, two weeks in English, or the last day of a lunar month."""
    del reading
    is_half = match["word"] == "보름"
    days = (15, 14) if is_half else (30, 29)
    meanings = tuple(_days(count) for count in days)
    yield Figure(meanings, WORD if is_half else HINT, match.start(), match.end())


MONTH_NAMES: Final = {"정월": 1, "동짓달": 11, "섣달": 12}


def _read_month(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read the name of a lunar month: "정월"."""
    month = MONTH_NAMES[match["word"]]
    meanings = (Day(month=month), Quantity(Fraction(month)))
    yield Figure(meanings, HINT, match.start(), match.end())
    del reading


# Tried before dates.
SPANS: Final = (
    Pattern(re.compile(rf"(?<![\d.,])(?P<year>(?:19|20)\d{{2}})년{_SPAN}"), _read_years),
)
# Tried before quantities.
NATIVE_DAYS: Final = (
    Pattern(
        re.compile(
            rf"(?:{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})\s?(?P<unit>(?P<dayunit>일))"
            r"(?=\s(?:동안\s|간\s)?밤(?!\s?\d)))"
        ),
        _read_nights,
    ),
    Pattern(
        re.compile(
            rf"{_FREE}(?P<word>{any_of(one for one in COUNTED_DAYS if one != '이레')}"
            r"|이레(?![가-힣]))"
        ),
        _read_days,
    ),
    Pattern(re.compile(rf"{_FREE}(?P<word>{any_of(DAYS_OF_MONTH)})"), _read_day_of_month),
    Pattern(re.compile(rf"{_FREE}(?P<word>{any_of(MONTH_NAMES)})"), _read_month),
    Pattern(re.compile(rf"{_FREE}(?P<word>보름(?!달)|그믐)"), _read_moon),
)
