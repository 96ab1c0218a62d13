"""Records the text that Markdown read as plain words, to find marks without effect."""

from collections.abc import Iterable, Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from newsletter.issue.lines import LINE

RAW: Final = "raw"  # the key in Token.meta of an inline token: (lines below its first, words)
# Private characters that replace everything except plain words.
ON_PURPOSE: Final = "\ue000"  # text after a backslash, or code
TAG: Final = "\ue001"  # the begin or end of bold text, a link, a picture etc.
FROM_ENTITY: Final = "&<>"  # "&amp;amp;" is shown as "&amp;", which is never intended


def note_raw_text(md: MarkdownIt) -> None:
    """Make *md* record the plain words of each paragraph, before escapes are resolved."""

    def note(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline":
                token.meta[RAW] = list(_lines(token.children or ()))

    md.core.ruler.before("text_join", "raw_text", note)


def raw_lines(inline: Token) -> list[tuple[int, str]]:
    """Return the plain words of an inline token by line; an alt text is a separate line."""
    lines: list[tuple[int, str]] = inline.meta.get(RAW, [])
    return lines


def _lines(tokens: Iterable[Token]) -> Iterator[tuple[int, str]]:
    words: dict[int, list[str]] = {}
    alts: list[tuple[int, str]] = []
    for token in tokens:
        line = int(token.meta.get(LINE, 0))
        words.setdefault(line, []).append(_shown(token))
        if token.children:
            alts += ((line + below, text) for below, text in _lines(token.children))
    yield from ((line, "".join(parts)) for line, parts in words.items())
    yield from alts


def _shown(token: Token) -> str:
    match token.type:
        case "text":
            return token.content
        case "text_special" if token.info == "entity" and token.content in FROM_ENTITY:
            return token.content
        case "text_special" | "code_inline":
            return ON_PURPOSE * len(token.content)
        case "softbreak" | "hardbreak":
            return ""
        case _:
            return TAG
