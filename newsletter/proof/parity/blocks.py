"""An issue as pairs of texts: blocks of plain text with line numbers."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import chain, combinations, repeat
from typing import Final

from markdown_it.token import Token

from newsletter.issue.declared import Form, Part, fields_of
from newsletter.issue.issue import PUBLICATION, ArticleText, Issue, IssueText, Publication
from newsletter.issue.lines import LINE
from newsletter.issue.markdown import Markdown, alt_of
from newsletter.issue.notice import Notice
from newsletter.lang import Lang

BETWEEN_CELLS: Final = " | "
UNIT_OF_TABLE: Final = re.compile(r"\([^()\d]{1,40}\)(?=[.:]?\s*$)")


class Kind(StrEnum):
    """The kind of a block."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "list item"
    ROW = "table row"
    CODE = "block of code"
    FOOTNOTE = "footnote"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text that is compared as one unit."""

    kind: Kind
    name: str  # name of the field, for example "title"; for other blocks the kind
    text: str  # without Markdown marks
    line: int | None  # line of the file, counted from 1; None if unknown
    starts: tuple[int, ...] = ()  # offsets in *text* where further lines of the file start
    cells: tuple["Block", ...] = ()  # of a table row
    foreign: tuple[tuple[int, int], ...] = ()  # (start, end) of parts marked as another language
    head: str = ""  # of a table's cell: the heading of its column

    def line_at(self, place: int) -> int | None:
        """Return the line of the file that contains the character at offset *place*."""
        return None if self.line is None else self.line + bisect_right(self.starts, place)


@dataclass(frozen=True, slots=True)
class Link:
    """The target of a link."""

    href: str
    line: int | None
    text: str = ""  # what the reader sees; "" of an article's own link


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture shown in a text."""

    place: str  # the file, relative to the site root
    sha256: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Side:
    """A letter or an article in one language."""

    lang: Lang
    file: str
    fields: Mapping[str, Block]  # non-empty fields by name: title, alt, facts 1…
    body: tuple[Block, ...]
    links: tuple[Link, ...]
    pictures: tuple[Shown, ...]  # the lead picture first
    has_lead: bool
    facts: tuple[Block, ...]  # rows of two cells

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks with text; for table rows and facts, their cells."""
        yield from self.fields.values()
        for block in (*self.facts, *self.body):
            yield from block.cells or (block,)


@dataclass(frozen=True, slots=True)
class Section:
    """A letter or an article, in the two languages to compare."""

    sides: tuple[Side, Side]


class _Same:
    """An issue as a cache key: texts are large, and comparing them is slow."""

    def __init__(self, issue: Issue, publication: Publication) -> None:
        self.issue = issue
        self.publication = publication

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and self.issue is other.issue
            and self.publication is other.publication
        )

    def __hash__(self) -> int:
        return id(self.issue)


def sections(issue: Issue, publication: Publication) -> Sequence[Section]:
    """Return the letter, the articles and the publication's texts, for each pair of languages."""
    return _sections(_Same(issue, publication))


@lru_cache(maxsize=2)  # seven rules ask for the sections of one issue
def _sections(same: _Same) -> Sequence[Section]:
    return tuple(_laid_out(same.issue, same.publication))


def _laid_out(issue: Issue, publication: Publication) -> Iterator[Section]:
    for one, other in combinations(Lang, 2):
        if one in issue.letters and other in issue.letters:
            yield Section(
                (letter_side(one, issue.letters[one]), letter_side(other, issue.letters[other]))
            )
        for notice in issue.notices:
            yield Section((notice_side(one, notice), notice_side(other, notice)))
        for article in issue.articles:
            if one in article.texts and other in article.texts:
                yield Section(
                    (
                        article_side(one, article.texts[one]),
                        article_side(other, article.texts[other]),
                    )
                )
        if issue.label:
            yield Section((label_side(one, issue), label_side(other, issue)))
        yield Section((publication_side(one, publication), publication_side(other, publication)))


def letter_side(lang: Lang, letter: IssueText) -> Side:
    """Lay out the issue's own text in one language."""
    fields = {name: _field(letter, name, text) for name, text in letter.texts.items()}
    body = letter.greeting
    return Side(
        lang, letter.place, fields, tuple(_blocks(body)), tuple(_links(body)),
        tuple(_pictures(body)), False, (),
    )  # fmt: skip


def label_side(lang: Lang, issue: Issue) -> Side:
    """Lay out the texts of the issue file in one language."""
    text = (issue.label or {}).get(lang, "")
    fields = {"label": Block(Kind.FIELD, "label", text, None)} if text else {}
    return Side(lang, f"issues/{issue.id}/issue.yaml", fields, (), (), (), False, ())


def publication_side(lang: Lang, publication: Publication) -> Side:
    """Lay out the texts of publication.yaml for readers in one language."""
    fields = {}
    for field in fields_of(Part.PUBLICATION):
        line, text = publication.written.get(f"{field.name}.{lang}", (None, ""))
        if field.form is Form.TEXT_BY_LANG and text:
            fields[field.name] = Block(Kind.FIELD, field.name, text, line)
    return Side(lang, PUBLICATION, fields, (), (), (), False, ())


def notice_side(lang: Lang, notice: Notice) -> Side:
    """Lay out a footer or a sponsor in one language."""
    text = notice.texts[lang]
    return Side(lang, notice.place, {}, tuple(_blocks(text)), tuple(_links(text)), (), False, ())


def article_side(lang: Lang, words: ArticleText) -> Side:
    """Lay out an article in one language."""
    fields = {name: _field(words, name, text) for name, text in words.texts.items() if text}
    facts = tuple(_fact(words, label, value) for label, value in words.facts)
    links = [Link(words.link, line_of(words, "link"))] if words.link else []
    image = words.image
    lead = [Shown(image.place, image.sha256, line_of(words, "image"))] if image else []
    return Side(
        lang, words.place, fields, tuple(_blocks(words.body)),
        (*links, *_links(words.body)), (*lead, *_pictures(words.body)), bool(lead), facts,
    )  # fmt: skip


def line_of(words: IssueText | ArticleText, field: str) -> int | None:
    """Return the line of a field in its file; None if the parser did not record the line."""
    return words.lines.get(field)


def _field(words: IssueText | ArticleText, name: str, text: str) -> Block:
    return Block(Kind.FIELD, name, text, line_of(words, name))


def _fact(words: ArticleText, label: str, value: str) -> Block:
    line = line_of(words, f"facts.{label}")
    cells = (
        Block(Kind.FIELD, "facts", label, line),
        Block(Kind.FIELD, "facts", value, line),
    )
    return Block(Kind.ROW, "facts", f"{label}: {value}", line, cells=cells)


def _blocks(markdown: Markdown) -> Iterator[Block]:
    row: list[Block] | None = None
    heads: list[str] = []
    caption = before = ""
    inside: list[str] = []
    line = markdown.first_line
    for token in markdown.tokens:
        if token.map:
            line = token.map[0] + markdown.first_line
        _step(inside, token)
        if token.type == "thead_open":
            heads, caption = [], _unit_in(before)
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield _row(row, heads, line)
            heads = heads or [f"{cell.text} {caption}".strip() for cell in row]
            row = None
        elif token.type == "inline":
            block = _inline_block(token, _kind(inside), line)
            if row is not None:
                row.append(block)
            elif block.text:
                before = block.text
                yield block
        elif token.type in ("fence", "code_block"):
            text = token.content.rstrip("\n")
            first = line + (token.type == "fence")
            yield Block(Kind.CODE, Kind.CODE, text, first, _line_starts(text))


def _unit_in(text: str) -> str:
    """Return the unit of a table's numbers that stands before it: "(단위: 억 원)"."""
    found = UNIT_OF_TABLE.search(text)
    return found[0] if found else ""


def _row(cells: Sequence[Block], heads: Sequence[str], line: int) -> Block:
    headed = [
        replace(cell, head=head)
        for cell, head in zip(cells, chain(heads, repeat("")), strict=False)
    ]
    text = BETWEEN_CELLS.join(cell.text for cell in cells)
    return Block(Kind.ROW, Kind.ROW, text, cells[0].line if cells else line, cells=tuple(headed))


def _step(inside: list[str], token: Token) -> None:
    """Update *inside*, the names of the elements that are open at *token*."""
    if token.nesting == 1:
        inside.append(token.type)
    elif token.nesting == -1:
        inside.pop()


def _kind(inside: Sequence[str]) -> Kind:
    if "heading_open" in inside:
        return Kind.HEADING
    if "tr_open" in inside:
        return Kind.ROW
    if "footnote_open" in inside:
        return Kind.FOOTNOTE
    return Kind.ITEM if "list_item_open" in inside else Kind.PARAGRAPH


def _inline_block(token: Token, kind: Kind, line: int) -> Block:
    text = ""
    starts: list[int] = []
    foreign: list[tuple[int, int]] = []
    spans: list[int | None] = []  # start offsets of the spans that name a language
    for child in token.children or ():
        below = int(child.meta.get(LINE, 0))
        starts += [len(text)] * (below - len(starts))
        if child.type in ("softbreak", "hardbreak"):
            text += " "
        elif child.type == "image":
            text += alt_of(child)
        else:
            text += child.content
        if child.type == "span_open":
            spans.append(len(text) if "lang" in child.attrs else None)
        elif child.type == "span_close" and (start := spans.pop()) is not None:
            foreign.append((start, len(text)))
    return Block(kind, kind, text, line, tuple(starts), foreign=tuple(foreign))


def _line_starts(text: str) -> tuple[int, ...]:
    return tuple(at + 1 for at, char in enumerate(text) if char == "\n")


def _inline_tokens(markdown: Markdown) -> Iterator[tuple[Token, int]]:
    line = markdown.first_line
    for token in markdown.tokens:
        if token.map:
            line = token.map[0] + markdown.first_line
        for child in token.children or ():
            yield child, line + int(child.meta.get(LINE, 0))


def _links(markdown: Markdown) -> Iterator[Link]:
    href, first, text = "", 0, ""
    for token, line in _inline_tokens(markdown):
        if token.type == "link_open":
            href, first, text = str(token.attrs["href"]), line, ""
        elif token.type == "link_close":
            yield Link(href, first, text)
        else:
            text += token.content


def _pictures(markdown: Markdown) -> Iterator[Shown]:
    for token, line in _inline_tokens(markdown):
        picture = markdown.pictures.get(str(token.attrs.get("src", "")))
        if token.type == "image" and picture:
            yield Shown(picture.place, picture.sha256, line)
