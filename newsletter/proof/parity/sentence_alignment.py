"""Alignment of sentences: which sentences of one language say what which of the other say."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Final

from newsletter.proof.parity.blocks import Block, Kind
from newsletter.proof.parity.evidence import Text, edges_between

SHAPES: Final = ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (1, 0), (0, 1))
MOST: Final = 3  # sentences of a bead's side
UNMATCHED: Final = 0.38  # share of two sentences' weight that lacks a partner if they just fit
ALONE: Final = -0.6  # gain of a sentence without a counterpart
UNLIKE: Final = -0.7  # least gain of two sentences that stand in one place
JOINED: Final = -0.5  # gain of each sentence beyond one on a side
LENGTH: Final = 0.8  # cost of a length that differs by the factor e
OTHER_BLOCK: Final = -1.5  # gain where the blocks of the first or of the last sentences differ
OTHER_ENTRY: Final = -3.0  # the same for headings, items and rows, which translators do not move
JOINED_MOST: Final = 8  # sentences that a free translation may have put in other words in a row
REACH: Final = 25  # sentences that one language may lack in a row
REACH_LEAST: Final = 6  # the same in texts of thousands of sentences
CELLS: Final = 25_000  # sentences times reach
MOVED: Final = 0.35  # likeness of two sentences in other places
JOINED_MOVED: Final = 0.25  # likeness of one that is alone and one that shares a counterpart
NEARLY: Final = 0.15  # likeness of two that are alone, and near each other
MOVED_NEAR: Final = 4  # beads
MOVED_FAR: Final = 8
PAIRS_TRIED: Final = 40_000  # in longer texts, what moved far is not looked for
BESIDE: Final = 2
PAIR: Final = 2
AS_LONG: Final = 0.45  # as a natural logarithm
SURELY: Final = 0.5  # likeness of two sentences anywhere

Matched = Mapping[tuple[int, int, int], float]  # (sentence, first, count) of the other: weight


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences in a row, of each language, that say the same; either may be empty."""

    sides: tuple[tuple[int, ...], tuple[int, ...]]
    is_moved: bool = False  # one language says it in another place


@dataclass(frozen=True)
class Alignment:
    """The sentences of two texts, and which of them correspond."""

    texts: tuple[Text, Text]
    edges: Sequence[tuple[int, int]]  # items that may translate each other
    beads: Sequence[Bead]  # in the order of the first text, without those that moved
    moved: Sequence[Bead]

    @cached_property
    def bead_of(self) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """The place in `beads` of each sentence."""
        one, other = (
            {at: number for number, bead in enumerate(self.beads) for at in bead.sides[side]}
            for side in (0, 1)
        )
        return one, other

    @cached_property
    def partners(self) -> tuple[Mapping[int, Sequence[int]], Mapping[int, Sequence[int]]]:
        """The partners of each item, by side."""
        found: tuple[defaultdict[int, list[int]], defaultdict[int, list[int]]]
        found = defaultdict(list), defaultdict(list)
        for a, b in self.edges:
            found[0][a].append(b)
            found[1][b].append(a)
        return found

    @cached_property
    def told(self) -> tuple[AbstractSet[Block], AbstractSet[Block]]:
        """The blocks all of whose sentences correspond to some of the other text, by side."""
        one, other = (self._told(side) for side in (0, 1))
        return one, other

    def _told(self, side: int) -> AbstractSet[Block]:
        said = {
            at for bead in (*self.beads, *self.moved) if all(bead.sides) for at in bead.sides[side]
        }
        blocks = {sentence.block for sentence in self.texts[side].sentences}
        untold = {
            sentence.block
            for at, sentence in enumerate(self.texts[side].sentences)
            if at not in said
        }
        return blocks - untold

    @cached_property
    def ratio(self) -> float:
        """The usual ratio of lengths, second language to first, as a natural logarithm."""
        ratios = [
            math.log(self.length(1, bead.sides[1]) / self.length(0, bead.sides[0]))
            for bead in self.beads
            if all(bead.sides)
        ]
        return median(ratios) if ratios else 0.0

    def length(self, side: int, sentences: Sequence[int]) -> int:
        """Return how many characters *sentences* have."""
        own = self.texts[side].sentences
        return sum(own[at].end - own[at].start for at in sentences)


def align_sentences(
    one: Text, other: Text, ratio: float, together: AbstractSet[tuple[int, int]]
) -> Alignment:
    """
    Return which sentences correspond.

    *ratio* is the usual ratio of lengths, and *together* names the blocks that correspond.
    """
    edges = edges_between(one, other)
    aligner = _Aligner(one, other, edges, ratio, together)
    beads = _joined(aligner.beads())
    moved = _moved(beads, aligner)
    gone = [{at for bead in moved for at in bead.sides[side]} for side in (0, 1)]
    rest = []
    for bead in beads:
        ones, others = (
            tuple(at for at in bead.sides[side] if at not in gone[side]) for side in (0, 1)
        )
        if ones or others:
            rest.append(Bead((ones, others)))
    return Alignment((one, other), edges, rest, moved)


class _Aligner:
    """Finds the beads of two texts."""

    def __init__(
        self,
        one: Text,
        other: Text,
        edges: Sequence[tuple[int, int]],
        ratio: float,
        together: AbstractSet[tuple[int, int]],
    ) -> None:
        self._ratio = math.log(ratio)
        self._together = together
        self._blocks = [[sentence.at for sentence in text.sentences] for text in (one, other)]
        self._listed = [
            [sentence.block.kind is not Kind.PARAGRAPH for sentence in text.sentences]
            for text in (one, other)
        ]
        self._lengths = [
            [len(sentence.text) for sentence in text.sentences] for text in (one, other)
        ]
        self._weights = [
            [sum(text.weights[at] for at in items) for items in text.of] for text in (one, other)
        ]
        self._matched = (
            _matched(one, other, edges),
            _matched(other, one, [(b, a) for a, b in edges]),
        )

    def beads(self) -> list[Bead]:
        """Return the beads with the highest gain in all."""
        n, m = map(len, self._lengths)
        reach = max(REACH_LEAST, min(REACH, CELLS // max(n, 1)))
        reach += min(abs(n - m), reach)
        best: list[dict[int, tuple[float, int, int]]] = [{} for _ in range(n + 1)]
        best[0][0] = (0.0, 0, 0)
        for i in range(n + 1):
            middle = i * m // max(n, 1)
            row = best[i]
            for j in range(max(0, middle - reach), min(m, middle + reach) + 1):
                for a, b in SHAPES:
                    before = best[i - a].get(j - b) if a <= i and b <= j else None
                    if before is None:
                        continue
                    gain = before[0] + self._gain(i - a, a, j - b, b)
                    if j not in row or gain > row[j][0]:
                        row[j] = (gain, a, b)
        return _walked_back(best, n, m)

    def _gain(self, i: int, a: int, j: int, b: int) -> float:
        """Return what pairing *a* sentences from i on with *b* sentences from j on is worth."""
        if not a or not b:
            return ALONE
        gain = self._shared(i, a, j, b) - UNMATCHED * self._weight(i, a, j, b)
        if a == b:
            gain = max(gain, UNLIKE)
        lengths = sum(self._lengths[0][i : i + a]), sum(self._lengths[1][j : j + b])
        gain -= LENGTH * abs(math.log((lengths[1] + 8) / (lengths[0] + 4)) - self._ratio)
        gain += JOINED * (a + b - 2)
        for at, there in {(i, j), (i + a - 1, j + b - 1)}:
            if (self._blocks[0][at], self._blocks[1][there]) not in self._together:
                is_listed = self._listed[0][at] or self._listed[1][there]
                gain += OTHER_ENTRY if is_listed else OTHER_BLOCK
        return gain

    def _shared(self, i: int, a: int, j: int, b: int) -> float:
        one, other = self._matched
        mine = sum(one.get((at, j, b), 0.0) for at in range(i, i + a))
        return mine + sum(other.get((at, i, a), 0.0) for at in range(j, j + b))

    def _weight(self, i: int, a: int, j: int, b: int) -> float:
        return sum(self._weights[0][i : i + a]) + sum(self._weights[1][j : j + b])

    def are_as_long(self, i: int, j: int) -> bool:
        """Return whether two sentences are as long as translations of each other are."""
        lengths = self._lengths[0][i] + 4, self._lengths[1][j] + 8
        return abs(math.log(lengths[1] / lengths[0]) - self._ratio) < AS_LONG

    def likeness(self, i: int, j: int) -> float:
        """Return which part of sentences i and j, by weight, has a partner in the other."""
        total = self._weight(i, 1, j, 1)
        return self._shared(i, 1, j, 1) / total if total else 0.0


def _matched(text: Text, other: Text, edges: Sequence[tuple[int, int]]) -> Matched:
    """Return how much of each sentence has partners in each sentence, or run of sentences."""
    targets: defaultdict[int, set[int]] = defaultdict(set)
    for at, there in edges:
        targets[at].add(other.items[there].sentence)
    found: defaultdict[tuple[int, int, int], float] = defaultdict(float)
    for at, sentences in targets.items():
        number, weight = text.items[at].sentence, text.weights[at]
        runs = {
            (first, count)
            for target in sentences
            for count in range(1, MOST + 1)
            for first in range(max(0, target - count + 1), target + 1)
        }
        for first, count in runs:
            found[number, first, count] += weight
    return found


def _walked_back(
    best: Sequence[Mapping[int, tuple[float, int, int]]], i: int, j: int
) -> list[Bead]:
    beads = []
    while i or j:
        _, a, b = best[i][j]
        beads.append(Bead((tuple(range(i - a, i)), tuple(range(j - b, j)))))
        i, j = i - a, j - b
    return beads[::-1]


def _joined(beads: Sequence[Bead]) -> list[Bead]:
    """Join neighbours of which each stands in one language alone: a free translation."""
    found: list[Bead] = []
    run: list[Bead] = []
    for bead in [*beads, None]:
        if bead and not all(bead.sides):
            run.append(bead)
            continue
        sides = tuple(tuple(at for one in run for at in one.sides[side]) for side in (0, 1))
        is_short = len(run) <= JOINED_MOST
        found += [Bead((sides[0], sides[1]))] if is_short and all(sides) else run
        run = []
        if bead:
            found.append(bead)
    return found


def _moved(beads: Sequence[Bead], aligner: _Aligner) -> list[Bead]:
    """Return the pairs of sentences that do not stand in one place, and say the same."""
    places: tuple[dict[int, int], dict[int, int]] = ({}, {})  # of sentences that are alone
    joined: tuple[dict[int, int], dict[int, int]] = (
        {},
        {},
    )  # of sentences that share a counterpart
    for at, bead in enumerate(beads):
        for side in (0, 1):
            mine, theirs = bead.sides[side], bead.sides[1 - side]
            if not theirs:
                places[side].update(dict.fromkeys(mine, at))
            elif len(mine) > 1:
                joined[side].update(dict.fromkeys(mine, at))
    pairs = [
        *_likely(places[0], places[1], aligner, NEARLY),
        *_likely(joined[0], places[1], aligner, JOINED_MOVED),
        *_likely(places[0], joined[1], aligner, JOINED_MOVED),
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs, reverse=True):
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    found.update(_unlike(places, dict(found), aligner))
    found.update(_parted(beads, dict(found), aligner))
    paired = found.keys(), set(found.values())
    return [_with_neighbours(i, j, places, paired, aligner) for i, j in found.items()]


def _unlike(
    places: tuple[Mapping[int, int], Mapping[int, int]], found: Mapping[int, int], aligner: _Aligner
) -> Iterator[tuple[int, int]]:
    """Yield sentences that are alone, beside each other and as long: in quite other words."""
    taken = set(found.values())
    for i, here in places[0].items():
        for j, there in places[1].items():
            is_free = i not in found and j not in taken
            if is_free and abs(here - there) <= BESIDE and aligner.are_as_long(i, j):
                taken.add(j)
                yield i, j
                break


def _parted(
    beads: Sequence[Bead], found: Mapping[int, int], aligner: _Aligner
) -> Iterator[tuple[int, int]]:
    """
    Yield a sentence that is alone beside a pair, and the pair's last or first that is its own.

    The other sentence of the pair says as much without it, and has hardly a word of its own in it.
    """
    taken = set(found.values())
    for before, behind in pairwise(beads):
        for lone, joined, edge in ((behind, before, -1), (before, behind, 0)):
            for side in (0, 1):
                if len(lone.sides[side]) != 1 or lone.sides[1 - side]:
                    continue
                if len(joined.sides[side]) != 1 or len(joined.sides[1 - side]) != PAIR:
                    continue
                mine, own = lone.sides[side][0], joined.sides[side][0]
                theirs = joined.sides[1 - side][edge]
                rest = joined.sides[1 - side][-1 - edge]
                pairs = [
                    (one, other) if side == 0 else (other, one)
                    for one, other in ((mine, theirs), (own, rest), (own, theirs))
                ]
                i, j = pairs[0]
                is_free = i not in found and j not in taken
                are_long = aligner.are_as_long(*pairs[0]) and aligner.are_as_long(*pairs[1])
                if is_free and are_long and aligner.likeness(*pairs[2]) < NEARLY:
                    yield i, j


def _likely(
    ones: Mapping[int, int], others: Mapping[int, int], aligner: _Aligner, least: float
) -> Iterator[tuple[float, int, int]]:
    """Yield likeness and sentences of the pairs that are like each other, and not far away."""
    are_many = len(ones) * len(others) > PAIRS_TRIED
    for i, here in ones.items():
        for j, there in others.items():
            distance = abs(here - there)
            if are_many and distance > MOVED_FAR:
                continue
            bar = least if distance <= MOVED_NEAR else MOVED if distance <= MOVED_FAR else SURELY
            likeness = aligner.likeness(i, j)
            if likeness >= bar:
                yield likeness, i, j


def _with_neighbours(
    i: int,
    j: int,
    places: tuple[Mapping[int, int], Mapping[int, int]],
    paired: tuple[AbstractSet[int], AbstractSet[int]],
    aligner: _Aligner,
) -> Bead:
    """Return a pair that moved, with a neighbour of either that belongs to it."""
    ones, others = [i], [j]
    ones += [
        near
        for near in (i - 1, i + 1)
        if near in places[0] and near not in paired[0] and aligner.likeness(near, j) >= NEARLY
    ]
    others += [
        near
        for near in (j - 1, j + 1)
        if near in places[1] and near not in paired[1] and aligner.likeness(i, near) >= NEARLY
    ]
    return Bead((tuple(sorted(ones)), tuple(sorted(others))), is_moved=True)
