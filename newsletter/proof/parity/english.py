"""Patterns of figures in English."""

import re
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.clocks import (
    read_bare_hour,
    read_clock,
    read_hour_in_words,
    read_spoken_clock,
)
from newsletter.proof.parity.durations import DURATIONS
from newsletter.proof.parity.english_days import DAYS_OF_WEEK
from newsletter.proof.parity.english_hints import HALVES, WORDS, half, number, pattern, quarter
from newsletter.proof.parity.english_numbers import (
    IN_DIGITS,
    IN_WORDS,
    NUMBERS,
    OF_MONEY,
    ONES,
    ORDINALS,
    SCALES,
    english_number,
)
from newsletter.proof.parity.english_words import (
    HOURS,
    MANNER,
    MONTHS,
    RATES,
    UNIT,
    UNITS,
    WEEKDAY,
    WEEKDAYS,
)
from newsletter.proof.parity.meaning import CLOCK, QUARTER, Quantity, Unit
from newsletter.proof.parity.rarer_readers import (
    read_every_other,
    read_halves,
    read_lunar_month,
    read_one_of,
    read_or_one,
    read_part_of_unit,
    read_points,
    read_rate,
    read_scale,
    read_small_part,
)
from newsletter.proof.parity.readers import (
    fixed,
    nothing,
    read_day,
    read_fraction,
    read_half_of,
    read_ordinal,
    read_part_of_year,
    read_part_or_ordinal,
    read_place,
    read_quantity,
    read_year,
    read_years,
)
from newsletter.proof.parity.scanning import Pattern, Tongue
from newsletter.proof.parity.spellings import (
    ADDRESSES,
    BELOW,
    CLOCKS,
    CURRENCY,
    FAHRENHEIT,
    HINT,
    ISO_DAYS,
    NOT_IN_A_NAME,
    PHONES,
    ROMANS,
    SLASHED,
    SURE,
    TIME,
    VALUE,
    WORD,
    YEARS,
    any_of,
    below_zero,
)
from newsletter.proof.parity.spellings import MONTHS as MONTHS_LONG
from newsletter.proof.parity.temperatures import read_below_zero
from newsletter.proof.parity.vulgar import vulgar

DAY: Final = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d%]|:\d|,\d|\.\d|\s?[ap]\.?m\b)"
MORE_DAYS: Final = (
    rf"(?:\s?-\s?{DAY}(?!\s?-\s?\d)|\s(?:and|to|or|through|until)\s(?:the\s)?{DAY}"
    rf"|,\s{DAY}(?=(?:,\s{DAY}){{0,9}},?\sand\s{DAY}))"
)
DAY_LIST: Final = rf"(?P<days>{DAY}{MORE_DAYS}{{0,9}})"
MONTH: Final = rf"(?P<month>{any_of(MONTHS)})(?![a-zÀ-ɏ])\.?"
YEAR: Final = r"(?P<year>(?:19|20)\d{2})(?!\d|,\d)"
# What stands behind "Monday, 7" in "Monday, 7 to Friday, 11 September".
MORE_BEHIND: Final = (
    rf"(?=(?:\s?(?:to|and|or|through|until|,|-)\s?(?:and\s)?(?:the\s)?{WEEKDAY},?\s(?:the\s)?{DAY})"
    rf"{{1,4}}\s(?:of\s)?{MONTH}(?:,?\s{YEAR})?)"
)
# "May" and "march" are also verbs, and short names are also names of people: hints only.
ALSO_WORDS: Final = "May|March|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
HOUR: Final = r"(?:1[0-2]|0?[1-9])"
HOUR_IN_WORDS: Final = r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
PART_OF_DAY: Final = (
    r"(?:in\sthe|at|on\sthe|every|each|that|this|the\s(?:same|next|following)|tomorrow"
    rf"|(?:on\s)?{WEEKDAY})\s(?P<part>morning|afternoon|evening|night)s?\b"
)


OF_A_YEAR: Final = (
    r"\b(?=\sof\s(?:(?:the|this|last|next)\s)?(?:[a-z]{1,9}\s)?(?:year|(?:19|20)\d{2})\b)"
)
NAMES: Final = (
    pattern(r"\bcovid-?\s?19|\b\d{1,2}-to-\d{1,2}\b(?=\s+match)", nothing),
    pattern(
        r"\b(?:tens|hundreds|thousands|millions|billions|dozens)\sof(?:\s(?:thousands|millions)\sof)?",
        nothing,
    ),
    pattern(
        r"\b24/7|\ba?round[\s-]the[\s-]clock|\bat\s(?:any|all)\s(?:hours?|times?)\b|\bday\sand\snight",
        fixed(HINT, Quantity(Fraction(24 * 60), Unit(TIME)), number(24), number(7)),
    ),
    pattern(
        r"\b(?:(?:the\sturn\sof\sthe|the\spresent|this)\scentury|the\snew\smillennium)\b",
        fixed(HINT, number(21), number(100), Quantity(Fraction(1200), Unit(MONTHS_LONG))),
    ),
    pattern(
        r"\bone-on-one|\bone-stop|\bno\sone\b|\beach\sother|\bone\sanother", fixed(HINT, number(1))
    ),
)

DATES: Final = (
    pattern(rf"(?<![\d.,:])(?P<days>{DAY}){MORE_BEHIND}", read_day, re.NOFLAG),
    pattern(rf"\b{MONTH}\s(?:the\s)?{DAY_LIST}(?:,?\s{YEAR})?", read_day, re.NOFLAG),
    pattern(rf"(?<![\d.,:]){DAY_LIST}\s(?:of\s)?{MONTH}(?:,?\s{YEAR})?", read_day, re.NOFLAG),
    pattern(rf"\b{MONTH},?\s(?:of\s)?{YEAR}", read_day, re.NOFLAG),
    pattern(rf"\b(?P<hint>(?P<month>{ALSO_WORDS}))\b(?!\.)", read_day, re.NOFLAG),
    pattern(rf"\b{MONTH}", read_day, re.NOFLAG),
    pattern(
        rf"\b(?P<number>{any_of(ORDINALS)})\s(?:lunar\smonth|month\sof\sthe\s(?:lunar|traditional))\b",
        read_lunar_month,
    ),
)

TIMES: Final = (
    pattern(
        rf"\b(?P<more>five|ten|twenty|twenty-five)\s(?P<way>to)\s(?P<hour>{HOUR_IN_WORDS}|{HOUR})"
        rf"\s{PART_OF_DAY}",
        read_spoken_clock,
    ),
    pattern(
        r"\b(?P<more>(?:five|ten|twenty|twenty-five|(?:a\s)?quarter|half)(?:\sminutes)?)\s"
        r"(?P<way>past|to)\s(?P<hour>noon|midday|midnight)\b",
        read_spoken_clock,
    ),
    pattern(
        rf"\b(?:at|until|till|by|before|after)\s(?P<more>five|ten|twenty|twenty-five)\s(?P<way>to)"
        rf"\s(?P<hour>{HOUR_IN_WORDS})\b(?!\s(?:{UNIT}|[a-z]+s\b)|\sper\s?cent)",
        read_spoken_clock,
    ),
    pattern(
        rf"(?<![\d:.,])(?:(?P<hour0>{HOUR})(?:[:.](?P<minute0>[0-5]\d))?\s?(?:-|to|until|and|or)\s?)?"
        rf"(?P<hour>{HOUR})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<part>[ap]\.?\s?m)\b\.?",
        read_clock,
    ),
    pattern(rf"\b(?P<hour>{HOUR}|{HOUR_IN_WORDS})\so'clock(?:\s{PART_OF_DAY})?", read_clock),
    pattern(rf"(?<![\d:.,])(?P<hour>{HOUR})[:.](?P<minute>[0-5]\d)\s{PART_OF_DAY}", read_clock),
    pattern(
        rf"\b(?:at|from|to|until|till|by|before|after|around|about)\s(?P<hour>{HOUR}|{HOUR_IN_WORDS})"
        rf"(?:[:.](?P<minute>[0-5]\d)|[\s-](?P<half>thirty))?\s{PART_OF_DAY}",
        read_clock,
    ),
    pattern(
        rf"\bbetween\s(?P<hour0>{HOUR}|{HOUR_IN_WORDS})\sand\s(?P<hour>{HOUR}|{HOUR_IN_WORDS})"
        rf"\s{PART_OF_DAY}",
        read_clock,
    ),
    # "At four in the morning and four in the afternoon": the first was read just now.
    pattern(rf"(?<=\x00\sand\s)(?P<hour>{HOUR_IN_WORDS})\s{PART_OF_DAY}", read_clock),
    pattern(
        rf"\b(?P<more>(?:five|ten|twenty|twenty-five|\d{{1,2}})(?:\sminutes)?(?=\spast)"
        rf"|(?:a\s)?quarter|half(?=\spast)|(?:five|ten|twenty|twenty-five)(?=\sminutes\sto))"
        rf"(?:\sminutes)?\s(?P<way>past|to)\s(?P<hour>{HOUR_IN_WORDS}|{HOUR})\b(?!\s?(?:{UNIT}))",
        read_spoken_clock,
    ),
    pattern(
        rf"\b(?:at|until|till|by|before|after|past|between)\s(?:around\s|about\s)?"
        rf"(?P<hour>{HOUR_IN_WORDS})\b"
        rf"(?!\s(?:{UNIT})|\s[a-z]+s\b|\s(?:of|hundred|thousand|million|billion|to|past)\b|-)",
        read_hour_in_words,
    ),
    pattern(
        rf"\bat\s(?P<hour>{HOUR})(?![\d:,%/-]|\.\d|\s?(?:{UNIT})|\s[a-z]+s\b|\s(?:million|billion))",
        read_bare_hour,
    ),
    pattern(
        r"\b(?:12(?:[:.]00)?\s)?(?:noon|midday)\b", fixed(SURE, Quantity(Fraction(12 * 60), CLOCK))
    ),
    pattern(r"\b(?:12(?:[:.]00)?\s)?midnight\b", fixed(SURE, Quantity(Fraction(0), CLOCK))),
    *CLOCKS,
)

PARTS_OF_YEAR: Final = (
    pattern(
        r"\b(?P<number>first|second|third|fourth|1st|2nd|3rd|4th)[\s-]quarter",
        read_part_of_year(QUARTER, SURE),
    ),
    pattern(r"\bQ(?P<number>[1-4])\b", read_part_of_year(QUARTER, SURE)),
    pattern(r"\bfirst\s(?:and|or)\s(?:the\s)?second\shal(?:f|ves)\b", read_halves),
    # The half of a match or of a month is written alike, and may have no words in Korean.
    pattern(rf"\b(?:first|1st)[\s-]half{OF_A_YEAR}|\bH1\b", fixed(SURE, half(1))),
    pattern(rf"\b(?:second|latter|2nd)[\s-]half{OF_A_YEAR}|\bH2\b", fixed(SURE, half(2))),
    pattern(
        r"\bhalf[\s-]year(?:ly)?\b",
        fixed(WORD, number(6, MONTHS_LONG), half(1), half(2)),
    ),
    pattern(
        r"\b(?:each|every|either|both)\s(?:half|halves)\b(?![\s-](?:an?\s)?hour)",
        fixed(HINT, half(1), half(2)),
    ),
    pattern(
        r"\b(?:each|every|once\sa|twice\sa|per)\squarter\b(?!\s(?:of\san\s)?hour)",
        fixed(HINT, *(quarter(at) for at in range(1, 5))),
    ),
    pattern(r"\b(?:first|1st)[\s-]half\b", fixed(WORD, half(1))),
    pattern(r"\b(?:second|latter|2nd)[\s-]half\b", fixed(WORD, half(2))),
)

DEGREES: Final = r"℃|°\s?C\b|°|degrees?\b"
TEMPERATURES: Final = (
    *FAHRENHEIT,
    Pattern(below_zero(r"\b(?:minus|negative)\s", r"to|-|and", DEGREES), read_below_zero),
    Pattern(below_zero(rf"(?:{BELOW})", r"to|~|and", DEGREES), read_below_zero),
    pattern(
        rf"(?<![\d.,])(?:(?P<first>{VALUE})\s?(?:to|-)\s?)?(?P<number>{VALUE}|\b(?:{IN_WORDS}))\s?"
        rf"(?P<degrees>(?P<again>{DEGREES})(?:\sCelsius)?)\sbelow\s(?:zero|freezing)\b",
        read_below_zero,
    ),
    pattern(
        rf"\b(?:minus|negative)\s(?P<number>{VALUE})(?![\d,.]\d|\d|\s?(?:{UNIT}))", read_below_zero
    ),
    # "Nineteen below, and a blizzard blowing."
    pattern(rf"\b(?P<number>{VALUE}|{IN_WORDS})\sbelow(?=[,.;])", read_below_zero),
)
PARTS_OF: Final = (
    "third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|fifteenth|twentieth"
    "|thirtieth|fortieth|fiftieth|quarter|hundredth|thousandth"
)
TENS_OF: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
SURNAMES: Final = "One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten"  # "Lidiya Ten"
OTHERS: Final = r"colleagues?|others?|friends?|companions?|classmates?|neighbou?rs?|staff"
QUANTITIES: Final = (
    *HALVES,
    vulgar(UNIT),
    pattern(r"(?<![\d.,])(?P<number>\d+\.\d+)\spoints?\b", read_points),
    # "Professor Kim and three others" are four.
    pattern(
        rf"\band\s(?P<number>{IN_WORDS}|\d{{1,2}})(?=\s(?:of\s(?:his|her|their|my|our)\s)?(?:other\s)?"
        rf"(?:{OTHERS})\b)",
        read_or_one(1),
    ),
    pattern(
        rf"(?<=\bone\sin\s)(?P<whole>(?:{any_of(ONES)})\b(?!-)|\d{{1,3}}(?:,\d{{3}})*(?![\d%]|[.,]\d))"
        rf"(?!\s(?:{UNIT}|hundred|thousand|million))",
        read_one_of,
    ),
    pattern(
        rf"(?<=[a-z]\s)(?P<hint>(?P<number>{SURNAMES}))\b(?!\s[A-Z]?[a-z]+s\b|-)",
        read_quantity,
        re.NOFLAG,
    ),
    pattern(
        r"\b(?:an?\s|every\s)?quarter[\s-](?:of[\s-]an?[\s-])?hour\b",
        fixed(WORD, number(15, TIME)),
    ),
    pattern(rf"\b(?P<number>(?:{TENS_OF})-(?:{any_of(ORDINALS)}))\b", read_ordinal),
    pattern(
        rf"\b(?:a|an|another|one)\s(?:further|extra|additional|more|whole|full)\s"
        rf"(?P<number>hundred|thousand|million|billion)\s(?P<unit>{UNIT})",
        read_scale,
    ),
    pattern(
        r"\b(?P<part>one|an?|two|three|four|five|six|seven|eight|nine)[\s-]"
        r"(?P<whole>ten-thousandth|hundred-thousandth|millionth)s?\b",
        read_small_part,
    ),
    pattern(
        r"\b(?P<part>two|three|four|five|six|seven|eight|nine)[\s-](?P<whole>tenth|hundredth)s\s"
        r"of\san?\s(?P<unit>second|minute|percent|percentage\spoint)\b",
        read_part_of_unit,
    ),
    pattern(
        rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})\s(?P<unit>dollars?|euros?|pounds?|won),?\s(?:and\s)?"
        r"(?P<more>\d{1,2})\s(?P<moreunit>cents?|pence|jeon)\b",
        read_quantity,
    ),
    pattern(
        r"(?<![\d.,])(?P<number>\d)[\s-](?P<unit>feet|foot|ft),?\s(?:and\s)?(?P<more>\d{1,2})"
        r"[\s-](?P<moreunit>inches|inch)\b",
        read_quantity,
    ),
    pattern(
        rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})(?:\s(?P<unit>won|yen))?\s(?:to|per)\s(?:the|a|one)\s"
        r"(?:U\.?S\.?\s)?(?:dollar|euro|yen|pound)\b",
        read_rate,
    ),
    pattern(
        r"\bevery\s(?P<number>other|second)\s(?P<unit>day|week|month|year)\b", read_every_other
    ),
    pattern(r"\bbienni(?:al|ally)\b", fixed(WORD, number(24, MONTHS_LONG))),
    pattern(
        rf"(?<![\d.,])(?P<number>\d+|\b(?:{IN_WORDS}|an?|every))[\s-]?(?P<unit>hours?|hrs?|h|years?)\b\.?,?"
        rf"\s(?:and\s)?(?P<more>\d+|half|{IN_WORDS})[\s-]?(?P<moreunit>minutes?|mins?|months?)\b",
        read_quantity,
    ),
    pattern(
        r"\b(?P<whole>an?)\s(?:(?:full|whole|good)\s)?(?P<unit>hour|day|week|month|year|decade|century)\sand\sa\shalf\b",
        read_half_of,
    ),
    pattern(
        r"(?<!and a )\bhalf[\s-](?:an?[\s-])?(?P<whole>)"
        r"(?P<unit>hour|day|month|year|decade|century)\b",
        read_half_of,
    ),
    pattern(
        rf"\b(?P<part>one|an?)[\s-](?P<whole>{PARTS_OF})(?=\sof\b)",
        read_fraction,
    ),
    pattern(rf"\b(?:one|an?)[\s-](?P<whole>{PARTS_OF})\b", read_part_or_ordinal),
    pattern(
        rf"\b(?P<part>two|three|four|five|six|seven|eight|nine)[\s-](?P<whole>{PARTS_OF})s\b",
        read_fraction,
    ),
    # "The 12th Miryang Festival" and "the 12th floor" are no days.
    pattern(
        rf"(?<![\d.,])(?P<number>\d+)(?:st|nd|rd|th)"
        rf"(?=\s(?!(?:{WEEKDAY}|{any_of(MONTHS)})\b)[A-Z][a-z])",
        read_place,
        re.NOFLAG,
    ),
    pattern(
        r"(?<![\d.,])(?P<number>\d+)(?:st|nd|rd|th)(?=[\s-](?:annual|anniversary|edition|floor|grade"
        r"|century|birthday|graduating|class|round|time|year|place|volume|issue|term|session)\b)",
        read_place,
    ),
    pattern(r"(?<![\d.,])(?P<number>\d+)(?:st|nd|rd|th)\b", read_ordinal),
    pattern(rf"(?<![A-Za-z])(?P<currency>{CURRENCY})\s?(?P<number>{OF_MONEY})", read_quantity),
    pattern(rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})[\s-]?(?P<unit>{UNIT})", read_quantity),
    pattern(r"(?<![\d,.-])(?P<year>(?:19|20)\d{2})(?!\d|,\d|\.\d)", read_year),
    pattern(r"(?<=-)(?P<year>(?:19|20)\d{2})(?!\d|,\d|\.\d)", read_year),
    pattern(rf"{NOT_IN_A_NAME}(?P<number>{IN_DIGITS})", read_quantity),
    pattern(r"(?<![\w.,:/-])(?P<number>\.\d{2,4})(?![\w.])", read_quantity),  # of averages
    pattern(rf"\b(?P<number>{IN_WORDS})[\s-](?P<unit>{UNIT})", read_quantity),
    pattern(rf"\b(?P<number>{IN_WORDS})\b", read_quantity),
    pattern(rf"\b(?P<number>{any_of(ORDINALS)})\b", read_ordinal),
)

ENGLISH: Final = Tongue(
    patterns=(
        *ADDRESSES,
        *NAMES,
        pattern(YEARS, read_years),
        *PHONES,
        *ISO_DAYS,
        *DURATIONS,
        *PARTS_OF_YEAR,
        *DATES,
        *TIMES,
        *DAYS_OF_WEEK,
        *TEMPERATURES,
        *SLASHED,
        *ROMANS,
        *QUANTITIES,
        *WORDS,
    ),
    number=english_number,
    numbers=NUMBERS,
    scales=SCALES,
    units=UNITS,
    months=MONTHS,
    hours=HOURS,
    weekdays=WEEKDAYS,
    rates=RATES,
    manner=MANNER,
    columns=re.compile(
        r"(?i)(?:\b|(?<=[$€£¥₩]))(?P<scale>hundred|(?:(?:ten|hundred)\s)?thousand|(?:(?:ten|hundred)\s)?million"
        r"|billion|trillion|bn|mn|tn)s?\b(?!\s\d)"
    ),
    weekday_gaps=(re.compile(r",?\s(?:the\s)?"), re.compile(r",\s|\s?\(")),
)
