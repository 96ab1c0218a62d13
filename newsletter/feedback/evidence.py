"""What of a mail is recorded: the server's words, who writes, about what; each on one line."""

import re
from typing import Final

from newsletter.delivery.replies import one_line
from newsletter.feedback.event import Kind, Understood
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import address_in, reports_in
from newsletter.feedback.texts import header_of, text_of

WORDS_MAX: Final = 300  # characters of the server's words
FIELD_MAX: Final = 200
_TELLING: Final = re.compile(r"(?<!\d)[45]\d\d(?!\d)|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)")


def words_of(mail: Mail, found: Understood) -> str:
    """Return what a server says of a bounce or delay, as far as it fits; "" if it is neither."""
    if found.kind not in (Kind.BOUNCE, Kind.DELAY):
        return ""
    for report in reports_in(mail):
        if report.diagnostic and report.recipient in ("", found.recipient):
            return _short(report.diagnostic, WORDS_MAX)
    own = [one for one in mail.parts if not one.is_enclosed and one.kind.startswith("text/")]
    lines = [line for part in own[:2] for line in text_of(part).splitlines() if line.strip()]
    telling = [line for line in lines[:200] if _TELLING.search(line)]
    return _short(" ".join(telling[:2]) or " ".join(lines[:3]), WORDS_MAX)


def sender_of(mail: Mail) -> str:
    """Return the address that a mail says it is from."""
    return _short(address_in(header_of(mail.head, "From")), FIELD_MAX)


def subject_of(mail: Mail) -> str:
    """Return the subject of a mail."""
    return _short(header_of(mail.head, "Subject"), FIELD_MAX)


def _short(text: str, most: int) -> str:
    text = one_line(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
