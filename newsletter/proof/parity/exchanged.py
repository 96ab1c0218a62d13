"""Findings on values that stand in each other's place: figures and names."""

from collections.abc import Iterator

from newsletter.languages.known import language_of
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.aligned import alignment_of
from newsletter.proof.parity.attachments import exchanged_within
from newsletter.proof.parity.blocks import Section
from newsletter.proof.parity.exchanges import Exchange, contradictions, crossings, exchanges
from newsletter.proof.parity.rates import differing_rates
from newsletter.proof.parity.sentence_alignment import Alignment
from newsletter.proof.parity.tongues import tongue_of
from newsletter.proof.parity.wording import cut, finding, part, place


def exchanged(
    rule: str, severity: Severity, section: Section, material: Material, *, figures: bool
) -> Iterator[Finding]:
    """Yield a finding for each place where figures, or names, stand in each other's place."""
    alignment = alignment_of(section, material)
    if alignment is None:
        return
    seen = set()
    for one in exchanges(alignment):
        mine = alignment.texts[0].items[one.values[0]]
        if (mine.figure is not None) is figures and one.bead not in seen:
            if not figures:
                seen.add(one.bead)  # a full name has several words
            yield _finding(rule, severity, section, alignment, one)


def contradicting(rule: str, section: Section, material: Material) -> Iterator[Finding]:
    """Yield a finding for each figure or rate of a sentence that its counterpart contradicts."""
    alignment = alignment_of(section, material)
    if alignment is None:
        return
    one, other = section.sides
    tongues = tongue_of(one.lang), tongue_of(other.lang)
    for found in (*contradictions(alignment, tongues), *differing_rates(alignment, tongues)):
        number, start, end = found.one
        their_number, their_start, their_end = found.other
        here = alignment.texts[0].sentences[number]
        there = alignment.texts[1].sentences[their_number]
        message = phrase(
            "proof.figure-differs",
            figure=here.block.text[start:end],
            part=part(there.block),
            language=language_of(one.lang).name,
            words=cut(here.text),
            other=language_of(other.lang).name,
            rivals=[f"“{there.block.text[their_start:their_end]}”"],
            place=place(other, there.block.line_at(their_start)),
            other_words=cut(there.text),
        )
        yield finding(rule, Severity.BLOCKS, one, here.block.line_at(start), message)


def confused(
    rule: str, severity: Severity, section: Section, material: Material, *, figures: bool
) -> Iterator[Finding]:
    """Yield a finding for two figures, or places, that changed places in a sentence or nearby."""
    alignment = alignment_of(section, material)
    if alignment is None:
        return
    one, other = section.sides
    tongues = tongue_of(one.lang), tongue_of(other.lang)
    found = [*exchanged_within(alignment, tongues, figures=figures)]
    for first, second in (*found, *(crossings(alignment) if figures else ())):
        items = [alignment.texts[0].items[at] for at in (first, second)]
        here = alignment.texts[0].sentences[items[0].sentence]
        beads = (*alignment.beads, *alignment.moved)
        [bead] = [bead for bead in beads if items[0].sentence in bead.sides[0]]
        there = alignment.texts[1].sentences[bead.sides[1][0]]
        message = phrase(
            "proof.values-confused",
            values=[f"“{here.block.text[item.start : item.end]}”" for item in items],
            language=language_of(one.lang).name,
            words=cut(here.text),
            other=language_of(other.lang).name,
            place=place(other, there.line),
            other_words=cut(there.text),
        )
        line = here.block.line_at(items[0].start)
        yield finding(rule, severity, one, line, message)


def _finding(
    rule: str, severity: Severity, section: Section, alignment: Alignment, found: Exchange
) -> Finding:
    one, other = section.sides
    mine = alignment.texts[0].items[found.values[0]]
    theirs = alignment.texts[1].items[found.values[1]]
    partner = alignment.texts[1].items[found.partners[0]]
    here, there, elsewhere = (
        alignment.texts[side].sentences[item.sentence]
        for side, item in ((0, mine), (1, theirs), (1, partner))
    )
    message = phrase(
        "proof.value-exchanged",
        value=here.block.text[mine.start : mine.end],
        language=language_of(one.lang).name,
        words=cut(here.text),
        other=language_of(other.lang).name,
        instead=there.block.text[theirs.start : theirs.end],
        place=place(other, there.block.line_at(theirs.start)),
        other_words=cut(there.text),
        elsewhere=place(other, elsewhere.block.line_at(partner.start)),
    )
    return finding(rule, severity, one, here.block.line_at(mine.start), message)
