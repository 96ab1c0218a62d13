"""The reason why no letter may be sent to a reader, and its author."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from newsletter.phrases import Said
from newsletter.subscribers.address import printable


class Cause(StrEnum):
    """What decides who may end that a reader is not written to."""

    COMPLAINED = "complained"  # only a new consent ends it; so the next
    WITHDREW = "withdrew"
    MOVED = "moved"  # the reader has another address now
    BOUNCED = "bounced"  # the mailbox refused mail for good; a person may end it
    PERSON = "person"  # suppressed by a command; so here


@dataclass(frozen=True, slots=True)
class Why:
    """The grounds of a standing, as far as they are on record."""

    cause: Cause | None = None
    because: Said = ""  # in words; may be empty
    by: str = ""  # a person, IMPORT, or the program


UNSAID: Final = Why()
IMPORT: Final = "import"

# Without a cause on record, it may have been a complaint.
FIRMEST_FIRST: Final = (
    Cause.COMPLAINED,
    Cause.WITHDREW,
    Cause.MOVED,
    None,
    Cause.BOUNCED,
    Cause.PERSON,
)
ENDED_BY_A_PERSON: Final = frozenset({Cause.BOUNCED, Cause.PERSON})


def firmest(causes: Iterable[Cause | None]) -> Cause | None:
    """Return the cause that is the hardest to end."""
    return min(causes, key=FIRMEST_FIRST.index)


def one_line(text: str) -> str:
    """
    Make of *text* a reason that every database and every file can hold.

    Returns:
        Its words with one space between them, no line end among them; U+FFFD stands for
        every other character that cannot be printed. PostgreSQL has no NUL in a text.
    """
    return printable(" ".join(text.split()))
