"""Blanks as they come out of web pages and word processors, where Markdown wants plain ones."""

import re
from typing import Final

# No-break, wide, thin and zero-width blanks; nobody can see which of them stands there.
ODD: Final = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000"
BLANK: Final = rf"[ \t{ODD}]"
ODD_RUN: Final = re.compile(rf"{BLANK}*[{ODD}]{BLANK}*")
MARKS: Final = re.compile(
    rf"(?:{BLANK}*(?:>|(?:[-+*]|[0-9]{{1,9}}[.)]|#{{1,6}})(?={BLANK})))+{BLANK}*"
)
INDENT: Final = re.compile(rf"{BLANK}*")
DELIMITERS: Final = re.compile(rf"[|:\s{ODD}-]*-[|:\s{ODD}-]*")  # of a table: | --- | --- |
FENCE: Final = re.compile(r"[ \t>]*(`{3,}|~{3,})")


def plain_blanks(source: str) -> str:
    """
    Write plain blanks for others where they would keep Markdown from seeing a mark.

    That is behind the mark of a list, a heading or a quote, in the line of dashes of a table,
    and on a line that holds nothing else. Elsewhere, and in blocks of code, they stay.
    """
    lines = source.split("\n")
    fence = ""
    for at, line in enumerate(lines):
        found = FENCE.match(line)
        if found and (not fence or found[1].startswith(fence)):
            fence = "" if fence else found[1]
        elif not fence and not line.isascii():
            lines[at] = _plain(line)
    return "\n".join(lines)


def _plain(line: str) -> str:
    if INDENT.fullmatch(line):
        return ""
    if DELIMITERS.fullmatch(line):
        return ODD_RUN.sub(" ", line)
    marks = MARKS.match(line)
    if marks is None:
        return line
    indent = INDENT.match(line)
    start = indent.end() if indent else 0
    plain = re.sub(rf"[{ODD}]", " ", line[:start])
    return plain + ODD_RUN.sub(" ", line[start : marks.end()]) + line[marks.end() :]
