"""Texts for the findings of the comparison: excerpt, kind of block, location."""

import re
from collections.abc import Mapping
from typing import Final

from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.parity.blocks import Block, Kind, Side

SHOWN: Final = 140  # characters of a sentence
LOOKED_BACK: Final = 2_000  # characters searched for the sentence's ends, before and after
SENTENCE_END: Final = re.compile(r"(?<=[.!?。])\s+(?=[^\d\s])")
PARTS: Final[Mapping[Kind, Phrase]] = {
    Kind.PARAGRAPH: phrase("proof.paragraph"),
    Kind.HEADING: phrase("proof.heading"),
    Kind.ITEM: phrase("proof.list-item"),
    Kind.ROW: phrase("proof.table-row"),
    Kind.CODE: phrase("proof.code-block"),
    Kind.FOOTNOTE: phrase("proof.footnote"),
}


def finding(
    rule: str, severity: Severity, side: Side, line: int | None, message: Phrase
) -> Finding:
    """Return a finding in the file of *side*."""
    return Finding(rule, severity, side.file, line, EditionKind(side.lang.value), message)


def part(block: Block) -> Phrase:
    """Return the name of a block's kind: a paragraph, or its field."""
    own = PARTS.get(block.kind)
    return own if own and block.name == block.kind else phrase("proof.field", name=block.name)


def place(side: Side, line: int | None) -> str:
    """Return a location in the format that editors' programs open: issues/2022-08/ko.md:3."""
    return side.file if line is None else f"{side.file}:{line}"


def sentence_at(block: Block, at: int) -> str:
    """Return the sentence around offset *at* of a block, cut to the length of a message."""
    start = max(0, at - LOOKED_BACK)
    around = block.text[start : at + LOOKED_BACK]
    begin = 0
    for end in SENTENCE_END.finditer(around):
        if end.start() > at - start:
            return cut(around[begin : end.start()])
        begin = end.end()
    return cut(around[begin:])


def cut(text: str) -> str:
    """Shorten a text to the length of a message."""
    text = " ".join(text[: 4 * SHOWN].split()) if len(text) > 8 * SHOWN else " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"
