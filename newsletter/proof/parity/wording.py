"""How findings of the comparison speak: what is shown of a text, and where it stands."""

import re
from typing import Final

from newsletter.lang import EditionKind
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.parity.blocks import Block, Side

SHOWN: Final = 140  # characters of a sentence
SENTENCE_END: Final = re.compile(r"(?<=[.!?。])\s+(?=[^\d\s])")


def finding(rule: str, severity: Severity, side: Side, line: int | None, message: str) -> Finding:
    """Make a finding in the file of *side*."""
    return Finding(rule, severity, side.file, line, EditionKind(side.lang.value), message)


def place(side: Side, line: int | None) -> str:
    """Name a place as editors' programs open it: issues/2022-08/ko.md:3."""
    return side.file if line is None else f"{side.file}:{line}"


def sentence_at(block: Block, at: int) -> str:
    """Return the sentence around a character of a block, cut to what a message can hold."""
    start = 0
    for end in SENTENCE_END.finditer(block.text):
        if end.start() > at:
            return cut(block.text[start : end.start()])
        start = end.end()
    return cut(block.text[start:])


def cut(text: str) -> str:
    """Shorten a text to what a message can hold."""
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"
