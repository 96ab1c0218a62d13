"""Sentences of the blocks of a text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.proof.parity.blocks import Block, Kind

# A stop ends a sentence if a blank follows, unless it stands behind a figure ("2026. 11. 3.").
END: Final = re.compile(
    r"(?:(?<!\d)[.!?。]|(?<=\d)[!?。]|…|(?<=\d)\.(?=[\"”’')\]]*\s+[^\d\s]))[\"”’')\]」』]*\s+"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: a part of a block."""

    block: Block
    at: int  # index of its block in the text
    start: int  # offsets in the block's text
    end: int

    @property
    def text(self) -> str:
        """Return the words of the sentence."""
        return self.block.text[self.start : self.end]

    @property
    def line(self) -> int | None:
        """Return the line of the file where the sentence begins."""
        return self.block.line_at(self.start)


def sentences_of(blocks: Sequence[Block], lang: Lang) -> Sequence[Sentence]:
    """Return the sentences of *blocks* in order; code has none."""
    return [
        Sentence(block, at, start, end)
        for at, block in enumerate(blocks)
        if block.kind is not Kind.CODE
        for start, end in _spans(block, language_of(lang).unfinished)
    ]


def _spans(block: Block, unfinished: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the sentences of a block; a heading and a row of a table are one."""
    text = block.text
    start = 0
    if block.kind in (Kind.HEADING, Kind.ROW):
        yield start, len(text)
        return
    for end in END.finditer(text):
        if not unfinished.search(text, start, end.start() + 1):
            yield start, end.start() + len(end[0].rstrip())
            start = end.end()
    if any(map(str.isalnum, text[start:])):
        yield start, len(text)
