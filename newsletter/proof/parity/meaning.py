"""What a figure means, whatever language and spelling it is written in."""

from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from typing import Final

YEARS_NEAR: Final = 8  # months: a day without a year lies this near the month


class Weight(IntEnum):
    """How surely words are a figure that must stand in every language."""

    HINT = 0  # "양측", "both", "a": may be the partner of a figure, is none itself
    WORD = 1  # "세 가지", "three": counts where the other language has another figure
    SURE = 2  # "12,000", "7월 25일": must have a partner


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted."""

    of: str  # the dimension: "length", "KRW", "%"; "" where nothing is said
    factor: Fraction = Fraction(1)  # in the smallest unit of the dimension


BARE: Final = Unit("")
PERCENT: Final = Unit("%")
POINTS: Final = Unit("%p")
CLOCK: Final = Unit("clock")  # minutes since midnight
PHONE: Final = Unit("phone")
QUARTER: Final = Unit("quarter")
HALF: Final = Unit("half")
WEEKDAY: Final = Unit("weekday")  # Monday is 0
# A number without any unit may stand for one with a unit, but not for one of these.
STRICT: Final = frozenset(
    {"%", "%p", "clock", "phone", "quarter", "half", "weekday"}
    | {"KRW", "USD", "EUR", "JPY", "GBP", "CNY"}
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of a unit."""

    value: Fraction
    unit: Unit = BARE


@dataclass(frozen=True, slots=True)
class Day:
    """A year, a month, a day, or what is said of them."""

    years: frozenset[int] = frozenset()  # those it may be; empty: any
    month: int | None = None
    day: int | None = None


Meaning = Quantity | Day


@dataclass(frozen=True, slots=True)
class Calendar:
    """The issue's month, which a day without a year is near to."""

    year: int
    month: int
    mentioned: frozenset[int] = frozenset()  # years in the same text

    def years_of(self, month: int | None) -> frozenset[int]:
        """Return the years that *month* without a year may belong to; empty: any."""
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
    """A figure in a text, with everything it may mean."""

    meanings: tuple[Meaning, ...]
    weight: Weight
    start: int  # its place in its text
    end: int
    scale: Fraction = field(default=Fraction(1))  # of its last word: 만, million


def are_comparable(one: Figure, other: Figure) -> bool:
    """Say whether two figures are of one kind, so that they can contradict each other."""
    return any(_comparable(a, b) for a in one.meanings for b in other.meanings)


def kinds(figure: Figure) -> frozenset[str]:
    """Return what decides with which figures this one is comparable."""
    return frozenset(
        one.unit.of if isinstance(one, Quantity) else "a day" for one in figure.meanings
    )


def may_agree_days(one: Day, other: Day) -> bool:
    """Say whether two days, or parts of days, can be the same."""
    return (
        (not one.years or not other.years or bool(one.years & other.years))
        and (one.month is None or other.month is None or one.month == other.month)
        and (one.day is None or other.day is None or one.day == other.day)
        and _overlap(one, other)
    )


def _overlap(one: Day, other: Day) -> bool:
    """Say whether one of the parts is said in both: "2022" is not "July 25"."""
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
