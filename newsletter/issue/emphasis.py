"""Bold and italic next to Hangul: ``**한국어(Korean)**은``."""

import unicodedata
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

EAST_ASIAN: Final = ("W", "F", "H")  # Unicode TR11: wide, full width, half width

OPENING: Final = "\"'#@&¡¿※"  # other punctuation at the beginning of words


def allow_emphasis_next_to_hangul(md: MarkdownIt) -> None:
    """
    Allow ``*`` to open and close emphasis next to East Asian letters.

    In CommonMark (0.31, section 6.2) a run of ``*`` after punctuation closes only before white
    space or punctuation. Korean has neither between a word and its particle, so
    ``**경기도(Gyeonggi-do)**는`` stays unformatted. Here an East Asian letter counts as
    punctuation on the far side of the run; all other rules are unchanged. The commas in
    ``김**, 이**`` open no emphasis, so the stars of masked names are kept.
    """
    md.inline.ruler.at("emphasis", _tokenize)


def _tokenize(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    run = state.scanDelims(state.pos, marker == "*")
    can_open, can_close = run.can_open, run.can_close
    if marker == "*":
        before = state.src[state.pos - 1] if state.pos > 0 else " "
        after_at = state.pos + run.length
        after = state.src[after_at] if after_at < state.posMax else " "
        can_open = can_open or (_may_begin(after) and _is_east_asian(before))
        can_close = can_close or (not _is_space(before) and _is_east_asian(after))
    for _ in range(run.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=run.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += run.length
    return True


def _may_begin(char: str) -> bool:
    """Whether emphasis may begin with *char*: not with a space or a mark that ends words."""
    return not _is_space(char) and not (
        unicodedata.category(char) in ("Po", "Pe", "Pf") and char not in OPENING
    )


def _is_space(char: str) -> bool:
    return isWhiteSpace(ord(char))


def _is_east_asian(char: str) -> bool:
    if isMdAsciiPunct(ord(char)) or isPunctChar(char):
        return False
    return unicodedata.east_asian_width(char) in EAST_ASIAN
