"""The rule "glossary": names and terms are written as the glossary says, in both languages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from newsletter.issue.glossary import Term
from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.blocks import Block, Side, sections
from newsletter.proof.parity.scanning import even_out
from newsletter.proof.parity.wording import finding, sentence_at

RULE: Final = "glossary"
# Case-insensitive matching would test each character of a wide range one by one.
IN_A_WORD: Final = "(?-i:[가-힣A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class _Use:
    """The first occurrence of a term in a text."""

    block: Block
    at: int


def check_glossary(material: Material) -> Iterator[Finding]:
    """Find terms whose counterpart is not written in one of the glossary's forms."""
    for section in sections(material.issue, material.publication):
        one, other = section.sides
        yield from _check(one, other, material.terms)
        yield from _check(other, one, material.terms)


def _check(side: Side, other: Side, terms: Sequence[Term]) -> Iterator[Finding]:
    if not terms:
        return
    there = " ".join(_plain(block.text) for block in other.blocks())
    for term, use in _uses(side, terms):
        agreed = term.forms.get(other.lang, ())
        if agreed and not any(_plain(form) in there for form in agreed):
            message = phrase(
                "proof.term-differs",
                form=term.forms[side.lang][0],
                language=language_of(other.lang).name,
                agreed=agreed,
                file=other.file,
                line=term.line,
                words=sentence_at(use.block, use.at),
            )
            yield finding(RULE, Severity.ADVISES, side, use.block.line_at(use.at), message)


def _uses(side: Side, terms: Sequence[Term]) -> Iterator[tuple[Term, _Use]]:
    """Yield each term of a text with its first occurrence, the longest names first."""
    forms = sorted(
        ((form, term) for term in terms for form in term.forms.get(side.lang, ())),
        key=lambda pair: len(pair[0]),
        reverse=True,
    )
    texts = [(block, even_out(block.text)) for block in side.blocks()]
    seen: set[int] = set()
    for form, term in forms:
        for at, (block, text) in enumerate(texts):
            places = list(_places(form, side.lang, text))
            if places and term.line not in seen:
                seen.add(term.line)
                yield term, _Use(block, places[0][0])
            texts[at] = (block, _blotted(text, places))


def _places(form: str, lang: Lang, text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each name in *text*, including the characters attached to it."""
    flags = re.NOFLAG if form.isupper() else re.IGNORECASE
    ends = _ends(lang, flags)
    for found in _beginning(form, flags).finditer(text):
        if end := ends.match(text, found.end()):
            yield found.start(), end.end()


@cache
def _beginning(form: str, flags: re.RegexFlag) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, even_out(form).split()))
    return re.compile(rf"(?<!{IN_A_WORD}){words}", flags)


@cache
def _ends(lang: Lang, flags: re.RegexFlag) -> re.Pattern[str]:
    """Compile a language's word endings once, not once per name."""
    return re.compile(language_of(lang).term_end, flags)


def _blotted(text: str, places: Iterable[tuple[int, int]]) -> str:
    for start, end in places:
        text = text[:start] + "\x00" * (end - start) + text[end:]
    return text


def _plain(text: str) -> str:
    return re.sub(r"[\s-]+", "", even_out(text)).casefold()
