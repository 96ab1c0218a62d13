"""Readers of patterns: from a match's named groups to figures, for any language."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import (
    BARE,
    CLOCK,
    PHONE,
    WEEKDAY,
    Day,
    Figure,
    Meaning,
    Quantity,
    Unit,
    Weight,
)
from newsletter.proof.parity.scanning import Reader, Reading

AMBIGUOUS_TO: Final = 12  # an hour up to this one may be of the morning or the afternoon
DAY: Final = 24 * 60


def groups(match: re.Match[str]) -> dict[str, str]:
    """Return the named groups that took part."""
    return {name: text for name, text in match.groupdict().items() if text}


def nothing(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Take a name or an expression that holds digits but is no figure."""
    del match, reading
    yield from ()


def fixed(weight: Weight, *meanings: Meaning) -> Reader:
    """Make a reader of words that always mean the same."""

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        del reading
        yield Figure(meanings, weight, match.start(), match.end())

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
    """Read a number that is a year, or a number like any other."""
    del reading
    value = int(match["year"])
    meanings = (Day(frozenset({value})), Quantity(Fraction(value)))
    yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_slashed(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "8/26" and "1/2": a day of a month, or a fraction."""
    one, other = int(match["one"]), int(match["other"])
    meanings: list[Meaning] = [Quantity(Fraction(one, other))] if other else []
    if 1 <= one <= 12 and 1 <= other <= 31:
        meanings.append(Day(reading.calendar.years_of(one), one, other))
    if meanings:
        yield Figure(tuple(meanings), Weight.SURE, match.start(), match.end())


def read_clock(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``hour``, ``minute``, ``half`` and ``part`` of the day; ``hour0``: a range's start."""
    found = groups(match)
    table = reading.tongue.hours.get(found.get("part", "").replace(".", "").replace(" ", "").lower())
    minute = 30 if "half" in found else int(found.get("minute", 0))
    hours = _hours(found["hour"], table, reading)
    if "hour0" not in found:
        yield _at(hours, minute, match.start(), match.end())
        return
    minute0 = int(found.get("minute0", 0))
    start, end = match.start("hour0"), match.end("hour0")
    # The part of the day stands once, before the first hour (오후 2~4시) or behind the
    # second (2-4 p.m.); the other hour is the nearest one that fits.
    if match.start("part") < match.start("hour"):
        first = _hours(found["hour0"], table, reading)
        hours = _nearest(_hours(found["hour"], None, reading), first, forward=True)
    else:
        first = _nearest(_hours(found["hour0"], None, reading), hours, forward=False)
    yield _at(first, minute0, start, end)
    yield _at(hours, minute, match.start("hour"), match.end())


def _hours(written: str, table: object, reading: Reading) -> tuple[int, ...]:
    number = reading.tongue.number(written)
    hour = int(number) if number is not None else 0
    if isinstance(table, dict):
        return (table.get(hour, hour),)
    if 1 <= hour <= AMBIGUOUS_TO and not written.startswith("0"):
        return (hour % 12, hour % 12 + 12)
    return (hour,)


def _nearest(hours: tuple[int, ...], to: tuple[int, ...], *, forward: bool) -> tuple[int, ...]:
    if len(to) != 1 or len(hours) == 1:
        return hours
    return (min(hours, key=lambda hour: ((hour - to[0]) if forward else (to[0] - hour)) % 24 or 24),)


def _at(hours: tuple[int, ...], minute: int, start: int, end: int) -> Figure:
    times = tuple(Quantity(Fraction((hour * 60 + minute) % DAY), CLOCK) for hour in hours)
    return Figure(times, Weight.SURE, start, end)


def read_digital_clock(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "15:30", where an hour from 8 on is meant as it stands."""
    del reading
    hour, minute = int(match["hour"]), int(match["minute"])
    can_be_later = 1 <= hour <= 7 and not match["hour"].startswith("0")
    yield _at((hour, hour + 12) if can_be_later else (hour,), minute, match.start(), match.end())


def read_phone(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a telephone number; +82 is Korea's 0."""
    del reading
    digits = re.sub(r"\D", "", re.sub(r"^\+82[\s.()-]*0?", "0", match["phone"]))
    # A one before the digits keeps the zeros that a number starts with.
    meaning = Quantity(Fraction(int("1" + digits)), PHONE)
    yield Figure((meaning,), Weight.SURE, match.start(), match.end())


def read_weekday(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read the names of weekdays; every group is one."""
    for name, text in groups(match).items():
        value = Fraction(reading.tongue.weekdays[text.rstrip(".").lower()])
        yield Figure((Quantity(value, WEEKDAY),), Weight.WORD, match.start(name), match.end(name))


def read_part_of_year(unit: Unit, weight: Weight) -> Reader:
    """Make a reader of quarters or halves of a year."""

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        value = reading.tongue.number(match["number"])
        if value is not None:
            yield Figure((Quantity(value, unit),), weight, match.start(), match.end())

    return read


def read_ordinal(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "25th", "third", "두 번째": a number, and perhaps the day of a month."""
    value = reading.tongue.number(match["number"])
    if value is None:
        return
    meanings: list[Meaning] = [Quantity(value)]
    if value.denominator == 1 and 1 <= value <= 31:
        meanings.append(Day(day=int(value)))
    yield Figure(tuple(meanings), _weight(match, value), match.start(), match.end())


def read_quantity(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``number`` and ``unit``, or ``currency`` before it; then ``more`` of a smaller unit."""
    found = groups(match)
    value = reading.tongue.number(found["number"])
    if value is None:
        return
    units = _units(found.get("currency"), reading) or _units(found.get("unit"), reading)
    meanings: list[Meaning] = [Quantity(value, unit) for unit in units or (BARE,)]
    if "more" in found:
        meanings = [_with_more(value, units[0], found, reading)]
    if found.get("dayunit") and value.denominator == 1 and 1 <= value <= 31:
        meanings.append(Day(day=int(value)))
    scale = _scale(found["number"], reading)
    yield Figure(tuple(meanings), _weight(match, value), match.start(), match.end(), scale)


def _with_more(
    value: Fraction, unit: Unit, found: dict[str, str], reading: Reading
) -> Quantity:
    """Add "30 minutes" to "2 hours"."""
    more = reading.tongue.number(found["more"]) or Fraction(0)
    smaller = _units(found.get("moreunit"), reading) or (unit,)
    total = value * unit.factor + more * smaller[0].factor
    return Quantity(total, Unit(unit.of))


def _units(written: str | None, reading: Reading) -> tuple[Unit, ...]:
    if written is None:
        return ()
    units = reading.tongue.units
    return units.get(written) or units.get(written.lower()) or units.get(written.rstrip("s"), ())


def _scale(written: str, reading: Reading) -> Fraction:
    """Return what the last word of a number multiplies by: 1e6 of "350 million"."""
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
    """A number in words, or a one ("1인 가구", "1차 진료"), may be said without a number."""
    found = groups(match)
    if "hint" in found:
        return Weight.HINT
    written = found["number"]
    in_digits = any(char.isdigit() for char in written)
    if not in_digits and value == 1:
        return Weight.HINT
    if value == 1 or (not in_digits and (value < 10 or "word" in found)):
        return Weight.WORD
    return Weight.SURE
