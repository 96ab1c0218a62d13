"""The Markdown of editors: one token tree for the letter, its text part and the proof."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.footnote import footnote_plugin

from newsletter.issue.blanks import plain_blanks
from newsletter.issue.bounds import bound_work
from newsletter.issue.dates import read_dates
from newsletter.issue.emphasis import allow_emphasis_next_to_hangul
from newsletter.issue.lines import track_lines, walk
from newsletter.issue.outlines import keep_outlines
from newsletter.issue.pictures import Picture
from newsletter.issue.problems import Problems
from newsletter.issue.raw_text import note_raw_text
from newsletter.issue.text_file import FORBIDDEN, describe
from newsletter.phrases import Phrase, phrase

SCHEMES: Final = ("http", "https", "mailto", "tel")
BOLD: Final = phrase("issue.instead-bold")
ITALIC: Final = phrase("issue.instead-italic")
HEADING: Final = phrase("issue.instead-heading")
LOOK: Final = phrase("issue.instead-look")
INSTEAD: Final = {
    "a": phrase("issue.instead-link"),
    "b": BOLD,
    "strong": BOLD,
    "i": ITALIC,
    "em": ITALIC,
    "img": phrase("issue.instead-picture"),
    "br": phrase("issue.instead-break"),
    "hr": phrase("issue.instead-rule"),
    "p": phrase("issue.instead-paragraph"),
    "ul": phrase("issue.instead-items"),
    "ol": phrase("issue.instead-numbers"),
    "li": phrase("issue.instead-item"),
    "table": phrase("issue.instead-table"),
    "blockquote": phrase("issue.instead-quote"),
    "h1": HEADING,
    "h2": HEADING,
    "h3": HEADING,
    "script": phrase("issue.instead-program"),
    "style": LOOK,
    "div": LOOK,
    "span": LOOK,
    "font": LOOK,
    "center": LOOK,
    "u": phrase("issue.instead-underline"),
    "iframe": phrase("issue.instead-frame"),
    "!--": phrase("issue.instead-comment"),
}
NESTING_MAX: Final = 12  # markdown-it's levels; it silently drops the text below level 20
BUTTON: Final = "button"  # the class of a link that is shown as a button
ATTRIBUTES: Final = {  # allowed attributes by token type; others were written in braces
    "link_open": frozenset({"href", "title", "class"}),
    "image": frozenset({"src", "alt", "title"}),
    "span_open": frozenset({"lang"}),
    "ordered_list_open": frozenset({"start"}),
    "th_open": frozenset({"style"}),
    "td_open": frozenset({"style"}),
}
LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
PLAIN_MARKDOWN: Final = phrase("issue.instead-plain")


@dataclass(frozen=True, slots=True)
class Markdown:
    """A parsed Markdown text without problems."""

    source: str
    first_line: int  # the line of the file that *source* starts on, counted from 1
    tokens: tuple[Token, ...]  # markdown-it's block tokens, with inline children
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # by an image token's src


@dataclass(frozen=True, slots=True)
class ImageUse:
    """A reference of a text to a picture."""

    src: str  # as in the token, percent-encoded
    name: str  # the file's name as the editor wrote it
    alt: str
    line: int


class _Parser(MarkdownIt):
    """Accepts every link, so that a forbidden one is reported instead of shown as text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        return True


def parse_markdown(source: str, place: str, first_line: int, problems: Problems) -> Markdown:
    """Parse *source* and record everything that letters may not contain, with its line."""
    parser = _Parser("commonmark", {"html": True}).enable("table")
    parser.use(footnote_plugin).use(attrs_plugin, spans=True)
    allow_emphasis_next_to_hangul(parser)
    read_dates(parser)
    keep_outlines(parser)
    note_raw_text(parser)
    track_lines(parser)
    bound_work(parser, lambda line, message: problems.add(place, line + first_line, message))
    tokens = tuple(parser.parse(plain_blanks(source)))
    last_type = ""
    for token, line in walk(tokens, first_line):
        message = _hidden_fault(token) or _attribute_fault(token) or _fault(token)
        if token.type == "link_close" and last_type == "link_open":
            message = phrase("issue.link-without-words")
        if message:
            problems.add(place, line, message)
        last_type = token.type
    return Markdown(source, first_line, tokens)


def images_of(markdown: Markdown) -> Iterator[ImageUse]:
    """Yield the pictures that a text shows, in order."""
    for token, line in walk(markdown.tokens, markdown.first_line):
        if token.type == "image":
            src = str(token.attrs["src"])
            yield ImageUse(src, unquote(src), alt_of(token), line)


def alt_of(image: Token) -> str:
    """Return the alt text of a picture as plain text, without the marks of bold or italic."""
    return " ".join(_plain(image.children or ()).split())


def is_lone_button(children: Sequence[Token]) -> bool:
    """Whether a paragraph's inline tokens are a single link that is shown as a button."""
    types = [child.type for child in children]
    is_link = types[:1] == ["link_open"] and types[-1:] == ["link_close"]
    return is_link and types.count("link_open") == 1 and _is_button(children[0])


def _holds_button(inline: Token) -> bool:
    return any(_is_button(child) for child in inline.children or ())


def _is_button(token: Token) -> bool:
    return token.type == "link_open" and token.attrs.get("class") == BUTTON


def _plain(tokens: Sequence[Token]) -> str:
    return "".join(
        " " if token.type in ("softbreak", "hardbreak") else token.content or "" for token in tokens
    )


def _hidden_fault(token: Token) -> Phrase | None:
    """Find a forbidden character that is written as an entity, such as ``&#x202e;``."""
    for text in (token.content, *map(str, token.attrs.values())):
        if found := FORBIDDEN.search(text):
            return phrase("issue.entity-character", character=describe(found[0]))
    return None


def _attribute_fault(token: Token) -> Phrase | None:
    """Find attributes in braces, except those of a button and of foreign words."""
    strange = set(token.attrs) - ATTRIBUTES.get(token.type, frozenset())
    if strange or token.attrs.get("class", BUTTON) != BUTTON:
        return phrase("issue.strange-braces")
    if token.type == "span_open" and not LANGUAGE_TAG.fullmatch(str(token.attrs.get("lang", ""))):
        return phrase("issue.foreign-words")
    return None


def _fault(token: Token) -> Phrase | None:
    match token.type:
        case "html_block" | "html_inline":
            return _html_fault(token.content)
        case "heading_open" if token.tag in ("h1", "h2"):
            return phrase("issue.heading-rank", rank=token.tag[1])
        case "blockquote_open" | "list_item_open" if token.level > NESTING_MAX:
            return phrase("issue.lists-too-deep")
        case "inline" if _holds_button(token) and not is_lone_button(token.children or ()):
            return phrase("issue.button-alone")
        case "link_open":
            return _link_fault(str(token.attrs["href"]))
        case _:
            return None


def _html_fault(content: str) -> Phrase:
    found = re.match(r"\s*</?([A-Za-z][A-Za-z0-9-]*|!--)", content)
    name = found[1].lower() if found else content.strip()[1:10]
    return phrase("issue.raw-html", name=name, instead=INSTEAD.get(name, PLAIN_MARKDOWN))


def _link_fault(href: str) -> Phrase | None:
    try:
        parts = urlsplit(href)
        scheme, host = parts.scheme, parts.hostname
    except ValueError:
        return phrase("issue.link-no-address", link=unquote(href))
    if scheme in ("mailto", "tel"):
        return None if parts.path else phrase("issue.link-empty", scheme=scheme)
    if scheme in ("http", "https") and host:
        return None
    if scheme and scheme not in SCHEMES:
        return phrase("issue.link-scheme", scheme=scheme)
    return phrase("issue.link-relative", link=unquote(href))
