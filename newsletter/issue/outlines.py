"""
Dates and outlines as Korean offices write them: ordinary text, line by line.

``2022. 8. 26. 회의`` is a date and no list that starts with 2022, and lines that start with
○, ※, 가. or 1) stand below each other in the letter as they do in the file.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import (
    list_block,
    skipBulletListMarker,
    skipOrderedListMarker,
)
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

HIGHEST: Final = 999  # no list counts so far; what does is a year
# What stands behind a month: "8. 26. 회의", "11. 5.(목)까지", "11. 5(목)", "8. 26." alone.
DAY_BEHIND: Final = re.compile(r"\s+\d{1,2}(?:\.(?!\d)|\s?\([월화수목금토일])")
# "1. 8. 26. 회의" is the first item of a list of days; only a year stands before a month.
ITEM_WITH_DAY: Final = re.compile(r"\s+(?:1[0-2]|0?[1-9])\.\s?\d{1,2}(?:\.(?!\d)|\s?\()")
# What stands behind a month where no dot ends the day: "8. 15 광복절", "8. 26일에", "11. 5~7.",
# "3. 1절"; "15개", "15일간" and "15 people" are counted. Only a number that nothing counts on
# from is read so: see `_is_bare_date`.
BARE_DAY: Final = re.compile(
    r"\s+(?:3[01]|[12]\d|0?[1-9])(?!\d)"
    r"(?:\s*$|\s+[가-힣]|\s?[~∼～〜–—-]\s?\d|[,·]|일(?!간|동안)"
    r"|(?:절|혁명|민주|전쟁|사건|사태|항쟁|운동|선언|만세|의거))"
)
ITEMS_WITH_DAYS: Final = 12  # numbers from there on are years before a month and a day
ENDS_A_LIST: Final = re.compile(r"[>#|]|```|~~~|(?:-\s*){3,}$|(?:\*\s*){3,}$|(?:_\s*){3,}$")
KNOWN: Final = "numbered_lines"  # the key in env: places of numbers -> begin or go on with a list
ENDS: Final = "numbers_behind_lists"  # the key in env: places of numbers that a list ends before

LETTERS: Final = (
    "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호"
)
# Signs that nobody writes inside a sentence: a line that starts with one is a line of its own.
SIGN: Final = re.compile(
    r"[·•‣⁃∙◦※→☞★☆☐☑✓✔✅❍❏❑❒❖➔➜➢➤\u2460-\u24ff\u25a0-\u25ff\u2776-\u2793\u3200-\u32ff]|ㅇ\s"
)
# Starts that a sentence may have too; two lines of them below each other are an outline.
NUMBER: Final = re.compile(
    rf"(?:\d{{1,3}}[.)]|\(\d{{1,3}}\)|[{LETTERS}][.)]|\([{LETTERS}]\)|\(?[a-z]\)|[Ⅰ-ⅿ][.)]?"
    r"|(?:19|20)\d\d\.)(?=[\s(]|$)"
    r"|'?\d{1,4}\.\s?\d{1,2}\.|[-–—―*+][^\s\d*+–—―-]|[–—―]\s"
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]"
    r"|[가-힣][가-힣 ·/]{0,11}\s?[:：]\s|[A-Z][A-Za-z /]{0,19}:\s"
)
SEEN: Final = 24  # characters of a line that tell how it starts


def read_outlines(md: MarkdownIt) -> None:
    """Let *md* take official dates for text, and keep the lines of an outline apart."""
    md.block.ruler.before("list", "list_end", _ends_list, {"alt": ["list"]})
    md.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})
    md.core.ruler.push("outline_lines", _keep_lines)


def _list(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    if skipOrderedListMarker(state, line) >= 0 and not _counts_up(state, line, end):
        return False
    return list_block(state, line, end, silent)


def _ends_list(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Say whether a list ends before a numbered line behind an empty one; never a block itself."""
    del end
    return silent and _place(state, line) in state.env.get(ENDS, ())


def _place(state: StateBlock, line: int) -> int:
    return int(state.bMarks[line] + state.tShift[line])


def _counts_up(state: StateBlock, start: int, end: int) -> bool:
    """
    Say whether the numbered line *start* begins a list, or goes on with one.

    A list's numbers are each one more than the one before, or all the same (Markdown counts
    for an editor who writes only "1."). Any other would be shown with another number than
    the editor wrote. Every number is judged once, whatever asks.
    """
    known: dict[int, bool] = state.env.setdefault(KNOWN, {})
    if _place(state, start) not in known:
        places, is_list = _numbered(state, start, end)
        known.update(dict.fromkeys(places, is_list))
    return known[_place(state, start)]


def _numbered(state: StateBlock, start: int, end: int) -> tuple[list[int], bool]:
    """Return where the numbers stand that would be one list, and whether they may be."""
    places: list[int] = []
    numbers: list[int] = []
    for line, is_behind_blank in _items(state, start, end):
        after, place = skipOrderedListMarker(state, line), _place(state, line)
        numbers.append(int(state.src[place : after - 1]))
        if not _goes_on(numbers) or _is_date(state, line, numbers[-1]):
            if places and is_behind_blank:
                state.env.setdefault(ENDS, set()).add(place)
                return places, True
            return [*places, place], False
        places.append(place)
    return places, not _is_bare_date(state, start, numbers)


def _items(state: StateBlock, start: int, end: int) -> Iterator[tuple[int, bool]]:
    """Yield the numbered lines that Markdown would make items of one list of; behind a blank?"""
    is_behind_blank = False
    delimiter = ""
    inside = 0  # columns from which on a line belongs to the item above
    for line in range(start, end):
        if state.isEmpty(line):
            is_behind_blank = True
            continue
        if line > start and state.sCount[line] < state.blkIndent:
            return
        if line == start or state.sCount[line] < inside:
            after, place = skipOrderedListMarker(state, line), _place(state, line)
            if after < 0 and (is_behind_blank or _ends_lines(state, line)):
                return
            if after >= 0:
                if delimiter not in ("", state.src[after - 1]):
                    return
                delimiter = state.src[after - 1]
                inside = state.sCount[line] + after - place + 1
                yield line, is_behind_blank
        is_behind_blank = False


def _ends_lines(state: StateBlock, line: int) -> bool:
    written = state.src[_place(state, line) : state.eMarks[line]]
    return skipBulletListMarker(state, line) >= 0 or bool(ENDS_A_LIST.match(written))


def _goes_on(numbers: list[int]) -> bool:
    if numbers[-1] > HIGHEST:
        return False
    if len(numbers) == 1:
        return True
    first, before, last = numbers[0], numbers[-2], numbers[-1]
    return last == before + 1 or last == before == first


def _is_date(state: StateBlock, line: int, number: int) -> bool:
    after = skipOrderedListMarker(state, line)
    rest = state.src[after : min(state.eMarks[line], after + SEEN)]
    if state.src[after - 1] != "." or not 1 <= number <= 99:
        return False
    if number <= ITEMS_WITH_DAYS and ITEM_WITH_DAY.match(rest):
        return False
    return bool(DAY_BEHIND.match(rest))


def _is_bare_date(state: StateBlock, line: int, numbers: Sequence[int]) -> bool:
    """Say whether the one number of a list, above 1, is the month of a day without a dot."""
    after = skipOrderedListMarker(state, line)
    rest = state.src[after : min(state.eMarks[line], after + SEEN)]
    is_month = state.src[after - 1] == "." and 1 < numbers[0] <= ITEMS_WITH_DAYS
    return is_month and len(set(numbers)) == 1 and bool(BARE_DAY.match(rest))


def _keep_lines(state: StateCore) -> None:
    """Turn the line ends of an outline, which Markdown makes blanks of, into line breaks."""
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
        elif len(lines[-1]) < SEEN:
            lines[-1] += child.content[:SEEN] if child.type == "text" else ""
    are_signs = [bool(SIGN.match(line)) for line in lines]
    are_starts = [
        sign or bool(NUMBER.match(line)) for sign, line in zip(are_signs, lines, strict=True)
    ]
    for at, token in enumerate(breaks, 1):
        beside = are_starts[at - 1] or (at + 1 < len(lines) and are_starts[at + 1])
        if are_signs[at] or (are_starts[at] and beside):
            token.type, token.tag = "hardbreak", "br"
