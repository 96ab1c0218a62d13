"""Readers of times of day: from a match's named groups to figures, for any language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.meaning import CLOCK, Figure, Quantity, Unit, Weight
from newsletter.proof.parity.readers import groups
from newsletter.proof.parity.scanning import Reading

AMBIGUOUS_TO: Final = 12  # an hour up to this one may be a.m. or p.m.
DAY: Final = 24 * 60
TIME: Final = Unit("duration")  # in minutes
NAMED: Final = {"noon": 12, "midday": 12, "midnight": 0}
SPOKEN: Final = {"quarter": Fraction(15), "half": Fraction(30)}


def read_clock(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``hour``, ``minute``, ``half`` and ``part`` of day; ``hour0`` is a range's start."""
    found = groups(match)
    table = reading.tongue.hours.get(
        found.get("part", "").replace(".", "").replace(" ", "").lower()
    )
    minute = 30 if "half" in found else int(found.get("minute", 0))
    hours = _hours(found["hour"], table, reading)
    if "hour0" not in found:
        yield _at(hours, minute, match.start(), match.end())
        return
    minute0 = int(found.get("minute0", 0))
    start, end = match.start("hour0"), match.end("hour0")
    # The part of the day is written once, before the first hour (오후 2~4시) or after the
    # second hour (2-4 p.m.); the other hour is the nearest possible one.
    if "part" not in found or match.start("part") < match.start("hour"):
        first = _hours(found["hour0"], table, reading)
        hours = _nearest(_hours(found["hour"], None, reading), first, forward=True)
    else:
        first = _nearest(_hours(found["hour0"], None, reading), hours, forward=False)
    yield _at(first, minute0, start, end)
    yield _at(hours, minute, match.start("hour"), match.end())


def _hours(written: str, table: Mapping[int, int] | None, reading: Reading) -> tuple[int, ...]:
    number = reading.tongue.number(written)
    hour = int(number) if number is not None else 0
    if table is not None:
        return (table.get(hour, hour),)
    if 1 <= hour <= AMBIGUOUS_TO and not written.startswith("0"):
        return (hour % 12, hour % 12 + 12)
    return (hour,)


def _nearest(hours: tuple[int, ...], to: tuple[int, ...], *, forward: bool) -> tuple[int, ...]:
    if len(to) != 1 or len(hours) == 1:
        return hours
    return (
        min(hours, key=lambda hour: ((hour - to[0]) if forward else (to[0] - hour)) % 24 or 24),
    )


def _at(hours: tuple[int, ...], minute: int, start: int, end: int) -> Figure:
    times = tuple(Quantity(Fraction((hour * 60 + minute) % DAY), CLOCK) for hour in hours)
    return Figure(times, Weight.SURE, start, end)


def read_digital_clock(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "15:30"; an hour of 8 or more is read literally."""
    del reading
    hour, minute = int(match["hour"]), int(match["minute"])
    can_be_later = 1 <= hour <= 7 and not match["hour"].startswith("0")
    figure = _at((hour, hour + 12) if can_be_later else (hour,), minute, match.start(), match.end())
    # The result of a race looks the same: 2:24 hours, or minutes.
    long = (
        Quantity(Fraction(hour * 60 + minute), TIME),
        Quantity(hour + Fraction(minute, 60), TIME),
    )
    yield replace(figure, meanings=(*figure.meanings, *long))


def read_spoken_clock(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "ten past nine" and "a quarter to five": in the morning or in the afternoon."""
    word = match["more"].removesuffix(" minutes").split()[-1].lower()
    minutes = SPOKEN.get(word) or reading.tongue.number(word)
    if minutes is not None and minutes < 60:
        is_before = match["way"].lower() in ("to", "before")
        offset = int(-minutes if is_before else minutes)
        named = NAMED.get(match["hour"].lower())
        hours = _hours(match["hour"], None, reading) if named is None else (named,)
        times = tuple(Quantity(Fraction((hour * 60 + offset) % DAY), CLOCK) for hour in hours)
        yield Figure(times, Weight.WORD, match.start(), match.end())


def read_clock_before(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "여섯 시 십 분 전": so many ``minutes`` before an ``hour``."""
    minutes = reading.tongue.number(match["minutes"])
    table = reading.tongue.hours.get(groups(match).get("part", ""))
    if minutes is not None:
        times = tuple(
            Quantity(Fraction((hour * 60 - int(minutes)) % DAY), CLOCK)
            for hour in _hours(match["hour"], table, reading)
        )
        yield Figure(times, Weight.SURE, match.start(), match.end())


def read_bare_hour(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "at 7": an hour, if the other language says one, or a number."""
    hours = _hours(match["hour"], None, reading)
    times = [Quantity(Fraction(hour * 60), CLOCK) for hour in hours]
    number = Quantity(Fraction(int(match["hour"])))
    yield Figure((number, *times), Weight.SURE, match.start("hour"), match.end("hour"))


def read_hour_in_words(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read "at seven", which is an hour if the other language says one."""
    hours = _hours(match["hour"], None, reading)
    times = tuple(Quantity(Fraction(hour * 60), CLOCK) for hour in hours)
    yield Figure(times, Weight.HINT, match.start("hour"), match.end("hour"))
