"""Markdown as editors may write it: one token tree for the letter, its text part and proofs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.issue.emphasis import allow_emphasis_next_to_hangul
from newsletter.issue.pictures import Picture
from newsletter.issue.problems import Problems

SCHEMES: Final = ("http", "https", "mailto", "tel")
INSTEAD: Final = {
    "a": "write [text](https://www.example.org)",
    "b": "write **bold**",
    "strong": "write **bold**",
    "i": "write *italic*",
    "em": "write *italic*",
    "img": "write ![what it shows](picture.png)",
    "br": "end the line with a backslash",
    "hr": "write --- on a line of its own, between empty lines",
    "p": "leave it out; an empty line starts a new paragraph",
    "ul": "start each item with '- '",
    "ol": "start each item with '1. '",
    "li": "start the item with '- '",
    "table": "write a Markdown table: | a | b |",
    "blockquote": "start the line with '> '",
    "h1": "write ### Heading",
    "h2": "write ### Heading",
    "h3": "write ### Heading",
    "script": "leave it out; a letter may hold no program",
    "style": "leave it out; the look of a letter belongs to templates/",
    "iframe": "write a link: [text](https://www.example.org)",
    "!--": "leave the comment out; readers would get it too",
}
PLAIN_MARKDOWN: Final = "leave it out and write plain Markdown"


@dataclass(frozen=True, slots=True)
class Markdown:
    """A text in Markdown, parsed and free of problems."""

    source: str
    first_line: int  # the line of the file that *source* starts on, counted from 1
    tokens: tuple[Token, ...]  # markdown-it's block tokens, with inline children
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # by an image token's src


@dataclass(frozen=True, slots=True)
class ImageUse:
    """A picture that a text wants to show."""

    src: str  # as the token holds it, percent-encoded
    name: str  # the file's name as the editor wrote it
    alt: str
    line: int


class _Parser(MarkdownIt):
    """Lets every link through, so that a forbidden one is named instead of shown as text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return True


def parse_markdown(source: str, place: str, first_line: int, problems: Problems) -> Markdown:
    """Parse *source* and note raw HTML, forbidden links and headings out of order."""
    parser = _Parser("commonmark", {"html": True}).enable("table")
    allow_emphasis_next_to_hangul(parser)
    tokens = tuple(parser.parse(source))
    for token, line in walk(tokens, first_line):
        message = _fault(token)
        if message:
            problems.add(place, line, message)
    return Markdown(source, first_line, tokens)


def walk(tokens: tuple[Token, ...], first_line: int) -> Iterator[tuple[Token, int]]:
    """Yield every token, inline ones included, with its line in the file."""
    line = first_line
    for token in tokens:
        if token.map:
            line = token.map[0] + first_line
        yield token, line
        inline_line = line
        for child in token.children or ():
            yield child, inline_line
            if child.type in ("softbreak", "hardbreak"):
                inline_line += 1


def images_of(markdown: Markdown) -> Iterator[ImageUse]:
    """Yield the pictures that a text shows, in order."""
    for token, line in walk(markdown.tokens, markdown.first_line):
        if token.type == "image":
            src = str(token.attrs["src"])
            yield ImageUse(src, unquote(src), token.content.strip(), line)


def _fault(token: Token) -> str | None:
    match token.type:
        case "html_block" | "html_inline":
            return _html_fault(token.content)
        case "heading_open" if token.tag in ("h1", "h2"):
            return (
                f"a heading of rank {token.tag[1]}; the title is the article's own heading, "
                "so write ### for those inside (and an empty line before ---)"
            )
        case "link_open":
            return _link_fault(str(token.attrs["href"]))
        case _:
            return None


def _html_fault(content: str) -> str:
    found = re.match(r"\s*</?([A-Za-z][A-Za-z0-9-]*|!--)", content)
    name = found[1].lower() if found else content.strip()[:20]
    return f"raw HTML <{name}> is not allowed; {INSTEAD.get(name, PLAIN_MARKDOWN)}"


def _link_fault(href: str) -> str | None:
    try:
        parts = urlsplit(href)
        scheme, host = parts.scheme, parts.hostname
    except ValueError:
        scheme, host = "", None
    if scheme in ("mailto", "tel") or (scheme in ("http", "https") and host):
        return None
    if scheme and scheme not in SCHEMES:
        return (
            f"a link may not start with {scheme}:; "
            "links lead to http://, https://, mailto: or tel: addresses"
        )
    return f"the link {unquote(href)!r} leads nowhere from a letter; write https://… in full"
