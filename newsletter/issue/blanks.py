"""Replaces the special spaces of web pages and word processors by plain spaces for Markdown."""

import re
from dataclasses import dataclass
from typing import Final

# No-break, wide, thin and zero-width spaces; they look alike on the screen.
ODD: Final = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000"
BLANK: Final = rf"[ \t{ODD}]"
RUN: Final = re.compile(rf"{BLANK}+")
MARKS: Final = re.compile(
    rf"(?:{BLANK}*(?:>|(?:[-+*]|[0-9]{{1,9}}[.)]|#{{1,6}})(?={BLANK})))+{BLANK}*"
)
INDENT: Final = re.compile(rf"{BLANK}*")
DELIMITERS: Final = re.compile(rf"[|:\s{ODD}-]+")  # a table's line of dashes, if it has a dash
# The opening of a code block (CommonMark 4.5): no ` follows the marks, otherwise it is inline
# code; the block may be inside quotes and lists.
FENCE: Final = re.compile(
    r"(?P<before>(?:[ \t>]|(?P<item>(?:[-+*]|[0-9]{1,9}[.)])[ \t]))*)"
    r"(?P<marks>`{3,}(?=[^`]*$)|~{3,})"
)
BEFORE: Final = re.compile(r"[ \t>]*")


def plain_blanks(source: str) -> str:
    """
    Replace special spaces by plain ones where they would hide a mark from Markdown.

    That is after the mark of a list, a heading or a quote, in the line of dashes of a table,
    and on a line of spaces only. Elsewhere, and in code blocks, they are kept.
    """
    lines = source.split("\n")
    fence: _Fence | None = None
    for at, line in enumerate(lines):
        if fence and fence.holds(line):
            fence = None if fence.is_closed_by(line) else fence
            continue
        lines[at] = line if line.isascii() else _plain(line)
        fence = _fence(lines[at])
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Fence:
    """The opening line of a code block."""

    marks: str  # the fence itself: ```
    quotes: int  # number of quote marks before the fence
    indent: int  # characters before each line of a block in a list; 0 elsewhere

    def holds(self, line: str) -> bool:
        """Whether a line is inside the block; a line that leaves the quote or the list ends it."""
        before = BEFORE.match(line)
        start = before[0] if before else ""
        return start == line or (start.count(">") >= self.quotes and len(start) >= self.indent)

    def is_closed_by(self, line: str) -> bool:
        words = line.strip(" \t>")
        return words.startswith(self.marks) and not words.strip(self.marks[0])


def _fence(line: str) -> _Fence | None:
    found = FENCE.match(line)
    if found is None:
        return None
    before = found["before"]
    return _Fence(found["marks"], before.count(">"), len(before) if found["item"] else 0)


def _plain(line: str) -> str:
    if INDENT.fullmatch(line):
        return ""
    if "-" in line and DELIMITERS.fullmatch(line):
        return RUN.sub(_plain_run, line)
    marks = MARKS.match(line)
    if marks is None:
        return line
    indent = INDENT.match(line)
    start = indent.end() if indent else 0
    plain = re.sub(rf"[{ODD}]", " ", line[:start])
    return plain + RUN.sub(_plain_run, line[start : marks.end()]) + line[marks.end() :]


def _plain_run(blanks: re.Match[str]) -> str:
    return blanks[0] if blanks[0].isascii() else " "
