"""Dates and times as people and spreadsheets write them, and which of them mean two things."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import normalize

LONGEST_DATE: Final = 100  # characters; in longer texts the patterns would search for minutes
FIRST_YEAR: Final = 1970  # the year 22 was meant to be 2022
_DAY_NOUGHT: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a count of days has no zone

# The days of 1970 to 2099 as Excel counts them, and the part of a day behind the point.
_SERIAL: Final = re.compile(
    r"(25569|255[7-9]\d|25[6-9]\d\d|2[6-9]\d{3}|[3-6]\d{4}|7[0-2]\d{3})(\.\d+)?"
)

_WEEKDAY: Final = r"(?:\s*[(,]?\s*[월화수목금토일](?:요일)?\s*\)?(?=\s|$))?"
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH: Final = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR_FIRST: Final = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\.?" + _WEEKDAY)
_IN_KOREAN: Final = re.compile(r"(\d{4}|\d{2})\s*년\s*(\d{1,2})\s*월\s*(\d{1,2})\s*일" + _WEEKDAY)
# '25. 7. 1. is how officials shorten a year; nobody else ends a date with a point.
_SHORT_YEAR: Final = re.compile(
    r"(?:['\u2018\u2019](\d{2})\.\s*(\d{1,2})\.\s*(\d{1,2})\.?|(\d{2})\.\s*(\d{1,2})\.\s*(\d{1,2})\.)"
    + _WEEKDAY
)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s*([-./])\s*(\d{1,2})\s*\2\s*(\d{4})")
_NO_YEAR_SEEN: Final = re.compile(r"(\d{1,2})([-./])\s*(\d{1,2})\2\s*(\d{2})")
_DAY_NAMED: Final = re.compile(
    r"(?P<day>\d{1,2})[ \-]" + _MONTH + r"[ \-,]\s*(?P<year>\d{4})", re.IGNORECASE
)
_NAMED_DAY: Final = re.compile(_MONTH + r"\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})", re.IGNORECASE)

_TIME: Final = re.compile(
    r"[\s,T]*(?P<before>오전|오후|[ap]\.?m\.?)?\s*(?P<hour>\d{1,2})"
    r"(?P<point>\s*(?::|시)\s*(?P<minute>\d{1,2})?(?:\s*(?::|분)\s*(?P<second>\d{1,2})?(?:\.\d+)?\s*초?)?)?"
    r"\s*(?P<after>오전|오후|[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+\-]\d\d:?\d\d)?",
    re.IGNORECASE,
)


class _Found(NamedTuple):
    """What the date at the beginning of a text can mean."""

    days: tuple[date, ...]
    rest: str  # behind it


def times_in(text: str, zone: tzinfo) -> tuple[datetime, ...]:
    """
    Read a date or time, of *zone* where it names none, as aware UTC.

    Returns:
        Nothing if it is none, or longer than LONGEST_DATE; all that it can mean, the
        earliest first, if that is more than one thing, as of 7/1/2025.
    """
    text = text.strip()
    return _times_in(text, zone) if len(text) <= LONGEST_DATE else ()


@lru_cache(maxsize=4096)
def _times_in(text: str, zone: tzinfo) -> tuple[datetime, ...]:
    found = _by_standard(text) or tuple(_as_written(normalize("NFKC", text).strip()))
    try:
        aware = [one if one.tzinfo else one.replace(tzinfo=zone) for one in found]
        return tuple(sorted({one.astimezone(UTC) for one in aware}))
    except OverflowError:  # at the end of the year 9999
        return ()


def time_in(text: str, zone: tzinfo) -> datetime | None:
    """Read a date or time as `times_in` does; None: it is none, or can mean several."""
    found = times_in(text, zone)
    return found[0] if len(found) == 1 else None


def _by_standard(text: str) -> tuple[datetime, ...]:
    """Read ISO 8601, as nearly all are written; six digits and fewer are left to others."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return ()
    return (when,) if when.year >= FIRST_YEAR else ()


def _as_written(text: str) -> Iterator[datetime]:
    if serial := _SERIAL.fullmatch(text):
        seconds = round(float(serial[2] or 0) * 86_400)
        yield _DAY_NOUGHT + timedelta(days=int(serial[1]), seconds=seconds)
        return
    found = _day_in(text)
    if found is None:
        return
    clock = _clock_in(found.rest)
    if clock is not None:
        for day in found.days:
            yield datetime.combine(day, clock)


def _day_in(text: str) -> _Found | None:
    for pattern in (_YEAR_FIRST, _IN_KOREAN, _SHORT_YEAR):
        if match := pattern.match(text):
            year, month, day = (part for part in match.groups() if part)
            return _Found(_days((_year(year), int(month), int(day))), text[match.end() :])
    if match := _YEAR_LAST.match(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        both = _days((year, first, second), (year, second, first))
        return _Found(both, text[match.end() :])
    if match := _NO_YEAR_SEEN.match(text):
        one, two, three = match[1], int(match[3]), match[4]
        # Year, month, day; or the day first; or the month. Which, only a person can say.
        last = _year(three)
        every = _days((_year(one), two, int(three)), (last, two, int(one)), (last, int(one), two))
        return _Found(every, text[match.end() :])
    if match := _DAY_NAMED.match(text) or _NAMED_DAY.match(text):
        month = _MONTHS.index(match["name"].lower()) + 1
        return _Found(_days((int(match["year"]), month, int(match["day"]))), text[match.end() :])
    return None


def _year(written: str) -> int:
    """Complete a year of two digits."""
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < FIRST_YEAR - 1900 else 1900)


def _days(*readings: tuple[int, int, int]) -> tuple[date, ...]:
    """Keep those of year, month and day that are in the calendar."""
    days = set()
    for year, month, day in readings:
        try:
            if year >= FIRST_YEAR:
                days.add(date(year, month, day))
        except ValueError:
            continue
    return tuple(sorted(days))


def _clock_in(text: str) -> time | None:
    if not text.strip():
        return time(0)
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    half = (match["before"] or match["after"] or "").lower()
    hour = _hour(int(match["hour"]), half)
    if hour is None or (match["before"] and match["after"]) or not (half or match["point"]):
        return None
    try:
        zone = _zone_in(match["zone"])
        return time(hour, int(match["minute"] or 0), int(match["second"] or 0), tzinfo=zone)
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int | None:
    """Say which of 24 hours the *hour* of a half of the day is."""
    if not half:
        return hour
    is_late = half == "오후" or half[0] == "p"
    if hour > 12:
        return hour if is_late else None
    return hour % 12 + (12 if is_late else 0)


def _zone_in(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    return datetime.fromisoformat(f"2000-01-01T00:00{text}").tzinfo if text[0] in "+-" else UTC
