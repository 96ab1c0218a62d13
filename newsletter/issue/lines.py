"""Remembers on which line each inline token of a Markdown text starts."""

from collections.abc import Iterator, Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from newsletter.issue.bounds import (
    PIECES_MAX,
    STEPS_MAX,
    TOO_MANY_PIECES,
    TOO_MANY_STEPS,
    ExcessError,
)

LINE = "line"  # the key in Token.meta: lines below the block's first, counted from 0


def track_lines(md: MarkdownIt) -> None:
    """
    Let *md* note the line of every inline token.

    markdown-it knows lines of blocks only. Counting line breaks between the tokens is not
    enough: addresses, titles, code and comments run over line ends too.
    """
    tracking = _TrackingInline()
    tracking.ruler, tracking.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = tracking


def walk(tokens: Sequence[Token], first_line: int) -> Iterator[tuple[Token, int]]:
    """Yield every token, those inside a picture's alt text included, with its line."""
    line = first_line
    for token in tokens:
        if token.map:
            line = token.map[0] + first_line
        yield token, line
        if token.children:
            yield from _walk_inline(token.children, line)


def _walk_inline(tokens: Sequence[Token], first_line: int) -> Iterator[tuple[Token, int]]:
    for token in tokens:
        line = first_line + int(token.meta.get(LINE, 0))
        yield token, line
        if token.children:
            yield from _walk_inline(token.children, line)


class _TrackingState(StateInline):
    """A state whose tokens know the line they were pushed on."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self._line = 0
        self._counted = 0  # how far into src *_line* is true
        self.steps = 0  # looks for the end of a bracket

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta[LINE] = self._line_now()
        if len(self.tokens) > PIECES_MAX:
            raise ExcessError(TOO_MANY_PIECES)
        return token

    def pushPending(self) -> Token:  # noqa: N802 - markdown-it's name
        token = super().pushPending()
        token.meta[LINE] = self._line_now()
        return token

    def _line_now(self) -> int:
        if self.pos < self._counted:
            self._line = self._counted = 0
        self._line += self.src.count("\n", self._counted, self.pos)
        self._counted = self.pos
        return self._line


class _TrackingInline(ParserInline):
    """An inline parser that works on tracking states, and no longer than a letter is worth."""

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - markdown-it's name
        if isinstance(state, _TrackingState):
            state.steps += 1
            if state.steps > STEPS_MAX:
                raise ExcessError(TOO_MANY_STEPS)
        super().skipToken(state)

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _TrackingState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens
