"""Faults in a site's own style sheet, by line: unclosed rules, and rules that are dropped."""

from collections.abc import Iterator, Sequence
from typing import Final

import tinycss2
from tinycss2 import ast

from newsletter.compose.edition import SHEET
from newsletter.phrases import Phrase, phrase

# At-rules that the inliner keeps; it drops all others silently.
KEPT: Final = ("media",)
HOLD_DECLARATIONS: Final = ("font-face", "page", "viewport", "property", "counter-style")
Fault = tuple[int, Phrase]  # line, counted from 1; fault and remedy


def sheet_faults(name: str, source: str) -> Iterator[Fault]:
    """Find the faults of the style sheet *name*, a file below templates/."""
    faults = list(_unclosed(source))
    yield from faults
    if faults:
        return  # the text after an unclosed rule is parsed as part of it
    for rule in tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True):
        if rule.type == "error":
            yield rule.source_line, phrase("proof.css-unreadable", reason=rule.message)
        elif rule.type == "at-rule" and name == SHEET and rule.lower_at_keyword not in KEPT:
            yield rule.source_line, phrase("proof.at-rule-lost", name=rule.at_keyword)
        else:
            yield from _broken_declarations(rule)


def _broken_declarations(rule: ast.Node) -> Iterator[Fault]:
    """Find invalid declarations in a rule and in its nested rules (@media contains rules)."""
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
    """Find brackets, comments and strings that are not closed, or closed but not opened."""
    opened: list[int] = []  # lines of the rules that are still open
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
    """Return the end of the string that starts at *at*, or -1: a line end does not close it."""
    mark, at = source[at], at + 1
    while at < len(source) and source[at] != "\n":
        if source[at] == "\\":
            at += 1
        elif source[at] == mark:
            return at
        at += 1
    return -1
