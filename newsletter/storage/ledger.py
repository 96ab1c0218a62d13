"""The ledger on SQLite or PostgreSQL; see `newsletter.dispatch.ledger.Ledger`."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import Engine, select, update

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.control import SettingAside
from newsletter.dispatch.ledger import (
    Delivery,
    DeliveryId,
    DeliveryPage,
    LedgerLine,
    LetterId,
    Plan,
    Rehearsal,
)
from newsletter.dispatch.retry import NOT_THE_READER
from newsletter.dispatch.runs import RunEnd, RunOrder
from newsletter.dispatch.states import State, Tally
from newsletter.dispatch.way import Traces
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import Said, phrase, write_said
from newsletter.storage import deliveries as rows
from newsletter.storage import domains, planning, runs
from newsletter.storage.bulk_changes import skip_withdrawn
from newsletter.storage.conditions import IS_WHOLE
from newsletter.storage.discarding import discard_untouched
from newsletter.storage.freezing import freeze_whole, read_plan
from newsletter.storage.journal import checkpoint
from newsletter.storage.processes import this_process
from newsletter.storage.recorder import Beginning, Ended, RecordedBegin, Recorder, Returned
from newsletter.storage.rehearsals import find_rehearsals
from newsletter.storage.runs import HOLD, find_end_of_lease
from newsletter.storage.tables import dispatches
from newsletter.storage.transactions import reading, writing
from newsletter.storage.transitions import (
    NO_LETTER,
    Attempt,
    Begin,
    Ending,
    find_issue,
)
from newsletter.storage.turns import writing_in_turns
from newsletter.storage.ways import find_traces

log = logging.getLogger(__name__)


class SqlLedger:
    """Plans, deliveries and outcomes in the database."""

    # Large because it has one short method for each method of the ledger's interface
    # (`dispatch/ledger.py`); the SQL is in other modules.

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._recorder = Recorder(database)
        self._run: int | None = None
        self._planned_at: datetime | None = None  # of the plan that the run sends
        self._run_lock = threading.Lock()
        self._numbers = count(1)  # numbers of the attempts in this run
        # The current attempt of each delivery. There are never two: a feed hands a delivery out
        # again only after the receipt of the previous attempt.
        self._under_way: dict[int, Attempt] = {}

    def lease(
        self, issue: str, holder: str, now: datetime, is_gone: Callable[[str], bool]
    ) -> str | None:
        """Take or renew the lease on *issue*; return its holder if that is another process."""
        with writing(self._database) as connection:
            current = connection.execute(
                update(dispatches)  # takes the write lock before any read
                .where(dispatches.c.issue == issue, IS_WHOLE)
                .values(issue=issue)
                .returning(
                    dispatches.c.holder,
                    dispatches.c.held_until,
                    dispatches.c.doubted_until,
                    dispatches.c.planned_at,
                )
            ).one_or_none()
            if current is None or self._planned_at not in (None, current.planned_at):
                raise UnfinishedError(phrase("storage.plan-gone", issue=issue))
            of_issue = update(dispatches).where(dispatches.c.issue == issue)
            if current.holder not in (None, holder):
                until = find_end_of_lease(current.held_until, current.doubted_until, now)
                if until >= now and not is_gone(current.holder):
                    if until != current.held_until:
                        connection.execute(of_issue.values(doubted_until=until))
                    return str(current.holder)
            connection.execute(
                of_issue.values(holder=holder, held_until=now + HOLD, doubted_until=None)
            )
            if self._run is not None:
                runs.note_life(connection, self._run)
        return None

    def release(self, issue: str, holder: str) -> None:
        """Release the lease, if *holder* has it."""
        with writing(self._database) as connection:
            connection.execute(
                update(dispatches)
                .where(dispatches.c.issue == issue, dispatches.c.holder == holder)
                .values(holder=None, held_until=None, doubted_until=None)
            )

    def begin_run(self, issue: str, order: RunOrder | None = None) -> None:
        """
        Record that this process is about to send *issue*; durable on return.

        On SQLite the main file then contains the run. If the journal is lost, the next command
        sees that letters may have left without a record.
        """
        with writing(self._database) as connection:
            self._run = runs.begin_run(connection, issue, this_process(), order)
            planned_at = select(dispatches.c.planned_at).where(dispatches.c.issue == issue)
            self._planned_at = connection.execute(planned_at).scalar()
        if not checkpoint(self._database):
            log.warning(phrase("storage.read-for-long"))

    def end_run(self, why: RunEnd = RunEnd.DONE) -> None:
        """Record that this process gets no more answers; does nothing without a begun run."""
        run, self._run, self._planned_at = self._run, None, None
        if run is not None:
            with writing(self._database) as connection:
                runs.end_run(connection, run, why)

    def find_plan(self, issue: str) -> Plan | None:
        """Return the plan of *issue*, or None if it was never dispatched."""
        with reading(self._database) as connection:
            row = connection.execute(
                select(dispatches).where(dispatches.c.issue == issue, IS_WHOLE)
            ).one_or_none()
        return None if row is None else read_plan(row)

    def freeze(
        self,
        plan: Plan,
        editions: Mapping[Preference | None, EditionKind],
        aside: SettingAside | None = None,
    ) -> int:
        """Plan a delivery to every active subscriber, and return how many; all or nothing."""
        return freeze_whole(self._database, plan, editions, aside)

    def find_traces(self, issue: str) -> Traces:
        """Return how deliveries of *issue* were sent, as far as their answers show."""
        with reading(self._database) as connection:
            return find_traces(connection, issue)

    def is_untouched(self, issue: str) -> bool:
        """Return whether *issue* is planned and no delivery of it was ever begun."""
        with reading(self._database) as connection:
            return planning.is_untouched(connection, issue)

    def discard_untouched(self, issue: str) -> bool:
        """Delete the plan of *issue* if no delivery of it was ever begun; return whether so."""
        with writing_in_turns(self._database) as turns:
            return discard_untouched(turns, issue)

    def add_new(self, issue: str, editions: Mapping[Preference | None, EditionKind]) -> int:
        """Plan deliveries to active subscribers without one; return how many."""
        memory_mb = planning.PLANNING_MB
        with writing_in_turns(self._database, memory_mb, is_checked=True) as turns:
            return planning.plan_missing(turns, issue, editions)

    def count_unplanned(
        self, issue: str, editions: Mapping[Preference | None, EditionKind]
    ) -> Mapping[EditionKind, int]:
        """Return the number of active subscribers without a delivery of *issue*, by edition."""
        with reading(self._database) as connection:
            return planning.count_unplanned(connection, issue, editions)

    def count_active(
        self,
        editions: Mapping[Preference | None, EditionKind],
        recipients_of: str | None = None,
    ) -> Mapping[EditionKind, int]:
        """Return the number of active subscribers, by the edition that each would get."""
        with reading(self._database) as connection:
            return planning.count_active(connection, editions, recipients_of)

    def skip_withdrawn(self, issue: str) -> int:
        """Skip waiting deliveries to readers who have withdrawn since planning; return how many."""
        with writing_in_turns(self._database) as turns:
            return skip_withdrawn(turns, issue)

    def last_planned(self, issue: str) -> DeliveryId:
        """Return the highest id of a delivery of *issue*; later plans have higher ids."""
        with reading(self._database) as connection:
            return rows.last_planned(connection, issue)

    def find_due(self, issue: str, now: datetime, page: DeliveryPage) -> Sequence[Delivery]:
        """Return the deliveries of *page* that are pending, or deferred and due."""
        with reading(self._database) as connection:
            return rows.find_due(connection, issue, now, page)

    def count_due(self, issue: str, now: datetime) -> int:
        """Return the number of deliveries that `find_due` would return without a limit."""
        with reading(self._database) as connection:
            return rows.count_due(connection, issue, now)

    def begin(
        self, delivery: DeliveryId, now: datetime, letter: LetterId | None = None
    ) -> RecordedBegin:
        """Request that the delivery is marked as begun with *letter*, and return at once."""
        if self._run is None:
            self._begin_run_of(delivery)
        begin = Begin(
            delivery=delivery,
            run=self._run or 0,
            number=next(self._numbers),
            now=now,
            letter=letter or NO_LETTER,
        )
        beginning = Beginning(begin)
        self._recorder.put(beginning)
        self._under_way[delivery] = begin
        return RecordedBegin(self._recorder, beginning)

    def record(
        self, delivery: DeliveryId, outcome: Outcome, due_at: datetime | None, now: datetime
    ) -> None:
        """Record an outcome, and suppress the reader it blames; durable after the next `flush`."""
        attempt = self._under_way.pop(delivery)
        ending = Ending(
            delivery=delivery,
            run=attempt["run"],
            number=attempt["number"],
            new_state=_state_of(outcome).value,
            new_answer=write_said(outcome.answer),
            new_due_at=due_at,
            now=now,
            uncounted=int(isinstance(outcome, Deferred) and outcome.blame in NOT_THE_READER),
        )
        blames_reader = isinstance(outcome, Refused) and outcome.blame is Blame.RECIPIENT
        self._recorder.put(Ended(ending, blames_reader))

    def put_back(self, delivery: DeliveryId) -> None:
        """Make a begun delivery pending again: no byte of its content has left."""
        self._recorder.put(Returned(self._under_way.pop(delivery)))

    def flush(self) -> None:
        """Return when all records so far are durable."""
        self._recorder.flush()

    def close(self) -> None:
        """Make all records durable, and end the writing thread."""
        self._recorder.close()

    def _begin_run_of(self, delivery: DeliveryId) -> None:
        """Begin a run if none was begun: every attempt belongs to a run."""
        with self._run_lock:
            if self._run is None:
                with reading(self._database) as connection:
                    issue = find_issue(connection, delivery)
                self.begin_run(issue or "")

    def tally(self, issue: str) -> Tally:
        """Return the number of deliveries of *issue* by edition and state."""
        with reading(self._database) as connection:
            return rows.tally(connection, issue)

    def next_due_at(self, issue: str) -> datetime | None:
        """Return when the first deferred delivery is due, or None."""
        with reading(self._database) as connection:
            return rows.next_due_at(connection, issue)

    def entries(self, issue: str, state: State) -> Iterator[LedgerLine]:
        """Yield the deliveries in *state*, in the order they were planned."""
        with reading(self._database) as connection:
            yield from rows.entries(connection, issue, state)

    def latest_refusals(self, issue: str, since: datetime, count: int) -> Sequence[bool]:
        """Return for each of the newest outcomes whether it was a refusal, oldest first."""
        with reading(self._database) as connection:
            return rows.latest_refusals(connection, issue, since, count)

    def count_begun(self, since: datetime) -> Mapping[datetime, int]:
        """Return the number of letters of all issues begun from *since* on, per minute (UTC)."""
        with reading(self._database) as connection:
            return domains.count_begun(connection, since)

    def pause_domain(self, domain: str, until: datetime, answer: Said) -> None:
        """Store a pause of *domain*; the later time wins."""
        with writing(self._database) as connection:
            domains.pause_domain(connection, domain, until, write_said(answer))

    def domain_pauses(self, since: datetime) -> Mapping[str, datetime]:
        """Return domain -> end of its pause, for pauses that end or ended after *since*."""
        with reading(self._database) as connection:
            return domains.find_domain_pauses(connection, since)

    def rehearsals(self, issue: str) -> Sequence[Rehearsal]:
        """Return the rehearsals of *issue* that were set aside, oldest first."""
        with reading(self._database) as connection:
            return find_rehearsals(connection, issue)

    def issues(self) -> list[str]:
        """Return the names of the dispatched issues, oldest first."""
        with reading(self._database) as connection:
            return list(
                connection.execute(
                    select(dispatches.c.issue).where(IS_WHOLE).order_by(dispatches.c.issue)
                ).scalars()
            )


def _state_of(outcome: Outcome) -> State:
    match outcome:
        case Accepted():
            return State.ACCEPTED
        case Deferred():
            return State.DEFERRED
        case Refused():
            return State.REFUSED
        case Unknown():
            return State.UNKNOWN
