"""Reads a systemd journal, in JSON or in its export format, as lines of syslog."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Final

# journalctl -o json and -o export name these in every entry.
FIELDS: Final = ("__REALTIME_TIMESTAMP", "_HOSTNAME", "SYSLOG_IDENTIFIER", "MESSAGE")


def as_syslog(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield each line of a log, without its end, and its number; a journal like syslog."""
    source = iter(lines)
    first = next(source, b"")
    numbered = enumerate((line.rstrip(b"\r\n") for line in chain([first], source)), 1)
    if first.startswith(b"{"):
        for number, line in numbered:
            yield number, _joined(_json_fields(line))
    elif first.startswith(b"__CURSOR="):
        yield from _exported(numbered)
    elif first:
        yield from numbered


def _exported(numbered: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Join the fields of an entry, one field per line; an empty line ends the entry."""
    fields: dict[str, str] = {}
    message_at = last = 0
    for number, line in numbered:
        name, equals, value = line.partition(b"=")
        if not line:
            yield message_at, _joined(fields)
            fields = {}
        elif equals and name.decode(errors="replace") in FIELDS:
            fields[name.decode()] = value.decode(errors="replace")
            message_at = number if name == b"MESSAGE" else message_at
        last = number
    yield message_at or last, _joined(fields)


def _json_fields(line: bytes) -> Mapping[str, object]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):  # half a line, or not from the journal
        return {}
    return entry if isinstance(entry, dict) else {}


def _joined(entry: Mapping[str, object]) -> bytes:
    moment, host, program, message = (entry.get(name) for name in FIELDS)
    if not isinstance(program, str) or not isinstance(message, str):
        return b""
    return f"{_iso(moment)} {host} {program}[0]: {message}".encode(errors="replace")


def _iso(moment: object) -> str:
    try:
        return datetime.fromtimestamp(int(str(moment)) / 1_000_000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return "-"
