"""Which block of one language says what a block of the other one says."""

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

GAP: Final = 1.6  # what it costs that a block has no counterpart
OTHER_LENGTH: Final = 1.0  # per factor e of unlike length
LONE_CLUE: Final = 0.9  # a figure or a name that the other block lacks
SHARED_CLUE: Final = -0.7
CLUES_COUNTED: Final = 3
PAIRS_TRIED: Final = 60_000  # of blocks, in a section; all of them for two texts of 240 blocks
REACH_MIN: Final = 40  # blocks that one language may lack in a row, and still all be found


@dataclass(frozen=True, slots=True)
class Pair:
    """A block of each language that belong together; None where there is no counterpart."""

    one: Block | None
    other: Block | None


def align(
    ones: Sequence[Block], others: Sequence[Block], read: tuple[Reading, Reading]
) -> Sequence[Pair]:
    """
    Pair blocks in their order.

    Blocks of the same kinds in the same order are pairs as they stand. Elsewhere the
    cheapest pairing is taken: alike in kind, in figures and in length. In very long texts
    only blocks near each other are tried (`_reach`).
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
    """Return how much longer the blocks of the second language are, in their median."""
    lengths = [[len(block.text) or 1 for block in blocks] for blocks in (ones, others)]
    return median(lengths[1] or [1]) / median(lengths[0] or [1])


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a block is compared by; figures as numbers of their meanings in `_Meanings`."""

    kind: Kind
    length: float  # natural logarithm
    sure: Sequence[int]  # a meaning as often as it occurs there
    figures: frozenset[int]  # hints too
    names: frozenset[str]


class _Meanings:
    """The meanings of one language's figures, numbered: comparing fractions takes long."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []  # the first of each meaning
        self._numbers: dict[object, int] = {}

    def traits(self, block: Block, read: Reading) -> _Traits:
        """Return what *block* is compared by."""
        # The cells of a row are read for another rule as well, and a text is read once.
        clues = [read(part) for part in block.cells or (block,)]
        found = [figure for one in clues for figure in one.figures]
        sure = [self._number(one) for one in found if one.weight is Weight.SURE]
        figures = frozenset(map(self._number, found))
        names = frozenset().union(*(one.names for one in clues))
        return _Traits(block.kind, math.log(len(block.text) or 1), sure, figures, names)

    def partners(self, others: "_Meanings") -> Sequence[frozenset[int]]:
        """Return, by the number of a meaning, the numbers of those that may agree with it."""
        agreeing = Agreeing(others.figures)
        return [frozenset(agreeing.partners(figure)) for figure in self.figures]

    def _number(self, figure: Figure) -> int:
        number = self._numbers.setdefault(figure.meanings, len(self.figures))
        if number == len(self.figures):
            self.figures.append(figure)
        return number


class _Costs:
    """What it costs to pair two blocks, by their places."""

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
        """Return what block *i* costs beside each block of the other text from *first* to *end*."""
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
        Count the clues that the two share, and those that one of them lacks.

        Without *meets* no sure figure of either may agree with one of the other.
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
    """Return the numbers of all that may agree with one of a block's sure figures."""
    return frozenset().union(*(partners[at] for at in traits.sure))


def _reach(ones: int, others: int) -> int:
    """
    Say how far from where its place lets expect it a block's counterpart is looked for.

    Letters have some hundred blocks and are searched as a whole. The work of comparing every
    two of thousands would grow with their square.
    """
    if ones * others <= PAIRS_TRIED:
        return max(ones, others)
    return max(REACH_MIN, PAIRS_TRIED // (2 * max(ones, others)))


def _cheapest(ones: Sequence[Block], others: Sequence[Block], cost: _Costs) -> list[Pair]:
    """Walk back along the cheapest way through the table of the pairings within reach."""
    reach = _reach(len(ones), len(others))
    spans = [_span(i, len(ones), len(others), reach) for i in range(len(ones) + 1)]
    best = [list(accumulate(repeat(GAP, spans[0][1] - 1), initial=0.0))]
    for i, (first, end) in enumerate(spans[1:], 1):
        above = spans[i - 1][0], best[-1]
        prices = cost.row(i - 1, max(first - 1, 0), end - 1)
        if first == 0:
            prices = chain([math.inf], prices)
        row: list[float] = []
        before = math.inf  # the way that ends one place to the left
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
    """Return the places from *first* to *end* of a *row* that begins at *start*."""
    left, right = max(start - first, 0), max(end - start - len(row), 0)
    inner = row[max(first - start, 0) : max(end - start, 0)]
    return [*[math.inf] * left, *inner, *[math.inf] * right]


def _span(i: int, ones: int, others: int, reach: int) -> tuple[int, int]:
    """Return from where to where the second text is looked at beside *i* blocks of the first."""
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
        # Where nothing tells which block is missing, it is the last one.
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
    """Pair everything with text in it: fields by name, facts and table rows by their cells."""
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
