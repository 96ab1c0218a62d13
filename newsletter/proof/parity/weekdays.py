"""The rule "weekday": a weekday next to a date is the weekday of that date."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material
from newsletter.proof.parity.blocks import Block, Side, sections
from newsletter.proof.parity.clues import readings_of
from newsletter.proof.parity.meaning import WEEKDAY, Day, Figure, Quantity
from newsletter.proof.parity.scanning import STOPS, even_out
from newsletter.proof.parity.tongues import tongue_of
from newsletter.proof.parity.wording import finding

RULE: Final = "weekday"
NAMES: Final = (
    phrase("proof.monday"),
    phrase("proof.tuesday"),
    phrase("proof.wednesday"),
    phrase("proof.thursday"),
    phrase("proof.friday"),
    phrase("proof.saturday"),
    phrase("proof.sunday"),
)


def check_weekdays(material: Material) -> Iterator[Finding]:
    """Find dates with a wrong weekday, and dates that do not exist in the calendar."""
    for section in sections(material.issue, material.publication):
        readers = readings_of(section, material)
        for side, read in zip(section.sides, readers, strict=True):
            for block in side.blocks():
                yield from _check_block(side, block, read(block).figures)


def _check_block(side: Side, block: Block, figures: Sequence[Figure]) -> Iterator[Finding]:
    for figure in figures:
        day = _day(figure)
        if day and not _dates(day):
            line = block.line_at(figure.start)
            message = phrase("proof.day-impossible", day=_shown(block, figure))
            yield finding(RULE, Severity.BLOCKS, side, line, message)
    tongue = tongue_of(side.lang)
    behind, before = tongue.weekday_gaps
    text = even_out(block.text)
    taken: set[Figure] = set()
    for first, second in pairwise(figures):
        gap = text[first.end : second.start]
        if _weekday(first) is not None and behind.fullmatch(gap) and first not in taken:
            wrong = _mistake(side, block, second, first, tongue.manner.years)
        elif _weekday(second) is not None and before.fullmatch(gap) and _day(first):
            taken.add(second)
            wrong = _mistake(side, block, first, second, tongue.manner.years)
        else:
            wrong = None
        if wrong:
            yield wrong


def _mistake(
    side: Side, block: Block, dated: Figure, named: Figure, years: Mapping[int, re.Pattern[str]]
) -> Finding | None:
    day, weekday = _day(dated), _weekday(named)
    dates = _dates(_with_years(day, _before(block, dated, named), years)) if day else []
    if not dates or weekday in {one.weekday() for one in dates}:
        return None
    likely = dates[0]
    message = phrase(
        "proof.weekday-wrong",
        day=_shown(block, dated),
        weekday=NAMES[likely.weekday()],
        year=likely.year,
        named=_shown(block, named),
    )
    return finding(RULE, Severity.BLOCKS, side, block.line_at(named.start), message)


def _before(block: Block, dated: Figure, named: Figure) -> str:
    """Return the sentence around a date, as far as its weekday."""
    text = even_out(block.text[: max(dated.end, named.end)])
    start = max((stop.end() for stop in STOPS.finditer(text)), default=0)
    return text[start:]


def _with_years(day: Day, text: str, years: Mapping[int, re.Pattern[str]]) -> Day:
    """Return a day that may also be of the year that the words before it name: "next year"."""
    steps = [step for step, pattern in years.items() if pattern.search(text)]
    return replace(day, years=day.years | {year + step for year in day.years for step in steps})


def _shown(block: Block, figure: Figure) -> str:
    return block.text[figure.start : figure.end]


def _day(figure: Figure) -> Day | None:
    """Return the full date that a figure means, if it has no other meaning and not any year."""
    match figure.meanings:
        case (Day(month=int(), day=int()) as day,) if day.years:
            return day
        case _:
            return None


def _weekday(figure: Figure) -> int | None:
    match figure.meanings:
        case (Quantity(value, unit),) if unit == WEEKDAY:
            return int(value)
        case _:
            return None


def _dates(day: Day) -> list[date]:
    """Return the calendar dates of *day* in each of its possible years."""
    found = []
    for year in sorted(day.years, reverse=True):
        try:
            found.append(date(year, day.month or 1, day.day or 1))
        except ValueError:
            continue
    return found
