"""The rule about the starter: nothing that "init" and "new" wrote goes out as it is."""

from collections.abc import Iterator, Mapping
from typing import Final

from newsletter.issue.issue import PUBLICATION, ArticleText, IssueText
from newsletter.issue.markdown import Markdown
from newsletter.issue.pictures import Picture
from newsletter.issue.starter import StarterWords, lines_in
from newsletter.lang import EditionKind, Lang
from newsletter.phrases import Said, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material

RULE: Final = "starter"
Left = list[tuple[int | None, Said]]  # lines, and what of the starter is left there


def check_starter(material: Material) -> Iterator[Finding]:
    """Find what is left of the starter: one finding a file, which names every place."""
    starter = material.starter
    if starter is None:
        return
    left: Left = [
        (line, f"{name}: {text}")
        for name, (line, text) in material.publication.written.items()
        if starter.fields.get(name) == text
    ]
    yield from _finding(PUBLICATION, None, left)
    for texts in _by_lang(material):
        for lang, text in texts.items():
            yield from _finding(text.place, EditionKind(lang.value), _left_in(text, starter))


def _by_lang(material: Material) -> Iterator[Mapping[Lang, IssueText | ArticleText]]:
    yield dict(material.issue.letters)
    for article in material.issue.articles:
        yield dict(article.texts)


def _left_in(text: IssueText | ArticleText, starter: StarterWords) -> Left:
    """
    Name what of the starter stands in a text as it was.

    That is a whole field in the field of its name, a whole heading or item, and in a paragraph
    a whole sentence: those of the starter tell editors what to do. A part of any is no find.
    """
    left: Left = []
    for name, line in text.lines.items():
        value = getattr(text, name, None)
        if isinstance(value, Picture) and value.sha256 in starter.pictures:
            left.append((line, phrase("proof.starter-picture", name=name)))
        elif value in starter.texts.get(name, ()):
            left.append((line, str(value)))
    body: Markdown = text.greeting if isinstance(text, IssueText) else text.body
    for line, written in enumerate(body.source.split("\n"), body.first_line):
        left += [(line, found.words) for found in lines_in(written) if found in starter.lines]
    return left


def _finding(file: str, edition: EditionKind | None, left: Left) -> Iterator[Finding]:
    if not left:
        return
    places = [
        words if line is None else phrase("proof.starter-line", line=line, words=words)
        for line, words in left
    ]
    message = phrase("proof.starter-left", places=places)
    yield Finding(RULE, Severity.ADVISES, file, left[0][0], edition, message)
