"""The reason why no letter may be sent to a reader, and its author."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from newsletter.phrases import Said
from newsletter.subscribers.address import is_seen, printable


class Cause(StrEnum):
    """The cause of a standing; determines who may end it."""

    COMPLAINED = "complained"  # only a new consent ends this; the next alike
    WITHDREW = "withdrew"
    MOVED = "moved"  # the reader has another address now
    BOUNCED = "bounced"  # the mailbox refused mail permanently; a person may end it
    PERSON = "person"  # suppressed by a command; a person may end it


@dataclass(frozen=True, slots=True)
class Why:
    """The reason of a standing, as far as it is on record."""

    cause: Cause | None = None
    because: Said = ""  # in words; may be empty
    by: str = ""  # a person, IMPORT, BY_FILE, or the program


UNSAID: Final = Why()
IMPORT: Final = "import"  # a file: its reader came with it as they were elsewhere
BY_FILE: Final = "file"  # a file that ended the subscription of somebody who was a reader here

# A missing cause may have been a complaint.
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


def words_in(text: str | None) -> str:
    """
    Return the words of a reason, a note or a person's name, separated by one space.

    Whoever asks for one asks this: text that nobody can see is none, such as blanks, fillers of
    Korean letters, and controls of direction.
    """
    return " ".join(text.split()) if text is not None and is_seen(text) else ""


def one_line(text: str) -> str:
    """
    Convert *text* to a reason that every database and every file can store.

    Returns:
        The words of *text* separated by one space, without line ends; U+FFFD replaces every
        other unprintable character. PostgreSQL does not store NUL in a text.
    """
    return printable(words_in(text))
