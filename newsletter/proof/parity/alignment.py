"""Alignment: which block of one language corresponds to which block of the other language."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, repeat
from statistics import median
from typing import Final

from newsletter.proof.parity.agreement import Agreeing
from newsletter.proof.parity.blocks import Block, Kind, Side
from newsletter.proof.parity.clues import Reading
from newsletter.proof.parity.meaning import Figure, Weight

GAP: Final = 1.6  # cost of a block without a counterpart
OTHER_LENGTH: Final = 1.0  # cost per factor e of difference in length
LONE_CLUE: Final = 0.9  # cost of a figure or a name that the other block lacks
SHARED_CLUE: Final = -0.7
CLUES_COUNTED: Final = 3
PAIRS_TRIED: Final = 60_000  # pairs of blocks per section; enough for two texts of 240 blocks
REACH_MIN: Final = 40  # consecutive blocks that one language may lack without losing the alignment


@dataclass(frozen=True, slots=True)
class Pair:
    """A block of each language that correspond; None where a block has no counterpart."""

    one: Block | None
    other: Block | None


def align(
    ones: Sequence[Block], others: Sequence[Block], read: tuple[Reading, Reading]
) -> Sequence[Pair]:
    """
    Pair blocks in their order.

    If both sides have the same kinds of blocks in the same order, pair them one by one.
    Otherwise take the cheapest pairing: similar kind, figures and length. In very long texts,
    compare only blocks that are near each other (see `_reach`).
    """
    if [_shape(one) for one in ones] == [_shape(other) for other in others]:
        return [Pair(one, other) for one, other in zip(ones, others, strict=True)]
    return _aligned(tuple(ones), tuple(others), read)


@lru_cache(maxsize=64)  # three rules ask for the pairs of each section
def _aligned(
    ones: tuple[Block, ...], others: tuple[Block, ...], read: tuple[Reading, Reading]
) -> Sequence[Pair]:
    return _cheapest(ones, others, _Costs(ones, others, read))


def _shape(block: Block) -> tuple[Kind, int]:
    return block.kind, len(block.cells)


def _usual_ratio(ones: Iterable[Block], others: Iterable[Block]) -> float:
    """Return the median ratio of block lengths: second language to first language."""
    lengths = [[len(block.text) or 1 for block in blocks] for blocks in (ones, others)]
    return median(lengths[1] or [1]) / median(lengths[0] or [1])


@dataclass(frozen=True, slots=True)
class _Traits:
    """The features for comparing a block; figures are numbers of meanings in `_Meanings`."""

    kind: Kind
    length: float  # natural logarithm
    sure: Sequence[int]  # a meaning is repeated as often as it occurs in the block
    figures: frozenset[int]  # including hints
    names: frozenset[str]


class _Meanings:
    """The meanings of one language's figures, numbered: comparing fractions is slow."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []  # the first figure of each meaning
        self._numbers: dict[object, int] = {}

    def traits(self, block: Block, read: Reading) -> _Traits:
        """Return the features for comparing *block*."""
        # Another rule also reads the cells of a row; each text is read once and cached.
        clues = [read(part) for part in block.cells or (block,)]
        found = [figure for one in clues for figure in one.figures]
        sure = [self._number(one) for one in found if one.weight is Weight.SURE]
        figures = frozenset(map(self._number, found))
        names = frozenset().union(*(one.names for one in clues))
        return _Traits(block.kind, math.log(len(block.text) or 1), sure, figures, names)

    def partners(self, others: "_Meanings") -> Sequence[frozenset[int]]:
        """Return for each meaning, by its number, the numbers of the meanings that may agree."""
        agreeing = Agreeing(others.figures)
        return [frozenset(agreeing.partners(figure)) for figure in self.figures]

    def _number(self, figure: Figure) -> int:
        number = self._numbers.setdefault(figure.meanings, len(self.figures))
        if number == len(self.figures):
            self.figures.append(figure)
        return number


class _Costs:
    """The cost of pairing two blocks, by their indices."""

    def __init__(
        self, ones: Sequence[Block], others: Sequence[Block], read: tuple[Reading, Reading]
    ) -> None:
        mine, theirs = _Meanings(), _Meanings()
        self._ones = [mine.traits(one, read[0]) for one in ones]
        self._others = [theirs.traits(other, read[1]) for other in others]
        self._partners = mine.partners(theirs), theirs.partners(mine)
        self._wanted = [_all_partners(one, self._partners[0]) for one in self._ones]
        self._wanted_there = [_all_partners(other, self._partners[1]) for other in self._others]
        self._ratio = math.log(_usual_ratio(ones, others))

    def row(self, i: int, first: int, end: int) -> Iterator[float]:
        """Return the costs of pairing block *i* with each block from *first* to *end*."""
        one, wanted = self._ones[i], self._wanted[i]
        usual = one.length + self._ratio
        for j, other in enumerate(self._others[first:end], first):
            if one.kind is not other.kind:
                yield math.inf
                continue
            cost = min(abs(other.length - usual), 2.0) * OTHER_LENGTH
            if one.sure or other.sure or one.names or other.names:
                there = self._wanted_there[j]
                meets = not (wanted.isdisjoint(other.figures) and there.isdisjoint(one.figures))
                cost += self._price(one, other, meets=meets)
            yield cost

    def _price(self, one: _Traits, other: _Traits, *, meets: bool) -> float:
        """
        Return the cost from the clues that both blocks share and those that one block lacks.

        If *meets* is false, no sure figure of one block may agree with a figure of the other.
        """
        alone = len(one.names ^ other.names)
        shared = len(one.names & other.names)
        if meets:
            theirs, mine = self._partners
            for at in one.sure:
                alone += theirs[at].isdisjoint(other.figures)
                shared += not theirs[at].isdisjoint(other.sure)
            for at in other.sure:
                alone += mine[at].isdisjoint(one.figures)
        else:
            alone += len(one.sure) + len(other.sure)
        return min(alone, CLUES_COUNTED) * LONE_CLUE + min(shared, CLUES_COUNTED) * SHARED_CLUE


def _all_partners(traits: _Traits, partners: Sequence[frozenset[int]]) -> frozenset[int]:
    """Return the numbers of all meanings that may agree with a sure figure of the block."""
    return frozenset().union(*(partners[at] for at in traits.sure))


def _reach(ones: int, others: int) -> int:
    """
    Return how far from its expected position a block's counterpart is searched.

    Letters have a few hundred blocks; all their pairs are compared. The cost of comparing all
    pairs of thousands of blocks would grow with the square.
    """
    if ones * others <= PAIRS_TRIED:
        return max(ones, others)
    return max(REACH_MIN, PAIRS_TRIED // (2 * max(ones, others)))


def _cheapest(ones: Sequence[Block], others: Sequence[Block], cost: _Costs) -> list[Pair]:
    """Backtrack along the cheapest path through the table of pairings within reach."""
    reach = _reach(len(ones), len(others))
    spans = [_span(i, len(ones), len(others), reach) for i in range(len(ones) + 1)]
    best = [list(accumulate(repeat(GAP, spans[0][1] - 1), initial=0.0))]
    for i, (first, end) in enumerate(spans[1:], 1):
        above = spans[i - 1][0], best[-1]
        prices = cost.row(i - 1, max(first - 1, 0), end - 1)
        if first == 0:
            prices = chain([math.inf], prices)
        row: list[float] = []
        before = math.inf  # cost of the path that ends one column to the left
        for upper, diagonal, price in zip(
            _part(*above, first, end), _part(*above, first - 1, end - 1), prices, strict=True
        ):
            way = diagonal + price
            if (gap := upper + GAP) < way:
                way = gap
            if (gap := before + GAP) < way:
                way = gap
            row.append(way)
            before = way
        best.append(row)
    return _walked_back(ones, others, best, [first for first, _ in spans])


def _part(start: int, row: list[float], first: int, end: int) -> list[float]:
    """Return the entries from *first* to *end* of a *row* that begins at *start*."""
    left, right = max(start - first, 0), max(end - start - len(row), 0)
    inner = row[max(first - start, 0) : max(end - start, 0)]
    return [*[math.inf] * left, *inner, *[math.inf] * right]


def _span(i: int, ones: int, others: int, reach: int) -> tuple[int, int]:
    """Return the range of the second text that is compared with *i* blocks of the first text."""
    middle = i * others // max(ones, 1)
    slope = others // max(ones, 1) + 1
    return max(0, middle - reach - slope), min(others, middle + reach + slope) + 1


def _walked_back(
    ones: Sequence[Block],
    others: Sequence[Block],
    best: Sequence[Sequence[float]],
    starts: Sequence[int],
) -> list[Pair]:
    def at(i: int, j: int) -> float:
        place = j - starts[i]
        return best[i][place] if 0 <= place < len(best[i]) else math.inf

    pairs: list[Pair] = []
    i, j = len(ones), len(others)
    while i or j:
        # If the costs do not tell which block is missing, take the last one.
        if i and at(i, j) == at(i - 1, j) + GAP:
            i -= 1
            pairs.append(Pair(ones[i], None))
        elif j and at(i, j) == at(i, j - 1) + GAP:
            j -= 1
            pairs.append(Pair(None, others[j]))
        else:
            i, j = i - 1, j - 1
            pairs.append(Pair(ones[i], others[j]))
    return pairs[::-1]


def align_sides(one: Side, other: Side, read: tuple[Reading, Reading]) -> list[Pair]:
    """Pair all texts: fields by name, facts and table rows by cell."""
    pairs = [
        Pair(one.fields[name], other.fields[name]) for name in one.fields if name in other.fields
    ]
    rows = [*align(one.facts, other.facts, read), *align(one.body, other.body, read)]
    for row in rows:
        if row.one and row.other and len(row.one.cells) == len(row.other.cells) > 0:
            pairs += map(Pair, row.one.cells, row.other.cells)
        else:
            pairs.append(row)
    return pairs
