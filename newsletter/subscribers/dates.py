"""Parse dates and times as people and spreadsheets write them; report ambiguous dates."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import normalize

LONGEST_DATE: Final = 100  # characters; the patterns would take minutes on longer texts
FIRST_YEAR: Final = 1970  # the year 22 is read as 2022
_DAY_NOUGHT: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a count of days has no zone

# Excel's serial numbers of the days of 1970 to 2099, with an optional fraction of a day.
_SERIAL: Final = re.compile(
    r"(25569|255[7-9]\d|25[6-9]\d\d|2[6-9]\d{3}|[3-6]\d{4}|7[0-2]\d{3})(\.\d+)?"
)

_WEEKDAY: Final = r"(?:\s*[(,]?\s*[월화수목금토일](?:요일)?\s*\)?(?=\s|$))?"
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH: Final = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR_FIRST: Final = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\.?" + _WEEKDAY)
_IN_KOREAN: Final = re.compile(r"(\d{4}|\d{2})\s*년\s*(\d{1,2})\s*월\s*(\d{1,2})\s*일" + _WEEKDAY)
# Officials shorten a year as in '25. 7. 1.; no other date ends with a point.
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
    """The possible dates at the beginning of a text."""

    days: tuple[date, ...]
    rest: str  # text after the date


def times_in(text: str, zone: tzinfo) -> tuple[datetime, ...]:
    """
    Parse a date or time as aware UTC; the zone is *zone* unless the text names one.

    Returns:
        Empty if the text is no date, or is longer than LONGEST_DATE; all possible times, the
        earliest first, if the text is ambiguous, like 7/1/2025.
    """
    text = text.strip()
    return _times_in(text, zone) if len(text) <= LONGEST_DATE else ()


@lru_cache(maxsize=4096)
def _times_in(text: str, zone: tzinfo) -> tuple[datetime, ...]:
    found = _by_standard(text) or tuple(_as_written(normalize("NFKC", text).strip()))
    try:
        aware = [one if one.tzinfo else one.replace(tzinfo=zone) for one in found]
        return tuple(sorted({one.astimezone(UTC) for one in aware}))
    except OverflowError:  # after the end of year 9999
        return ()


def is_whole_day(at: datetime, zone: tzinfo) -> bool:
    """
    Return whether only a day was given for a time: it begins that day in *zone*.

    Nobody agrees in the first microsecond of a day; `times_in` reads a day as that.
    """
    return at.astimezone(zone).time() == time(0)


def time_in(text: str, zone: tzinfo) -> datetime | None:
    """Parse a date or time like `times_in`; None if it is no date or ambiguous."""
    found = times_in(text, zone)
    return found[0] if len(found) == 1 else None


def _by_standard(text: str) -> tuple[datetime, ...]:
    """Parse ISO 8601, the usual format; texts of six digits or fewer are left to other parsers."""
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
        # Order year-month-day, day first, or month first: only a person can decide.
        last = _year(three)
        every = _days((_year(one), two, int(three)), (last, two, int(one)), (last, int(one), two))
        return _Found(every, text[match.end() :])
    if match := _DAY_NAMED.match(text) or _NAMED_DAY.match(text):
        month = _MONTHS.index(match["name"].lower()) + 1
        return _Found(_days((int(match["year"]), month, int(match["day"]))), text[match.end() :])
    return None


def _year(written: str) -> int:
    """Expand a year of two digits."""
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < FIRST_YEAR - 1900 else 1900)


def _days(*readings: tuple[int, int, int]) -> tuple[date, ...]:
    """Return the dates of those (year, month, day) readings that exist in the calendar."""
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
    """Convert an *hour* with am or pm to 24 hours."""
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
