"""Durations to the second, as results of races have them: "2시간 24분 17초", "2:24:17"."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from newsletter.proof.parity.english_numbers import ONES, TENS, english_number
from newsletter.proof.parity.meaning import Figure, Quantity, Unit, Weight
from newsletter.proof.parity.readers import groups
from newsletter.proof.parity.scanning import Pattern, Reading
from newsletter.proof.parity.spellings import any_of

TIME: Final = Unit("duration")  # in minutes
TENS_TO_59: Final = [word for word, value in TENS.items() if value < 60]
WORDS: Final = rf"(?:{any_of(TENS_TO_59)})(?:-(?:{any_of(ONES)}))?|{any_of(ONES)}|a"
SECONDS: Final = r"(?P<seconds>[0-5]?\d(?:\.\d{1,3})?)"


def read_duration(match: re.Match[str], reading: Reading) -> Iterator[Figure]:
    """Read ``hours``, ``minutes`` and ``seconds``, or some of them."""
    del reading
    found = groups(match)
    value = (
        _number(found.get("hours", "0")) * 60
        + _number(found.get("minutes", "0"))
        + _number(found.get("seconds") or found.get("spoken", "0")) / 60
        + _hundredths(found.get("hundredths", "0")) / 60
    )
    yield Figure((Quantity(value, TIME),), Weight.SURE, match.start(), match.end())


def _number(written: str) -> Fraction:
    return english_number(written) or Fraction(written == "a")


def _hundredths(written: str) -> Fraction:
    """Return the part of a second that Korean writes behind it: "38초 14"."""
    return Fraction(int(written), 10 ** len(written))


DURATIONS: Final = tuple(
    Pattern(re.compile(regex, re.IGNORECASE), read_duration)
    for regex in (
        rf"(?<![\d:])(?P<hours>\d{{1,2}}):(?P<minutes>[0-5]\d):{SECONDS}(?!\d|:\d)",
        rf"(?<![\d:])(?P<minutes>2[5-9]|[3-9]\d):{SECONDS}(?!\d|:\d)",
        rf"(?:(?<!\d)(?P<hours>\d{{1,3}})\s?시간\s?)?(?<!\d)(?P<minutes>\d{{1,3}})분\s?{SECONDS}초"
        r"(?:\s?(?P<hundredths>\d{1,2})(?![\d.,명개]))?",
        r"(?<![\d.])(?P<seconds>[0-5]?\d)초\s?(?P<hundredths>\d{2})(?![\d.,명개])",
        r"(?<![\d:])(?P<minutes>\d{1,2}):(?P<seconds>[0-5]\d\.\d{1,3})(?![\d:])",
        rf"(?:(?<!\d)(?P<hours>\d{{1,3}}|\b(?:{WORDS}))\s?(?:hours?|hrs?|h)\b\.?,?\s(?:and\s)?)?"
        rf"(?<!\d)(?P<minutes>\d{{1,3}}|\b(?:{WORDS}))\s?(?:minutes?|mins?|m)\b\.?,?\s(?:and\s)?"
        rf"(?:(?P<seconds>[0-5]?\d(?:\.\d{{1,3}})?)\s?(?:seconds?|secs?|s)"
        rf"|(?P<spoken>{WORDS})[\s-](?:seconds?|secs?))\b",
    )
)
