"""What deliveries keep as answers: a server's words, or our own as a phrase (once as text)."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, or_

from newsletter.delivery.provider import WRITTEN
from newsletter.phrases import Phrase, Said, beginning_of, phrase, read_said

# Why a delivery was skipped.
CANCELLED: Final = "cancelled"
SUPPRESSED: Final = "suppressed since planning"
UNSUBSCRIBED: Final = "unsubscribed since planning"
REASONS: Final[Mapping[str, Phrase]] = {
    CANCELLED: phrase("storage.skipped-cancelled"),
    SUPPRESSED: phrase("storage.skipped-suppressed"),
    UNSUBSCRIBED: phrase("storage.skipped-unsubscribed"),
}

AGAIN: Final = "storage.sent-again-says"  # what `resolve` answers for a person
ASSUMED: Final = "storage.assumed-says"

# How the same answers begin where a version has kept them that knew sentences alone, and the
# name of the field that is the rest of the text.
OLD_BEGINNINGS: Final[Mapping[str, tuple[str, str]]] = {
    AGAIN: ("to be sent again, says ", "by"),
    ASSUMED: ("assumed to be accepted, says ", "by"),
    WRITTEN: ("written to ", "file"),
}
BETWEEN: Final = ": "  # an issue and the answer by which its reader was suppressed


def is_answer(code: str, answer: ColumnElement[str]) -> ColumnElement[bool]:
    """Say of a column of answers whether it holds that of *code*, in new words or in old ones."""
    return or_(
        answer.startswith(beginning_of(code), autoescape=True),
        answer.startswith(OLD_BEGINNINGS[code][0], autoescape=True),
    )


def say_answer(reason: str | None, answer: str | None) -> Said:
    """Say why a delivery was skipped, or what was answered to it; a server's words stay so."""
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
    Read why a reader is suppressed: a reason as `write_said` keeps it, or "ISSUE: answer".

    The latter is what a refusal leaves behind, joined by the database.
    """
    issue, _, answer = (text or "").partition(BETWEEN)
    said = read_said(answer)
    if isinstance(said, Phrase) and not isinstance(read_said(text), Phrase):
        return phrase("storage.refused-in", issue=issue, answer=said)
    return read_said(text)
