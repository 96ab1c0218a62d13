"""The rule "length": a text is not much shorter than its counterpart's length predicts."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.languages.known import language_of
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.aligned import alignment_of
from newsletter.proof.parity.alignment import align_sides
from newsletter.proof.parity.blocks import Block, Kind, Section, Side, sections
from newsletter.proof.parity.clues import readings_of
from newsletter.proof.parity.omissions import omissions
from newsletter.proof.parity.wording import cut, finding, part, place

RULE: Final = "length"
SHORTEST: Final = 30  # characters; shorter Korean paragraphs are not compared
TEXTS_FEW: Final = 3  # articles; fewer do not show a usual ratio
FAR_ARTICLE: Final = 0.40  # natural logarithm: 1.5 times as long
FAR_PARAGRAPH: Final = 0.62  # 1.85 times
EXTREME: Final = 0.75  # 2.1 times; applies where there is little data
SPREAD: Final = 4.0  # deviations up to this many median deviations are usual


@dataclass(frozen=True, slots=True)
class _Measured:
    """How far the length ratio of a text is from the usual ratio."""

    sides: tuple[Side, Side]
    blocks: tuple[Block | None, Block | None]  # (None, None): the whole article
    excess: float  # natural logarithm


def check_length(material: Material) -> Iterator[Finding]:
    """Find articles and paragraphs that are much shorter in one language than usual."""
    both = list(sections(material.issue, material.publication))
    articles = [one for section in both for one in _article(section)]
    usual = _Usual(articles)
    paragraphs = [one for section in both for one in _paragraphs(section, material)]
    found = [one for one in articles if usual.is_far(one, FAR_ARTICLE)]
    named = {side.file for one in found for side in one.sides}
    for one in found:
        yield _finding(one)
    usual = _Usual(paragraphs)
    reported = set(_reported(both, material))
    for one in paragraphs:
        longer = one.blocks[1 if one.excess > 0 else 0]
        is_named = one.sides[0].file in named or (one.excess > 0, longer) in reported
        if not is_named and usual.is_far(one, FAR_PARAGRAPH):
            yield _finding(one)


def _reported(both: Sequence[Section], material: Material) -> Iterator[tuple[bool, Block]]:
    """Yield the blocks of which "sentences" names what is missing, with whether they are second."""
    for section in both:
        if alignment := alignment_of(section, material):
            for one in omissions(alignment):
                yield bool(one.side), alignment.texts[one.side].sentences[one.sentence].block


def _article(section: Section) -> Iterator[_Measured]:
    one, other = (sum(len(block.text) for block in side.body) for side in section.sides)
    if _is_long_enough(section, one, other):
        yield _Measured(section.sides, (None, None), _excess(section, one, other))


def _is_long_enough(section: Section, *lengths: int) -> bool:
    usual = [
        length / language_of(side.lang).usual_length
        for length, side in zip(lengths, section.sides, strict=True)
    ]
    return max(usual) >= SHORTEST


def _paragraphs(section: Section, material: Material) -> Iterator[_Measured]:
    for pair in align_sides(*section.sides, readings_of(section, material)):
        one, other = pair.one, pair.other
        if one and other and one.kind is Kind.PARAGRAPH:
            lengths = len(one.text), len(other.text)
            if _is_long_enough(section, *lengths):
                yield _Measured(section.sides, (one, other), _excess(section, *lengths))


def _excess(section: Section, one: int, other: int) -> float:
    first, second = (language_of(side.lang).usual_length for side in section.sides)
    return math.log((other + 1) / second) - math.log((one + 1) / first)


class _Usual:
    """The usual deviation among the texts of an issue; each text is compared with the others."""

    def __init__(self, measured: Sequence[_Measured]) -> None:
        self._excesses = sorted(one.excess for one in measured)
        self._spreads: dict[float, list[float]] = {}  # sorted deviations from a median

    def is_far(self, one: _Measured, far: float) -> bool:
        """Return whether *one* is far from the other texts, if there are enough of them."""
        if len(self._excesses) < TEXTS_FEW:
            return abs(one.excess) > EXTREME
        middle = _median_without(self._excesses, one.excess)
        if middle not in self._spreads:
            self._spreads[middle] = sorted(abs(excess - middle) for excess in self._excesses)
        own = abs(one.excess - middle)
        return own > max(far, SPREAD * _median_without(self._spreads[middle], own))


def _median_without(ordered: Sequence[float], one: float) -> float:
    """Return the median of the numbers *ordered* without *one*, which they contain."""
    gap = bisect_left(ordered, one)
    rest = len(ordered) - 1
    low, high = ((rest - 1) // 2, rest // 2)
    return (ordered[low + (low >= gap)] + ordered[high + (high >= gap)]) / 2


def _finding(one: _Measured) -> Finding:
    short, long = (0, 1) if one.excess > 0 else (1, 0)
    side, other = one.sides[short], one.sides[long]
    block, longer = one.blocks[short], one.blocks[long]
    language, other_language = language_of(side.lang).name, language_of(other.lang).name
    if block and longer:
        line = block.line
        message = phrase(
            "proof.block-shorter",
            part=part(block),
            language=language,
            other=other_language,
            place=place(other, longer.line),
            words=cut(longer.text),
        )
    else:
        line = side.body[0].line if side.body else None
        message = phrase(
            "proof.article-shorter", language=language, other=other_language, file=other.file
        )
    return finding(RULE, Severity.ADVISES, side, line, message)
