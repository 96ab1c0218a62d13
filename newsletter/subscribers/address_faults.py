"""Messages of email-validator as phrases; rare messages are kept in the library's words."""

from collections.abc import Mapping
from typing import Final

from newsletter.phrases import Phrase, Said, phrase

WHOLE: Final[Mapping[str, Phrase]] = {
    "An email address must have an @-sign.": phrase("subscribers.at-sign-missing"),
    "There must be something before the @-sign.": phrase("subscribers.nothing-before-at"),
    "There must be something after the @-sign.": phrase("subscribers.nothing-after-at"),
    "The part after the @-sign is not valid. It should have a period.": phrase(
        "subscribers.domain-without-period"
    ),
    "The part after the @-sign is not valid. It is not within a valid top-level domain.": phrase(
        "subscribers.no-top-domain"
    ),
    "The part after the @-sign is a special-use or reserved name that cannot be used with "
    "email.": phrase("subscribers.reserved-domain"),
    "A display name and angle brackets around the email address are not permitted here.": phrase(
        "subscribers.name-around-address"
    ),
    "An email address cannot have two periods in a row.": phrase("subscribers.two-periods"),
    "An email address cannot start with a period.": phrase("subscribers.period-first"),
    "An email address cannot end with a period.": phrase("subscribers.period-last"),
    "An email address cannot have a period immediately before the @-sign.": phrase(
        "subscribers.period-before-at"
    ),
    "An email address cannot have a period immediately after the @-sign.": phrase(
        "subscribers.period-after-at"
    ),
}
# The invalid characters and a full stop follow.
BEFORE: Final = "The email address contains invalid characters before the @-sign: "
AFTER: Final = "The part after the @-sign contains invalid characters: "


def say_fault(words: str) -> Said:
    """Return the phrase for a common message of the library; otherwise the message itself."""
    if words in WHOLE:
        return WHOLE[words]
    if words.startswith(BEFORE):
        return phrase("subscribers.unfit-before-at", found=_found(words, BEFORE))
    if words.startswith(AFTER):
        return phrase("subscribers.unfit-after-at", found=_found(words, AFTER))
    return words


def _found(words: str, start: str) -> str:
    return words.removeprefix(start).removesuffix(".")
