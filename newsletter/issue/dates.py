"""Korean official dates: ``2022. 8. 26. 회의`` is text, not a list that starts at 2022."""

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

HIGHEST: Final = 999  # the highest number of a list; a higher number is a year
# The text after a month: "8. 26. 회의", "11. 5.(목)까지", "11. 5(목)", "8. 26." alone.
DAY_BEHIND: Final = re.compile(r"\s+\d{1,2}(?:\.(?!\d)|\s?\([월화수목금토일])")
# "1. 8. 26. 회의" is the first item of a list of days; only a year is written before a month.
ITEM_WITH_DAY: Final = re.compile(r"\s+(?:1[0-2]|0?[1-9])\.\s?\d{1,2}(?:\.(?!\d)|\s?\()")
# The text after a month if no dot ends the day: "8. 15 광복절", "8. 26일에", "11. 5~7.",
# "3. 1절"; "15개", "15일간" and "15 people" are counts. It applies only to a number that is not
# followed by a list that counts up: see `_is_bare_date`.
BARE_DAY: Final = re.compile(
    r"\s+(?:3[01]|[12]\d|0?[1-9])(?!\d)"
    r"(?:\s*$|\s+[가-힣]|\s?[~∼～〜–—-]\s?\d|[,·]|일(?!간|동안)"
    r"|(?:절|혁명|민주|전쟁|사건|사태|항쟁|운동|선언|만세|의거))"
)
ITEMS_WITH_DAYS: Final = 12  # a higher number before month and day is a year
ENDS_A_LIST: Final = re.compile(r"[>#|]|```|~~~|(?:-\s*){3,}$|(?:\*\s*){3,}$|(?:_\s*){3,}$")
KNOWN: Final = "numbered_lines"  # the key in env: places of numbers -> whether they are list items
ENDS: Final = "numbers_behind_lists"  # the key in env: places of numbers before which a list ends

SEEN: Final = 24  # characters after a number that decide whether it is a date


def read_dates(md: MarkdownIt) -> None:
    """Make *md* treat official dates as text."""
    md.block.ruler.before("list", "list_end", _ends_list, {"alt": ["list"]})
    md.block.ruler.at("list", _list, {"alt": ["paragraph", "reference", "blockquote"]})


def _list(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    if skipOrderedListMarker(state, line) >= 0 and not _counts_up(state, line, end):
        return False
    return list_block(state, line, end, silent)


def _ends_list(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Whether a list ends before a numbered line that follows an empty line; makes no block."""
    del end
    return silent and _place(state, line) in state.env.get(ENDS, ())


def _place(state: StateBlock, line: int) -> int:
    return int(state.bMarks[line] + state.tShift[line])


def _counts_up(state: StateBlock, start: int, end: int) -> bool:
    """
    Whether the numbered line *start* begins a list, or continues one.

    A list's numbers each increase by one, or are all the same (Markdown counts for an editor
    who writes only "1."). Any other list would be shown with other numbers than the editor
    wrote. Each number is judged once; the result is cached in env.
    """
    known: dict[int, bool] = state.env.setdefault(KNOWN, {})
    if _place(state, start) not in known:
        places, is_list = _numbered(state, start, end)
        known.update(dict.fromkeys(places, is_list))
    return known[_place(state, start)]


def _numbered(state: StateBlock, start: int, end: int) -> tuple[list[int], bool]:
    """Return the places of numbers that would form one list, and whether they may form it."""
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
    """Yield (line, is it after an empty line) of each item that Markdown puts in one list."""
    is_behind_blank = False
    delimiter = ""
    inside = 0  # lines indented by at least this many columns belong to the item above
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
    """Whether the only number of a list, above 1, is the month of a date without a final dot."""
    after = skipOrderedListMarker(state, line)
    rest = state.src[after : min(state.eMarks[line], after + SEEN)]
    is_month = state.src[after - 1] == "." and 1 < numbers[0] <= ITEMS_WITH_DAYS
    return is_month and len(set(numbers)) == 1 and bool(BARE_DAY.match(rest))
