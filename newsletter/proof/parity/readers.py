"""Readers of patterns: from a match's named groups to figures, for any language."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import (
    BARE,
    HALF,
    NTH,
    PERCENT,
    PHONE,
    WEEKDAY,
    Day,
    Figure,
    Meaning,
    Quantity,
    Unit,
    Weight,
)
from newsletter.proof.parity.scanning import FigureReader, Reading

ROMAN: Final = {"II": 2, "III": 3, "IV": 4, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
GRADES: Final = {"I": 1, **ROMAN, "V": 5, "X": 10}  # a single letter behind a word that tells
ENTRY_IN_1900S: Final = 40  # of a year with two digits


def groups(match: re.Match[str]) -> dict[str, str]:
    """Return the named groups that matched."""
    return {name: text for name, text in match.groupdict().items() if text}


def nothing(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read no figure: a name or an expression that contains digits."""
    del match, reading
    yield from ()


def fixed(weight: Weight, *meanings: Meaning) -> FigureReader:
    """Return a reader of words that always mean the same figure."""

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        del reading
        yield Figure(meanings, weight, match.start(), match.end())

    return read


def by_word(weight: Weight, meanings: Mapping[str, Meaning]) -> FigureReader:
    """Return a reader of words with one meaning each; the group ``word`` contains the word."""

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        del reading
        yield Figure((meanings[match["word"]],), weight, match.start(), match.end())

    return read


def read_day(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``year``, ``month`` and ``days`` ("3", "3~5", "3, 5 and 7"), or some of them."""
    found = groups(match)
    month = _month(found.get("month"), reading)
    if month is not None and not 1 <= month <= 12:
        return
    years = _years(found.get("year"), month, reading)
    weight = Weight.HINT if found.get("hint") else Weight.SURE
    if "days" not in found:
        yield Figure((Day(years, month),), weight, match.start(), match.end())
        return
    days = list(re.finditer(r"\d{1,2}", found["days"]))
    offset = match.start("days")
    for at, day in enumerate(days):
        start = match.start() if at == 0 else offset + day.start()
        end = match.end() if at == len(days) - 1 else offset + day.end()
        yield Figure((Day(years, month, int(day[0])),), weight, start, end)


def read_named_day(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """
    Read a day that is a name: ``month`` and ``days`` of any year; English may name it in words.

    Two neighbours, like "3·4", are a list and not a day.
    """
    month, day = int(match["month"]), int(match["days"])
    if day - month == 1:
        numbers = ("month", month), ("days", day)
        for group, value in numbers:
            meanings = (Quantity(Fraction(value)),)
            yield Figure(meanings, Weight.SURE, match.start(group), match.end(group))
        return
    del reading
    yield Figure((Day(frozenset(), month, day),), Weight.WORD, match.start(), match.end())


def _month(written: str | None, reading: Reading) -> int | None:
    if written is None:
        return None
    return int(written) if written.isdigit() else reading.tongue.months[written.rstrip(".")]


def _years(written: str | None, month: int | None, reading: Reading) -> frozenset[int]:
    if written is None:
        return reading.calendar.years_of(month)
    digits = re.sub(r"\D", "", written)
    return frozenset({int(digits) + (2000 if len(digits) == 2 else 0)})


def read_year(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a number that may be a year or an ordinary number."""
    del reading
    value = int(match["year"])
    meanings = (Day(frozenset({value})), Quantity(Fraction(value)))
    yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_year_of_entry(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read the year in which somebody began to study: "83학번", "the class of '83"."""
    del reading
    value = int(match["year"])
    year = value + (1900 if value >= ENTRY_IN_1900S else 2000)
    meanings = (Day(frozenset({year})), Quantity(Fraction(year)), Quantity(Fraction(value)))
    yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_years(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a range of years; the ``last`` may have two digits: "2026-27"."""
    del reading
    names = ("born", "died") if match["born"] else ("year", "last")
    first, last = (int(match[name]) for name in names)
    century = first - first % 100 if last < 100 else 0
    for name, value in zip(names, (first, century + last), strict=True):
        meanings = (Day(frozenset({value})), Quantity(Fraction(value)))
        yield Figure(meanings, Weight.SURE, match.start(name), match.end(name))


def read_minute_of_match(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a minute of a match's second half, which may be counted from the beginning."""
    del reading
    minute = Fraction(int(match["minute"]))
    meanings = (Quantity(minute), Quantity(minute, Unit("duration")), Quantity(minute + 45))
    yield Figure((Quantity(Fraction(2), HALF),), Weight.HINT, match.start(), match.start("minute"))
    yield Figure(meanings, Weight.SURE, match.start("minute"), match.end())


def read_slashed(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "8/26" or "1/2": a month and day, or a fraction."""
    one, other = int(match["one"]), int(match["other"])
    meanings: list[Meaning] = [Quantity(Fraction(one, other))] if other else []
    if 1 <= one <= 12 and 1 <= other <= 31:
        meanings.append(Day(reading.calendar.years_of(one), one, other))
    if meanings:
        yield Figure(tuple(meanings), Weight.SURE, match.start(), match.end())


def read_both(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read two numbers, the groups ``one`` and ``other``, of one expression."""
    for name in ("one", "other"):
        value = reading.tongue.number(match[name])
        if value is not None:
            yield Figure((Quantity(value),), Weight.WORD, match.start(name), match.end(name))


def read_fraction(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``part`` of ``whole``: "two-thirds", "3분의 2"."""
    part, whole = (reading.tongue.number(match[name]) for name in ("part", "whole"))
    value = Fraction(part or 1) / Fraction(whole or 1)
    yield Figure((Quantity(value), _share(value)), Weight.SURE, match.start(), match.end())


def _share(value: Fraction) -> Quantity:
    """Return a part as a percentage: a fifth is 20 %."""
    return Quantity(value * 100, PERCENT)


def read_part_or_ordinal(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "a third": a fraction, or an ordinal number."""
    whole = reading.tongue.number(match["whole"])
    if whole:
        meanings = (Quantity(1 / whole), Quantity(whole), _share(1 / whole))
        yield Figure(meanings, Weight.WORD, match.start(), match.end())


def read_half_of(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read half of one ``unit``, or of a ``whole`` one more: "half a year", "a year and a half"."""
    value = Fraction(3, 2) if match["whole"] else Fraction(1, 2)
    weight = Weight.SURE if match["whole"] else Weight.WORD
    meanings = tuple(Quantity(value, unit) for unit in units_of(match["unit"], reading))
    yield Figure(meanings, weight, match.start(), match.end())


def read_phone(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """
    Read a telephone number; +82 is equivalent to the 0 of Korean numbers.

    ``last`` replaces the number's last digits, for the last line of several: "4242~3" is 4242 to
    4243. Texts often name the first line alone.
    """
    del reading
    digits = re.sub(r"\D", "", re.sub(r"^\+82[\s.()-]*0?", "0", match["phone"]))
    yield Figure((_phone(digits),), Weight.SURE, match.start(), match.end("phone"))
    if last := match["last"]:
        whole = digits[: -len(last)] + last
        meanings = (
            _phone(whole),
            Quantity(Fraction(int(last))),
            Quantity(Fraction(int(whole[-4:]))),
        )
        yield Figure(meanings, Weight.WORD, match.start("last"), match.end("last"))


def _phone(digits: str) -> Quantity:
    """Return the meaning of a telephone number; the 1 before the digits keeps leading zeros."""
    return Quantity(Fraction(int("1" + digits)), PHONE)


def read_weekday(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read names of weekdays; each group is one name."""
    for name, text in groups(match).items():
        value = Fraction(reading.tongue.weekdays[text.rstrip(".").lower()])
        yield Figure((Quantity(value, WEEKDAY),), Weight.WORD, match.start(name), match.end(name))


def read_weekdays(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a list of weekdays of one letter each: the group ``list``."""
    for at, letter in enumerate(match["list"], match.start("list")):
        if letter in reading.tongue.weekdays:
            value = Fraction(reading.tongue.weekdays[letter])
            yield Figure((Quantity(value, WEEKDAY),), Weight.WORD, at, at + 1)


def read_nth(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read which ``number`` of a month's weeks or weekdays: "the first Monday", "둘째 주"."""
    value = reading.tongue.number(re.sub(r"(?<=\d)[a-z]+$", "", match["number"]))
    if value is not None:
        yield Figure(
            (Quantity(value, NTH), Quantity(value)), Weight.WORD, match.start(), match.end()
        )


def read_part_of_year(unit: Unit, weight: Weight) -> FigureReader:
    """Return a reader of quarters or halves of a year."""

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        value = reading.tongue.number(match["number"])
        if value is not None:
            yield Figure((Quantity(value, unit),), weight, match.start(), match.end())

    return read


def read_ordinal(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "25th", "third", "두 번째": a number, and possibly the day of a month."""
    value = reading.tongue.number(match["number"])
    if value is None:
        return
    meanings: list[Meaning] = [Quantity(value)]
    if value.denominator == 1 and 1 <= value <= 31:
        meanings.append(Day(day=int(value)))
    yield Figure(tuple(meanings), _weight(match, value), match.start(), match.end())


def read_place(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read which ``number`` in a row something is, and no day: "제12회", "the 12th Festival"."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        yield Figure((Quantity(value),), _weight(match, value), match.start(), match.end())


def read_quantity(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``number`` with ``unit`` or ``currency``, and ``more`` in a smaller unit."""
    found = groups(match)
    value = reading.tongue.number(found["number"])
    if value is None and "more" in found:
        value = Fraction(1)  # "an hour and twenty minutes"
    if value is None:
        return
    units = units_of(found.get("currency"), reading) or units_of(found.get("unit"), reading)
    meanings: list[Meaning] = [Quantity(value, unit) for unit in units or (BARE,)]
    if "more" in found:
        meanings = [_with_more(value, units[0], found, reading)]
    if found.get("dayunit") and value.denominator == 1 and 1 <= value <= 31:
        meanings.append(Day(day=int(value)))
    scale = _scale(found["number"], reading)
    yield Figure(tuple(meanings), _weight(match, value), match.start(), match.end(), scale)


def _with_more(value: Fraction, unit: Unit, found: dict[str, str], reading: Reading) -> Quantity:
    """Add the smaller unit: "30 minutes" to "2 hours"."""
    more = reading.tongue.number(found["more"]) or Fraction(0)
    smaller = units_of(found.get("moreunit"), reading) or (unit,)
    total = value * unit.factor + more * smaller[0].factor
    return Quantity(total, Unit(unit.of, Fraction(1), unit.is_customary))


def units_of(written: str | None, reading: Reading) -> tuple[Unit, ...]:
    """Return what a unit may mean, by any spelling; nothing if it is none."""
    if written is None:
        return ()
    units = reading.tongue.units
    word = " ".join(written.split())
    spellings = (
        word,
        word.lower(),
        word.rstrip("s"),
        word.lower().rstrip("s"),
        word.replace(" ", ""),
    )
    return next((units[one] for one in spellings if one in units), ())


def _scale(written: str, reading: Reading) -> Fraction:
    """Return the multiplier of the last word of a number: 1e6 for "350 million"."""
    scale = Fraction(1)
    rest = written.strip().lower()
    while True:
        for word, factor in reading.tongue.scales.items():
            if rest.endswith(word):
                scale *= factor
                rest = rest[: -len(word)].rstrip()
                break
        else:
            return scale


def _weight(match: re.Match[str], value: Fraction) -> Weight:
    """Return the weight; a number in words, or 1 ("1인 가구"), can be said without a number."""
    found = groups(match)
    if "hint" in found:
        return Weight.HINT
    written = found["number"]
    in_digits = any(char.isdigit() for char in written)
    if "more" in found:
        return Weight.SURE
    if not in_digits and value == 1 and "unit" not in found:
        return Weight.HINT
    if value == 1 or (not in_digits and (value < 10 or "word" in found)):
        return Weight.WORD
    return Weight.SURE


def read_grade_in_roman(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "Class II": the number of a class, a phase or another grade."""
    del reading
    value = Fraction(GRADES[match["roman"]])
    yield Figure((Quantity(value),), Weight.SURE, match.start(), match.end())


def read_roman(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "II" in the name of a hall or a stage: the name may match a number."""
    del reading
    value = Fraction(ROMAN[match["roman"]])
    yield Figure((Quantity(value),), Weight.HINT, match.start(), match.end())
