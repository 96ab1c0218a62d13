"""What is wrong with a site's own style sheet, by line: rules not closed, or lost on the way."""

from collections.abc import Iterator, Sequence
from typing import Final

import tinycss2
from tinycss2 import ast

from newsletter.compose.edition import SHEET
from newsletter.phrases import Phrase, phrase

# What the inliner keeps of an at-rule; every other one is gone from the letter without a word.
KEPT: Final = ("media",)
HOLD_DECLARATIONS: Final = ("font-face", "page", "viewport", "property", "counter-style")
Fault = tuple[int, Phrase]  # line, counted from 1; what is wrong and what to do


def sheet_faults(name: str, source: str) -> Iterator[Fault]:
    """Find what is wrong with the style sheet *name*, a file below templates/."""
    faults = list(_unclosed(source))
    yield from faults
    if faults:
        return  # what follows an open rule is read as part of it
    for rule in tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True):
        if rule.type == "error":
            yield rule.source_line, phrase("proof.css-unreadable", reason=rule.message)
        elif rule.type == "at-rule" and name == SHEET and rule.lower_at_keyword not in KEPT:
            yield rule.source_line, phrase("proof.at-rule-lost", name=rule.at_keyword)
        else:
            yield from _broken_declarations(rule)


def _broken_declarations(rule: ast.Node) -> Iterator[Fault]:
    """Find invalid declarations in a rule, and in the rules inside it: @media contains rules."""
    waiting = [rule]
    while waiting:
        for found in _held(waiting.pop()):
            if isinstance(found, ast.ParseError):
                fault = phrase("proof.declaration-unreadable", reason=found.message)
                yield found.source_line, fault
            elif isinstance(found, ast.QualifiedRule | ast.AtRule):
                waiting.append(found)


def _held(rule: ast.Node) -> Sequence[ast.Node]:
    content = getattr(rule, "content", None) or ()
    if isinstance(rule, ast.AtRule) and rule.lower_at_keyword not in HOLD_DECLARATIONS:
        return tinycss2.parse_rule_list(content, skip_comments=True)
    return tinycss2.parse_blocks_contents(content, skip_comments=True)


def _unclosed(source: str) -> Iterator[Fault]:
    """Find brackets, comments and texts that nothing closes, or that nothing has opened."""
    opened: list[int] = []  # the line of every rule that is still open
    at, line = 0, 1
    while at < len(source):
        if source.startswith("/*", at):
            end = source.find("*/", at + 2)
            if end < 0:
                yield line, phrase("proof.css-comment-open")
                return
            line += source.count("\n", at, end)
            at = end + 2
            continue
        char = source[at]
        if char in "\"'":
            end = _text_end(source, at)
            if end < 0:
                yield line, phrase("proof.css-text-open", mark=char)
                return
            at = end
        elif char == "{":
            opened.append(line)
        elif char == "}" and not opened:
            yield line, phrase("proof.css-brace-alone")
        elif char == "}":
            opened.pop()
        line += char == "\n"
        at += 1
    for started in opened:
        yield started, phrase("proof.css-rule-open")


def _text_end(source: str, at: int) -> int:
    """Return where the text that starts at *at* ends, or -1: a line end closes none."""
    mark, at = source[at], at + 1
    while at < len(source) and source[at] != "\n":
        if source[at] == "\\":
            at += 1
        elif source[at] == mark:
            return at
        at += 1
    return -1
