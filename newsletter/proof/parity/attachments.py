"""Values exchanged within a sentence: each stands beside what the other language counts by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from newsletter.proof.parity.meaning import kinds
from newsletter.proof.parity.sentence_alignment import Alignment, Bead

BESIDE: Final = 2  # two distances of one word each
STRAIGHT: Final = 4  # what the right order takes at least, if the values were exchanged


@dataclass(frozen=True, slots=True)
class _Counted:
    """A figure with the word before it, and the partners of both in the other language."""

    figure: int
    noun: int
    other_figure: int
    other_noun: int


def exchanged_within(alignment: Alignment) -> Iterator[tuple[int, int]]:
    """
    Yield the figures of the first language whose nouns stand beside the other's value.

    "Adults 6,000 won, teenagers 3,000 won" beside "3,000 won for adults and 6,000 for teenagers":
    each noun is right beside the other's figure, and farther from its own.
    """
    for bead in alignment.beads:
        if all(bead.sides):
            counted = list(_counted(alignment, bead))
            place = {at: number for number, at in enumerate(_in_order(alignment, bead, 1))}
            for one, other in combinations(counted, 2):
                if _are_exchanged(alignment, one, other, place):
                    yield one.figure, other.figure


def _in_order(alignment: Alignment, bead: Bead, side: int) -> list[int]:
    text = alignment.texts[side]
    items = [at for number in bead.sides[side] for at in text.of[number]]
    return sorted(items, key=lambda at: (text.items[at].sentence, text.items[at].start))


def _counted(alignment: Alignment, bead: Bead) -> Iterator[_Counted]:
    """Yield the figures that stand directly behind a word; both have one partner in the bead."""
    text = alignment.texts[0]
    order = _in_order(alignment, bead, 0)
    for noun, figure in pairwise(order):
        before, item = text.items[noun], text.items[figure]
        if item.figure is None or before.word is None or before.sentence != item.sentence:
            continue
        gap = text.sentences[item.sentence].block.text[before.end : item.start]
        partners = [_partner(alignment, bead, at) for at in (figure, noun)]
        if gap in ("", " ") and None not in partners:  # with a particle, it is another part
            yield _Counted(figure, noun, partners[0] or 0, partners[1] or 0)


def _partner(alignment: Alignment, bead: Bead, at: int) -> int | None:
    """Return the only partner of an item of the first language in a bead."""
    other = alignment.texts[1]
    found = [
        there
        for there in alignment.partners[0].get(at, ())
        if other.items[there].sentence in bead.sides[1]
    ]
    if len(found) != 1:
        return None
    own = alignment.texts[0]
    back = [
        here
        for here in alignment.partners[1].get(found[0], ())
        if own.items[here].sentence in bead.sides[0]
    ]
    is_figure = own.items[at].figure is not None
    return found[0] if len(back) == 1 or not is_figure else None


def _are_exchanged(
    alignment: Alignment, one: _Counted, other: _Counted, place: dict[int, int]
) -> bool:
    mine, theirs = (alignment.texts[0].items[each.figure].figure for each in (one, other))
    if mine is None or theirs is None or not kinds(mine) & kinds(theirs):
        return False
    if one.other_noun == other.other_noun or one.other_figure == other.other_figure:
        return False
    there = alignment.texts[1].items
    places = (one.other_figure, one.other_noun, other.other_figure, other.other_noun)
    if len({there[at].sentence for at in places}) != 1:
        return False
    first, noun, second, other_noun = (place[at] for at in places)
    crossed = abs(noun - second) + abs(other_noun - first)
    straight = abs(noun - first) + abs(other_noun - second)
    return crossed <= BESIDE and straight >= STRAIGHT
