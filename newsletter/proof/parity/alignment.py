"""Which block of one language says what a block of the other one says."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from newsletter.proof.parity.blocks import Block, Kind, Side
from newsletter.proof.parity.clues import Reading
from newsletter.proof.parity.meaning import Figure, Weight, lone

GAP: Final = 1.6  # what it costs that a block has no counterpart
OTHER_LENGTH: Final = 1.0  # per factor e of unlike length
LONE_CLUE: Final = 0.9  # a figure or a name that the other block lacks
SHARED_CLUE: Final = -0.7
CLUES_COUNTED: Final = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A block of each language that belong together; None where there is no counterpart."""

    one: Block | None
    other: Block | None


def align(
    ones: Sequence[Block], others: Sequence[Block], read: tuple[Reading, Reading]
) -> list[Pair]:
    """
    Pair blocks in their order.

    Blocks of the same kinds in the same order are pairs as they stand. Elsewhere the
    cheapest pairing is taken: alike in kind, in figures and in length.
    """
    if [_shape(one) for one in ones] == [_shape(other) for other in others]:
        return [Pair(one, other) for one, other in zip(ones, others, strict=True)]
    ratio = _usual_ratio(ones, others)
    costs = [[_cost(one, other, ratio, read) for other in others] for one in ones]
    return _cheapest(ones, others, costs)


def _shape(block: Block) -> tuple[Kind, int]:
    return block.kind, len(block.cells)


def _usual_ratio(ones: Iterable[Block], others: Iterable[Block]) -> float:
    """Return how much longer the blocks of the second language are, in their median."""
    lengths = [[len(block.text) or 1 for block in blocks] for blocks in (ones, others)]
    return median(lengths[1] or [1]) / median(lengths[0] or [1])


def _cost(one: Block, other: Block, ratio: float, read: tuple[Reading, Reading]) -> float:
    if one.kind is not other.kind:
        return math.inf
    length = abs(math.log((len(other.text) or 1) / (len(one.text) or 1) / ratio))
    mine, theirs = read[0](one), read[1](other)
    sure, also_sure = _sure(mine.figures), _sure(theirs.figures)
    alone = len(lone(sure, theirs.figures)) + len(lone(also_sure, mine.figures))
    alone += len(mine.names ^ theirs.names)
    shared = len(sure) - len(lone(sure, also_sure)) + len(mine.names & theirs.names)
    return (
        min(length, 2.0) * OTHER_LENGTH
        + min(alone, CLUES_COUNTED) * LONE_CLUE
        + min(shared, CLUES_COUNTED) * SHARED_CLUE
    )


def _sure(figures: Iterable[Figure]) -> list[Figure]:
    return [figure for figure in figures if figure.weight is Weight.SURE]


def _cheapest(
    ones: Sequence[Block], others: Sequence[Block], costs: Sequence[Sequence[float]]
) -> list[Pair]:
    """Walk back along the cheapest way through the table of all pairings."""
    best = [[0.0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    for i in range(len(ones) + 1):
        for j in range(len(others) + 1):
            ways = []
            if i:
                ways.append(best[i - 1][j] + GAP)
            if j:
                ways.append(best[i][j - 1] + GAP)
            if i and j:
                ways.append(best[i - 1][j - 1] + costs[i - 1][j - 1])
            best[i][j] = min(ways, default=0.0)
    pairs: list[Pair] = []
    i, j = len(ones), len(others)
    while i or j:
        # Where nothing tells which block is missing, it is the last one.
        if i and best[i][j] == best[i - 1][j] + GAP:
            i -= 1
            pairs.append(Pair(ones[i], None))
        elif j and best[i][j] == best[i][j - 1] + GAP:
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
