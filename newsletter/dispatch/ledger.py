"""The ledger's interface: what it records of a dispatch, and when records are durable."""

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
    parts: Mapping[str, str]  # input of the digest; see Composition.parts
    planned_at: datetime  # aware UTC
    is_limited: bool = False  # the newest run was limited to some readers
    way: Way | None = None  # way of the first run; None: planned before ways were stored
    recipients_of: str | None = None  # only readers of this issue get it; None: all readers
    letter: LetterId | None = None  # the letter to send; None: planned before letters were kept
    files: Mapping[str, str] = field(default_factory=dict)  # files read for it: path -> SHA-256
    manner: Manner | None = None  # None: planned before manners were stored
    key: str | None = None  # fingerprint of the key that signs its links; None: not on record

    @property
    def is_rehearsal(self) -> bool:
        """Whether the dispatch is a rehearsal, whose letters reach no reader."""
        return self.way is not None and self.way.is_rehearsal


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal of an issue that was set aside."""

    letters: int  # letters written; no reader got them
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
    attempts: int  # number of attempts begun so far
    reader_id: ReaderId  # names the reader in links
    message_name: ReaderId | SubscriberId  # in its Message-ID; the row number in old plans
    letter: LetterId | None = None  # the reader's letter; None: not kept
    # The provider is asked once more for a letter whose answer was lost, and drops a repeat.
    is_repeat: bool = False


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
    run: int | None  # the run that began it last; None: not begun, or begun before runs were stored


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """A range of an issue's deliveries, in the order they were planned."""

    after: DeliveryId  # ids above this one
    limit: int
    domain: str | None = None  # only this domain, in A-labels and lower case
    without: frozenset[str] = frozenset()  # domains to leave out
    last: DeliveryId | None = None  # highest id; higher ones were planned later


class Leases(Protocol):
    """The leases on issues, and the runs of the processes that hold them."""

    def lease(
        self, issue: str, holder: str, now: datetime, is_gone: Callable[[str], bool]
    ) -> str | None:
        """
        Take or renew the lease on *issue*, for two minutes from *now*.

        A lease that another process took by a clock ahead of ours ends two minutes after the first
        request for it, unless its holder gives a sign of life.

        Args:
            issue: a planned issue.
            holder: the name of the requesting process, also for people: host:pid.
            now: aware UTC.
            is_gone: returns whether another holder's process is known to have ended.

        Returns:
            None if *holder* has the lease now, otherwise the name of its holder.

        Raises:
            UnfinishedError: the plan of this process's run was set aside or withdrawn.
        """

    def release(self, issue: str, holder: str) -> None:
        """Release the lease, if *holder* has it."""

    def begin_run(self, issue: str, order: RunOrder | None = None) -> None:
        """
        Record that this process is about to send *issue*, before any delivery is begun.

        Deliveries begun from now on belong to this run: an outcome counts only if the delivery was
        not settled or begun again in the meantime. `lease` records that the run is alive, by the
        database's clock. The person who ordered it is stored for the diary.
        """

    def end_run(self, why: RunEnd = RunEnd.DONE) -> None:
        """Record that this process gets no more answers; unknown deliveries may be settled."""


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

        If the plan names an issue, only to the readers of that issue.

        With *aside* the rehearsal of the issue is set aside in the same commit: its plan and
        deliveries are stored elsewhere, and no process finds them in the ledger any more.

        Raises:
            UnfinishedError: the issue has a plan already, or not the one to set aside.
        """

    def find_traces(self, issue: str) -> Traces:
        """Return how deliveries of *issue* were sent, as far as their answers show."""

    def is_untouched(self, issue: str) -> bool:
        """Return whether *issue* is planned and no delivery of it was ever begun."""

    def discard_untouched(self, issue: str) -> bool:
        """Delete the plan of *issue* if no delivery of it was ever begun; return whether so."""

    def add_new(self, issue: str, editions: Mapping[Preference | None, EditionKind]) -> int:
        """Plan deliveries to active subscribers without one; return how many."""

    def count_unplanned(
        self, issue: str, editions: Mapping[Preference | None, EditionKind]
    ) -> Mapping[EditionKind, int]:
        """Return the number of active subscribers without a delivery of *issue*, by edition."""

    def count_active(
        self,
        editions: Mapping[Preference | None, EditionKind],
        recipients_of: str | None = None,
    ) -> Mapping[EditionKind, int]:
        """
        Return the number of active subscribers, by the edition that each would get.

        With *recipients_of* only those whose delivery of that issue is accepted or unknown.
        """

    def skip_withdrawn(self, issue: str) -> int:
        """Skip waiting deliveries to readers who have withdrawn since planning; return how many."""

    def last_planned(self, issue: str) -> DeliveryId:
        """Return the highest id of a delivery of *issue*; later plans have higher ids."""


class Queue(Protocol):
    """The deliveries that wait to be sent."""

    def find_due(self, issue: str, now: datetime, page: DeliveryPage) -> Sequence[Delivery]:
        """Return the deliveries of *page* that are pending, or deferred and due."""

    def count_due(self, issue: str, now: datetime) -> int:
        """Return the number of deliveries that `find_due` would return without a limit."""

    def next_due_at(self, issue: str) -> datetime | None:
        """Return when the first deferred delivery is due, or None."""


class Outcomes(Protocol):
    """Begins of deliveries, and their outcomes."""

    def begin(self, delivery: DeliveryId, now: datetime, letter: LetterId | None = None) -> Begun:
        """
        Request that the delivery is marked as begun with *letter*, and return at once.

        ``Begun.wait()`` is True once the begin is durable; False if the reader has withdrawn (then
        the delivery is skipped), another process has begun it, or it must have another letter now.
        If called again, or more than a second later, it checks whether the reader has withdrawn
        since, and whether the delivery still belongs to this run.
        """

    def record(
        self, delivery: DeliveryId, outcome: Outcome, due_at: datetime | None, now: datetime
    ) -> None:
        """
        Record an outcome of the attempt under way; durable after the next `flush`.

        If that attempt was settled in the meantime, or another one begun, the delivery is not
        changed, and the diary records the answer as a late one.

        A refusal that blames the recipient suppresses the subscriber in the same commit. A
        deferral for a reason other than the reader does not count as an attempt.
        """

    def put_back(self, delivery: DeliveryId) -> None:
        """Make a delivery under way pending again: no byte of its content has left."""

    def flush(self) -> None:
        """Return when all records so far are durable."""

    def pause_domain(self, domain: str, until: datetime, answer: Said) -> None:
        """Store a pause of *domain*; the later time wins."""


class Tallies(Protocol):
    """Counts and lists of deliveries, by state."""

    def tally(self, issue: str) -> Tally:
        """Return the number of deliveries of *issue* by edition and state."""

    def entries(self, issue: str, state: State) -> Iterator[LedgerLine]:
        """Yield the deliveries in *state*, in the order they were planned."""

    def latest_refusals(self, issue: str, since: datetime, count: int) -> Sequence[bool]:
        """
        Return for each of the newest outcomes of *issue* whether it was a refusal, oldest first.

        At most *count* outcomes, of deliveries begun at *since* or later.
        """

    def count_begun(self, since: datetime) -> Mapping[datetime, int]:
        """Return the number of letters of all issues begun from *since* on, per minute (UTC)."""

    def domain_pauses(self, since: datetime) -> Mapping[str, datetime]:
        """Return domain -> end of its pause, for pauses that end or ended after *since*."""


class Ledger(Leases, Plans, Queue, Outcomes, Tallies, Protocol):
    """
    The plans, deliveries and outcomes: the union of the interfaces above.

    Changes are durable when a call returns, unless its description says otherwise.

    Every method raises LedgerError when nothing can be recorded any more; then nothing more may
    be sent.
    """
