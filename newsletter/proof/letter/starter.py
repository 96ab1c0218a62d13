"""The rule about the starter: text written by "init" and "new" must be replaced."""

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
Left = list[tuple[int | None, Said]]  # line, remaining text of the starter


def check_starter(material: Material) -> Iterator[Finding]:
    """Find remaining text of the starter: one finding per file, which lists every place."""
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
    List the text of the starter that is unchanged in *text*.

    A match is a whole field in the field of the same name, a whole heading or item, or a whole
    sentence in a paragraph: the starter's sentences tell editors what to do. A part of one of
    these is not a match.
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
