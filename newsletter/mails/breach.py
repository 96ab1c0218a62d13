"""A notice of a leak: what it says, whom it goes to, and what became of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Protocol

from newsletter.delivery.provider import Outcome
from newsletter.dispatch.states import State
from newsletter.lang import EditionKind
from newsletter.mails.mail import MailName
from newsletter.phrases import Said
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

# Long enough to look at a drill; it names people whom nothing else may hold by then.
DRILL_KEPT: Final = timedelta(days=14)
EVENTS: Final = "feedback list"  # where what came back without a file is shown

BreachId = NewType("BreachId", int)


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A notice in one edition, as it is sent to everybody who gets that edition."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A notice of a leak, or a drill of one; its words never change."""

    id: BreachId | None  # None: not begun
    hash: str  # of what the file says; see `BreachFile.hash`
    file: str  # its name, without folders
    known: datetime  # aware UTC, like all times here
    since: datetime
    people_by: datetime  # until when people have to be notified
    authority_by: datetime  # until when the authority has to be told
    version: str  # of the legal text
    words: Mapping[EditionKind, NoticeWords]
    by: str
    account: str  # as in approvals
    begun_at: datetime
    is_drill: bool
    is_planned: bool = False  # everybody has a row; False: that was cut off


class HeldAs(StrEnum):
    """Where the address of a person is held."""

    LIST = "list"  # on the list, or in a request to be
    WRITER = "writer"  # of a mail that came back, and is on record
    NOTICE = "notice"  # in an earlier notice of a leak alone


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a notice goes to: an address whose data is held, whatever its standing."""

    address: str  # as its owner spelt it
    address_key: str
    edition: EditionKind
    standing: Standing | None  # None: only asked to subscribe, or see `held_as`
    cause: Cause | None
    held_as: HeldAs = HeldAs.LIST


@dataclass(frozen=True, slots=True)
class Untold:
    """Somebody whose data is held, and whom the notice is not sent to."""

    address: str  # "": not known
    where: str  # a copy of the database, a kept mail, a table, or a file of refused rows


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to one person."""

    id: int
    name: MailName
    address: str
    edition: EditionKind
    attempts: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody whom mail did not reach, or may not have reached."""

    address: str
    state: State  # ACCEPTED: but the notice came back, or mail to this address did before
    standing: Standing | None  # now; None: not on the list
    cause: Cause | None
    answer: Said  # of the provider
    begun_at: datetime | None
    came_back: bool = False  # this notice did


@dataclass(frozen=True, slots=True)
class ToldOfLeak:
    """A notice of a leak to one person."""

    at: datetime | None  # aware UTC; when it was begun
    edition: EditionKind
    state: State
    answer: Said  # of the mail server; may be empty
    is_drill: bool


class BreachBook(Protocol):
    """The ledger of notices; apart from that of issues, and from the list."""

    # Large because it says of each method what is durable.

    def read_people(self) -> Iterator[Person]:
        """Yield everybody whose data is held now, each person once, in the order of sending."""

    def find_untold(self) -> tuple[Sequence[Untold], Collection[str]]:
        """Return whom `read_people` leaves out, and the names of kept mails on record."""

    def without_told(self, keys: Collection[str]) -> Collection[str]:
        """Return those of the addresses whose owners `read_people` leaves out, too."""

    def count_erased(self, since: datetime) -> int:
        """Return how many were erased since then, whom no mail reaches."""

    def is_in_doubt(self, since: datetime) -> bool:
        """Return whether the database was found to be an older copy since then."""

    def find(self, hash_: str) -> Breach | None:
        """Return the notice of what a file says, if it was begun; a drill is none."""

    def find_named(self, file: str) -> Breach | None:
        """Return the latest notice that began from a file of this name; a drill is none."""

    def add(self, breach: Breach) -> Breach:
        """Record a notice that begins now; durable on return, and nothing is planned yet."""

    def plan(self, breach: BreachId, people: Sequence[Person]) -> None:
        """Give each of them a row, if they have none; durable on return."""

    def end_plan(self, breach: BreachId, now: datetime) -> None:
        """Record that everybody has a row."""

    def find_due(self, breach: BreachId, now: datetime, after: int, count: int) -> Sequence[Notice]:
        """Return notices above the number *after* that may leave now, in their order."""

    def next_due_at(self, breach: BreachId) -> datetime | None:
        """Return when the first deferred notice is due; None: none is deferred."""

    def begin(self, notice: Notice, now: datetime) -> Notice | None:
        """
        Begin a notice durably, at the address that its reader has by now.

        None: another process has begun it, or the reader has a notice of their own there.
        """

    def end(self, notice: Notice, outcome: Outcome, now: datetime) -> State:
        """Record the outcome of a notice that was begun here; durable on return."""

    def put_back(self, notice: Notice) -> None:
        """Undo `begin` for a notice of which certainly nothing was sent."""

    def tally(self, breach: BreachId) -> Mapping[State, int]:
        """Return the number of notices in each state."""

    def read_unreached(self, breach: BreachId) -> Iterator[Unreached]:
        """Yield whom mail did not reach, or may not have reached, in the order of sending."""
