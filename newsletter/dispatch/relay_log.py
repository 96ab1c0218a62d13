"""
Letters that a mail relay accepted, according to its log: Postfix's or Exim's.

A missing entry proves nothing: the log may be truncated, rotated, or another machine's.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from newsletter.dispatch.journal import as_syslog

Line = tuple[int, bytes]  # its number, counted from 1, and its text
Queue = tuple[bytes, bytes, bytes]  # a host, one of its Postfix instances, and a queue id

# A program's name and number as syslog writes them (RFC 3164, RFC 5424), then the queue id. Text
# in brackets has a maximum length: a line of only brackets would take quadratic time.
POSTFIX: Final = re.compile(
    rb"(?:^|\s)(?P<postfix>[^\s/]*)/(?:\S*/)?(?P<daemon>cleanup|[a-z]?qmgr)"
    rb"(?:\[\d+\]:|\s\S+\s\S+\s(?:-|\[[^\]]{0,2000}\]))\s(?:\xef\xbb\xbf)?(?:\[ID \d+ \S+\]\s)?"
    rb"(?P<queue>[0-9A-Za-z]{5,20}): (?P<rest>.*)"
)
QUEUED: Final = re.compile(rb"from=<.*>, size=\d+, nrcpt=\d+ \(queue active\)")
EXIM: Final = re.compile(
    rb"(?:(?:(?!: ).)*\bexim4?(?:\[\d+\]:|:|\s\S+\s\S+\s(?:-|\[[^\]]{0,2000}\]))\s"
    rb"(?:\xef\xbb\xbf)?)?"
    rb"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})? )?(?:\[\d+\] )?"
    rb"\w{6}-\w{6,11}-\w{2,4} <= (?P<rest>.*)"
)
EXIM_ID: Final = re.compile(rb" id=(\S+)(?: |$)")
ISO_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?")
BSD_TIME: Final = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) (?:\d{4} )?(\d\d):(\d\d):(\d\d)")
MONTHS: Final = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
LEAP_YEAR: Final = 2000  # replaces the year, which BSD's syslog does not write
BETWEEN_FILES: Final = timedelta(hours=1)  # maximum queueing time across a log rotation


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A line of a log."""

    file: str
    line: int  # counted from 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A letter whose Message-ID Postfix has read; whether it was accepted is not known yet."""

    message_id: str
    place: LogPlace
    at: datetime | None  # None: the line has no comparable time


@dataclass(slots=True)
class LogReading:
    """The result of reading one file."""

    taken: dict[str, LogPlace] = field(default_factory=dict)  # by Message-ID
    begun: dict[Queue, Seen] = field(default_factory=dict)  # at the end of the file
    lines: int = 0  # of the file
    of_relay: int = 0  # lines of any letter that name it like Postfix or Exim does


def find_taken(
    files: Mapping[str, Callable[[], Iterable[bytes]]], wanted: Collection[str]
) -> tuple[dict[str, LogPlace], dict[str, LogReading]]:
    """
    Return which of the *wanted* Message-IDs a relay accepted.

    Postfix reads the Message-ID before it decides; only its queue manager's line proves that the
    letter was accepted. That line may be in another file, if logs were rotated in between.

    Args:
        files: opens each log again at every call, by its name; in any order.
        wanted: Message-IDs without brackets.

    Returns:
        the place of each accepted Message-ID, and the result of reading each file.
    """
    readings = {name: read_log(name, lines(), wanted) for name, lines in files.items()}
    taken: dict[str, LogPlace] = {}
    for reading in readings.values():
        taken = {**reading.taken, **taken}
    for name, reading in readings.items():
        begun = {q: seen for q, seen in reading.begun.items() if seen.message_id not in taken}
        for other in files:
            if begun and other != name:
                taken.update(_continued(begun, files[other]()))
    return taken, readings


def read_log(name: str, lines: Iterable[bytes], wanted: Collection[str]) -> LogReading:
    """Read one log once; memory grows only with *wanted*."""
    reading = LogReading()
    for number, line in _numbered(lines, reading):
        if b"message-id=" in line:
            _note_cleanup(reading, LogPlace(name, number), line, wanted)
        if b" <= " in line:
            _note_exim(reading, LogPlace(name, number), line, wanted)
        if reading.begun and b": from=<" in line and (queue := _queued(line)):
            seen = reading.begun.pop(queue, None)
            if seen:
                reading.taken.setdefault(seen.message_id, seen.place)
    return reading


def _numbered(lines: Iterable[bytes], reading: LogReading) -> Iterator[Line]:
    for number, line in as_syslog(lines):
        reading.lines = number
        yield number, line


def _note_cleanup(
    reading: LogReading, place: LogPlace, line: bytes, wanted: Collection[str]
) -> None:
    found = _postfix(line)
    if found is None or found["daemon"] != b"cleanup":
        return
    if not found["rest"].startswith(b"message-id="):
        return
    reading.of_relay += 1
    queue = _queue(line, found)
    message_id = _text(found["rest"].removeprefix(b"message-id=").strip(b"<>"))
    # A queue id may be reused: an earlier letter with this id was not accepted.
    reading.begun.pop(queue, None)
    if message_id in wanted:
        reading.begun[queue] = Seen(message_id, place, _time_of(line))


def _note_exim(reading: LogReading, place: LogPlace, line: bytes, wanted: Collection[str]) -> None:
    found = EXIM.fullmatch(line)
    if found is None:
        return
    reading.of_relay += 1
    # The subject follows T=; the letter's author can write anything in it.
    named = EXIM_ID.search(found["rest"].partition(b' T="')[0])
    if named and (message_id := _text(named[1])) in wanted:
        reading.taken.setdefault(message_id, place)


def _continued(
    begun: Mapping[Queue, Seen], lines: Iterable[bytes]
) -> Iterator[tuple[str, LogPlace]]:
    """Yield the letters *begun* in one file and queued at the beginning of another."""
    left = dict(begun)
    for _, line in as_syslog(lines):
        if not left:
            return
        if b"message-id=" in line:
            found = _postfix(line)
            if found:
                left.pop(_queue(line, found), None)
        elif b": from=<" in line and (queue := _queued(line)) in left:
            seen = left.pop(queue)
            if _is_soon_after(seen.at, _time_of(line)):
                yield seen.message_id, seen.place


def _queued(line: bytes) -> Queue | None:
    found = _postfix(line)
    if found is None or found["daemon"] == b"cleanup" or not QUEUED.fullmatch(found["rest"]):
        return None
    return _queue(line, found)


def _postfix(line: bytes) -> "re.Match[bytes] | None":
    found = POSTFIX.search(line)
    # Anyone may write the text after another program's name.
    return None if found is None or b": " in line[: found.start()] else found


def _queue(line: bytes, found: "re.Match[bytes]") -> Queue:
    before: Sequence[bytes] = line[: found.start()].split()
    return before[-1] if before else b"", found["postfix"], found["queue"]


def _time_of(line: bytes) -> datetime | None:
    """
    Parse the time of a line; BSD's syslog has no zone and no year (a leap year is used).

    None if the line has no time, or an impossible one.
    """
    try:
        if iso := ISO_TIME.search(line[:80]):
            return datetime.fromisoformat(iso[0].decode())
        if bsd := BSD_TIME.search(line[:80]):
            day, hour, minute, second = map(int, bsd.groups()[1:])
            return datetime(LEAP_YEAR, MONTHS.index(bsd[1]) + 1, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:  # no such day, hour or zone; or a leap second
        return None
    return None


def _is_soon_after(first: datetime | None, second: datetime | None) -> bool:
    if first is None or second is None or (first.tzinfo is None) != (second.tzinfo is None):
        return False
    passed = second - first
    if passed < timedelta(days=-180) and first.year == LEAP_YEAR:  # across the turn of the year
        passed += timedelta(days=366)
    return timedelta(0) <= passed <= BETWEEN_FILES


def _text(written: bytes) -> str:
    return written.decode(errors="replace")
