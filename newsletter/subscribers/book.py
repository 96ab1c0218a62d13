"""What the list of subscribers must be able to do, wherever it is kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsletter.errors import NewsletterError
from newsletter.lang import Preference
from newsletter.phrases import Said
from newsletter.subscribers.reader_id import OldNumber, ReaderId, ReaderName
from newsletter.subscribers.subscriber import Standing, Subscriber, SubscriberId
from newsletter.subscribers.why import UNSAID, Why


@dataclass(frozen=True, slots=True)
class Entry:
    """A subscriber as the book holds it, or is about to."""

    id: SubscriberId | None  # None until the book has given one
    key: str  # of the address; unique in the book
    address: str
    name: str
    preference: Preference | None
    standing: Standing
    standing_since: datetime  # aware UTC
    consented_at: datetime | None  # aware UTC
    import_id: str | None  # the import that saw the entry last
    reader_id: ReaderId | None = field(default=None, compare=False)  # given as the id is
    old_number: OldNumber | None = None
    why: Why = UNSAID  # the standing is as it is


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a name in links names."""

    key: str  # of the address
    address: str


class NamesTakenError(NewsletterError):
    """An id or old number of a new entry names another reader."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which subscribers are meant; without a word, all of them."""

    preferences: frozenset[Preference | None] | None = None  # None among them: no preference
    standings: frozenset[Standing] | None = None


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """What one reader was sent, in the ledger's words."""

    issue: str
    edition: str
    state: str
    answered_at: datetime | None  # aware UTC
    answer: Said  # the provider's words, one line; may be empty
    is_rehearsal: bool = False  # then it was written to a folder, and not sent


class OpenBook(Protocol):
    """The list while one change is being made to it: all of the change, or nothing."""

    def find(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return the entries of those *keys* (a few thousand at most) that are on the list."""

    def find_named(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        """Return whom those of *names* (a few thousand at most) name that name anybody."""

    def has_aliases(self) -> bool:
        """Say whether any reader has more than one id, or an old number that was moved."""

    def add(self, entries: Sequence[Entry]) -> None:
        """
        Write new entries; the book gives their ids, and reader ids to those without.

        Raises:
            NamesTakenError: a reader id or old number is another reader's; none is written.
        """

    def alias(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        """Let links name the readers of these keys by these names too."""

    def update(self, entries: Sequence[Entry]) -> None:
        """Write entries again that the book has given ids to; the key stays."""

    def move(self, entry: Entry, key: str, address: str) -> None:
        """Give an entry another address, which no other has; all else stays."""

    def mark(self, ids: Sequence[SubscriberId], import_id: str) -> None:
        """Note that this import has seen these entries, and change nothing else."""


class SubscriberBook(Protocol):
    """The list of subscribers."""

    def opened(self, *, keep: bool = True) -> AbstractContextManager[OpenBook]:
        """
        Open the list for one change, alone.

        Leaving the block makes the change durable; an exception, a crash or
        ``keep=False`` leaves the list as it was.

        Raises:
            NewsletterError: another process is changing the list.
        """

    def find(self, key: str) -> Subscriber | None:
        """Return the subscriber whose address has this key."""

    def find_named(self, name: ReaderName) -> Subscriber | None:
        """
        Return whom a link means: by reader id, by old number, or by what was merged in.

        A number is never the row of a reader who came after ids did.
        """

    def select(self, selection: Selection) -> Iterator[Subscriber]:
        """Yield subscribers in the order they joined, however many, a few at a time."""

    def deliveries(self, subscriber: SubscriberId) -> Sequence[PastDelivery]:
        """Return what the subscriber was sent, issue by issue."""
