"""The interface of the list of subscribers, independent of its storage."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from newsletter.errors import NewsletterError
from newsletter.lang import Preference
from newsletter.phrases import Said
from newsletter.subscribers.reader_id import OldNumber, ReaderId, ReaderName
from newsletter.subscribers.subscriber import Standing, Subscriber, SubscriberId
from newsletter.subscribers.why import UNSAID, Why

if TYPE_CHECKING:
    from newsletter.subscribers.consent_record import Occasion


@dataclass(frozen=True, slots=True)
class Entry:
    """A subscriber as stored in the book, or about to be stored."""

    id: SubscriberId | None  # None until the book assigns one
    key: str  # key of the address; unique in the book
    address: str
    name: str
    preference: Preference | None
    standing: Standing
    standing_since: datetime  # aware UTC
    consented_at: datetime | None  # aware UTC
    import_id: str | None  # the last import that contained the entry
    reader_id: ReaderId | None = field(default=None, compare=False)  # assigned together with the id
    old_number: OldNumber | None = None
    why: Why = UNSAID  # reason of the standing
    reconfirmed_at: datetime | None = None  # aware UTC; when that consent was confirmed last


@dataclass(frozen=True, slots=True)
class Owner:
    """The reader that a name in links refers to."""

    key: str  # key of the address
    address: str


class NamesTakenError(NewsletterError):
    """An id or an old number of a new entry belongs to another reader."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter of subscribers; the default selects all of them."""

    preferences: frozenset[Preference | None] | None = None  # None in it: no preference
    standings: frozenset[Standing] | None = None
    is_undated: bool = False  # only readers whose day of consent is not known


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """A delivery to one reader, in the ledger's words."""

    issue: str
    edition: str
    state: str
    answered_at: datetime | None  # aware UTC
    answer: Said  # the provider's answer, one line; may be empty
    is_rehearsal: bool = False  # true: written to a folder, not sent


class RowBook(Protocol):
    """The list as the rows of a file meet it."""

    def find(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return the entries with these *keys* (a few thousand at most), as far as they exist."""

    def find_named(self, names: Sequence[ReaderName]) -> Mapping[ReaderName, Owner]:
        """Return the owners of *names* (a few thousand at most), as far as they exist."""

    def has_aliases(self) -> bool:
        """Return whether a reader has more than one id, or an old number that was moved."""

    def find_blocked(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of *keys* whose owners never want mail again."""

    def find_erased(self, keys: Sequence[str]) -> Mapping[str, Entry]:
        """Return what the list would say of those of *keys* whose readers were erased."""

    def add(self, entries: Sequence[Entry]) -> None:
        """
        Insert new entries; the book assigns ids, and reader ids where missing.

        Raises:
            NamesTakenError: a reader id or old number is another reader's; nothing is written.
        """

    def alias(self, names: Sequence[tuple[str, ReaderName]]) -> None:
        """Add further names, by which links identify the readers with these keys."""

    def update(self, entries: Sequence[Entry]) -> None:
        """Update entries that have an id; the key does not change."""

    def mark(self, ids: Sequence[SubscriberId], import_id: str) -> None:
        """Record that this import contained these entries, and change nothing else."""


class OpenBook(RowBook, Protocol):
    """The list during one change; the change is applied completely or not at all."""

    def move(self, entry: Entry, key: str, address: str) -> None:
        """Change an entry's address to one that no other entry has; nothing else changes."""

    def block(self, key: str, by: str, because: str) -> bool:
        """Block an address for good, on the list or not; return False if it already was."""


@dataclass(frozen=True, slots=True)
class NotWritten:
    """A reader of a file who was not added or changed after all, because the list was."""

    key: str  # key of the address
    fate: str  # of the address's first row: see `importing.Fate`
    reason: Said


@dataclass(frozen=True, slots=True)
class Written:
    """Some rows of an import that are on the list now."""

    rows: int
    not_written: tuple[NotWritten, ...] = ()


class ImportBook(RowBook, Protocol):
    """The list with a file's changes, which are nowhere else yet."""

    @property
    def rows(self) -> int:
        """The number of readers that `write` has to add or change; 0 if it is not known."""

    @property
    def is_settled(self) -> bool:
        """
        Whether the whole file will be on the list, even if this process ends now.

        The next command then writes what is left.
        """

    def write(self) -> Iterator[Written]:
        """
        Write the changes to the list, a few at a time; durable when the iterator ends.

        A reader who was changed meanwhile is merged again. Until the first step ends, an
        interruption leaves the list as it was; see `is_settled`.

        Raises:
            UnfinishedError: another process took this one for dead; nothing was written.
        """


class SubscriberBook(Protocol):
    """The list of subscribers."""

    def opened(self, occasion: "Occasion | None" = None) -> AbstractContextManager[OpenBook]:
        """
        Open the list exclusively for one change.

        *occasion* goes into the consent record; None: a person of the office, without a name.

        Leaving the block commits the change; an exception or a crash leaves the list unchanged.

        Raises:
            NewsletterError: another process is changing the list.
        """

    def importing(
        self, import_id: str, file: str, now: datetime
    ) -> AbstractContextManager[ImportBook]:
        """
        Open the list for a file of any length; without `ImportBook.write` it is left as it was.

        Args:
            import_id: unique for every import.
            file: the file's name, for people.
            now: aware UTC; when the import began, for the consent record.
        """

    def find(self, key: str) -> Subscriber | None:
        """Return the subscriber whose address has this key, or None."""

    def find_named(self, name: ReaderName) -> Subscriber | None:
        """
        Return the subscriber that a link names: by reader id, old number, or merged name.

        A number never matches the row of a reader who was added after ids were introduced.
        """

    def select(self, selection: Selection) -> Iterator[Subscriber]:
        """Yield subscribers in the order they joined; loads a few at a time."""

    def count(self, selection: Selection) -> int:
        """Return how many subscribers `select` would yield."""

    def deliveries(self, subscriber: SubscriberId) -> Sequence[PastDelivery]:
        """Return the deliveries to the subscriber, issue by issue."""
