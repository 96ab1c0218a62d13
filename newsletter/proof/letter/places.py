"""Where in the issue's folder a thing that was seen in an edition can be mended."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.issue.issue import Issue
from newsletter.issue.lines import walk
from newsletter.issue.markdown import Markdown
from newsletter.lang import Lang


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an editor's text, with its place."""

    lang: Lang
    file: str
    line: int | None
    text: str


def passages(issue: Issue) -> Iterator[Passage]:
    """Yield everything editors wrote: fields first, then the text line by line."""
    for lang, letter in issue.letters.items():
        for text in (letter.subject, letter.preheader):
            yield Passage(lang, letter.place, None, text)
        yield from _written(lang, letter.place, letter.greeting)
    for article in issue.articles:
        for lang, words in article.texts.items():
            rows = [part for row in words.facts for part in row]
            for text in (
                words.title,
                words.kicker,
                words.alt,
                words.caption,
                words.link_label,
                *rows,
            ):
                if text:
                    yield Passage(lang, words.place, None, text)
            yield from _written(lang, words.place, words.body)


def _written(lang: Lang, file: str, markdown: Markdown) -> Iterator[Passage]:
    for token, line in walk(markdown.tokens, markdown.first_line):
        if token.type in ("text", "code_inline", "fence", "code_block", "image") and token.content:
            yield Passage(lang, file, line, token.content)
