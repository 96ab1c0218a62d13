"""Export the list as CSV: safe to open in a spreadsheet, and readable by an import."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Final

from newsletter.subscribers.subscriber import Subscriber

COLUMNS: Final = (
    "email",
    "name",
    "language",
    "standing",
    "consented_at",
    "reconfirmed_at",
    "reader_id",
    "old_number",
    "standing_since",
    "standing_cause",
    "standing_because",
    "standing_by",
)

# Starts that a spreadsheet reads as a formula (OWASP, "CSV Injection"). A text that already
# starts with an apostrophe gets one more, so that removing one always restores the text.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")


def export_lines(subscribers: Iterable[Subscriber], zone: tzinfo) -> Iterator[str]:
    """
    Yield the header, then a line (ending in LF) for each subscriber.

    Times are in *zone*, so that days are local days, and include its offset, so that an
    import in any time zone reads the same instants.
    """
    yield csv_line(COLUMNS)
    for subscriber in subscribers:
        why = subscriber.why
        yield csv_line(
            (
                subscriber.address,
                subscriber.name,
                subscriber.preference or "",
                subscriber.standing,
                _moment(subscriber.consented_at, zone),
                _moment(subscriber.reconfirmed_at, zone),
                " ".join(name for name in subscriber.names if isinstance(name, str)),
                " ".join(str(name) for name in subscriber.names if isinstance(name, int)),
                _moment(subscriber.standing_since, zone),
                why.cause or "",
                str(why.because),
                why.by,
            )
        )


def _moment(when: datetime | None, zone: tzinfo) -> str:
    return "" if when is None else when.astimezone(zone).isoformat()


def csv_line(fields: Iterable[str]) -> str:
    """Write one row with every field quoted (RFC 4180) and no field a formula."""
    return ",".join('"' + guarded(field).replace('"', '""') + '"' for field in fields) + "\n"


def guarded(text: str) -> str:
    """Add an apostrophe before a text that a spreadsheet would compute."""
    return "'" + text if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Remove the apostrophe that `guarded` added."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text
