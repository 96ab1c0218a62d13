"""The program's own answers in deliveries: kept in English, shown in the operator's language."""

from collections.abc import Mapping
from typing import Final

from newsletter.phrases import Phrase, Said, phrase

# Why a delivery was skipped.
CANCELLED: Final = "cancelled"
SUPPRESSED: Final = "suppressed since planning"
UNSUBSCRIBED: Final = "unsubscribed since planning"
REASONS: Final[Mapping[str, Phrase]] = {
    CANCELLED: phrase("storage.skipped-cancelled"),
    SUPPRESSED: phrase("storage.skipped-suppressed"),
    UNSUBSCRIBED: phrase("storage.skipped-unsubscribed"),
}

# What `resolve` answers for a person, whose name follows.
AGAIN: Final = "to be sent again, says "
ASSUMED: Final = "assumed to be accepted, says "


def say_answer(reason: str | None, answer: str | None) -> Said:
    """Say why a delivery was skipped, or what was answered to it; a server's words stay so."""
    if reason:
        return REASONS.get(reason, reason)
    if not answer:
        return ""
    if answer.startswith(AGAIN):
        return phrase("storage.sent-again-says", by=answer.removeprefix(AGAIN))
    if answer.startswith(ASSUMED):
        return phrase("storage.assumed-says", by=answer.removeprefix(ASSUMED))
    return answer
