"""Evidence that sentences of two languages correspond: words, names and figures of both."""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from math import sqrt
from typing import Final

from newsletter.proof.parity.agreement import Agreeing
from newsletter.proof.parity.blocks import BETWEEN_CELLS, Block
from newsletter.proof.parity.clues import Reading
from newsletter.proof.parity.lexicon import Lexicon
from newsletter.proof.parity.meaning import Figure, Weight
from newsletter.proof.parity.meaningful import Word, words_of
from newsletter.proof.parity.sentences import Sentence, sentences_of
from newsletter.proof.parity.sounds import likeness, may_begin_alike

FIGURE: Final = 1.6
NAME: Final = 1.3
UNKNOWN: Final = 0.5  # a word that the lexicon does not know may have a counterpart unseen
ALIKE: Final = 0.8
SURELY_ALIKE: Final = 0.9  # short names
PARTNERS_MOST: Final = 12  # of a word or a figure; more tell nothing
PAIRS_TRIED: Final = 60_000  # names of both texts


@dataclass(frozen=True, slots=True)
class Item:
    """A word or a figure of a sentence."""

    sentence: int
    start: int  # offsets in the block
    end: int
    word: Word | None
    figure: Figure | None

    @property
    def spot(self) -> tuple[int, int, int]:
        """Return where it stands: sentence, and offsets in its block."""
        return self.sentence, self.start, self.end


@dataclass(slots=True)
class Text:
    """The sentences of one language, with what is in them."""

    sentences: Sequence[Sentence]
    items: Sequence[Item]
    of: Sequence[Sequence[int]]  # items by sentence
    weights: Sequence[float]


def read_text(blocks: Sequence[Block], read: Reading, lexicon: Lexicon) -> Text:
    """Return the sentences of *blocks*, with their words and figures."""
    sentences = sentences_of(blocks, read.lang)
    items: list[Item] = []
    of: list[list[int]] = []
    for number, one in enumerate(sentences):
        figures = [
            figure
            for figure in _figures(one.block, read)
            if one.start <= figure.start < one.end and figure.weight is not Weight.HINT
        ]
        free = bytearray(b"\1") * (one.end - one.start)
        for figure in figures:
            start, end = figure.start - one.start, figure.end - one.start
            free[start:end] = bytes(len(free[start:end]))
        mine = [Item(number, figure.start, figure.end, None, figure) for figure in figures]
        for word in words_of(one.text, lexicon):
            if all(free[word.start : word.end]):
                start, end = word.start + one.start, word.end + one.start
                mine.append(Item(number, start, end, word, None))
        of.append(list(range(len(items), len(items) + len(mine))))
        items += mine
    return Text(sentences, items, of, _weights(items))


def _figures(block: Block, read: Reading) -> Sequence[Figure]:
    """Return the figures of a block; a row's cells are read by the headings of their columns."""
    if not block.cells:
        return read(block).figures
    starts = accumulate((len(cell.text) + len(BETWEEN_CELLS) for cell in block.cells), initial=0)
    return [
        replace(figure, start=figure.start + start, end=figure.end + start)
        for start, cell in zip(starts, block.cells, strict=False)
        for figure in read(cell).figures
    ]


def _weights(items: Sequence[Item]) -> list[float]:
    counts = Counter(item.word.keys for item in items if item.word)
    found = []
    for item in items:
        if item.figure:
            found.append(FIGURE if item.figure.weight is Weight.SURE else 0.8)
        elif item.word:
            weight = 1 / sqrt(counts[item.word.keys]) if item.word.keys else 1.0
            if item.word.is_name and item.word.sounds:
                weight *= NAME
            found.append(weight if item.word.is_known else weight * UNKNOWN)
    return found


def edges_between(one: Text, other: Text) -> list[tuple[int, int]]:
    """Return the pairs of items that may translate each other."""
    edges = _by_keys(one.items, other.items) + _by_figures(one.items, other.items)
    return edges + _by_sound(one.items, other.items, edges)


def _by_keys(ones: Sequence[Item], others: Sequence[Item]) -> list[tuple[int, int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(others):
        if item.word:
            for key in item.word.keys:
                places[key].append(at)
    slope = len(others) / max(len(ones), 1)
    return [
        (at, there)
        for at, item in enumerate(ones)
        if item.word
        for there in _nearest(
            {place for key in item.word.keys for place in places.get(key, ())}, at * slope
        )
    ]


def _by_figures(ones: Sequence[Item], others: Sequence[Item]) -> list[tuple[int, int]]:
    places = [at for at, item in enumerate(others) if item.figure]
    agreeing = Agreeing([item.figure for item in others if item.figure])
    slope = len(others) / max(len(ones), 1)
    return [
        (at, there)
        for at, item in enumerate(ones)
        if item.figure
        for there in _nearest(
            [places[partner] for partner in agreeing.partners(item.figure)], at * slope
        )
    ]


def _nearest(places: Collection[int], expected: float) -> list[int]:
    """Return the places nearest to the expected one: a word may stand in every sentence."""
    if len(places) <= PARTNERS_MOST:
        return sorted(places)
    return sorted(sorted(places, key=lambda place: abs(place - expected))[:PARTNERS_MOST])


def _by_sound(
    ones: Sequence[Item], others: Sequence[Item], edges: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    tied = {a for a, _ in edges}, {b for _, b in edges}
    left, right = _by_name(ones, tied[0]), _by_name(others, tied[1])
    # In long texts, only names near each other are compared.
    reach = len(others) * min(1.0, PAIRS_TRIED / max(len(left) * len(right), 1))
    slope = len(others) / max(len(ones), 1)
    ordered = sorted(right.items(), key=_first_place)
    found = set()
    for sounds, places in left.items():
        middle = places[0] * slope
        start, end = (bisect(ordered, middle + far, key=_first_place) for far in (-reach, reach))
        for tones, theirs in ordered[start:end]:
            if any(_alike(one, other) for one in sounds for other in tones):
                found |= {(a, b) for a in places for b in _nearest(theirs, a * slope)}
    return sorted(found)


def _first_place(named: tuple[tuple[str, ...], list[int]]) -> int:
    return named[1][0]


def _by_name(items: Sequence[Item], tied: set[int]) -> Mapping[tuple[str, ...], list[int]]:
    """Return the items of words that may be names, by their sounds; a full name has several."""
    names: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    before: Item | None = None
    for at, item in enumerate(items):
        word = item.word
        if word is None or not word.sounds or at in tied:
            before = None
            continue
        names[word.sounds].append(at)
        if before and before.word and item.start - before.end <= 1:
            whole = [
                one + other
                for first, second in ((before.word, word), (word, before.word))
                for one in first.sounds[:1]
                for other in second.sounds[:1]
            ]
            names[tuple(whole)] += [at - 1, at]
        before = item
    return names


def _alike(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 3 or not may_begin_alike(one[0], other[0]):
        return False
    size = min(_consonants(one), _consonants(other))
    least = SURELY_ALIKE if size < 3 else ALIKE
    return size > 0 and likeness(one, other, least) >= least


@cache
def _consonants(sounds: str) -> int:
    return sum(map(str.isupper, sounds))
