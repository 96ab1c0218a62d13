"""Renders the token tree as the text part: the same words, with every link written out."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

from markdown_it.tree import SyntaxTreeNode

from newsletter.issue.markdown import Markdown, alt_of

COLUMNS: Final = 72  # columns of a line; a Hangul syllable takes two
NARROWEST: Final = 24  # deep lists exceed the line width instead of wrapping to single words
BREAKABLE: Final = re.compile(r"[ \t]+")  # does not match a no-break space


def render_text(markdown: Markdown, picture_word: str) -> str:
    """
    Render *markdown* as plain text, in lines of at most 72 columns, except for long words.

    Args:
        markdown: a text without problems.
        picture_word: the word before a picture's alt text: "그림", "Picture".
    """
    tree = SyntaxTreeNode(list(markdown.tokens))
    return _blocks(tree.children, picture_word, COLUMNS)


def wrap(text: str, indent: str = "", first: str | None = None, width: int = COLUMNS) -> str:
    """Wrap at spaces only, so that no word or address is split."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = indent if first is None or lines else first
        used = columns(line)
        is_empty = True
        for word in filter(None, BREAKABLE.split(paragraph)):
            if not is_empty and used + 1 + columns(word) > width:
                lines.append(line)
                line, used, is_empty = indent, columns(indent), True
            line += word if is_empty else " " + word
            used += columns(word) + (not is_empty)
            is_empty = False
        lines.append(line.rstrip())
    return "\n".join(lines)


def columns(text: str) -> int:
    """Return the number of terminal columns of *text* (Unicode TR11)."""
    return len(text) if text.isascii() else sum(map(_char_columns, text))


def _char_columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _blocks(nodes: Sequence[SyntaxTreeNode], picture_word: str, width: int) -> str:
    return "\n\n".join(filter(None, (_block(node, picture_word, width) for node in nodes)))


def _block(node: SyntaxTreeNode, picture_word: str, width: int) -> str:
    width = max(width, NARROWEST)
    match node.type:
        case "bullet_list" | "ordered_list":
            return _items(node, picture_word, width)
        case "blockquote":
            inner = _blocks(node.children, picture_word, width - 2)
            return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        case "fence" | "code_block":
            return "\n".join(f"    {line}" for line in node.content.rstrip("\n").split("\n"))
        case "table":
            rows = (row for part in node.children for row in part.children)
            return "\n".join(wrap(_row(row, picture_word), "    ", "", width) for row in rows)
        case "hr":
            return "* * *"
        case "footnote_block":
            return "\n".join(_note(note, picture_word, width) for note in node.children)
        case _:  # a heading or a paragraph
            return wrap(_inline(node, picture_word), width=width)


def _items(node: SyntaxTreeNode, picture_word: str, width: int) -> str:
    start = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start):
        mark = f"{number}{node.markup} " if node.type == "ordered_list" else "- "
        first, *rest = _item(item, picture_word, width - len(mark)).split("\n")
        pad = " " * len(mark)
        items.append("\n".join([(mark + first).rstrip(), *((pad + li).rstrip() for li in rest)]))
    return "\n".join(items)


def _note(note: SyntaxTreeNode, picture_word: str, width: int) -> str:
    mark = f"[{int(note.meta['id']) + 1}] "
    first, *rest = _blocks(note.children, picture_word, width - len(mark)).split("\n")
    return "\n".join([mark + first, *((" " * len(mark) + line).rstrip() for line in rest)])


def _item(item: SyntaxTreeNode, picture_word: str, width: int) -> str:
    """Render the contents of an item; a nested list follows the words without an empty line."""
    written = ""
    for node in item.children:
        gap = "\n" if node.type.endswith("_list") else "\n\n"
        written += (gap if written else "") + _block(node, picture_word, width)
    return written


def _row(row: SyntaxTreeNode, picture_word: str) -> str:
    return " | ".join(_inline(cell, picture_word) for cell in row.children)


def _inline(node: SyntaxTreeNode, picture_word: str) -> str:
    return "".join(_piece(child, picture_word) for child in node.children)


def _piece(node: SyntaxTreeNode, picture_word: str) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "footnote_ref":
            return f"[{int(node.meta['id']) + 1}]"
        case "footnote_anchor":
            return ""
        case "hardbreak":
            return "\n"
        case "image":
            assert node.token is not None  # noqa: S101 - every image node has a token
            return f"[{picture_word}: {alt_of(node.token)}]"
        case "link":
            return _link(_inline(node, picture_word), str(node.attrs["href"]))
        case _:
            return _inline(node, picture_word)


def _link(words: str, href: str) -> str:
    bare = href.removeprefix("mailto:").removeprefix("tel:")
    if words in (bare, href):
        return words
    return href if words == unquote(href) else f"{words} ({href})"
