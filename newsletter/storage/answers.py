"""Stored answers of deliveries: a server's words, or our own phrase (text in old versions)."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, or_

from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.control import PROGRAM
from newsletter.phrases import Phrase, Said, beginning_of, phrase, read_said, write_said

# Reasons for a skipped delivery.
CANCELLED: Final = "cancelled"
SUPPRESSED: Final = "suppressed since planning"
SUSPENDED: Final = "suspended since planning"
UNSUBSCRIBED: Final = "unsubscribed since planning"
GONE: Final = "erased since planning"
REASONS: Final[Mapping[str, Phrase]] = {
    CANCELLED: phrase("storage.skipped-cancelled"),
    SUPPRESSED: phrase("storage.skipped-suppressed"),
    SUSPENDED: phrase("storage.skipped-suspended"),
    UNSUBSCRIBED: phrase("storage.skipped-unsubscribed"),
    GONE: phrase("storage.skipped-erased"),
}

AGAIN: Final = "storage.sent-again-says"  # the answer that `resolve` records for a person
# What `settle_unknown` records where the program itself sends again, because repeats are dropped.
REPEATED: Final = write_said(phrase("storage.sent-again-says", by=PROGRAM))
ASSUMED: Final = "storage.assumed-says"

# How the same answers begin in ledgers of versions that stored plain sentences, and the name
# of the field that holds the rest of the text.
OLD_BEGINNINGS: Final[Mapping[str, tuple[str, str]]] = {
    AGAIN: ("to be sent again, says ", "by"),
    ASSUMED: ("assumed to be accepted, says ", "by"),
    WRITTEN: ("written to ", "file"),
}
BETWEEN: Final = ": "  # between an issue and the answer that suppressed its reader


def is_answer(code: str, answer: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a column of answers holds the answer *code*, new or old form."""
    return or_(
        answer.startswith(beginning_of(code), autoescape=True),
        answer.startswith(OLD_BEGINNINGS[code][0], autoescape=True),
    )


def say_answer(reason: str | None, answer: str | None) -> Said:
    """Return why a delivery was skipped, or its answer; a server's words are not changed."""
    if reason:
        return REASONS.get(reason, reason)
    said = read_said(answer)
    if isinstance(said, str):
        for code, (beginning, field) in OLD_BEGINNINGS.items():
            if said.startswith(beginning):
                return Phrase(code, {field: said.removeprefix(beginning)})
    return said


def read_because(text: str | None) -> Said:
    """
    Parse why a reader is suppressed: a reason stored by `write_said`, or "ISSUE: answer".

    The database builds the second form when a refusal suppresses a reader.
    """
    issue, _, answer = (text or "").partition(BETWEEN)
    said = read_said(answer)
    if isinstance(said, Phrase) and not isinstance(read_said(text), Phrase):
        return phrase("storage.refused-in", issue=issue, answer=said)
    return read_said(text)
