"""Limits the work of parsing a text; a text beyond a limit is refused with a message."""

from collections.abc import Callable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from newsletter.phrases import Phrase, phrase

PIECES_MAX: Final = 50_000  # tokens of a text; a table of 800 rows and ten columns has 36,000
STEPS_MAX: Final = 1_000_000  # searches for the end of a bracket, in one paragraph
DEPTH_MAX: Final = 20  # nested bold, italic and links; rendering recurses for each
TOO_MANY_PIECES: Final = phrase("issue.too-many-pieces", pieces=PIECES_MAX)
TOO_MANY_STEPS: Final = phrase("issue.too-many-brackets")
TOO_DEEP: Final = phrase("issue.emphasis-too-deep")


class ExcessError(Exception):
    """A text requires more work than any letter; *said* is the remedy."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said)
        self.said = said


def bound_work(md: MarkdownIt, refuse: Callable[[int, Phrase], None]) -> None:
    """
    Limit *md* to the work that a letter requires.

    Args:
        md: the parser.
        refuse: called with the line, counted from 0, and the fault; the text of that
            paragraph is left out.
    """

    def parse_inline(state: StateCore) -> None:
        pieces = line = 0
        for token in state.tokens:
            pieces += 1
            line = token.map[0] if token.map else line  # closing tokens have no map
            if token.type == "inline":
                token.children = _parsed(token, state, refuse)
                pieces += len(token.children)
            if pieces > PIECES_MAX:
                refuse(line, TOO_MANY_PIECES)
                state.tokens = []
                return

    md.core.ruler.at("inline", parse_inline)


def _parsed(token: Token, state: StateCore, refuse: Callable[[int, Phrase], None]) -> list[Token]:
    children: list[Token] = []
    try:
        state.md.inline.parse(token.content, state.md, state.env, children)
    except ExcessError as error:
        refuse(_line(token), error.said)
        return []
    if any(child.level > DEPTH_MAX for child in children):
        refuse(_line(token), TOO_DEEP)
        return []
    return children


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0
