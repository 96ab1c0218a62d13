"""
Keeps the lines of Korean official outlines.

Lines that start with ○, ※, 가. or 1) are shown on separate lines in the letter, as in the
file.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from newsletter.issue.blanks import BLANK

LETTERS: Final = (
    "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호"
)
# Signs that do not occur inside a sentence: a line that starts with one is a separate line.
SIGN: Final = re.compile(
    r"[·•‣⁃∙⋅◦※→⇒⇨↳↪☞★☆☐☑✓✔✅❍❏❑❒❖➔➜➢➤ㆍᆞ‧・･－⊙⦁\u2460-\u24ff\u2500-\u257f\u25a0-\u25ff"
    r"\u2776-\u2793\u3200-\u32ff]|〇(?!〇)|＊(?!＊)|[ㅇᄋ]\s"
)
# Starts that a sentence may have too; two consecutive lines with them are an outline.
NUMBER: Final = re.compile(
    rf"(?:\d{{1,3}}[.)]|\(\d{{1,3}}\)|[{LETTERS}][.)]|\([{LETTERS}]\)|\(?[a-z]\)|[Ⅰ-ⅿ][.)]?"
    r"|(?:19|20)\d\d\.)(?=[\s(]|$)"
    r"|'?\d{1,4}\.\s?\d{1,2}\.|[-–—―*+][^\s\d*+–—―-]|[–—―]\s"
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]"
    r"|[가-힣][가-힣 ·/]{0,11}\s?[:：]\s|[A-Z][A-Za-z /]{0,19}:\s"
)
# Starts that are common in names and sentences: only lines whose numbers count up are an outline.
COUNTED: Final = tuple(
    map(
        re.compile,
        (
            r"\(?(?P<letter>[A-Za-z])[.)]\s",
            r"\(?(?P<roman>[IVX]{1,5}|[ivx]{1,5})[.)]\s",
            r"\[(?P<number>\d{1,3})\]\s",
            r"(?P<number>\d{1,3})-(?P<part>\d{1,3})[.)]\s",
            r"제\s?(?P<number>\d{1,3})\s?(?:조|항|장|절|호)[\s(（]",
        ),
    )
)
ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
INDENT: Final = re.compile(f"{BLANK}+")
SEEN: Final = 24  # characters of a line that are checked
Kind = tuple[re.Pattern[str], str]  # pattern of a line's start, and its marks
Rank = tuple[int, ...]  # the number, or the numbers of 1-2


def keep_outlines(md: MarkdownIt) -> None:
    """Make *md* keep the line breaks of an outline."""
    md.core.ruler.push("outline_lines", _keep_lines)


def _keep_lines(state: StateCore) -> None:
    """Replace the line ends of an outline by line breaks; Markdown makes them spaces."""
    for token in state.tokens:
        children = token.children or []
        if token.type == "inline" and any(child.type == "softbreak" for child in children):
            _keep_lines_of(children)


def _keep_lines_of(children: list[Token]) -> None:
    breaks: list[Token] = []
    lines = [""]
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            breaks.append(child)
            lines.append("")
        elif len(lines[-1]) < SEEN and child.type == "text":
            lines[-1] += (child.content if lines[-1] else _outdented(child.content))[:SEEN]
    counted = _counted(lines)
    are_signs = [bool(SIGN.match(line)) or at in counted for at, line in enumerate(lines)]
    are_starts = [
        sign or bool(NUMBER.match(line)) for sign, line in zip(are_signs, lines, strict=True)
    ]
    for at, token in enumerate(breaks, 1):
        beside = are_starts[at - 1] or (at + 1 < len(lines) and are_starts[at + 1])
        if are_signs[at] or (are_starts[at] and beside):
            token.type, token.tag = "hardbreak", "br"


def _outdented(line: str) -> str:
    """Remove the spaces before a line; Markdown removes only plain ones."""
    indent = INDENT.match(line)
    return line[indent.end() :] if indent else line


def _counted(lines: Sequence[str]) -> set[int]:
    """Return the lines that count up, for each kind of start; other lines may be between."""
    counted: set[int] = set()
    latest: dict[Kind, tuple[int, Rank]] = {}
    for at, line in enumerate(lines):
        for kind, rank in _ranks(line):
            before = latest.get(kind)
            if before and rank in _next(before[1]):
                counted |= {before[0], at}
            latest[kind] = (at, rank)
    return counted


def _ranks(line: str) -> Iterator[tuple[Kind, Rank]]:
    for regex in COUNTED:
        if found := regex.match(line):
            marks = re.sub(r"[A-Za-z0-9]", "", found[0])
            named = found.groupdict()
            if letter := named.get("letter"):
                yield (regex, marks + str(letter.isupper())), (ord(letter.lower()),)
            elif roman := named.get("roman"):
                if roman.lower() in ROMAN:
                    yield (regex, marks + str(roman.isupper())), (ROMAN.index(roman.lower()),)
            else:
                yield (regex, marks), tuple(map(int, found.groups()))


def _next(rank: Rank) -> tuple[Rank, Rank]:
    """Return the possible next numbers: after 1-2, 1-3 and 2-1."""
    return (*rank[:-1], rank[-1] + 1), (rank[0] + 1, *(1 for _ in rank[1:]))
