"""The rule "sentences": what one language says, the other says as well."""

from collections.abc import Iterator
from typing import Final

from newsletter.languages.known import language_of
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.aligned import alignment_of
from newsletter.proof.parity.alignment import align
from newsletter.proof.parity.blocks import Block, Section, sections
from newsletter.proof.parity.clues import readings_of
from newsletter.proof.parity.omissions import Omission, omissions
from newsletter.proof.parity.sentence_alignment import Alignment
from newsletter.proof.parity.wording import cut, finding, place

RULE: Final = "sentences"


def check_sentences(material: Material) -> Iterator[Finding]:
    """Find sentences of one language that the other language lacks."""
    for section in sections(material.issue, material.publication):
        alignment = alignment_of(section, material)
        if alignment is None:
            continue
        whole = _alone(section, material)
        for omission in omissions(alignment):
            sentence = alignment.texts[omission.side].sentences[omission.sentence]
            if sentence.block not in whole:
                yield _finding(section, alignment, omission)


def _alone(section: Section, material: Material) -> frozenset[Block]:
    """Return the blocks that have no counterpart: the rule "structure" names each of them."""
    one, other = section.sides
    read = readings_of(section, material)
    pairs = [*align(one.facts, other.facts, read), *align(one.body, other.body, read)]
    found = (pair.one or pair.other for pair in pairs if not (pair.one and pair.other))
    return frozenset(block for block in found if block)


def _finding(section: Section, alignment: Alignment, omission: Omission) -> Finding:
    side, other = section.sides[omission.side], section.sides[1 - omission.side]
    sentence = alignment.texts[omission.side].sentences[omission.sentence]
    shown: dict[str, object] = {
        "words": cut(sentence.text),
        "other": language_of(other.lang).name,
    }
    if omission.before is None:
        message = phrase("proof.sentence-alone", file=other.file, **shown)
    else:
        before = alignment.texts[1 - omission.side].sentences[omission.before]
        message = phrase(
            "proof.sentence-missing",
            place=place(other, before.line),
            before=cut(before.text),
            **shown,
        )
    return finding(RULE, Severity.ADVISES, side, sentence.line, message)
