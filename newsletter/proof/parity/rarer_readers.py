"""Readers of less usual figures: decades, grades, rates, speeds and parts of a unit."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import (
    BARE,
    HALF,
    PERCENT,
    POINTS,
    Day,
    Figure,
    Meaning,
    Quantity,
    Unit,
    Weight,
)
from newsletter.proof.parity.readers import groups, read_quantity, units_of
from newsletter.proof.parity.scanning import FigureReader, Reading

SMALL_PARTS: Final = {
    "ten-thousandth": 10**4,
    "hundred-thousandth": 10**5,
    "millionth": 10**6,
    "tenth": 10,
    "hundredth": 100,
}


def read_decades(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read one or two decades: "70년대" is the seventies of the last century, or of a life."""
    del reading
    for name, written in groups(match).items():
        value = int(written)
        meanings: list[Meaning] = [Quantity(Fraction(value)), Day(frozenset({value}))]
        if value > 1900:
            meanings.append(Quantity(Fraction(value - 1900)))  # "the sixties"
        if value < 100:
            meanings = [Quantity(Fraction(value)), Quantity(Fraction(1900 + value))]
            meanings.append(Day(frozenset({1900 + value})))
        yield Figure(tuple(meanings), Weight.SURE, match.start(name), match.end(name))


def read_halves(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read both halves of a year."""
    del reading
    for number in (1, 2):
        meanings = (Quantity(Fraction(number), HALF),)
        yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_lunar_month(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a month of the lunar calendar by its ``number``: 음력 6월 is the sixth."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        meanings = (Day(month=int(value)), Quantity(value))
        yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_grade(before: int) -> FigureReader:
    """Return a reader of the grade of a school, which may count the *before* years as well."""

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        del reading
        value = Fraction(match["number"] or match["other"])
        meanings = (Quantity(value), Quantity(value + before))
        yield Figure(meanings, Weight.SURE, match.start(), match.end())

    return read


def read_speed(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a ``number`` of metres a second or of kilometres an hour, by its ``way``."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        factor = Fraction(18, 5) if match["way"] == "초속" else Fraction(1)
        meanings = (Quantity(value, Unit("speed", factor)),)
        yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_scale(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "an extra million won": one of a scale."""
    value = Fraction(reading.tongue.scales[match["number"].lower()])
    meanings = tuple(Quantity(value, unit) for unit in units_of(match["unit"], reading))
    yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_small_part(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "one ten-thousandth": a ``part`` of a ``whole``."""
    part = reading.tongue.number(match["part"]) or Fraction(1)
    value = part / SMALL_PARTS[match["whole"].lower()]
    yield Figure((Quantity(value),), Weight.SURE, match.start(), match.end())


def read_part_of_unit(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "six-tenths of a second": a part of a ``unit``."""
    part = reading.tongue.number(match["part"]) or Fraction(1)
    value = part / SMALL_PARTS[match["whole"].lower()]
    meanings = tuple(Quantity(value, unit) for unit in units_of(match["unit"], reading))
    yield Figure(meanings or (Quantity(value),), Weight.SURE, match.start(), match.end())


def read_every_other(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "every other year": every two of its ``unit``."""
    meanings = tuple(Quantity(Fraction(2), unit) for unit in units_of(match["unit"], reading))
    yield Figure(meanings, Weight.WORD, match.start(), match.end())


def read_rate(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read a rate of exchange, "935 to the dollar", whose currency may stand elsewhere."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        units = (BARE, *units_of("won", reading), *units_of("yen", reading))
        meanings = tuple(Quantity(value, unit) for unit in units)
        yield Figure(meanings, Weight.SURE, match.start(), match.end())


def read_one_of(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "one in eight": the ``whole``, or a part of it."""
    whole = reading.tongue.number(match["whole"])
    if whole:
        meanings = (Quantity(whole), Quantity(1 / whole), Quantity(100 / whole, PERCENT))
        yield Figure(meanings, Weight.WORD, match.start("whole"), match.end("whole"))


def read_ratio(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "6 대 4": two numbers, or two shares of their sum."""
    del reading
    values = {name: Fraction(int(match[name])) for name in ("one", "other")}
    whole = sum(values.values())
    for name, value in values.items():
        shares = (Quantity(value / whole), Quantity(100 * value / whole, PERCENT)) if whole else ()
        meanings = (Quantity(value), *shares)
        yield Figure(meanings, Weight.SURE, match.start(name), match.end(name))


def read_times(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "1.5배", which is 150 percent, and half as much again."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        shares = (Quantity(100 * one, PERCENT) for one in (value, value - 1))
        more = Quantity(value - 1), *shares
        yield Figure((Quantity(value), *more), Weight.SURE, match.start(), match.end())


def read_or_one(step: int) -> FigureReader:
    """
    Return a reader of a quantity that may be *step* more.

    "Professor Kim and three others" are four, and "넉 달째" is more than three months.
    """

    def read(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
        for figure in read_quantity(match, reading):
            found = [one for one in figure.meanings if isinstance(one, Quantity)]
            more = tuple(Quantity(one.value + step, one.unit) for one in found)
            yield replace(figure, meanings=(*figure.meanings, *more))

    return read


def read_points(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "0.7 points", which are points of a percentage or of another scale."""
    value = reading.tongue.number(match["number"])
    if value is not None:
        meanings = (Quantity(value), Quantity(value, POINTS))
        yield Figure(meanings, Weight.SURE, match.start(), match.end())
