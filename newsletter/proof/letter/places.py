"""Find the place to correct a fault seen in an edition: in a text, or in a template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from newsletter.compose.press import FOLDER, HTML_LETTER, TEXT_LETTER
from newsletter.issue.declared import Form, Part, fields_of
from newsletter.issue.issue import PUBLICATION, Issue, Publication
from newsletter.issue.lines import walk
from newsletter.issue.markdown import Markdown
from newsletter.lang import Lang

LETTER: Final = FOLDER + HTML_LETTER
TEXT: Final = FOLDER + TEXT_LETTER
Place = tuple[str, int | None]  # a file relative to the site root, and its line

CODE: Final = ("code_inline", "fence", "code_block")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an editor's text, with its place."""

    lang: Lang
    file: str
    line: int | None
    text: str
    is_code: bool = False


def passages(issue: Issue, publication: Publication) -> Iterator[Passage]:
    """Yield all texts of editors: fields, and texts line by line."""
    yield from publication_passages(publication)
    yield from field_passages(issue)
    for lang, file, markdown in texts(issue):
        yield from _written(lang, file, markdown)


def publication_passages(publication: Publication) -> Iterator[Passage]:
    """Yield the texts of publication.yaml that readers see as written."""
    for field in fields_of(Part.PUBLICATION):
        if field.form is Form.TEXT_BY_LANG:
            for lang in Lang:
                line, text = publication.written.get(f"{field.name}.{lang}", (None, ""))
                if text:
                    yield Passage(lang, PUBLICATION, line, text)


def field_passages(issue: Issue) -> Iterator[Passage]:
    """Yield the fields of the issue; Markdown has no effect in fields."""
    for lang, text in (issue.label or {}).items():
        yield Passage(lang, f"issues/{issue.id}/issue.yaml", None, text)
    for lang, letter in issue.letters.items():
        for name, text in letter.texts.items():
            yield Passage(lang, letter.place, letter.lines.get(name), text)
    for article in issue.articles:
        for lang, words in article.texts.items():
            for name, text in words.texts.items():
                if text:
                    yield Passage(lang, words.place, words.lines.get(name), text)
            for label, value in words.facts:
                line = words.lines.get(f"facts.{label}")
                yield Passage(lang, words.place, line, f"{label}: {value}")


def texts(issue: Issue) -> Iterator[tuple[Lang, str, Markdown]]:
    """Yield every Markdown text with its language and file."""
    for lang, letter in issue.letters.items():
        yield lang, letter.place, letter.greeting
    for article in issue.articles:
        for lang, words in article.texts.items():
            yield lang, words.place, words.body
    for notice in issue.notices:
        for lang, text in notice.texts.items():
            yield lang, notice.place, text


def _written(lang: Lang, file: str, markdown: Markdown) -> Iterator[Passage]:
    before = ""
    for token, line in walk(markdown.tokens, markdown.first_line):
        if token.type in ("text", "image", *CODE) and token.content:
            text = f"*{token.content}" if before == "em_open" else token.content  # as written
            yield Passage(lang, file, line, text, token.type in CODE)
        before = token.type
