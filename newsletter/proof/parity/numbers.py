"""The rule "numbers": figures mean the same in every language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from newsletter.languages.known import language_of
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.agreement import Agreeing, say_the_same, told_parts
from newsletter.proof.parity.alignment import Pair, align_sides
from newsletter.proof.parity.blocks import Block, Section, Side, sections
from newsletter.proof.parity.clues import Reading, readings_of
from newsletter.proof.parity.exchanged import confused, contradicting, exchanged
from newsletter.proof.parity.meaning import Figure, Weight, are_comparable, kinds
from newsletter.proof.parity.partners import FIGURES_MAX, without_partner
from newsletter.proof.parity.tongues import tongue_of
from newsletter.proof.parity.unread import Passage, said_otherwise, values_of
from newsletter.proof.parity.wording import finding, part, place, sentence_at

RULE: Final = "numbers"
FINDINGS_MAX: Final = 100  # findings per paragraph; further findings are not listed
RIVALS_SHOWN: Final = 8  # figures named in a message; more do not help to find the right one


@dataclass(frozen=True, slots=True)
class _Half:
    """One language of a pair of blocks."""

    side: Side
    block: Block
    lone: Sequence[Figure]  # figures that agree with no figure of the other language
    surplus: Sequence[Figure]  # figures that occur more often than in the other language


@dataclass(frozen=True, slots=True)
class _Compared:
    """A pair of blocks with their figures."""

    pair: Pair
    figures: Sequence[tuple[Sequence[Figure], Sequence[Figure]]]  # matched with each other
    alone: tuple[list[Figure], list[Figure]]  # per language, without any agreeing figure


def check_numbers(material: Material) -> Iterator[Finding]:
    """Find figures that have no counterpart in the other language, or stand in another's place."""
    for section in sections(material.issue, material.publication):
        found = list(numbers_of(section, material))
        yield from found
        lines = {(one.file, one.line) for one in found}
        for one in (
            *exchanged(RULE, Severity.BLOCKS, section, material, figures=True),
            *contradicting(RULE, section, material),
            *confused(RULE, Severity.BLOCKS, section, material, figures=True),
        ):
            if (one.file, one.line) not in lines:
                lines.add((one.file, one.line))
                yield one


def numbers_of(section: Section, material: Material) -> Iterator[Finding]:
    """Find the figures of one letter or article that have no counterpart."""
    read = readings_of(section, material)
    pairs = align_sides(*section.sides, read)
    compared = [_compare(pair, read) for pair in pairs]
    spare = [Agreeing(_firm(one for both in compared for one in both.alone[at])) for at in (0, 1)]
    everywhere = [Agreeing(_firm(_told_in(section, material, at))) for at in (0, 1)]
    for both in compared:
        if both.pair.one is None or both.pair.other is None:
            continue  # the rule "structure" reports blocks without a counterpart
        left, right = _without_partner(both)
        one = _half(section.sides[0], both.pair.one, both.alone[0], left, spare[1])
        other = _half(section.sides[1], both.pair.other, both.alone[1], right, spare[0])
        one, other = _unsaid(one, other, read)
        mine = list(_contradictions(one, other, everywhere[1]))
        named = {rival for found in mine for rival in found.rivals}
        theirs = _contradictions(other, one, everywhere[0])
        # What a finding on the first language names is not named again.
        yield from _first(_finding(found, one, other) for found in mine)
        yield from _first(
            _finding(found, other, one) for found in theirs if found.figure not in named
        )


def _told_in(section: Section, material: Material, at: int) -> Iterator[Figure]:
    """Yield the figures of a side; of a letter, which sums up its articles, of these as well."""
    letters = {letter.place for letter in material.issue.letters.values()}
    is_letter = section.sides[at].file in letters
    for one in sections(material.issue, material.publication) if is_letter else (section,):
        side, look = one.sides[at], readings_of(one, material)[at]
        if side.lang is section.sides[at].lang:
            for block in side.blocks():
                yield from look(block).figures


def numbers_notes(material: Material) -> Iterator[Phrase]:
    """Return notes on blocks that have too many figures to count them."""
    for section in sections(material.issue, material.publication):
        read = readings_of(section, material)
        for pair in align_sides(*section.sides, read):
            for side, block, look in zip(section.sides, (pair.one, pair.other), read, strict=True):
                if block and pair.one and pair.other and len(look(block).figures) > FIGURES_MAX:
                    at = place(side, block.line)
                    yield phrase("proof.figures-uncounted", rule=RULE, place=at, most=FIGURES_MAX)


def _first(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the first contradictions of a block, and a finding if there are more."""
    yield from islice(findings, FINDINGS_MAX)
    if more := next(findings, None):
        yield replace(more, message=phrase("proof.figures-too-many", most=FINDINGS_MAX))


def _half(
    side: Side, block: Block, alone: Sequence[Figure], left: Sequence[Figure], spare: Agreeing
) -> _Half:
    known = set(alone)
    return _Half(side, block, spare.untold(alone), [one for one in left if one not in known])


def _unsaid(one: _Half, other: _Half, read: tuple[Reading, Reading]) -> tuple[_Half, _Half]:
    """Return both halves without the figures that the other one says in other words."""
    halves = one, other
    if not any((*half.lone, *half.surplus) for half in halves):
        return halves
    left, right = (
        Passage(half.block.text, look(half.block).figures, (*half.lone, *half.surplus), tongue)
        for half, look, tongue in zip(
            halves, read, (tongue_of(look.lang) for look in read), strict=True
        )
    )
    said = said_otherwise(left, right)
    mine, theirs = (
        replace(
            half,
            lone=[one for one in half.lone if one not in known],
            surplus=[one for one in half.surplus if one not in known],
        )
        for half, known in zip(halves, said, strict=True)
    )
    return mine, theirs


def _compare(pair: Pair, read: tuple[Reading, Reading]) -> _Compared:
    mine = read[0](pair.one).figures if pair.one else ()
    theirs = read[1](pair.other).figures if pair.other else ()
    (mine, theirs), told = told_parts(mine, theirs)
    alone = list(mine), list(theirs)
    if say_the_same(mine, theirs):
        alone = [], []
    elif mine and theirs:
        alone = Agreeing(theirs).lone(mine), Agreeing(mine).lone(theirs)
    return _Compared(pair, ((mine, theirs), told), alone)


def _without_partner(both: _Compared) -> tuple[list[Figure], list[Figure]]:
    left: list[Figure] = []
    right: list[Figure] = []
    for ones, others in both.figures:
        lone, alone = without_partner(ones, others)
        left += lone
        right += alone
    return left, right


def _firm(figures: Iterable[Figure]) -> list[Figure]:
    """Return *figures* without hints: a word like "a" is a partner in its own block only."""
    return [figure for figure in figures if figure.weight is not Weight.HINT]


@dataclass(frozen=True, slots=True)
class _Contradiction:
    """A figure without counterpart."""

    figure: Figure
    rivals: Sequence[Figure]  # figures of the other language that may stand in its place


@dataclass(frozen=True, slots=True)
class _Rivals:
    """The figures of the other language that can contradict a figure."""

    first: Sequence[Figure]  # figures that the message names
    are_sure: bool  # at least one is surely a figure
    are_lone: bool  # at least one has no partner in the text


def _contradictions(half: _Half, other: _Half, everywhere: Agreeing) -> Iterator[_Contradiction]:
    rivals_of: dict[frozenset[str], _Rivals] = {}
    for is_surplus, figures in ((False, half.lone), (True, half.surplus)):
        for figure in figures:
            kind = kinds(figure)
            if kind not in rivals_of:
                rivals_of[kind] = _rivals(figure, other)
            rivals = rivals_of[kind]
            is_sure = figure.weight is Weight.SURE
            if is_surplus:
                is_wrong = bool(rivals.first) and (is_sure or rivals.are_sure or rivals.are_lone)
            else:
                is_wrong = bool(rivals.first) or (is_sure and not everywhere.tells(figure))
            if is_wrong and figure.weight is not Weight.HINT:
                yield _Contradiction(figure, rivals.first or _of_same_value(figure, other))


def _rivals(figure: Figure, other: _Half) -> _Rivals:
    lone, surplus = (
        [one for one in figures if one.weight is not Weight.HINT and are_comparable(figure, one)]
        for figures in (other.lone, other.surplus)
    )
    both = [*lone, *surplus]
    are_sure = any(one.weight is Weight.SURE for one in both)
    return _Rivals(both[:RIVALS_SHOWN], are_sure, bool(lone))


def _of_same_value(figure: Figure, other: _Half) -> Sequence[Figure]:
    """Return a lone figure of the same number in another unit: "48도" and "48 percent"."""
    values = values_of(figure)
    return [one for one in other.lone if not values.isdisjoint(values_of(one))][:1]


def _finding(found: _Contradiction, half: _Half, other: _Half) -> Finding:
    figure, rivals = found.figure, found.rivals
    there = rivals[0].start if rivals else 0
    shown: dict[str, object] = {
        "figure": half.block.text[figure.start : figure.end],
        "part": part(other.block),
        "language": language_of(half.side.lang).name,
        "words": sentence_at(half.block, figure.start),
        "other": language_of(other.side.lang).name,
        "place": place(other.side, other.block.line_at(there)),
        "other_words": sentence_at(other.block, there),
    }
    if rivals:
        instead = [f"“{other.block.text[rival.start : rival.end]}”" for rival in rivals]
        message = phrase("proof.figure-differs", rivals=instead, **shown)
    else:
        message = phrase("proof.figure-alone", **shown)
    line = half.block.line_at(figure.start)
    return finding(RULE, Severity.BLOCKS, half.side, line, message)
