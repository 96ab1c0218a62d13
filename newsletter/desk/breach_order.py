"""An order to notify people of a leak, what it means, and what came of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from newsletter.dispatch.states import State
from newsletter.dispatch.way import Way
from newsletter.errors import UnfinishedError
from newsletter.issue.pace import Rate
from newsletter.lang import EditionKind
from newsletter.mails.breach import Breach, Person, Untold
from newsletter.mails.breach_posting import NoticeRun
from newsletter.phrases import phrase

WAITING: Final = (State.PENDING, State.DEFERRED)


@dataclass(frozen=True, slots=True)
class NoticeOrder:
    """A person's order to notify people of a leak."""

    file: str  # its name, without folders
    content: bytes | None  # None: goes on with the words that it began with
    by: str
    account: str = ""  # of the system; "": not known
    origin: str = ""  # as in `Operator`
    is_drill: bool = False
    is_dry_run: bool = False
    waits: bool = False  # for what the provider has put off
    after_restore: bool = False  # goes on though the ledger may have forgotten notices


@dataclass(frozen=True, slots=True)
class NoticeOutline:
    """A notice before it goes out, or goes on."""

    breach: Breach
    way: Way
    now: datetime  # aware UTC
    people: Sequence[Person]  # of one that begins; none if everybody has a row already
    tally: Mapping[State, int]  # of one that goes on
    erased: int  # since `Breach.since`: no mail reaches them
    untold: Sequence[Untold]  # their data is held, and no notice goes to them
    rate: Rate | None  # of publication.yaml, which is kept
    ignores: tuple[str, ...]  # fields of its pace that are not

    @property
    def expected(self) -> int:
        """How many notices wait to be posted."""
        return len(self.people) or sum(self.tally.get(state, 0) for state in WAITING)

    @property
    def editions(self) -> Mapping[EditionKind, int]:
        """How many people get each edition."""
        return Counter(one.edition for one in self.people)

    @property
    def goes_on(self) -> bool:
        """Whether the notice was begun before."""
        return self.breach.id is not None

    def left_until(self, deadline: datetime) -> timedelta:
        """Return how much time is left; negative: it has passed."""
        return deadline - self.now


@dataclass(frozen=True, slots=True)
class NoticeResult:
    """What came of an order."""

    outline: NoticeOutline
    breach: Breach  # as it is in the ledger now; of a dry run, as it would be
    tally: Mapping[State, int]  # of all runs of this notice
    answered: int  # in this run
    took_s: float  # of planning and posting in this run, without waiting for what was put off
    unreached: int  # whom mail did not reach, or may not have reached
    next_due_at: datetime | None  # when the first deferred notice is tried again

    @property
    def fault(self) -> UnfinishedError | None:
        """What is left to do, if anything is."""
        waiting = sum(self.tally.get(state, 0) for state in WAITING)
        if not waiting:
            return None
        return UnfinishedError(phrase("desk.breach-unfinished", count=waiting))


class NoticeWitness(Protocol):
    """Who is told what is about to leave, and asked before it does."""

    def propose(self, outline: NoticeOutline) -> None:
        """Show what the order means."""

    def agree(self, outline: NoticeOutline) -> None:
        """Ask the person; raises a UsageError if they do not agree."""

    def running(
        self, run: NoticeRun, expected: int
    ) -> AbstractContextManager[Callable[[NoticeRun], None]]:
        """Show how *run* goes on, and let the person stop it."""
