"""What a reader can do on the pages, and what comes of it; independent of the storage."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from newsletter.lang import Preference
from newsletter.subscribers.subscriber import Standing

UNDO_DAYS: Final = 7  # a reader may undo leaving, or a change of the address
LONGEST_REASON: Final = 500  # characters


@dataclass(frozen=True, slots=True)
class Leaving:
    """A reader leaves."""

    because: str  # the reader's words, one line; may be empty
    at: datetime  # aware UTC


@dataclass(frozen=True, slots=True)
class Left:
    """The result of leaving."""

    before: Standing  # active: the reader gets a mail of the result
    preference: Preference | None  # of the reader


@dataclass(frozen=True, slots=True)
class Block:
    """An address never gets mail again."""

    since: datetime  # aware UTC
    by: str
    because: str  # may be empty


class Confirmed(StrEnum):
    """The result of confirming a subscription or a new address."""

    DONE = "done"
    ALREADY = "already"  # it was confirmed before: nothing changes, and nothing is wrong
    WRONG_CODE = "wrong code"
    NO_MORE_TRIES = "no more tries"  # the link of the mail still works
    GONE = "gone"  # the request is too old, or was never made
    CLOSED = "closed"  # only the office can open this address again
    TAKEN = "taken"  # the new address is another reader's by now


@dataclass(frozen=True, slots=True)
class Change:
    """New settings of a reader; None leaves a value as it is."""

    preference: Preference | None = None
    name: str | None = None
    spelling: str | None = None  # of the same address, in other upper and lower case


def shorten(reason: str) -> str:
    """Return a reason of at most 500 characters; an ellipsis stands for what is left out."""
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"


def mask(address: str) -> str:
    """
    Return an address for a page that others may see: ``h•••@example.org``.

    A letter may be forwarded, and its settings with it.
    """
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
