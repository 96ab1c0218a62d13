"""The rule "language": each text is in its own language."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.lang import Lang
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.blocks import Block, Kind, Side, sections
from newsletter.proof.parity.languages import TONGUES
from newsletter.proof.parity.wording import cut, finding

RULE: Final = "language"


@dataclass(frozen=True, slots=True)
class Foreign:
    """What another language left in a text looks like."""

    name: Phrase
    run: re.Pattern[str]
    counted: re.Pattern[str]  # inside a run
    least: int  # so many of *counted* make a run foreign


FOREIGN: Final = {
    Lang.KO: Foreign(
        phrase("proof.english-words"),
        # Names are written with capitals, so four words with three small ones are a sentence.
        re.compile(r"(?<!\w)[A-Za-z][\w'’-]+(?:[ ,:;]+[A-Za-z][\w'’-]+){3,}"),
        re.compile(r"\b[a-z][\w'’-]+"),
        3,
    ),
    Lang.EN: Foreign(
        phrase("proof.korean-words"),
        re.compile(r"[가-힣ㄱ-ㆎ]+(?:[^A-Za-z가-힣]*[가-힣ㄱ-ㆎ]+)*"),
        re.compile(r"[가-힣ㄱ-ㆎ]"),
        1,
    ),
}
# What is quoted, or given in parentheses behind its translation, may be in any language.
QUOTED: Final = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|“[^“”]*”|‘[^‘’]*’|\"[^\"]*\"|「[^「」]*」|『[^『』]*』|《[^《》]*》"
    r"|〈[^〈〉]*〉|https?://\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+"
)


def check_language(material: Material) -> Iterator[Finding]:
    """Find Korean left in English texts, and English sentences left in Korean ones."""
    for section in sections(material.issue):
        for side in section.sides:
            agreed = _agreed(material, side.lang)
            for block in side.blocks():
                if block.kind is not Kind.CODE:
                    yield from _check_block(side, block, agreed)


def _agreed(material: Material, lang: Lang) -> Sequence[str]:
    """Return the names that may stand in any language: the publication's and the glossary's."""
    names = {*material.publication.name.values(), *material.publication.sender_name.values()}
    names |= {form for term in material.terms for form in term.forms.get(lang, ())}
    return sorted(names, key=len, reverse=True)


def _check_block(side: Side, block: Block, agreed: Sequence[str]) -> Iterator[Finding]:
    foreign = FOREIGN[side.lang]
    text = QUOTED.sub(lambda quoted: "\x00" * len(quoted[0]), block.text)
    for start, end in block.foreign:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    for name in agreed:
        text = text.replace(name, "\x00" * len(name))
    for run in foreign.run.finditer(text):
        if len(foreign.counted.findall(run[0])) >= foreign.least:
            message = phrase(
                "proof.language-left",
                words=cut(run[0]),
                foreign=foreign.name,
                language=TONGUES[side.lang].name,
            )
            yield finding(RULE, Severity.BLOCKS, side, block.line_at(run.start()), message)
