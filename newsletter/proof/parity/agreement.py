"""Which of many figures may agree with one: looked up, not tried one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from newsletter.proof.parity.meaning import STRICT, Day, Figure, Meaning, Quantity, may_agree_days


class Agreeing:
    """
    The figures of a text, by what they mean.

    `partners` of a figure are those that `may_agree` accepts; finding them takes as long as
    there are of them, not as long as there are figures.
    """

    def __init__(self, figures: Iterable[Figure]) -> None:
        self.figures: Sequence[Figure] = tuple(figures)
        self._known: dict[tuple[Meaning, ...], tuple[int, ...]] = {}
        self._measured: defaultdict[tuple[str, Fraction], list[int]] = defaultdict(list)
        self._bare: defaultdict[Fraction, list[int]] = defaultdict(list)
        self._loose: defaultdict[Fraction, list[int]] = defaultdict(list)  # may be said bare
        self._days: defaultdict[Day, list[int]] = defaultdict(list)
        for at, figure in enumerate(self.figures):
            for meaning in figure.meanings:
                self._add(at, meaning)

    def partners(self, figure: Figure) -> tuple[int, ...]:
        """Return where the figures stand that may agree with *figure*, in their order."""
        if figure.meanings not in self._known:
            found: set[int] = set()
            for meaning in figure.meanings:
                found.update(*self._lists(meaning))
            self._known[figure.meanings] = tuple(sorted(found))
        return self._known[figure.meanings]

    def lone(self, figures: Iterable[Figure]) -> list[Figure]:
        """Return those of *figures* that agree with none of these."""
        return [figure for figure in figures if not self.partners(figure)]

    def _add(self, at: int, meaning: Meaning) -> None:
        match meaning:
            case Quantity(value, unit):
                self._measured[unit.of, value * unit.factor].append(at)
                if unit.of == "":
                    self._bare[value].append(at)
                elif unit.of not in STRICT:
                    self._loose[value].append(at)
            case Day():
                self._days[meaning].append(at)

    def _lists(self, meaning: Meaning) -> list[list[int]]:
        match meaning:
            case Quantity(value, unit):
                same = self._measured.get((unit.of, value * unit.factor), [])
                if unit.of == "":
                    return [same, self._loose.get(value, [])]
                return [same] if unit.of in STRICT else [same, self._bare.get(value, [])]
            case Day():
                return [
                    places for day, places in self._days.items() if may_agree_days(meaning, day)
                ]
