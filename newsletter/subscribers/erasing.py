"""Erasing a reader: what is remembered, so that nobody adds them again against their will."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from newsletter.subscribers.book import Entry
from newsletter.subscribers.importing import cause_of
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why

ERASED_KEY: Final = "erased:"  # begins what takes the place of an address's key; none has a colon
# Longer than withdrawn readers are: whoever has restored a wrong backup sees it by then.
COPIES_KEPT: Final = timedelta(days=90)
ERASED: Final = "(erased)"  # takes the place of an address or a name in a text


class ErasureWhy(StrEnum):
    """Why a reader is erased; stored."""

    ASKED = "asked"  # a person of the office, at the reader's request
    WITHDRAWN = "withdrawn"  # the reader withdrew some time ago


class Erased(StrEnum):
    """What was erased, for the counts of a report."""

    READERS = "readers"
    DELIVERIES = "deliveries"
    MAILS = "mails"
    TEXTS = "texts"
    LETTERS = "letters"  # of an outbox
    REJECTS = "rejects"  # refused rows of imports
    RETURNED = "returned"  # what came back from them
    COPIES = "copies"  # of the database
    DESTROYED = "destroyed"  # copies whose time is over
    DRILLS = "drills"  # notices of drills, with their letters, whose time is over
    KEPT_MAILS = "kept mails"  # that came back, and whose time is over


class Remains(StrEnum):
    """Where something of a reader may be left; stored."""

    DISPATCH = "dispatch"  # a process sends or plans: it still gets answers
    IMPORT = "import"  # a file is being written to the list
    JOURNAL = "journal"  # SQLite's write-ahead log could not be overwritten
    PAGES = "pages"  # free pages of the file from before they were overwritten at once
    COPIES = "copies"  # a copy of the database beside it cannot be changed
    FILES = "files"  # letters of an outbox, or refused rows of an import


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Who orders that readers are erased, and why."""

    by: str  # a person, or the program
    why: ErasureWhy
    now: datetime  # aware UTC
    account: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The people who are erased, as the rows of a database know them."""

    ids: frozenset[int]  # of subscribers
    keys: frozenset[str]  # of addresses
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of the owner of an address."""

    entry: Entry | None  # None: not on the list
    mails: int  # that they asked for
    was_erased: bool
    returned: int = 0  # mails that they wrote to the bounce mailbox, and notices of a leak to them
    in_copies: frozenset[str] = frozenset()  # keys of the addresses by which copies know them
    is_in_files: bool = False  # letters in folders, kept mails, refused rows

    @property
    def is_nobody(self) -> bool:
        """Whether nothing is stored of them."""
        found = (self.entry, self.mails, self.was_erased, self.returned, self.in_copies)
        return not any((*found, self.is_in_files))


@dataclass(frozen=True, slots=True)
class Ended:
    """How far erasures are."""

    remains: frozenset[Remains]
    counts: Counter[Erased]
    closed: tuple[str, ...] = ()  # copies and files that cannot be changed
    waiting: int = 0  # readers who are erased once they were told that they have left


@dataclass(frozen=True, slots=True)
class OpenResults:
    """Which readers who withdrew are not erased yet, because of the result that they are owed."""

    since: datetime  # aware UTC; who withdrew since then may still be told in time
    told_since: datetime  # whose mail left since then: it may not have arrived yet


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What a database has taken over from an earlier one."""

    erasures: int  # that were read; those that were known, too
    erased: int  # readers who were on this list, and are not any more
    blocked: int  # addresses that were not blocked yet


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy of the whole database that lies beside it, with all people who were in it then."""

    name: str  # of its file
    made_at: datetime  # aware UTC
    is_unfinished: bool = False  # being written, or left by a process that was killed


@dataclass(frozen=True, slots=True)
class RejectsFile:
    """A file that refused rows of an import were written to."""

    path: str  # it may be missing
    name: str  # for people: below the site's folder, or absolute
    written_at: datetime  # aware UTC


def end_of_copy(made_at: datetime) -> datetime:
    """Return when a copy that was made at a time is destroyed: whoever is only in it with it."""
    return made_at + COPIES_KEPT


@dataclass(frozen=True, slots=True)
class Remembered:
    """Why the owner of an erased address is not written to."""

    standing: Standing
    since: datetime  # aware UTC
    cause: Cause | None


def remember(entry: Entry, now: datetime) -> Remembered:
    """
    Return what is remembered of an entry that is erased.

    Whoever wants to be erased does not want to be written to; an address that its reader has left
    for another one is remembered like the other one.
    """
    cause = cause_of(entry)
    if entry.standing is Standing.ACTIVE:
        return Remembered(Standing.UNSUBSCRIBED, now, Cause.WITHDREW)
    if cause is Cause.MOVED:
        cause = Cause.WITHDREW
    return Remembered(entry.standing, entry.standing_since, cause)


def entry_of(key: str, remembered: Remembered) -> Entry:
    """Return the entry that an erased address would have: it is on no list, and has no id."""
    return Entry(
        id=None,
        key=key,
        address=key,
        name="",
        preference=None,
        standing=remembered.standing,
        standing_since=remembered.since,
        consented_at=None,
        import_id=None,
        why=Why(remembered.cause),
    )


def is_placeholder(key: str) -> bool:
    """Return whether a key stands for an erased address."""
    return key.startswith(ERASED_KEY)
