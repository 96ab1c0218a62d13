"""The meaning of a figure, independent of language and spelling."""

from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final

ROUNDED_MOST: Final = Fraction(1, 20)  # of a value that was converted to another unit
ROUNDED_SMALL: Final = Fraction(1, 10)  # where the rounded value has one digit before the point
FINEST: Final = 10**4  # decimals of a value beyond this are not looked at
TWO_DIGITS: Final = 10  # a value with two digits or more; "20" is not rounded to tens
YEARS_NEAR: Final = 8  # months; maximum distance of a day without a year from the month


class Weight(IntEnum):
    """How surely words are a figure that every language must contain."""

    HINT = 0  # "양측", "both", "a": can be the partner of a figure, is not a figure itself
    WORD = 1  # "세 가지", "three": compared if the other language has a different figure
    SURE = 2  # "12,000", "7월 25일": must have a partner


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a quantity."""

    of: str  # dimension: "length", "KRW", "%"; "" if the text names none
    factor: Fraction = Fraction(1)  # multiple of the smallest unit of the dimension
    is_customary: bool = False  # not metric: miles, pounds, 평


BARE: Final = Unit("")
PERCENT: Final = Unit("%")
POINTS: Final = Unit("%p")
CLOCK: Final = Unit("clock")  # minutes since midnight
PHONE: Final = Unit("phone")
QUARTER: Final = Unit("quarter")
HALF: Final = Unit("half")
WEEKDAY: Final = Unit("weekday")  # Monday is 0
WEEKDAYS: Final = 7  # Monday to Friday, as a value of that unit
WEEKENDS: Final = 8
NTH: Final = Unit("nth")  # of the weeks, or the weekdays, of a month
LAST: Final = Fraction(-1)  # of them
CONVERTED: Final = frozenset({"length", "mass", "volume", "area", "speed"})  # have customary units
CURRENCIES: Final = frozenset({"KRW", "USD", "EUR", "JPY", "GBP", "CNY"})
# A number without a unit may match a number with a unit, except these units.
STRICT: Final = frozenset(
    {"%", "%p", "clock", "phone", "quarter", "half", "weekday", "nth"} | CURRENCIES
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of units."""

    value: Fraction
    unit: Unit = BARE


@dataclass(frozen=True, slots=True)
class Day:
    """A date or a part of a date: year, month, day, as far as the text says them."""

    years: frozenset[int] = frozenset()  # possible years; empty: any year
    month: int | None = None
    day: int | None = None


Meaning = Quantity | Day


@dataclass(frozen=True, slots=True)
class Calendar:
    """The issue's month; a day without a year is near this month."""

    year: int
    month: int
    mentioned: frozenset[int] = frozenset()  # years that the same text mentions

    def years_of(self, month: int | None) -> frozenset[int]:
        """Return the possible years of *month* without a year; empty: any year."""
        if month is None:
            return frozenset()
        here = self.year * 12 + self.month
        near = {
            year
            for year in range(self.year - 1, self.year + 2)
            if abs(year * 12 + month - here) <= YEARS_NEAR
        }
        return self.mentioned | near


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a text, with all its possible meanings."""

    meanings: tuple[Meaning, ...]
    weight: Weight
    start: int  # offset in its text
    end: int
    scale: Fraction = field(default=Fraction(1))  # multiplier of its last word: 만, million


def names_a_day(figure: Figure) -> bool:
    """Return whether a figure may be a day, and not only a month or a year."""
    return any(isinstance(one, Day) and one.day is not None for one in figure.meanings)


def names_a_part(figure: Figure) -> bool:
    """Return whether a figure may be a month or a year without a day."""
    return not names_a_day(figure) and any(isinstance(one, Day) for one in figure.meanings)


def may_be_converted(one: Quantity, other: Quantity) -> bool:
    """Return whether one value, in a customary unit, is the other's, in a metric one, rounded."""
    return (
        one.unit.of == other.unit.of
        and one.unit.is_customary != other.unit.is_customary
        and (_is_rounded(one, other) or _is_rounded(other, one))
    )


def _is_rounded(exact: Quantity, rounded: Quantity) -> bool:
    value = exact.value * exact.unit.factor / rounded.unit.factor
    most = ROUNDED_MOST if rounded.value >= TWO_DIGITS else ROUNDED_SMALL
    return abs(value - rounded.value) <= min(_step(rounded.value) / 2, value * most)


@lru_cache(maxsize=4096)  # each value is compared with many
def _step(value: Fraction) -> Fraction:
    """Return to which step *value* was rounded: 10 for 1,240, 50 for 1,250, 100 for 1,200."""
    step = Fraction(1)
    while value.denominator != 1 and step.denominator < FINEST:
        value, step = value * 10, step / 10
    digits = int(value)
    while digits >= TWO_DIGITS and digits % 10 == 0:
        digits, step = digits // 10, step * 10
    return step * 5 if digits % 10 == 5 and digits >= TWO_DIGITS else step


def are_comparable(one: Figure, other: Figure) -> bool:
    """Return whether two figures are of the same kind and so can contradict each other."""
    return any(_comparable(a, b) for a in one.meanings for b in other.meanings)


def kinds(figure: Figure) -> frozenset[str]:
    """Return the kinds of a figure; figures that share a kind are comparable."""
    return frozenset(
        one.unit.of if isinstance(one, Quantity) else "a day" for one in figure.meanings
    )


def may_agree_days(one: Day, other: Day) -> bool:
    """Return whether two days, or parts of days, can be the same."""
    return (
        (not one.years or not other.years or bool(one.years & other.years))
        and (one.month is None or other.month is None or one.month == other.month)
        and (one.day is None or other.day is None or one.day == other.day)
        and _overlap(one, other)
    )


def _overlap(one: Day, other: Day) -> bool:
    """Return whether both days give a common part: "2022" and "July 25" do not."""
    return (
        (one.month is not None and other.month is not None)
        or (one.day is not None and other.day is not None)
        or (one.month is None and other.month is None and one.day is None and other.day is None)
        or (one.month is None and one.day is None and len(one.years) == 1 == len(other.years))
        or (other.month is None and other.day is None and len(one.years) == 1 == len(other.years))
    )


def _comparable(one: Meaning, other: Meaning) -> bool:
    match one, other:
        case Quantity(), Quantity():
            names = {one.unit.of, other.unit.of}
            return len(names) == 1 or ("" in names and not names & STRICT)
        case Day(), Day():
            return True
        case _:
            return False
