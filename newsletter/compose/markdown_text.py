"""From the token tree to the text part: the same words, every link spelt out."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from newsletter.issue.markdown import Markdown

COLUMNS: Final = 72  # a Hangul syllable takes two


def render_text(markdown: Markdown, picture_word: str) -> str:
    """
    Render *markdown* as plain text, lines at most 72 columns wide but for long words.

    Args:
        markdown: a text without problems.
        picture_word: what stands before a picture's alt text: "그림", "Picture".
    """
    tree = SyntaxTreeNode(list(markdown.tokens))
    return "\n\n".join(filter(None, (_block(node, picture_word) for node in tree.children)))


def wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """Wrap at spaces only, so that no word and no address is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = indent if first is None or lines else first
        used = len(line)
        is_empty = True
        for word in paragraph.split():
            if not is_empty and used + 1 + columns(word) > COLUMNS:
                lines.append(line)
                line, used, is_empty = indent, len(indent), True
            line += word if is_empty else " " + word
            used += columns(word) + (not is_empty)
            is_empty = False
        lines.append(line.rstrip())
    return "\n".join(lines)


def columns(text: str) -> int:
    """Count the columns that *text* takes on a terminal (Unicode TR11)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _block(node: SyntaxTreeNode, picture_word: str) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _items(node, picture_word)
        case "blockquote":
            inner = "\n\n".join(_block(child, picture_word) for child in node.children)
            return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        case "fence" | "code_block":
            return "\n".join(f"    {line}" for line in node.content.rstrip("\n").split("\n"))
        case "table":
            rows = (row for part in node.children for row in part.children)
            return "\n".join(wrap(_row(row, picture_word), "    ", "") for row in rows)
        case "hr":
            return "* * *"
        case _:  # a heading or a paragraph
            return wrap(_inline(node, picture_word))


def _items(node: SyntaxTreeNode, picture_word: str) -> str:
    start = int(node.attrs.get("start", 1))
    items = []
    for number, item in enumerate(node.children, start):
        mark = f"{number}. " if node.type == "ordered_list" else "- "
        inner = "\n".join(_block(child, picture_word) for child in item.children)
        first, *rest = inner.split("\n")
        pad = " " * len(mark)
        items.append("\n".join([mark + first, *((pad + line).rstrip() for line in rest)]))
    return "\n".join(items)


def _row(row: SyntaxTreeNode, picture_word: str) -> str:
    return " | ".join(_inline(cell, picture_word) for cell in row.children)


def _inline(node: SyntaxTreeNode, picture_word: str) -> str:
    return _join(_piece(child, picture_word) for child in node.children)


def _piece(node: SyntaxTreeNode, picture_word: str) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            return f"[{picture_word}: {node.content}]"
        case "link":
            words, href = _inline(node, picture_word), str(node.attrs["href"])
            bare = href.removeprefix("mailto:").removeprefix("tel:")
            return words if words in (href, bare) else f"{words} ({href})"
        case _:
            return _inline(node, picture_word)


def _join(pieces: Iterable[str]) -> str:
    return "".join(pieces)
