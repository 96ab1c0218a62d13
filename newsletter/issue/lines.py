"""Records the line on which each inline token of a Markdown text starts."""

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
    Make *md* record the line of every inline token.

    markdown-it records lines of blocks only. Counting line breaks between tokens is not enough:
    URLs, titles, code and comments contain line ends too.
    """
    tracking = _TrackingInline()
    tracking.ruler, tracking.ruler2 = md.inline.ruler, md.inline.ruler2
    md.inline = tracking


def walk(tokens: Sequence[Token], first_line: int) -> Iterator[tuple[Token, int]]:
    """Yield every token, including those in a picture's alt text, with its line."""
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
    """A parser state that records the line of each token that is pushed."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self._line = 0
        self._counted = 0  # the position in src up to which *_line* has counted
        self.steps = 0  # searches for the end of a bracket

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
    """An inline parser that uses tracking states, and limits its work."""

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
