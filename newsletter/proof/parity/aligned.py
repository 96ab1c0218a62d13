"""The sentences of a letter or an article, aligned once for every rule that asks."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from newsletter.languages.known import language_of
from newsletter.proof.material import Material
from newsletter.proof.parity.alignment import Pair, align
from newsletter.proof.parity.blocks import Block, Kind, Section
from newsletter.proof.parity.clues import readings_of
from newsletter.proof.parity.evidence import read_text
from newsletter.proof.parity.sentence_alignment import Alignment, align_sentences


def is_said_elsewhere(side: int, block: Block, section: Section, material: Material) -> bool:
    """Return whether all sentences of a block correspond to some of the other language."""
    alignment = alignment_of(section, material)
    if alignment is None or block.kind is not Kind.PARAGRAPH:
        return False
    return block in alignment.told[side]


class _Same:
    """A material as a key: texts are large, and comparing them is slow."""

    def __init__(self, material: Material) -> None:
        self.material = material

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.material is other.material

    def __hash__(self) -> int:
        return id(self.material)


def alignment_of(section: Section, material: Material) -> Alignment | None:
    """Return which sentences of a section correspond; None without a lexicon."""
    known = _alignments(_Same(material))
    if id(section) not in known:
        # The section is kept as well, so that no other can have its id.
        known[id(section)] = section, _aligned(section, material)
    return known[id(section)][1]


@lru_cache(maxsize=1)  # five rules ask, one after the other
def _alignments(same: _Same) -> dict[int, tuple[Section, Alignment | None]]:
    del same
    return {}


def _aligned(section: Section, material: Material) -> Alignment | None:
    lexicon = material.lexicon
    if lexicon is None:
        return None
    read = readings_of(section, material)
    one, other = section.sides
    texts = [
        read_text([*side.facts, *side.body], look, lexicon)
        for side, look in zip(section.sides, read, strict=True)
    ]
    facts = align(one.facts, other.facts, read)
    together = {
        *_places(facts, (0, 0)),
        *_places(align(one.body, other.body, read), (len(one.facts), len(other.facts))),
    }
    ratio = language_of(other.lang).usual_length / language_of(one.lang).usual_length
    return align_sentences(texts[0], texts[1], ratio, together)


def _places(pairs: Iterable[Pair], start: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the indices of the blocks that correspond; pairs stand in the order of both texts."""
    at, there = start
    for pair in pairs:
        if pair.one and pair.other:
            yield at, there
        at += pair.one is not None
        there += pair.other is not None
