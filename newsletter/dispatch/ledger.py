"""The ledger's interface: what is recorded of a dispatch, and what is durable when."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, Protocol

from newsletter.delivery.provider import Begun, Outcome
from newsletter.dispatch.control import SettingAside
from newsletter.dispatch.manner import Manner
from newsletter.dispatch.runs import RunEnd, RunOrder
from newsletter.dispatch.states import State, Tally
from newsletter.dispatch.way import Traces, Way
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import Said
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import SubscriberId

DeliveryId = NewType("DeliveryId", int)
LetterId = NewType("LetterId", int)


@dataclass(frozen=True, slots=True)
class Plan:
    """A dispatch whose readers and editions are frozen."""

    issue: str
    digest: str
    parts: Mapping[str, str]  # what the digest is over; see Composition.parts
    planned_at: datetime  # aware UTC
    is_limited: bool = False  # the newest run was to reach only some readers
    way: Way | None = None  # by which it was begun; None: before that was kept
    recipients_of: str | None = None  # the issue whose readers alone get it; None: all do
    letter: LetterId | None = None  # that is sent; None: planned before letters were kept
    files: Mapping[str, str] = field(default_factory=dict)  # read for it: place -> SHA-256
    manner: Manner | None = None  # None: as letter
    key: str | None = None  # fingerprint of the key that signs its links; None: not on record

    @property
    def is_rehearsal(self) -> bool:
        """Say whether nobody gets what is sent of it."""
        return self.way is not None and self.way.is_rehearsal


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal of an issue that was set aside."""

    letters: int  # that were written, and went to nobody
    set_aside_at: datetime  # aware UTC
    set_aside_by: str
    because: Said


@dataclass(frozen=True, slots=True)
class Delivery:
    """One issue to one subscriber, waiting to be sent."""

    id: DeliveryId
    subscriber: SubscriberId
    address: str
    domain: str  # of the address, in A-labels and lower case
    name: str
    edition: EditionKind  # chosen once, when the dispatch was planned
    consented_at: datetime | None  # aware UTC
    attempts: int  # sends begun so far
    reader_id: ReaderId  # names the reader in links
    message_name: ReaderId | SubscriberId  # in its Message-ID; the row in plans before reader ids
    letter: LetterId | None = None  # that this reader is to get; None: none was kept


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the ledger, for people."""

    address: str
    name: str
    edition: EditionKind
    state: State
    attempts: int
    begun_at: datetime | None  # aware UTC; the latest attempt
    answered_at: datetime | None  # aware UTC
    due_at: datetime | None  # aware UTC
    answer: Said  # the provider's words, or why it was skipped; may be empty
    run: int | None  # that began it last; None: not begun, or by a program that kept no runs


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A stretch of the deliveries of an issue, in the order they were planned."""

    after: DeliveryId  # ids above this one
    limit: int
    domain: str | None = None  # of this domain alone, in A-labels and lower case
    without: frozenset[str] = frozenset()  # of none of these domains
    last: DeliveryId | None = None  # none above it: they were planned later


class Leases(Protocol):
    """The leases on issues, and the runs of the processes that hold them."""

    def lease(
        self, issue: str, holder: str, now: datetime, is_gone: Callable[[str], bool]
    ) -> str | None:
        """
        Take or renew the lease on *issue*, for two minutes from *now*.

        A lease that another process took by a clock ahead of ours ends two minutes after it was
        first asked for, unless its holder gives a sign of life.

        Args:
            issue: a planned issue.
            holder: names the process that asks, for people too: host:pid.
            now: aware UTC.
            is_gone: says whether another holder's process is known to have ended.

        Returns:
            None if *holder* has it now, or the name of the process that does.

        Raises:
            UnfinishedError: the plan whose run began here was set aside or taken back.
        """

    def release(self, issue: str, holder: str) -> None:
        """Release the lease, if *holder* has it."""

    def begin_run(self, issue: str, order: RunOrder | None = None) -> None:
        """
        Note that this process is about to send *issue*, before anything of it is begun.

        Deliveries begun from now on belong to this run: an outcome counts only if nobody has
        settled the delivery or begun it again in the meantime. `lease` notes that the run is
        alive, by the database's clock. Who ordered it is kept for the diary.
        """

    def end_run(self, why: RunEnd = RunEnd.DONE) -> None:
        """Note that this process gets no more answers; what is unknown may be settled."""


class Plans(Protocol):
    """The plans: who gets an issue, fixed at its first dispatch."""

    def find_plan(self, issue: str) -> Plan | None:
        """Return the plan of *issue*, or None if it was never dispatched."""

    def freeze(
        self,
        plan: Plan,
        editions: Mapping[Preference | None, EditionKind],
        aside: SettingAside | None = None,
    ) -> int:
        """
        Plan a delivery to every active subscriber, and return how many; all or nothing.

        If the plan names an issue whose readers alone get it, to those.

        With *aside* the rehearsal of the issue makes room in the same commit: its plan and
        deliveries are kept elsewhere, and no process finds them in the ledger any more.

        Raises:
            UnfinishedError: the issue has a plan already, or not the one to be set aside.
        """

    def find_traces(self, issue: str) -> Traces:
        """Say what the answers to deliveries of *issue* tell of how they left."""

    def is_untouched(self, issue: str) -> bool:
        """Say whether *issue* is planned and no delivery of it was ever begun."""

    def discard_untouched(self, issue: str) -> bool:
        """Forget the plan of *issue* if no delivery of it was ever begun; say whether so."""

    def add_new(self, issue: str, editions: Mapping[Preference | None, EditionKind]) -> int:
        """Plan deliveries to the active subscribers who have none yet; return how many."""

    def count_unplanned(
        self, issue: str, editions: Mapping[Preference | None, EditionKind]
    ) -> Mapping[EditionKind, int]:
        """Count the active subscribers who have no delivery of *issue*, by edition."""

    def count_active(
        self,
        editions: Mapping[Preference | None, EditionKind],
        recipients_of: str | None = None,
    ) -> Mapping[EditionKind, int]:
        """
        Count the active subscribers, by the edition that each would get.

        With *recipients_of* only those whose delivery of that issue is accepted or unknown.
        """

    def skip_withdrawn(self, issue: str) -> int:
        """Skip what waits for readers who have withdrawn since planning; return how many."""

    def last_planned(self, issue: str) -> DeliveryId:
        """Return the highest id of a delivery of *issue*; what is planned later is above it."""


class Queue(Protocol):
    """The deliveries that wait to be sent."""

    def find_due(self, issue: str, now: datetime, page: DeliveryPage) -> Sequence[Delivery]:
        """Return the deliveries of *page* that are pending, or deferred and due."""

    def count_due(self, issue: str, now: datetime) -> int:
        """Count what `find_due` would return without a limit."""

    def next_due_at(self, issue: str) -> datetime | None:
        """Say when the first deferred delivery is due, or None."""


class Outcomes(Protocol):
    """Begins of deliveries, and their outcomes."""

    def begin(self, delivery: DeliveryId, now: datetime, letter: LetterId | None = None) -> Begun:
        """
        Ask for the delivery to be marked as begun with *letter*, and return at once.

        ``Begun.wait()`` is True once it durably is; False if the reader has withdrawn (then
        it is skipped), somebody else has begun it, or it is to have another letter now. Asked
        more than a second later, or again, it looks whether the reader has withdrawn since,
        and whether the delivery is still this run's own.
        """

    def record(
        self, delivery: DeliveryId, outcome: Outcome, due_at: datetime | None, now: datetime
    ) -> None:
        """
        Note an outcome of the attempt that is under way; durable after the next `flush`.

        If that attempt was settled in the meantime, or another one begun, the delivery stays as
        it is, and the diary gets the answer as a late one.

        A refusal that blames the recipient suppresses the subscriber in the same commit. A
        deferral for a reason that is not the reader's counts as no attempt.
        """

    def put_back(self, delivery: DeliveryId) -> None:
        """Make a delivery under way pending again: no byte of its content has left."""

    def flush(self) -> None:
        """Return when everything noted so far is durable."""

    def pause_domain(self, domain: str, until: datetime, answer: Said) -> None:
        """Remember a pause of *domain*; the later time wins."""


class Tallies(Protocol):
    """Counts and lists of deliveries, by state."""

    def tally(self, issue: str) -> Tally:
        """Count the deliveries of *issue* by edition and state."""

    def entries(self, issue: str, state: State) -> Iterator[LedgerLine]:
        """Yield the deliveries in *state*, in the order they were planned."""

    def latest_refusals(self, issue: str, since: datetime, count: int) -> Sequence[bool]:
        """
        Say of the newest outcomes of *issue* whether each was a refusal, oldest first.

        Of *count* at the most, begun at *since* or later.
        """

    def count_begun(self, since: datetime) -> Mapping[datetime, int]:
        """Count the deliveries of all issues begun at *since* or later, by minute (UTC)."""

    def domain_pauses(self, since: datetime) -> Mapping[str, datetime]:
        """Return the domains whose pause ends, or has ended, after *since*, and when."""


class Ledger(Leases, Plans, Queue, Outcomes, Tallies, Protocol):
    """
    What is planned and what came of it: each part for those that use it.

    Durable when a call returns, unless it says otherwise.

    Every method raises LedgerError when nothing can be recorded any more; then nothing
    more may be sent.
    """
