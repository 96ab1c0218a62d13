"""Scanner: finds the figures of a text with a language's table of patterns."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Final

from newsletter.proof.parity.meaning import (
    BARE,
    CONVERTED,
    CURRENCIES,
    Calendar,
    Day,
    Figure,
    Meaning,
    Quantity,
    Unit,
    Weight,
)

# Each character is replaced by one character, so that offsets stay valid.
SAME_WIDTH: Final[Mapping[int, int | str]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u202f\u3000"), " "),
    **dict.fromkeys(map(ord, "∼〜～˜"), "~"),
    **dict.fromkeys(map(ord, "‐‑‒–—−―"), "-"),
    **dict.fromkeys(map(ord, "’‘ʼ′"), "'"),
    **dict.fromkeys(map(ord, "“”″"), '"'),
    **dict.fromkeys(map(ord, "∙•‧・ㆍ⋅"), "·"),
}
READ: Final = "\x00"  # replaces text that a pattern has matched
WALL: Final = f"{READ} {READ} "  # separator of two texts: no pattern matches across it
SHARES_UNIT: Final = re.compile(r"\s?(?:~|-|,|·|/|to|and|or|에서|부터|또는|내지|과|와)\s?")
ADDED: Final = re.compile(r"\s?\((?:(?:about|around|approx\.?|or|약)\s)?")
MEASURES: Final = CONVERTED | CURRENCIES | {"degrees"}
STOPS: Final = re.compile(rf"[.!?]\s+(?=\D)|{READ}")  # where a sentence, or a text, ends
WALLS: Final = re.compile(re.escape(WALL))
SPARED: Final = CURRENCIES | {"%"}  # units that the second of two numbers may lack


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language ties words to figures."""

    tied: re.Pattern[str]  # text between two words that belong together
    parts: re.Pattern[str]  # text between two parts of a sentence: "and"
    counter: re.Pattern[str]  # what is counted, behind a figure: the ``counter`` 명 of "12명"
    replaced: re.Pattern[str]  # text before the second of two values, which the first replaces
    turned: re.Pattern[str]  # text before the second of two amounts of which one is told by it
    compared: re.Pattern[str]  # text between a difference and the value that has it
    shared_out: re.Pattern[str]  # text before values that several have in an order: 각각
    changes: re.Pattern[str]  # text before an amount that something changed by
    first: tuple[re.Pattern[str], re.Pattern[str]]  # before, or behind, the first of a change
    behind: float  # how much a word behind a figure says of it; one before it says 1
    years: Mapping[int, re.Pattern[str]]  # words of a year that is not the text's: 1 is the next


@dataclass(frozen=True, slots=True)
class Tongue:
    """The figures of a language: tables of patterns, numbers, units and names."""

    patterns: tuple["Pattern", ...]  # tried in this order; matched text is hidden from the next
    number: Callable[[str], Fraction | None]  # value of a number that a pattern matched
    numbers: re.Pattern[str]  # every spelling of a number, whatever it counts
    scales: Mapping[str, Fraction]  # multiplier words, as written
    units: Mapping[str, tuple[Unit, ...]]  # possible units of a word, as written
    months: Mapping[str, int]
    hours: Mapping[str, Mapping[int, int]]  # part of the day -> hour as written -> hour: 3 -> 15
    weekdays: Mapping[str, int]  # Monday is 0
    rates: re.Pattern[str]  # how often; the group that matched names the period
    manner: Manner
    columns: re.Pattern[str]  # the ``scale`` that the heading of a table's column names
    weekday_gaps: tuple[re.Pattern[str], re.Pattern[str]]  # between weekday and day; day, weekday


@dataclass(frozen=True, slots=True)
class Reading:
    """The context that a pattern's reader may use."""

    tongue: Tongue
    calendar: Calendar


FigureReader = Callable[[re.Match[str], Reading], Iterable[Figure]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of figures and its reader."""

    regex: re.Pattern[str]
    read: FigureReader


@lru_cache(maxsize=64)  # a long paragraph is asked for at each of its figures
def even_out(text: str) -> str:
    """Normalize full-width digits, dashes, waves and quotes; offsets do not change."""
    return text.translate(SAME_WIDTH)


def figures_in(text: str, tongue: Tongue, calendar: Calendar) -> tuple[Figure, ...]:
    """Return the figures of *text* in order."""
    return figures_of([text], tongue, calendar)[0]


def figures_of(
    texts: Sequence[str], tongue: Tongue, calendar: Calendar
) -> Sequence[tuple[Figure, ...]]:
    """
    Return the figures of each text in order.

    The texts are scanned as one joined text: running sixty patterns on each of a table's
    thousand cells takes longer than reading the figures.
    """
    even = rest = even_out(WALL.join(texts))
    reading = Reading(tongue, calendar)
    found: list[Figure] = []
    for pattern in tongue.patterns:
        if matches := list(pattern.regex.finditer(rest)):
            for match in matches:
                found += pattern.read(match, reading)
            rest = _without(rest, matches)
    found.sort(key=lambda figure: (figure.start, figure.end))
    figures = list(_elliptical(even, list(_share_units(even, found))))
    return _taken_apart(_explained(even, figures), texts)


def scale_of(head: str, tongue: Tongue) -> Fraction:
    """Return by what the numbers of a table's column are to be multiplied, by its heading."""
    named = tongue.columns.search(even_out(head))
    scale = tongue.number(named["scale"]) if named else None
    return scale or Fraction(1)


def multiplied(figure: Figure, scale: Fraction) -> Figure:
    """Return *figure* with its values multiplied as well, where it names no scale itself."""
    if figure.scale != 1:
        return figure
    values = [one for one in _quantities(figure) if one.unit.of in {"", *CURRENCIES}]
    return _with_meanings(figure, (Quantity(one.value * scale, one.unit) for one in values))


def _taken_apart(figures: Iterable[Figure], texts: Sequence[str]) -> Sequence[tuple[Figure, ...]]:
    """Return the figures of each text, with offsets in that text."""
    starts = [0, *accumulate(len(text) + len(WALL) for text in texts)]
    shares: list[list[Figure]] = [[] for _ in texts]
    for one in figures:
        at = bisect_right(starts, one.start) - 1
        start, end = one.start - starts[at], one.end - starts[at]
        shares[at].append(Figure(one.meanings, one.weight, start, end, one.scale))
    return [tuple(share) for share in shares]


def _without(text: str, matches: Iterable[re.Match[str]]) -> str:
    """Replace matched text, so that later patterns do not match it."""
    parts = []
    end = 0
    for match in matches:
        parts += [text[end : match.start()], READ * len(match[0])]
        end = match.end()
    return "".join([*parts, text[end:]])


def _share_units(text: str, figures: Sequence[Figure]) -> Iterator[Figure]:
    """Give both ends of a range the unit and the scale of either: "$30-50", "3~5만 명"."""
    forward: list[Figure] = []
    for figure in figures:
        is_joined = forward and SHARES_UNIT.fullmatch(text, forward[-1].end, figure.start)
        forward.append(_take_currency(figure, forward[-1]) if is_joined else figure)
    following: Figure | None = None
    shared: list[Figure] = []
    for figure in reversed(forward):
        lent = figure
        if following and SHARES_UNIT.fullmatch(text, figure.end, following.start):
            lent = _lend(figure, following)
        shared.append(lent)
        following = lent
    yield from reversed(shared)


def _explained(text: str, figures: Sequence[Figure]) -> Iterator[Figure]:
    """Give less weight to a conversion in parentheses: "38.6 m/s (139 km/h)"."""
    for before, figure in zip([None, *figures], figures, strict=False):
        is_added = (
            before is not None
            and ADDED.fullmatch(text, before.end, figure.start)
            and text.startswith(")", figure.end)
            and _measures(before) & _measures(figure)
        )
        yield replace(figure, weight=min(figure.weight, Weight.WORD)) if is_added else figure


def _measures(figure: Figure) -> set[str]:
    return {one.unit.of for one in _quantities(figure)} & MEASURES


def _elliptical(text: str, figures: Sequence[Figure]) -> Iterator[Figure]:
    """Give bare numbers the unit that their sentence has named: "13,000 won, and a cake 9,000"."""
    unit: Unit | None = None
    scale = Fraction(1)
    end = 0
    for figure in figures:
        if unit and (STOPS if unit.of == "%" else WALLS).search(text, end, figure.start):
            unit = None
        end = figure.end
        named = [one.unit for one in _quantities(figure) if one.unit.of in SPARED]
        if named:
            unit, scale = named[0], figure.scale
            yield figure
        elif unit and all(
            isinstance(one, Quantity) and one.unit == BARE for one in figure.meanings
        ):
            values = [one.value for one in _quantities(figure)]
            scales = {Fraction(1), scale} if figure.scale == 1 else {Fraction(1)}
            yield _with_meanings(
                figure, (Quantity(value * by, unit) for value in values for by in sorted(scales))
            )
        else:
            yield figure


def _quantities(figure: Figure) -> list[Quantity]:
    return [one for one in figure.meanings if isinstance(one, Quantity)]


def _with_meanings(figure: Figure, meanings: Iterable[Meaning]) -> Figure:
    return replace(figure, meanings=tuple(dict.fromkeys((*figure.meanings, *meanings))))


def _take_currency(figure: Figure, before: Figure) -> Figure:
    """Give a number without a unit the currency that stands in front of the number before."""
    currencies = [one.unit for one in _quantities(before) if one.unit.of in CURRENCIES]
    values = [one.value for one in _quantities(figure) if one.unit == BARE]
    return _with_meanings(
        figure, (Quantity(value, unit) for value in values for unit in currencies)
    )


def _lend(figure: Figure, following: Figure) -> Figure:
    """
    Return *figure* with the unit, the scale and the month of *following*, where it has none.

    A scale is lent to a number of the same unit only: "$5" in "$5-10 million".
    """
    more: list[Meaning] = []
    scales = {Fraction(1), following.scale} if figure.scale == 1 else {Fraction(1)}
    for one in _quantities(figure):
        more += [
            Quantity(one.value * scale, other.unit)
            for other in _quantities(following)
            for scale in scales
            if one.unit in (BARE, other.unit)
        ]
        if one.unit == BARE and figure.scale == 1 and one.value.denominator == 1:
            more += _days(int(one.value), following)
    scale = following.scale if figure.scale == 1 else figure.scale
    return replace(_with_meanings(figure, more), scale=scale)


def _days(value: int, following: Figure) -> Iterator[Day]:
    """Return what *value* means before a day or a month: "3" in "3~5월"."""
    for one in following.meanings:
        if isinstance(one, Day) and (one.day or one.month):
            yield replace(one, day=value) if one.day else replace(one, month=value)
