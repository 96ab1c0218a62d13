"""Patterns of figures in Korean."""

import re
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.clocks import read_clock, read_clock_before
from newsletter.proof.parity.durations import DURATIONS
from newsletter.proof.parity.korean_counts import COUNTS
from newsletter.proof.parity.korean_days import NATIVE_DAYS, SPANS
from newsletter.proof.parity.korean_numbers import (
    IN_DIGITS,
    NATIVE_WORDS,
    NUMBERS,
    ONES,
    SCALES,
    SINO_WORDS,
    TENS,
    korean_number,
)
from newsletter.proof.parity.korean_words import (
    COUNTER,
    HOURS,
    MANNER,
    MONEY,
    RATES,
    UNIT,
    UNITS,
    WEEKDAYS,
    WORD_END,
)
from newsletter.proof.parity.meaning import (
    CLOCK,
    HALF,
    LAST,
    NTH,
    QUARTER,
    WEEKDAY,
    Day,
    Quantity,
    Unit,
)
from newsletter.proof.parity.meaning import WEEKDAYS as WEEKDAYS_MEANT
from newsletter.proof.parity.meaning import WEEKENDS as WEEKENDS_MEANT
from newsletter.proof.parity.rarer_readers import (
    read_decades,
    read_grade,
    read_halves,
    read_or_one,
    read_ratio,
    read_speed,
    read_times,
)
from newsletter.proof.parity.readers import (
    by_word,
    fixed,
    nothing,
    read_both,
    read_day,
    read_fraction,
    read_minute_of_match,
    read_named_day,
    read_nth,
    read_ordinal,
    read_part_of_year,
    read_place,
    read_quantity,
    read_weekday,
    read_weekdays,
    read_year,
    read_year_of_entry,
    read_years,
)
from newsletter.proof.parity.scanning import FigureReader, Pattern, Tongue
from newsletter.proof.parity.spellings import (
    ADDRESSES,
    BELOW,
    CLOCKS,
    CURRENCY,
    DAYS,
    FAHRENHEIT,
    HINT,
    ISO_DAYS,
    MONTHS,
    NOT_IN_A_NAME,
    PHONES,
    ROMANS,
    SLASHED,
    SURE,
    WORD,
    YEARS,
    any_of,
    below_zero,
)
from newsletter.proof.parity.temperatures import read_below_zero

MEMORABLE: Final = "절|혁명|운동|전쟁|민주|광복|항쟁|의거|만세"
DAY_LIST: Final = r"\d{1,2}(?:\s?일?\s?(?:~|-|,|·|부터)\s?\d{1,2}){0,9}"
YEAR: Final = r"(?P<year>(?:19|20)\d{2}|'\d{2})"
MONTH: Final = r"(?P<month>1[0-2]|0?[1-9])"
WEEKDAY_BEHIND: Final = r"(?:\([월화수목금토일]\)\s?)?"
FREE: Final = r"(?<![가-힣\d\x00)])"  # where a word starts
ORDINAL: Final = rf"(?:{FREE}제\s|제(?=\d))"  # and not "기피제 2만 개"
PART: Final = r"(?P<part>오전|오후|새벽|아침|낮|저녁|밤)"
NO_CITY: Final = (  # "31개 시·군"
    r"(?!간|\s?·\s?[군도]|,\s?[군도](?=[,.\s의에과와은는이가를을])|[군도민장설작행점청내립스험])"
)
NO_CITIES: Final = (
    r"(?!(?:가|는|의|와|도)\s(?!되|넘|지나|가까|다\s))"  # "세 시가 함께": three cities
)
# Without a space, "세시" and "한시" are also nouns: a word of time follows a time.
BEHIND_A_TIME: Final = (
    r"(?=에(?!서)|부터|까지|쯤|경|정각|무렵|이전|이후|\s?\d{1,2}분"
    rf"|\s?반{WORD_END})"
)
HOUR_BEFORE: Final = (
    r"(?:(?<!\d)(?P<hour0>\d{1,2})시?\s?(?:(?P<minute0>\d{1,2})분)?\s?[~-]\s?)?(?<!\d)"
)
MINUTES: Final = rf"(?:\s?(?P<minute>\d{{1,2}})분|\s?(?P<half>반){WORD_END})?"


def _pattern(regex: str, read: FigureReader) -> Pattern:
    return Pattern(re.compile(regex), read)


def _days(count: int) -> Quantity:
    return Quantity(Fraction(count), Unit(DAYS))


CIRCLED: Final = {sign: Quantity(Fraction(at)) for at, sign in enumerate("①②③④⑤⑥⑦⑧⑨⑩", 1)}


def _weekday(value: int) -> Quantity:
    return Quantity(Fraction(value), WEEKDAY)


def _gap(units: str) -> str:
    """
    Return what separates a numeral in words from *units*.

    It is a space or 여. Without either, the word has to end behind the unit: 만장일치, 만년필 and
    백년대계 count nothing.
    """
    return rf"(?:\s?여\s?|\s|(?=(?:{units}){WORD_END}))"


# "(억 달러)", "(단위: 천 명)": of a table's column.
COLUMN: Final = (
    r"\((?:단위\s?[:;]?\s?)?(?P<scale>[십백천]?[만억조]|[십백천])\s?"
    rf"(?:{MONEY}|명|개|건|가구|마리|대|{UNIT})?\)"
)
NAMES: Final = (
    _pattern(rf"(?P<word>[{''.join(CIRCLED)}])", by_word(WORD, CIRCLED)),
    # "초속 38.6m"
    _pattern(
        rf"(?P<way>초속|시속)\s?(?P<number>{IN_DIGITS})\s?(?:㎞|km|킬로미터|m|미터)(?![a-z])",
        read_speed,
    ),
    _pattern(COLUMN, nothing),
    _pattern(r"코로나\s?(?:바이러스(?:감염증)?)?\s?-?\s?19", nothing),
    _pattern(r"[수몇][십백천만억]+(?:\s?여)?|두세|서너|너댓|한두|예닐곱|대여섯", nothing),
    _pattern(r"2연패", fixed(HINT, Quantity(Fraction(2)))),
    # Icheon, and not two thousand.
    _pattern(rf"{FREE}이천(?=시(?!간|\s?\d)|병원|의료원|보건소|소방서|경찰서|쌀|도자기)", nothing),
    _pattern(r"제\s?3자|세계|세대|한편|두루|양해각서", nothing),
)

# "8·15 광복절", "6.25 전쟁": a day that is named by its figures, unlike "1·2층" or "2·4주".
NAMED_DAY: Final = (
    rf"(?<![\d.·]){MONTH}(?:·|\.(?=\d{{1,2}}\s?(?:{MEMORABLE})))(?P<days>3[01]|[12]\d|[1-9])"
    rf"(?![\d·]|\s?(?:{UNIT}|{COUNTER}|[/.%월호층위등차급반학조항번]))"
)
DATES: Final = (
    _pattern(NAMED_DAY, read_named_day),
    _pattern(rf"(?<![\d.])(?:{YEAR}년\s?)?{MONTH}월\s?(?P<days>{DAY_LIST})일", read_day),
    _pattern(rf"(?<![\d.]){YEAR}년(?:도|형)?(?!대)(?:\s?{MONTH}월)?", read_day),
    _pattern(
        rf"(?<![\d.]){YEAR}\.\s?{MONTH}\.\s?"
        rf"(?P<days>\d{{1,2}}(?:\.?\s?{WEEKDAY_BEHIND}~\s?\d{{1,2}}(?!\d|\.\s?\d))?)(?!\d)\.?",
        read_day,
    ),
    _pattern(rf"(?<![\d.]){YEAR}\.\s{MONTH}\.(?!\d)", read_day),
    _pattern(rf"(?<![\d.]){MONTH}\.\s(?P<days>\d{{1,2}})\.(?!\d)", read_day),
    _pattern(rf"(?<![\d.]){MONTH}[./](?P<days>\d{{1,2}})\.?(?=\s?\([월화수목금토일])", read_day),
    _pattern(rf"(?<![\d.]){MONTH}월(?!\s?달)", read_day),
)

MONTHS_IN_WORDS: Final = (
    *("일월 이월 삼월 사월 오월 유월".split()),
    *("칠월 팔월 구월 시월 십일월 십이월".split()),
)
MONTH_NAMES: Final = (
    _pattern(
        rf"(?<![가-힣])(?P<word>{any_of(MONTHS_IN_WORDS)}){WORD_END}",
        by_word(HINT, {word: Day(month=at) for at, word in enumerate(MONTHS_IN_WORDS, 1)}),
    ),
)

TIMES: Final = (
    _pattern(r"정오", fixed(SURE, Quantity(Fraction(12 * 60), CLOCK))),
    _pattern(r"한낮|대낮", fixed(HINT, Quantity(Fraction(12 * 60), CLOCK))),
    _pattern(
        rf"(?:{PART}\s?)?(?P<hour>(?<!\d)\d{{1,2}}|{FREE}(?:{NATIVE_WORDS}))\s?시\s"
        r"(?P<minutes>\d{1,2}|[이삼사]?십오?|오)\s?분\s전(?![가-힣]{2})",
        read_clock_before,
    ),
    _pattern(r"자정", fixed(SURE, Quantity(Fraction(0), CLOCK))),
    _pattern(
        rf"{PART}\s?(?:(?P<hour0>\d{{1,2}})(?::(?P<minute0>\d{{2}})|시)?\s?[~-]\s?)?"
        rf"(?P<hour>\d{{1,2}})[:.](?P<minute>[0-5]\d)(?!\d)",
        read_clock,
    ),
    _pattern(
        rf"{PART}\s?{HOUR_BEFORE}(?P<hour>\d{{1,2}}(?=\s?시{NO_CITY})"
        rf"|(?:{NATIVE_WORDS})(?=\s?시{NO_CITY}{WORD_END}))"
        rf"\s?시{MINUTES}",
        read_clock,
    ),
    _pattern(
        rf"{HOUR_BEFORE}(?P<hour>\d{{1,2}}(?=\s?시{NO_CITY})"
        rf"|{FREE}(?:{NATIVE_WORDS})(?=\s시{NO_CITY}{NO_CITIES}{WORD_END}|시{BEHIND_A_TIME}))\s?시{MINUTES}",
        read_clock,
    ),
    *CLOCKS,
)

PARTS_OF_YEAR: Final = (
    _pattern(r"(?P<number>[1-4])\s?(?:/4\s?)?분기", read_part_of_year(QUARTER, SURE)),
    _pattern(r"상\s?·?\s?하반기", read_halves),
    _pattern(r"상반기", fixed(SURE, Quantity(Fraction(1), HALF))),
    _pattern(r"하반기", fixed(SURE, Quantity(Fraction(2), HALF))),
    _pattern(r"후반(?:전)?\s?(?P<minute>\d{1,2})분", read_minute_of_match),
    _pattern(r"전반(?=전|\s?\d{1,2}분)", fixed(WORD, Quantity(Fraction(1), HALF))),
    _pattern(r"후반(?=전|\s?\d{1,2}분)", fixed(WORD, Quantity(Fraction(2), HALF))),
)

LETTER: Final = "[월화수목금토일]"
DAYS_OF_WEEK: Final = (
    _pattern(
        rf"{FREE}(?P<number>첫|둘|셋|넷|다섯)째?"
        rf"(?=(?:\s?[·,]\s?[첫둘셋넷]째){{0,3}}\s?(?:주(?:말|에|의|까지|부터|\s|$)|{LETTER}요일))",
        read_nth,
    ),
    _pattern(
        rf"{FREE}마지막(?=\s?(?:주(?:말|에|의|까지|부터|\s|$)|{LETTER}요일))",
        fixed(WORD, Quantity(LAST, NTH)),
    ),
    _pattern(
        r"\((?P<one>[월화수목금토일])(?:요일)?(?:\s?[~,·-]\s?(?P<other>[월화수목금토일]))?(?:요일)?\)",
        read_weekday,
    ),
    _pattern(
        r"(?<![가-힣])(?P<one>[월화수목금토일])\s?~\s?(?P<other>[월화수목금토일])(?![가-힣])",
        read_weekday,
    ),
    _pattern(
        rf"(?<![가-힣\d·])(?P<list>{LETTER}(?:\s?·\s?{LETTER}){{1,6}}(?=요일|{WORD_END})"
        rf"|{LETTER}(?:\s?[·,]\s?{LETTER}){{2,6}}(?=요일|{WORD_END})"
        rf"|{LETTER}(?:\s?,\s?{LETTER})(?=요일)"
        rf"|(?<![^\s(\x00]){LETTER},\s?{LETTER}(?=[)\x00\s]|$))(?!\s?·)(?:요일)?",
        read_weekdays,
    ),
    _pattern(rf"(?P<one>{LETTER})요일", read_weekday),
    _pattern(r"평일", fixed(WORD, *(_weekday(day) for day in (WEEKDAYS_MEANT, 0, 4)))),
    _pattern(r"주말", fixed(WORD, *(_weekday(day) for day in (WEEKENDS_MEANT, 5, 6)))),
)

SINO_UNIT: Final = r"개월|년|일간"
NATIVE_UNIT: Final = rf"평(?=\s|{WORD_END})|큰술|작은술|시간|달(?!러)|주(?=\s|간)|해(?=\s|에|를)"
DEGREES: Final = r"℃|°\s?C\b|°|도"
TEMPERATURES: Final = (
    *FAHRENHEIT,
    Pattern(below_zero(r"영하\s?", r"~|-|에서|부터", DEGREES), read_below_zero),
    Pattern(below_zero(rf"(?:{BELOW})", r"~", DEGREES), read_below_zero),
)
CLASSES: Final = "졸업|입학|입사|등단|데뷔|임용|생(?!산|활)"
OF_TEN: Final = "하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉"
QUANTITIES: Final = (
    # "2남 1녀": two sons and a daughter.
    _pattern(r"(?<![\d.,])(?P<number>\d)(?P<unit>[남녀])(?!매|[가-힣]{3})", read_quantity),
    _pattern(r"(?<=외\s)(?P<number>\d{1,3})(?=\s?[명인])", read_or_one(1)),
    _pattern(r"(?<![\d.,])(?P<one>\d{1,2})\s대\s(?P<other>\d{1,2})(?![\d.,])", read_ratio),
    _pattern(r"(?<![\d.,])(?P<number>\d\.\d)배", read_times),
    _pattern(rf"{FREE}(?P<number>{NATIVE_WORDS})\s?(?P<unit>개월|달|년|주|해)째", read_or_one(-1)),
    _pattern(
        r"(?<![\d.,])(?:(?P<one>(?:19|20)?\d0)(?:년대)?\s?[~·,-]\s?)?(?P<other>(?:19|20)?\d0)년대",
        read_decades,
    ),
    # "열에 여덟": eight of ten.
    _pattern(
        rf"{FREE}(?P<one>열)(?:에|\s?(?:명|개|점|곳|집)?\s?(?:중|가운데)(?:에|에서)?)\s"
        rf"(?P<other>(?:{OF_TEN}){WORD_END}|(?:{OF_TEN})(?=뿐|만|이|도|은)|(?:한|두|세|네)(?=\s))",
        read_both,
    ),
    _pattern(rf"(?<!\d)(?P<year>\d{{2}})(?:학번|년(?=\s?(?:{CLASSES})))", read_year_of_entry),
    _pattern(r"중학교\s(?P<number>[1-3])학년|중(?P<other>[1-3])(?![\d가-힣])", read_grade(6)),
    _pattern(r"고등학교\s(?P<number>[1-3])학년|고(?P<other>[1-3])(?![\d가-힣])", read_grade(9)),
    _pattern(
        rf"(?P<number>(?<!\d)\d+|{FREE}(?:{NATIVE_WORDS}))\s?(?P<unit>시간|년)\s?"
        r"(?:(?P<more>\d+)\s?(?P<moreunit>분|개월))"
        r"(?!기|야)",
        read_quantity,
    ),
    _pattern(
        rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})\s?(?P<unit>달러|유로|파운드)\s?"
        r"(?P<more>\d{1,2})\s?(?P<moreunit>센트|펜스)",
        read_quantity,
    ),
    _pattern(
        rf"(?<![\d가-힣])(?P<number>\d+|{NATIVE_WORDS})\s?(?P<unit>시간|년|달|개월)\s?(?P<more>반){WORD_END}",
        read_quantity,
    ),
    _pattern(
        rf"(?<!\d)(?P<whole>{IN_DIGITS}|[십백천만억]+)분의\s?(?P<part>\d+)(?!\s?분)",
        read_fraction,
    ),
    _pattern(rf"{ORDINAL}(?P<number>\d+)(?=회|차|기|대|호|권|집|판|막|조|항|장|절)", read_place),
    _pattern(rf"{ORDINAL}(?P<number>\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+)", read_ordinal),
    _pattern(rf"{NOT_IN_A_NAME}(?P<currency>{CURRENCY})\s?(?P<number>{IN_DIGITS})", read_quantity),
    _pattern(
        r"(?<![\d,])(?P<year>(?:19|20)\d{2})(?![\d,.]|\s?(?:[가-힣]|%|[a-z㎏-㎥]))", read_year
    ),
    _pattern(rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})\s?여?\s?(?P<unit>{UNIT})", read_quantity),
    _pattern(rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})", read_quantity),
    _pattern(rf"{FREE}(?P<number>{SINO_WORDS})\s?여?\s?(?P<unit>{MONEY})", read_quantity),
    _pattern(
        rf"{FREE}(?P<hint>(?P<number>(?=[십백천만억]){SINO_WORDS}|열))"
        rf"(?:(?P<unit>{SINO_UNIT}|일)|{COUNTER}){WORD_END}",
        read_quantity,
    ),
    _pattern(
        rf"{FREE}(?P<number>{SINO_WORDS}){_gap(rf'{SINO_UNIT}|{COUNTER}')}"
        rf"(?:(?P<unit>{SINO_UNIT})|{COUNTER})",
        read_quantity,
    ),
    _pattern(rf"{FREE}(?P<number>{SINO_WORDS})\s(?P<unit>일){WORD_END}", read_quantity),
    _pattern(
        rf"{FREE}(?P<number>{NATIVE_WORDS}){_gap(rf'{NATIVE_UNIT}|{COUNTER}')}"
        rf"(?:(?P<unit>{NATIVE_UNIT})|{COUNTER})",
        read_quantity,
    ),
    _pattern(rf"{FREE}(?P<hint>(?P<number>{SINO_WORDS}))\s(?=[가-힣])", read_quantity),
    _pattern(
        rf"{FREE}(?P<number>(?:{any_of(TENS)})(?:{any_of(ONES)}))(?=\s|{WORD_END})", read_quantity
    ),
    _pattern(rf"{FREE}(?P<number>서른|마흔|예순|일흔|여든|아흔){WORD_END}", read_quantity),
    _pattern(rf"{FREE}(?P<number>두|세|스무|다섯|여섯|일곱|여덟|아홉)\s(?=[가-힣])", read_quantity),
)

RELATIVES: Final = "딸|아들|아이|자녀|자식|형|누나|언니|오빠|동생|며느리|사위|손자|손녀"
WORDS: Final = (
    _pattern(rf"(?P<number>둘|셋|넷|다섯|여섯|일곱)째(?=\s(?:{RELATIVES}))", read_ordinal),
    _pattern(rf"{FREE}하루|당일", fixed(HINT, _days(1))),
    _pattern(r"격주", fixed(HINT, _days(14), Quantity(Fraction(2)))),
    _pattern(
        r"절반|반값", fixed(HINT, Quantity(Fraction(1, 2)), Quantity(Fraction(50), Unit("%")))
    ),
    _pattern(r"반년", fixed(WORD, Quantity(Fraction(6), Unit(MONTHS)))),
    _pattern(rf"{FREE}(?P<number>둘|셋|넷){WORD_END}(?!째)", read_quantity),
    _pattern(r"양국|양측|양쪽|양자|양 (?=[가-힣])|두|둘|쌍방", fixed(HINT, Quantity(Fraction(2)))),
    _pattern(rf"{FREE}(?P<hint>(?P<number>네|셋|넷|열))(?=\s)", read_ordinal),
    _pattern(rf"첫째?|처음|{FREE}한\s|하나|매|단일|각|홀로", fixed(HINT, Quantity(Fraction(1)))),
    _pattern(r"둘째", fixed(HINT, Quantity(Fraction(2)))),
    _pattern(r"셋째", fixed(HINT, Quantity(Fraction(3)))),
)

KOREAN: Final = Tongue(
    patterns=(
        *ADDRESSES,
        *NAMES,
        _pattern(YEARS, read_years),
        *PHONES,
        *ISO_DAYS,
        *DURATIONS,
        *PARTS_OF_YEAR,
        *SPANS,
        *DATES,
        *MONTH_NAMES,
        *TIMES,
        *DAYS_OF_WEEK,
        *TEMPERATURES,
        *SLASHED,
        *ROMANS,
        *NATIVE_DAYS,
        *COUNTS,
        *QUANTITIES,
        *WORDS,
    ),
    number=korean_number,
    numbers=NUMBERS,
    scales=SCALES,
    units=UNITS,
    months={},
    hours=HOURS,
    weekdays=WEEKDAYS,
    rates=RATES,
    manner=MANNER,
    columns=re.compile(COLUMN),
    weekday_gaps=(re.compile(r"(?!)"), re.compile(r"\s?\(?")),
)
