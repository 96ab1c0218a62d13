"""Values exchanged within a sentence: each stands beside what the other language counts by it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, pairwise
from math import exp
from typing import Final

from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.meaning import (
    BARE,
    CONVERTED,
    Day,
    Figure,
    Quantity,
    kinds,
    names_a_day,
)
from newsletter.proof.parity.scanning import Tongue, even_out
from newsletter.proof.parity.sentence_alignment import Alignment, Bead

NEAR: Final = 0.7  # distance of two words without anything between them
ADDENDS: Final = 8  # values that are added up
APART: Final = 1.6  # with a particle or a preposition between them
NEXT_CLAUSE: Final = 2.5  # with a comma between them
NEXT_PART: Final = 3.0  # with "and" between them
REACH: Final = 1.8  # distance at which a word says less of a figure by the factor e
SIGNS: Final = ',;:()/"-·|'
CROSSED: Final = 0.1  # evidence that two values were exchanged, if their order is another
CROSSED_UNLIKE: Final = 0.15  # the same, of values that count different things
STRAIGHT: Final = 0.18  # the same, if their order is the same
FAINT: Final = 0.02  # what one word says
MOVED: Final = 0.01  # evidence that the words changed places with the values
TIMES: Final = {"a day", "clock", "weekday"}
OF_DAYS: Final = 0.01  # evidence that days changed places: two parts of a sentence may as well
UNSURE: Final = 0.03  # evidence that they changed places, where sentences may not correspond
FAR_LARGER: Final = 100  # unit
MOST: Final = 20  # values of a sentence; more are a list

_Edge = tuple[int, int, int]  # place on each line, and how many partners the two have


@dataclass(frozen=True, slots=True)
class _Value:
    """A value and its only partner, by their places in the sentences of a bead."""

    here: int
    there: int


def exchanged_within(
    alignment: Alignment, tongues: tuple[Tongue, Tongue], *, figures: bool
) -> Iterator[tuple[int, int]]:
    """
    Yield the figures, or the places, of the first language that changed places in a sentence.

    "Adults 6,000 won, teenagers 3,000 won" beside "3,000 won for adults and 6,000 for teenagers":
    the words keep their order and the values do not, or each stands beside the other's words.
    """
    seen: set[int] = set()
    beads = [*alignment.beads, *alignment.moved]
    for number, bead in enumerate((*beads, *_neighbours(alignment.beads))):
        if all(bead.sides) and seen.isdisjoint(bead.sides[0]):
            both = _Both(alignment, bead, tongues, are_sure=number < len(beads))
            values = both.values(figures=figures)
            parts = [one for one in values if not both.is_total(one, values)]
            pairs = combinations(parts, 2) if len(values) <= MOST else ()
            found = next((pair for pair in pairs if both.are_exchanged(*pair)), None)
            if found:
                seen.update(bead.sides[0])
                yield both.ones.items[found[0].here], both.ones.items[found[1].here]


def _neighbours(beads: Sequence[Bead]) -> Iterator[Bead]:
    """Yield each two beads in a row as one: a sentence may have been cut in another place."""
    for one, other in pairwise(beads):
        ones, others = (one.sides[side] + other.sides[side] for side in (0, 1))
        yield Bead((ones, others))


class _Line:
    """The items of one side of a bead in order, and how far they stand from each other."""

    def __init__(self, alignment: Alignment, bead: Bead, side: int, tongue: Tongue) -> None:
        self._text = alignment.texts[side]
        self._manner = tongue.manner
        found = [at for number in bead.sides[side] for at in self._text.of[number]]
        self.items: Sequence[int] = sorted(
            found, key=lambda at: (self._text.items[at].sentence, self._text.items[at].start)
        )

    def item(self, place: int) -> Item:
        """Return the item at a place of the line."""
        return self._text.items[self.items[place]]

    def counter(self, place: int) -> str:
        """Return the first letter of the word that counts a figure: 명 of "12명"."""
        item = self.item(place)
        text = self._text.sentences[item.sentence].block.text
        found = self._manner.counter.match(text, item.end)
        return found["counter"] if found else ""

    def is_turned(self, one: int, other: int) -> bool:
        """Return whether words say that two values stand in the other order: "52, up from 33"."""
        first, second = sorted((one, other))
        between = self._between(first, second)
        figure = self.item(first).figure
        if self._manner.replaced.search(between):
            return True
        is_amount = figure is not None and kinds(figure).isdisjoint(TIMES)
        return is_amount and bool(
            self._manner.turned.search(between) or self._manner.changes.search(self._before(first))
        )

    def compares(self, one: int, other: int) -> bool:
        """Return whether a value is told by how far another one is from it: "1.3도 높은 17.8도"."""
        first, second = sorted((one, other))
        between = self._between(first, second)
        return bool(
            self._manner.compared.fullmatch(between)
            or self._manner.shared_out.search(self._before(first))
        )

    def begins(self, place: int) -> bool:
        """Return whether a figure is the first of a change: "from 52", "52에서"."""
        item = self.item(place)
        text = even_out(self._text.sentences[item.sentence].block.text)
        before, behind = self._manner.first
        return bool(before.search(self._before(place)) or behind.match(text, item.end))

    def nearness(self, place: int, figure: int) -> float:
        """Return how much a word says of a figure, or a figure of a word: from 0 to about 1."""
        if self.item(place).figure and not self.item(figure).figure:
            return self.nearness(figure, place)
        far = self._distances[place] - self._distances[figure]
        return exp(far / REACH) if far < 0 else exp(-far / REACH) * self._manner.behind

    @cached_property
    def _distances(self) -> Sequence[float]:
        at, found = 0.0, []
        for place in range(len(self.items)):
            at += self._step(place) if place else 0.0
            found.append(at)
        return found

    def _step(self, place: int) -> float:
        gap = self._between(place - 1, place)
        is_one = self.item(place - 1).sentence == self.item(place).sentence
        if is_one and self._manner.tied.fullmatch(gap):
            return NEAR
        if not is_one or any(sign in gap for sign in SIGNS):
            return NEXT_CLAUSE
        return NEXT_PART if self._manner.parts.search(gap) else APART

    def _between(self, one: int, other: int) -> str:
        """Return the text between two items, as far as the sentence of the second has it."""
        first, second = self.item(one), self.item(other)
        sentence = self._text.sentences[second.sentence]
        start = first.end if first.sentence == second.sentence else sentence.start
        return even_out(sentence.block.text[start : second.start])

    def _before(self, place: int) -> str:
        item = self.item(place)
        sentence = self._text.sentences[item.sentence]
        return even_out(sentence.block.text[sentence.start : item.start])


class _Both:
    """The two lines of a bead, and which of their items correspond."""

    def __init__(
        self,
        alignment: Alignment,
        bead: Bead,
        tongues: tuple[Tongue, Tongue],
        *,
        are_sure: bool,
    ) -> None:
        self._are_sure = are_sure  # that these sentences correspond
        self.ones = _Line(alignment, bead, 0, tongues[0])
        self.others = _Line(alignment, bead, 1, tongues[1])
        places = {at: place for place, at in enumerate(self.others.items)}
        self._edges = [
            (here, places[there])
            for here, at in enumerate(self.ones.items)
            for there in alignment.partners[0].get(at, ())
            if there in places
        ]

    def values(self, *, figures: bool) -> Sequence[_Value]:
        """Return the values that have one partner in the bead, and are its only one."""
        own = [
            (here, there)
            for here, there in self._edges
            if (self.ones.item(here).figure is not None) is figures
        ]
        ones, others = (Counter(edge[side] for edge in own) for side in (0, 1))
        return [
            _Value(here, there)
            for here, there in own
            if ones[here] == others[there] == 1
            and (
                figures or (_is_place(self.ones.item(here)) and _is_place(self.others.item(there)))
            )
        ]

    def is_total(self, value: _Value, values: Sequence[_Value]) -> bool:
        """Return whether a value is the sum of two or more others, which stands where one likes."""
        of = self._number(value)
        others = (self._number(one) for one in values if one is not value)
        addends = sorted(one for one in others if 0 < one < of)[-ADDENDS:]
        return any(sum(some) == of for size in (2, 3, 4) for some in combinations(addends, size))

    def _number(self, value: _Value) -> Fraction:
        figure = self.ones.item(value.here).figure
        found = [one for one in figure.meanings if isinstance(one, Quantity)] if figure else []
        return found[0].value * found[0].unit.factor if found else Fraction(0)

    def are_exchanged(self, one: _Value, other: _Value) -> bool:
        """Return whether the words beside two values, or their order, say that they changed."""
        first, second = self.ones.item(one.here).figure, self.ones.item(other.here).figure
        if first and second and not _may_be_exchanged(first, second):
            return False
        margin = self._margin(one, other)
        have_unit = bool(first and second and _have_one_unit(first, second))
        counters = {self.ones.counter(one.here), self.ones.counter(other.here)}
        count_alike = first is not None and len(counters) == 1 and "" not in counters
        are_alike = have_unit or count_alike
        if are_alike and margin > -MOVED and self._begin_otherwise(one, other):
            return True
        if (one.here < other.here) == (one.there < other.there):
            is_told = self._are_sure and margin > STRAIGHT and self._told_by(one, other) > 1
            return are_alike and is_told and first is not None
        if self.others.is_turned(one.there, other.there) or self.ones.compares(
            one.here, other.here
        ):
            return False
        if margin > (CROSSED if are_alike else CROSSED_UNLIKE):
            return True
        least = _least(first, second) if first and second and have_unit else 0.0
        return are_alike and margin >= (least if self._are_sure else UNSURE)

    def _begin_otherwise(self, one: _Value, other: _Value) -> bool:
        """Return whether each language names the other value as the first of a change."""
        here = self.ones.begins(one.here), self.ones.begins(other.here)
        there = self.others.begins(one.there), self.others.begins(other.there)
        return sum(here) == sum(there) == 1 and here != there

    def _margin(self, one: _Value, other: _Value) -> float:
        """Return how much more the words beside two values say that they changed places."""
        margin = 0.0
        for here, there, partners in self._anchors(one, other):
            mine = [self.ones.nearness(here, value.here) for value in (one, other)]
            theirs = [self.others.nearness(there, value.there) for value in (one, other)]
            margin -= _told(mine) * _told(theirs) / partners
        return margin

    def _told_by(self, one: _Value, other: _Value) -> int:
        """Return how many words beside two values say that they changed places."""
        return sum(
            _told([self.ones.nearness(here, value.here) for value in (one, other)])
            * _told([self.others.nearness(there, value.there) for value in (one, other)])
            < -FAINT
            for here, there, _ in self._anchors(one, other)
        )

    def _anchors(self, one: _Value, other: _Value) -> Iterable[_Edge]:
        """Return the edges of the words and figures that are no values of the same kind."""
        first, second = self.ones.item(one.here).figure, self.ones.item(other.here).figure
        shared = kinds(first) & kinds(second) if first and second else frozenset()

        def is_anchor(item: Item) -> bool:
            return not (
                kinds(item.figure) & shared if item.figure else not shared and _is_place(item)
            )

        edges = [
            (here, there)
            for here, there in self._edges
            if is_anchor(self.ones.item(here)) and is_anchor(self.others.item(there))
        ]
        mine, theirs = (Counter(edge[side] for edge in edges) for side in (0, 1))
        return [(here, there, max(mine[here], theirs[there])) for here, there in edges]


def _least(one: Figure, other: Figure) -> float:
    """Return the least evidence, with the order, that two values of one unit were exchanged."""
    return OF_DAYS if "a day" in kinds(one) | kinds(other) else -MOVED


def _told(near: Sequence[float]) -> float:
    """Return what a word says of the first of two figures rather than of the second."""
    one, other = near
    return (one - other) * abs(one - other) / (one + other)


def _is_place(item: Item) -> bool:
    return item.word is not None and item.word.is_place


def _may_be_exchanged(one: Figure, other: Figure) -> bool:
    """Return whether two figures are of one kind; a date is no number of days."""
    shared = kinds(one) & kinds(other)
    if _parts(one).isdisjoint(_parts(other)):
        shared -= {"a day"}
    if names_a_day(one) != names_a_day(other):
        shared -= {"days", "a day"}
    return (
        bool(shared) and set(one.meanings) != set(other.meanings) and _are_of_one_size(one, other)
    )


def _are_of_one_size(one: Figure, other: Figure) -> bool:
    """Return whether two measures have like units: 600 mm and 2.4 km are told apart by theirs."""
    factors = [
        meaning.unit.factor
        for figure in (one, other)
        for meaning in figure.meanings
        if isinstance(meaning, Quantity) and meaning.unit.of in CONVERTED
    ]
    return not factors or max(factors) < FAR_LARGER * min(factors)


def _parts(figure: Figure) -> frozenset[str]:
    """Return whether a figure that may be a day names a month, or one year."""
    days = [one for one in figure.meanings if isinstance(one, Day)]
    parts = {
        "month": any(day.month for day in days),
        "year": any(len(day.years) == 1 for day in days),
    }
    return frozenset(part for part, is_named in parts.items() if is_named)


def _have_one_unit(one: Figure, other: Figure) -> bool:
    """Return whether both figures name the same unit, or a day of a month."""
    days = {"month" in _parts(figure) for figure in (one, other)}
    are_named = all(
        not (isinstance(meaning, Quantity) and meaning.unit == BARE)
        for figure in (one, other)
        for meaning in figure.meanings
    )
    return are_named and kinds(one) == kinds(other) and len(days) == 1
