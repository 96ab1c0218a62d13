"""Values that stand in each other's place: figures, or names, of two sentences."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from newsletter.proof.parity.differing import Differing
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.meaning import STRICT, Figure, Weight, are_comparable, kinds
from newsletter.proof.parity.scanning import Tongue
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.unread import said_otherwise_in

NEAR: Final = 3  # sentences
SHORTEST_SOUND: Final = 4  # of a place that a longer name begins with
MORE: Final = 0.5  # weight that two sentences' words have more in each other's place


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two values of a sentence and its counterpart that are each other's elsewhere."""

    bead: Bead  # where they stand
    values: tuple[int, int]  # an item of each language that contradicts the other
    partners: tuple[int, int]  # where the other language says the value: (of the first, second)


def exchanges(alignment: Alignment) -> Iterator[Exchange]:
    """Yield the values that two sentences have exchanged in one language, at both places."""
    partners = _partners(alignment)
    beads = (*alignment.beads, *alignment.moved)
    lone = [_lone(alignment, bead, partners) for bead in beads]
    bead_of: list[dict[int, int]] = [{}, {}]  # of lone values
    for at, sides in enumerate(lone):
        for side in (0, 1):
            bead_of[side].update(dict.fromkeys(sides[side], at))
    for at, (ones, others) in enumerate(lone):
        for one in ones:
            for other in others:
                if not _comparable(alignment, one, other) or _are_one_place(alignment, one, other):
                    continue
                there = [
                    (mine, theirs)
                    for mine in partners[0].get(one, ())
                    for theirs in partners[1].get(other, ())
                    if bead_of[1].get(mine, at) == bead_of[0].get(theirs, -1) != at
                    and not _are_plain(alignment.texts[1].items[place] for place in (other, mine))
                ]
                if there:
                    yield Exchange(beads[at], (one, other), there[0])
                    break


def _are_plain(items: Iterable[Item]) -> bool:
    """Return whether all words are plain ones in capitals, as of "Good Hope" and "Shipping"."""
    words = [item.word for item in items]
    return all(word and word.is_known and not (word.is_place or word.is_coined) for word in words)


def _are_one_place(alignment: Alignment, one: int, other: int) -> bool:
    """Return whether two names sound as one place does, with and without its kind: 강경, 강경읍."""
    first, second = alignment.texts[0].items[one].word, alignment.texts[1].items[other].word
    if first is None or second is None:
        return False
    return any(
        mine.startswith(theirs) or theirs.startswith(mine)
        for mine in first.sounds
        for theirs in second.sounds
        if min(len(mine), len(theirs)) >= SHORTEST_SOUND
    )


def crossings(alignment: Alignment) -> Iterator[tuple[int, int]]:
    """
    Yield figures of two sentences whose values drew the wrong sentences together.

    Where two values changed places, each sentence has the other's figure, and seems to have moved.
    Its words tell where it stands.
    """
    beads = [bead for bead in (*alignment.beads, *alignment.moved) if all(bead.sides)]
    for moved in alignment.moved:
        for bead in beads:
            one, other = (moved, bead) if moved.sides[0] < bead.sides[0] else (bead, moved)
            if bead is moved or (bead.is_moved and one is bead) or not _is_near(one, other):
                continue
            pair = _comparable_figures(alignment, one, other)
            now = _told(alignment, one, one) + _told(alignment, other, other)
            then = _told(alignment, one, other) + _told(alignment, other, one)
            if pair and then > now + MORE:
                yield pair


def _is_near(one: Bead, other: Bead) -> bool:
    """Return whether two beads stand near each other, in another order in each language."""
    (first, second), (there, elsewhere) = one.sides, other.sides
    return second > elsewhere and there[0] - first[-1] <= NEAR and second[0] - elsewhere[-1] <= NEAR


def _comparable_figures(alignment: Alignment, one: Bead, other: Bead) -> tuple[int, int] | None:
    """Return a figure of each bead that has a partner in it; the two are of one kind."""
    items = alignment.texts[0].items
    first, second = (_figures_told(alignment, bead) for bead in (one, other))
    return next(
        (
            (a, b)
            for a in first
            for b in second
            if (mine := items[a].figure)
            and (theirs := items[b].figure)
            and are_comparable(mine, theirs)
        ),
        None,
    )


def _figures_told(alignment: Alignment, bead: Bead) -> list[int]:
    """Return the figures of a bead's first side that have a partner in it."""
    text, other = alignment.texts
    return [
        at
        for number in bead.sides[0]
        for at in text.of[number]
        if text.items[at].figure
        and any(
            other.items[there].sentence in bead.sides[1]
            for there in alignment.partners[0].get(at, ())
        )
    ]


def _told(alignment: Alignment, one: Bead, other: Bead) -> float:
    """Return the weight of the first bead's words that have a partner in the other's sentences."""
    text, there = alignment.texts[0], alignment.texts[1]
    return sum(
        text.weights[at]
        for number in one.sides[0]
        for at in text.of[number]
        if text.items[at].word
        and any(
            there.items[partner].sentence in other.sides[1]
            for partner in alignment.partners[0].get(at, ())
        )
    )


def contradictions(alignment: Alignment, tongues: tuple[Tongue, Tongue]) -> Iterator[Differing]:
    """Yield the figures of a sentence and of its counterpart that contradict each other."""
    one, other = alignment.texts
    partners = _partners(alignment)
    for bead in (*alignment.beads, *alignment.moved):
        lone = _without(alignment, bead, partners) if all(bead.sides) else ([], [])
        if found := list(_contradicting(alignment, lone)):
            said = said_otherwise_in(alignment, bead, lone, tongues)
            yield from (
                Differing(one.items[a].spot, other.items[b].spot)
                for a, b in found
                if a not in said[0] and b not in said[1]
            )


def _contradicting(
    alignment: Alignment, lone: tuple[Sequence[int], Sequence[int]]
) -> Iterator[tuple[int, int]]:
    one, other = alignment.texts
    for a in lone[0]:
        figure = one.items[a].figure
        rivals = (b for b in lone[1] if _contradict(figure, other.items[b].figure))
        yield from ((a, b) for b in islice(rivals, 1))


def _contradict(one: Figure | None, other: Figure | None) -> bool:
    if one is None or other is None or not are_comparable(one, other):
        return False
    are_sure = one.weight is other.weight is Weight.SURE
    return are_sure or bool(kinds(one) & kinds(other) & STRICT)


def _comparable(alignment: Alignment, one: int, other: int) -> bool:
    mine, theirs = alignment.texts[0].items[one], alignment.texts[1].items[other]
    if mine.figure and theirs.figure:
        return are_comparable(mine.figure, theirs.figure)
    return mine.figure is None and theirs.figure is None


def _partners(
    alignment: Alignment,
) -> tuple[Mapping[int, Sequence[int]], Mapping[int, Sequence[int]]]:
    """Return the partners of each figure and of each name."""
    one, other = alignment.texts
    found: tuple[defaultdict[int, list[int]], defaultdict[int, list[int]]]
    found = defaultdict(list), defaultdict(list)
    for a, b in alignment.edges:
        if one.items[a].figure or _is_name(other.items[b]):
            found[0][a].append(b)
            found[1][b].append(a)
    return found


def _is_name(item: Item) -> bool:
    return item.word is not None and item.word.is_name


def _without(
    alignment: Alignment,
    bead: Bead,
    partners: tuple[Mapping[int, Sequence[int]], Mapping[int, Sequence[int]]],
) -> tuple[list[int], list[int]]:
    """Return the items of a bead that have no partner in it."""
    found: list[list[int]] = []
    for side in (0, 1):
        text, theirs = alignment.texts[side], alignment.texts[1 - side]
        found.append(
            [
                at
                for number in bead.sides[side]
                for at in text.of[number]
                if not any(
                    theirs.items[there].sentence in bead.sides[1 - side]
                    for there in partners[side].get(at, ())
                )
            ]
        )
    return found[0], found[1]


def _lone(
    alignment: Alignment,
    bead: Bead,
    partners: tuple[Mapping[int, Sequence[int]], Mapping[int, Sequence[int]]],
) -> tuple[list[int], list[int]]:
    """Return the values of a bead that have partners, and none of them in the bead."""
    ones, others = _without(alignment, bead, partners)
    return [at for at in ones if at in partners[0]], [at for at in others if at in partners[1]]
