"""The rule "language": each text is written in its own language."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.languages.language import Residue
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.blocks import Block, Kind, Side, sections
from newsletter.proof.parity.wording import cut, finding

RULE: Final = "language"
# Text in quotes, or in parentheses after its translation, may be in any language.
QUOTED: Final = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|“[^“”]*”|‘[^‘’]*’|\"[^\"]*\"|「[^「」]*」|『[^『』]*』|《[^《》]*》"
    r"|〈[^〈〉]*〉|https?://\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+"
)


def check_language(material: Material) -> Iterator[Finding]:
    """Find Korean text in English texts, and English sentences in Korean texts."""
    for section in sections(material.issue, material.publication):
        for side in section.sides:
            agreed = _agreed(material, side.lang)
            for block in side.blocks():
                if block.kind is not Kind.CODE:
                    yield from _check_block(side, block, agreed)


def _agreed(material: Material, lang: Lang) -> Sequence[str]:
    """Return the names allowed in every language: of the publication and of the glossary."""
    names = {*material.publication.name.values(), *material.publication.sender_name.values()}
    names |= {form for term in material.terms for form in term.forms.get(lang, ())}
    return sorted(names, key=len, reverse=True)


def _check_block(side: Side, block: Block, agreed: Sequence[str]) -> Iterator[Finding]:
    text = QUOTED.sub(lambda quoted: "\x00" * len(quoted[0]), block.text)
    for start, end in block.foreign:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    for name in agreed:
        text = text.replace(name, "\x00" * len(name))
    for residue, run in _residues(text, side.lang):
        if len(residue.counted.findall(run[0])) >= residue.least:
            message = phrase(
                "proof.language-left",
                words=cut(run[0]),
                foreign=residue.name,
                language=language_of(side.lang).name,
            )
            yield finding(RULE, Severity.BLOCKS, side, block.line_at(run.start()), message)


def _residues(text: str, lang: Lang) -> Iterator[tuple[Residue, re.Match[str]]]:
    """Yield the parts of *text*, a text in *lang*, that may be in another language."""
    for other in Lang:
        if other is not lang:
            residue = language_of(other).residue
            yield from ((residue, run) for run in residue.run.finditer(text))
