"""How much work a text may make: what goes beyond is refused by name, and takes no hour."""

from collections.abc import Callable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from newsletter.phrases import Phrase, phrase

PIECES_MAX: Final = 50_000  # tokens of a text; a table of 800 rows and ten columns has 36,000
STEPS_MAX: Final = 1_000_000  # looks for the end of a bracket, in one paragraph
DEPTH_MAX: Final = 20  # bold, italic and links in each other; rendering follows each by a call
TOO_MANY_PIECES: Final = phrase("issue.too-many-pieces", pieces=PIECES_MAX)
TOO_MANY_STEPS: Final = phrase("issue.too-many-brackets")
TOO_DEEP: Final = phrase("issue.emphasis-too-deep")


class ExcessError(Exception):
    """A text makes more work than any letter; *said* says what to do about it."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said)
        self.said = said


def bound_work(md: MarkdownIt, refuse: Callable[[int, Phrase], None]) -> None:
    """
    Let *md* parse only as much as a letter can hold.

    Args:
        md: the parser.
        refuse: takes the line, counted from 0, and what is wrong with it; what stands in that
            paragraph is left out.
    """

    def parse_inline(state: StateCore) -> None:
        pieces = line = 0
        for token in state.tokens:
            pieces += 1
            line = token.map[0] if token.map else line  # what closes has none
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
