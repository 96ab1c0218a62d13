"""Keeps Korean words whole where browsers would break them: 보건개발센터(HDC)는."""

import re
from typing import Final

from markupsafe import Markup, escape

from newsletter.compose.markdown_text import columns

# ``word-break: keep-all`` does not break Hangul, except beside brackets, dots, dashes and
# outside of quotation marks (UAX #14 of Unicode 16, rule LB19a; Chromium of 2026).
TEARS: Final = re.compile(r"[가-힣][(\[‘“·/–-]|[)\]’”·/–-][가-힣]")
COLUMNS_MAX: Final = 26  # columns; a longer word may break: it would not fit a phone's line
TAG: Final = re.compile(r"(<[^>]*>)")
EMPHASIS: Final = re.compile(r"<(/?)(strong|em)>")
SPACE: Final = re.compile(r"(\s+)")
OPENED: Final = '<span class="whole">'
CLOSED: Final = "</span>"


def keep_whole(text: str) -> Markup:
    """Escape a plain text for HTML, and keep its breakable words whole."""
    return Markup(keep_words_whole(str(escape(text))))  # noqa: S704 - escaped just before


def keep_words_whole(html: str) -> str:
    """
    Wrap every word that a browser would break in a span of class ``whole``.

    A word may contain bold or italic parts: ``<strong>보건개발센터(HDC)</strong>는``. If it
    starts or ends inside such a part, only the parts on one side are wrapped.
    """
    written: list[str] = []
    word: list[str] = []
    for part in TAG.split(html):
        if EMPHASIS.fullmatch(part):
            word.append(part)
        elif part.startswith("<"):
            written += [*_held(word), part]
            word = []
        else:
            for piece in SPACE.split(part):
                if piece.isspace():
                    written += [*_held(word), piece]
                    word = []
                elif piece:
                    word.append(piece)
    return "".join([*written, *_held(word)])


def _held(word: list[str]) -> list[str]:
    if not word:
        return word
    text = "".join(piece for piece in word if not EMPHASIS.fullmatch(piece))
    if not _tears(text):
        return word
    if _is_balanced(word):
        return [OPENED, *word, CLOSED]
    return [OPENED + piece + CLOSED if _tears(piece) else piece for piece in word]


def _tears(text: str) -> bool:
    return bool(TEARS.search(text)) and columns(text) <= COLUMNS_MAX


def _is_balanced(word: list[str]) -> bool:
    depth = 0
    for piece in word:
        if found := EMPHASIS.fullmatch(piece):
            depth += -1 if found[1] else 1
            if depth < 0:
                return False
    return depth == 0
