"""Index of figures by meaning: looks up the figures that may agree with a given figure."""

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from operator import itemgetter
from typing import Final

from newsletter.proof.parity.meaning import (
    CONVERTED,
    CURRENCIES,
    STRICT,
    Day,
    Figure,
    Meaning,
    Quantity,
    may_agree_days,
    may_be_converted,
    names_a_day,
    names_a_part,
)

SMALL: Final = 20  # a value below this may be the conversion of a single digit
NEAR_SMALL: Final = 0.1
NEAR: Final = 0.06  # a converted value is at most this part larger or smaller; see meaning.py
LARGE: Final = 1_000_000  # "73 percent of the 500 million"
FEW: Final = 8  # up to this many figures, a linear search is as fast as the index

_Key = tuple[int | None, int | None]  # a month and a day; None where the text does not name one


def say_the_same(ones: Sequence[Figure], others: Sequence[Figure]) -> bool:
    """Return whether the two sequences mean the same figure by figure, in order."""
    return [one.meanings for one in ones] == [other.meanings for other in others]


_Both = tuple[Sequence[Figure], Sequence[Figure]]


def told_parts(ones: Sequence[Figure], others: Sequence[Figure]) -> tuple[_Both, _Both]:
    """
    Take out the months and years without a day that both texts name: (the rest, those parts).

    They are each other's partners: "June training" is no partner of "June 21", if the other text
    names the training's month as well.
    """
    parts = [list(filter(names_a_part, figures)) for figures in (ones, others)]
    if not all(parts):
        return (ones, others), ((), ())
    told = _told(parts[0], parts[1]), _told(parts[1], parts[0])
    rest = [
        [one for one in figures if one not in known]
        for figures, known in zip((ones, others), map(set, told), strict=True)
    ]
    return (rest[0], rest[1]), told


def _told(parts: Iterable[Figure], others: Iterable[Figure]) -> Sequence[Figure]:
    agreeing = Agreeing(others)
    return [one for one in parts if agreeing.partners(one)]


class Agreeing:
    """
    The figures of a text, indexed by meaning.

    `partners` returns the figures that can mean the same as a given figure. A lookup takes
    time proportional to the number of partners, not to the number of figures.
    """

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.figures: Sequence[Figure] = tuple(figures)
        self._known: dict[tuple[Meaning, ...], tuple[int, ...]] = {}
        self._measured: defaultdict[tuple[str, Fraction], list[int]] = defaultdict(list)
        self._bare: defaultdict[Fraction, list[int]] = defaultdict(list)
        self._loose: defaultdict[Fraction, list[int]] = defaultdict(list)  # may be bare numbers
        self._converted = _Converted()
        self._days = _Days()
        for at, figure in enumerate(self.figures):
            for meaning in figure.meanings:
                self._add(at, meaning)

    def partners(self, figure: Figure) -> tuple[int, ...]:
        """Return the indices of the figures that may agree with *figure*, in order."""
        if len(self.figures) <= FEW:
            return self._found(figure)
        if figure.meanings not in self._known:
            self._known[figure.meanings] = self._found(figure)
        return self._known[figure.meanings]

    def _found(self, figure: Figure) -> tuple[int, ...]:
        found: set[int] = set()
        for meaning in figure.meanings:
            found.update(*self._lists(meaning))
        return tuple(sorted(found))

    def lone(self, figures: Iterable[Figure]) -> list[Figure]:
        """Return the figures of *figures* that agree with no figure of this index."""
        return [figure for figure in figures if not self.partners(figure)]

    def untold(self, figures: Iterable[Figure]) -> list[Figure]:
        """Return what `lone` returns, and the days of which this index names the month alone."""
        return [figure for figure in figures if not self.tells(figure)]

    def tells(self, figure: Figure) -> bool:
        """Return whether *figure* agrees with a figure that is as exact about the day."""
        is_day = names_a_day(figure)
        return any(not (is_day and names_a_part(self.figures[at])) for at in self.partners(figure))

    def _add(self, at: int, meaning: Meaning) -> None:
        match meaning:
            case Quantity(value, unit):
                self._measured[unit.of, value * unit.factor].append(at)
                if unit.of in CONVERTED:
                    self._converted.add(at, meaning)
                if unit.of == "":
                    self._bare[value].append(at)
                elif unit.of not in STRICT or _may_stand_alone(meaning):
                    self._loose[value].append(at)
            case Day():
                self._days.add(at, meaning)

    def _lists(self, meaning: Meaning) -> list[list[int]]:
        match meaning:
            case Quantity(value, unit):
                same = self._measured.get((unit.of, value * unit.factor), [])
                if unit.of == "":
                    return [same, self._loose.get(value, [])]
                if unit.of in STRICT:
                    bare = self._bare.get(value, []) if _may_stand_alone(meaning) else []
                    return [same, bare]
                return [same, self._bare.get(value, []), self._converted.partners(meaning)]
            case Day():
                return self._days.lists(meaning)


def _may_stand_alone(amount: Quantity) -> bool:
    """Return whether an amount is so large that its currency need not be said again."""
    return amount.unit.of in CURRENCIES and amount.value >= LARGE


class _Converted:
    """The quantities of a text with a metric or a customary unit, in order of size."""

    def __init__(self) -> None:
        self._found: defaultdict[tuple[str, bool], list[tuple[float, int, Quantity]]]
        self._found = defaultdict(list)  # by dimension, and whether the unit is customary

    def add(self, at: int, quantity: Quantity) -> None:
        unit = quantity.unit
        sized = (_size(quantity), at, quantity)
        insort(self._found[unit.of, unit.is_customary], sized, key=itemgetter(0))

    def partners(self, quantity: Quantity) -> list[int]:
        """Return the indices of the quantities that *quantity* may be converted to."""
        found = self._found.get((quantity.unit.of, not quantity.unit.is_customary), [])
        size = _size(quantity)
        near = NEAR if quantity.value >= SMALL else NEAR_SMALL
        start, end = (
            bisect(found, size * factor, key=itemgetter(0)) for factor in (1 - near, 1 / (1 - near))
        )
        return [at for _, at, one in found[start:end] if may_be_converted(quantity, one)]


def _size(quantity: Quantity) -> float:
    return float(quantity.value * quantity.unit.factor)


class _Days:
    """The days of a text, indexed by month and day, then by year."""

    def __init__(self) -> None:
        self._places: defaultdict[Day, list[int]] = defaultdict(list)
        self._of_year: defaultdict[_Key, dict[int, list[Day]]] = defaultdict(dict)
        self._of_years: defaultdict[_Key, list[Day]] = defaultdict(list)  # of any or several years

    def add(self, at: int, day: Day) -> None:
        if day not in self._places:
            key = (day.month, day.day)
            if len(day.years) == 1:
                [year] = day.years
                self._of_year[key].setdefault(year, []).append(day)
            else:
                self._of_years[key].append(day)
        self._places[day].append(at)

    def lists(self, day: Day) -> list[list[int]]:
        """Return the indices of the days that may be the same as *day*."""
        return [self._places[one] for one in self._near(day) if may_agree_days(day, one)]

    def _near(self, day: Day) -> Iterator[Day]:
        for key in self._keys(day):
            yield from self._of_years.get(key, ())
            of_year = self._of_year.get(key, {})
            years = [year for year in day.years if year in of_year] if day.years else of_year
            for year in years:
                yield from of_year[year]

    def _keys(self, day: Day) -> Iterable[_Key]:
        """Return the (month, day) keys under which a matching day may be stored."""
        if day.month is not None and day.day is not None:
            return product((day.month, None), (day.day, None))
        return self._of_year.keys() | self._of_years.keys()
