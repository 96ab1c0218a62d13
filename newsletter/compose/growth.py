"""Estimates the size of a template expression's result before it is computed."""

import re
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import fields, is_dataclass
from types import BuiltinMethodType, FunctionType, GeneratorType, MethodType
from typing import Any, Final

from jinja2.exceptions import SecurityError

from newsletter.phrases import phrase

BUDGET: Final = 8_000_000  # maximum characters in one file of a letter
NUMBER_MAX: Final = 10_000  # maximum of columns, copies or places that a template requests at once
BIT: Final = BUDGET // 4096  # cost of a bit of a number: no letter needs more bits
FIELD: Final = re.compile(r"%|\{")  # each match may be a place in a format
# A format with a huge width, or a width given by a value: of "%", and of str.format.
WIDE: Final = re.compile(r"%[-+ #0.\d]*(?:\*|\d{5})|\{[^{}]*:[^{}]*(?:\{|\d{5})")
# Default text of an object: its memory address, which differs in every run.
WORDLESS: Final[tuple[object, ...]] = (object.__str__, object.__repr__)
UNBOUNDED: Final = frozenset({"expandtabs", "translate"})
# Filters that use a value directly or as a list of items; all others convert it to text.
AS_GIVEN: Final = frozenset(
    "abs attr batch count d default dictsort first float groupby int items join last length list "
    "map max measured min reject rejectattr reverse round select selectattr slice sort sum "
    "unique".split()
)


class TooMuch(Exception):  # noqa: N818 - the name says what a template requested
    """A template requested more than a letter can need."""


def weigh(value: Any) -> int:
    """Return the number of characters of a value as text; stops counting at `BUDGET`."""
    weight = 0
    waiting = [value]
    while waiting and weight <= BUDGET:
        one = waiting.pop()
        weight += len(one) if isinstance(one, Sized) else 1
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            waiting += one
        elif is_dataclass(one) and not isinstance(one, type):
            waiting += [getattr(one, field.name) for field in fields(one)]
    return weight


def refuse_growth(name: str, value: Any, *others: Any) -> None:
    """
    Refuse a filter, a method or an operator whose result would be too large.

    Raises:
        TooMuch: the result would be far larger than *value*.
        SecurityError: the size of the result cannot be known.
    """
    if name in UNBOUNDED:
        raise SecurityError(phrase("compose.not-for-templates", name=name))  # type: ignore[arg-type] # it is kept as it is
    counts = [other for other in others if isinstance(other, int) and name not in TAKES_NUMBERS]
    if any(abs(count) > NUMBER_MAX for count in counts):
        asked = f"{max(counts, key=abs):,}"  # now: Python refuses to format the longest numbers
        raise TooMuch(phrase("compose.number-too-high", name=name, asked=asked, limit=NUMBER_MAX))
    if GROWTH.get(name, _no_growth)(value, others) > BUDGET:
        raise TooMuch(phrase("compose.makes-too-much", name=name, limit=BUDGET))


def refuse_wide_fields(template: Any) -> None:
    """Refuse a format with a width of five digits, or with a width given by a value."""
    text = template.decode("latin-1") if isinstance(template, bytes) else str(template)
    if found := WIDE.search(text.replace("%%", "").replace("{{", "").replace("}}", "")):
        raise TooMuch(phrase("compose.format-too-wide", width=found[0], limit=NUMBER_MAX))


def refuse_addresses(*values: Any) -> None:
    """
    Refuse to convert objects to text that contains a memory address, which always differs.

    Raises:
        TypeError: one of the values, or an item in them, is a function, an unevaluated list,
            or another object without text of its own.
    """
    for value in values:
        for one in (value, *_items(value)):
            if isinstance(one, FunctionType | MethodType | BuiltinMethodType | type):
                raise TypeError(phrase("compose.prints-function"))
            if isinstance(one, GeneratorType):
                raise TypeError(phrase("compose.prints-generator"))
            if (type(one).__str__, type(one).__repr__) == WORDLESS:
                raise TypeError(phrase("compose.prints-thing", kind=type(one).__name__))


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return list(value) if isinstance(value, list | tuple | set | frozenset) else ()


def _no_growth(value: Any, others: Sequence[Any]) -> int:
    del value, others
    return 0


def _times_text(value: Any, others: Sequence[Any]) -> int:
    """Estimate: the longest text argument is inserted at every character."""
    return weigh(value) * max((weigh(one) for one in others if not _is_count(one)), default=0)


def _times_any(value: Any, others: Sequence[Any]) -> int:
    """Estimate like `_times_text`, and also for a count of spaces as the argument."""
    counts = [one for one in others if _is_count(one)]
    return max(_times_text(value, others), weigh(value) * max(counts, default=0))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _replaced(value: Any, others: Sequence[Any]) -> int:
    """Estimate by the number of matches, because a long text may contain few of them."""
    length = _times_text(value, others)
    if length <= BUDGET or len(others) < 2:
        return length
    if isinstance(value, bytes):
        return value.count(others[0]) * len(others[1])
    return str(value).count(str(others[0])) * len(str(others[1]))


def _filled(value: Any, others: Sequence[Any]) -> int:
    """Estimate: every place of a format is filled with the longest value."""
    refuse_wide_fields(value)
    places = FIELD.findall(value.decode("latin-1") if isinstance(value, bytes) else str(value))
    return len(places) * max(map(weigh, others), default=0)


def _multiplied(left: Any, others: Sequence[Any]) -> int:
    sized, times = (left, others[0]) if isinstance(left, Sized) else (others[0], left)
    if isinstance(sized, Sized) and isinstance(times, int):
        return len(sized) * times
    if isinstance(sized, int) and isinstance(times, int):
        return (sized.bit_length() + times.bit_length()) * BIT
    return 0


def _raised(left: Any, others: Sequence[Any]) -> int:
    power = others[0]
    if isinstance(left, int) and isinstance(power, int):
        return max(left.bit_length() * power, left.bit_length() + power.bit_length()) * BIT
    return 0


# Operations whose result may exceed the sum of their arguments, with their estimates.
GROWTH: Final[Mapping[str, Callable[[Any, Sequence[Any]], int]]] = {
    "replace": _replaced,
    **dict.fromkeys(("wordwrap", "urlize", "wrap"), _times_text),
    **dict.fromkeys(("indent", "tojson"), _times_any),
    **dict.fromkeys(("format", "format_map", "%"), _filled),
    "*": _multiplied,
    "**": _raised,
}
TAKES_NUMBERS: Final = frozenset({"format", "format_map", "%", "*", "**", "+"})  # of any size
