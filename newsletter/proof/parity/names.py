"""The rule "names": people, places and institutions are the same in both languages."""

from collections.abc import Iterator
from typing import Final

from newsletter.languages.known import language_of
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.aligned import alignment_of
from newsletter.proof.parity.blocks import Section, sections
from newsletter.proof.parity.differing import Differing, differing
from newsletter.proof.parity.exchanged import confused, exchanged
from newsletter.proof.parity.lone_names import LoneNames
from newsletter.proof.parity.people import People
from newsletter.proof.parity.sentence_alignment import Alignment
from newsletter.proof.parity.wording import cut, finding, place

RULE: Final = "names"


def check_names(material: Material) -> Iterator[Finding]:
    """Find names that stand in each other's place, and names that differ."""
    for section in sections(material.issue, material.publication):
        yield from exchanged(RULE, Severity.ADVISES, section, material, figures=False)
        yield from confused(RULE, Severity.ADVISES, section, material, figures=False)
        alignment = alignment_of(section, material)
        if alignment:
            people = People(alignment)
            found = list(differing(alignment, people))
            yield from (_finding(section, alignment, one) for one in found)
            known = {spot for one in found for spot in (one.one, one.other)}
            said: set[str] = set()  # what differs in every sentence is said once
            for one in _lone(alignment, people, material):
                name = _latin(alignment, people, one)
                if known.isdisjoint((one.one, one.other)) and name not in said:
                    said.add(name)
                    yield _finding(section, alignment, one)


def _latin(alignment: Alignment, people: People, found: Differing) -> str:
    """Return the name in Latin letters."""
    number, start, end = found.one if people.latin == 0 else found.other
    return alignment.texts[people.latin].sentences[number].block.text[start:end]


def _lone(alignment: Alignment, people: People, material: Material) -> Iterator[Differing]:
    if material.lexicon is None:
        return
    names = LoneNames(alignment, people, material.lexicon)
    for bead in (*alignment.beads, *alignment.moved):
        for hangul, latin in names.differing(bead):
            yield Differing(*((hangul, latin) if names.hangul == 0 else (latin, hangul)))


def _finding(section: Section, alignment: Alignment, found: Differing) -> Finding:
    one, other = section.sides
    here, there = (
        alignment.texts[side].sentences[spot[0]]
        for side, spot in ((0, found.one), (1, found.other))
    )
    message = phrase(
        "proof.name-differs",
        name=here.block.text[found.one[1] : found.one[2]],
        instead=there.block.text[found.other[1] : found.other[2]],
        language=language_of(one.lang).name,
        words=cut(here.text),
        other=language_of(other.lang).name,
        place=place(other, there.block.line_at(found.other[1])),
        other_words=cut(there.text),
    )
    return finding(RULE, Severity.ADVISES, one, here.block.line_at(found.one[1]), message)
