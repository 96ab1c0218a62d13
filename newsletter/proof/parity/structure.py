"""The rule "structure": both languages have the same parts, in the same order."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from newsletter.languages.known import language_of
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.aligned import is_said_elsewhere
from newsletter.proof.parity.alignment import align
from newsletter.proof.parity.blocks import Block, Kind, Section, Side, sections
from newsletter.proof.parity.clues import readings_of
from newsletter.proof.parity.links import check_addresses, check_exchanged_links, check_links
from newsletter.proof.parity.pictures import check_pictures
from newsletter.proof.parity.wording import cut, finding, part, place

RULE: Final = "structure"


def check_structure(material: Material) -> Iterator[Finding]:
    """Find the parts of each letter and article that the other language lacks."""
    both = sections(material.issue, material.publication)
    for section in both:
        one, other = section.sides
        yield from _check_fields(one, other)
        yield from _check_fields(other, one)
        yield from _check_blocks(section, material)
        yield from check_links(RULE, one, other)
        yield from check_links(RULE, other, one)
        yield from check_addresses(RULE, one, other)
        yield from check_exchanged_links(RULE, one, other, material.lexicon)
    yield from check_pictures(RULE, both)


def _check_fields(side: Side, other: Side) -> Iterator[Finding]:
    for name, block in side.fields.items():
        if name not in other.fields and not (name == "alt" and side.has_lead > other.has_lead):
            message = phrase(
                "proof.field-missing",
                language=_name(other),
                name=name,
                file=other.file,
                words=cut(block.text),
            )
            yield finding(RULE, Severity.BLOCKS, side, block.line, message)


def _check_blocks(section: Section, material: Material) -> Iterator[Finding]:
    one, other = section.sides
    read = readings_of(section, material)
    for pairs in (align(one.facts, other.facts, read), align(one.body, other.body, read)):
        # In each language, the line of the last block so far.
        before: list[int | None] = [None, None]
        for pair in pairs:
            if pair.one and not pair.other:
                if not is_said_elsewhere(0, pair.one, section, material):
                    yield _no_counterpart(one, other, pair.one, before[1])
            elif pair.other and not pair.one:
                if not is_said_elsewhere(1, pair.other, section, material):
                    yield _no_counterpart(other, one, pair.other, before[0])
            elif pair.one and pair.other:
                yield from _check_cells(one, other, pair.one, pair.other)
            for side, block in enumerate((pair.one, pair.other)):
                if block:
                    before[side] = block.line_at(len(block.text))


def _no_counterpart(side: Side, other: Side, block: Block, after: int | None) -> Finding:
    what = part(block) if block.name != "facts" else phrase("proof.facts-row")
    language, words = _name(other), cut(block.text)
    if after:
        there = place(other, after)
        message = phrase(
            "proof.block-alone-behind", part=what, language=language, place=there, words=words
        )
    else:
        message = phrase(
            "proof.block-alone", part=what, language=language, file=other.file, words=words
        )
    return finding(RULE, Severity.BLOCKS, side, block.line, message)


def _check_cells(one: Side, other: Side, mine: Block, theirs: Block) -> Iterator[Finding]:
    for at, (a, b) in enumerate(zip_longest(mine.cells, theirs.cells)):
        has_a, has_b = bool(a and a.text), bool(b and b.text)
        if has_a == has_b or (at == 0 and _is_head(mine)):
            continue  # the corner of a table may be empty
        side, block, other_side = (one, mine, other) if has_a else (other, theirs, one)
        message = phrase(
            "proof.cell-alone",
            cell=cut(block.cells[at].text),
            file=other_side.file,
            number=at + 1,
            words=cut(block.text),
        )
        yield finding(RULE, Severity.BLOCKS, side, block.line, message)


def _is_head(row: Block) -> bool:
    """Return whether a row of a table is its first: its cells are their own headings."""
    return row.name == Kind.ROW and not any(cell.head for cell in row.cells)


def _name(side: Side) -> Phrase:
    return language_of(side.lang).name
