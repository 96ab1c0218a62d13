"""The ledger on SQLite or PostgreSQL; see `newsletter.dispatch.ledger.Ledger`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    String,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from newsletter.delivery.provider import Accepted, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.ledger import Delivery, DeliveryId, LedgerLine, Plan
from newsletter.dispatch.states import State, Tally
from newsletter.errors import LedgerError, UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.storage.recorder import Beginning, Ending, Recorder, skip_withdrawn
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.subscriber import Standing, SubscriberId

HOLD: Final = timedelta(minutes=2)


class SqlLedger:
    """Plans, deliveries and outcomes in the database."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._recorder = Recorder(database)

    def hold(
        self, issue: str, holder: str, now: datetime, is_gone: Callable[[str], bool]
    ) -> str | None:
        """Take or keep the right to send *issue*; return who has it if another has."""
        with self._writing() as connection:
            current = connection.execute(
                update(dispatches)  # takes the write lock before anything is read
                .where(dispatches.c.issue == issue)
                .values(issue=issue)
                .returning(dispatches.c.holder, dispatches.c.held_until)
            ).one()
            is_free = current.holder in (None, holder) or current.held_until < now
            if not is_free and not is_gone(current.holder):
                return str(current.holder)
            connection.execute(
                update(dispatches)
                .where(dispatches.c.issue == issue)
                .values(holder=holder, held_until=now + HOLD)
            )
        return None

    def release(self, issue: str, holder: str) -> None:
        """Give up the right to send, if *holder* has it."""
        with self._writing() as connection:
            connection.execute(
                update(dispatches)
                .where(dispatches.c.issue == issue, dispatches.c.holder == holder)
                .values(holder=None, held_until=None)
            )

    def find_plan(self, issue: str) -> Plan | None:
        """Return the plan of *issue*, or None if it was never dispatched."""
        with self._reading() as connection:
            row = connection.execute(
                select(dispatches).where(dispatches.c.issue == issue)
            ).one_or_none()
        return None if row is None else Plan(issue, row.digest, row.parts, row.planned_at)

    def freeze(self, plan: Plan, editions: Mapping[Preference | None, EditionKind]) -> int:
        """Plan a delivery to every active subscriber, and return how many; all or nothing."""
        row = {
            "issue": plan.issue,
            "digest": plan.digest,
            "parts": dict(plan.parts),
            "planned_at": plan.planned_at,
        }
        with self._writing() as connection:
            try:
                connection.execute(insert(dispatches).values(row))
            except IntegrityError as error:
                msg = (
                    f"{plan.issue}: another process has just begun to send it; "
                    f"see 'newsletter status {plan.issue}'"
                )
                raise UnfinishedError(msg) from error
            return _plan_missing(connection, plan.issue, editions)

    def is_untouched(self, issue: str) -> bool:
        """Say whether *issue* is planned and no delivery of it was ever begun."""
        with self._reading() as connection:
            planned = select(dispatches.c.issue).where(dispatches.c.issue == issue, ~_was_begun())
            return connection.execute(planned).first() is not None

    def discard_untouched(self, issue: str) -> bool:
        """Forget the plan of *issue* if no delivery of it was ever begun; say whether so."""
        with self._writing() as connection:
            taken = connection.execute(
                update(dispatches)  # takes the write lock before anything is read
                .where(dispatches.c.issue == issue, ~_was_begun())
                .values(issue=issue)
            )
            if not taken.rowcount:
                return False
            connection.execute(delete(deliveries).where(deliveries.c.issue == issue))
            connection.execute(delete(dispatches).where(dispatches.c.issue == issue))
        return True

    def add_new(self, issue: str, editions: Mapping[Preference | None, EditionKind]) -> int:
        """Plan deliveries to the active subscribers who have none yet; return how many."""
        with self._writing() as connection:
            return _plan_missing(connection, issue, editions)

    def count_unplanned(
        self, issue: str, editions: Mapping[Preference | None, EditionKind]
    ) -> Mapping[EditionKind, int]:
        """Count the active subscribers who have no delivery of *issue*, by edition."""
        with self._reading() as connection:
            rows = connection.execute(
                select(subscribers.c.preference, func.count())
                .where(subscribers.c.standing == Standing.ACTIVE, ~_has_delivery(issue))
                .group_by(subscribers.c.preference)
            ).all()
        counts = dict.fromkeys(EditionKind, 0)
        for preference, count in rows:
            counts[editions[Preference(preference) if preference else None]] += count
        return counts

    def skip_withdrawn(self, issue: str) -> int:
        """Skip what waits for readers who have withdrawn since planning; return how many."""
        with self._writing() as connection:
            return skip_withdrawn(connection, deliveries.c.issue == issue)

    def find_due(
        self, issue: str, now: datetime, after: DeliveryId, limit: int
    ) -> Sequence[Delivery]:
        """Return deliveries that are pending, or deferred and due, with ids above *after*."""
        with self._reading() as connection:
            rows = connection.execute(
                select(
                    deliveries.c.id,
                    deliveries.c.subscriber_id,
                    deliveries.c.address,
                    subscribers.c.name,
                    deliveries.c.edition,
                    subscribers.c.consented_at,
                    deliveries.c.attempts,
                )
                .join(subscribers)
                .where(_is_due(issue, now), deliveries.c.id > after)
                .order_by(deliveries.c.id)
                .limit(limit)
            ).all()
        return [
            Delivery(
                DeliveryId(row.id),
                SubscriberId(row.subscriber_id),
                row.address,
                row.name,
                EditionKind(row.edition),
                row.consented_at,
                row.attempts,
            )
            for row in rows
        ]

    def count_due(self, issue: str, now: datetime) -> int:
        """Count what `find_due` would return without a limit."""
        with self._reading() as connection:
            counted = select(func.count()).select_from(deliveries).where(_is_due(issue, now))
            return connection.execute(counted).scalar_one()

    def begin(self, delivery: DeliveryId, now: datetime) -> Beginning:
        """Ask for the delivery to be marked as begun, and return at once."""
        beginning = Beginning(delivery, now)
        self._recorder.put(beginning)
        return beginning

    def record(
        self, delivery: DeliveryId, outcome: Outcome, due_at: datetime | None, now: datetime
    ) -> None:
        """Note an outcome; durable after the next `flush`."""
        self._end(delivery, _state_of(outcome), outcome.answer, now, due_at)

    def put_back(self, delivery: DeliveryId) -> None:
        """Make a begun delivery pending again: no byte of its content has left."""
        self._end(delivery, State.PENDING, None, None, None, more_attempts=-1)

    def flush(self) -> None:
        """Return when everything noted so far is durable."""
        self._recorder.flush()

    def close(self) -> None:
        """Make everything noted durable, and end the thread that writes."""
        self._recorder.close()

    def tally(self, issue: str) -> Tally:
        """Count the deliveries of *issue* by edition and state."""
        with self._reading() as connection:
            rows = connection.execute(
                select(deliveries.c.edition, deliveries.c.state, func.count())
                .where(deliveries.c.issue == issue)
                .group_by(deliveries.c.edition, deliveries.c.state)
            ).all()
        counts: dict[EditionKind, dict[State, int]] = {kind: {} for kind in EditionKind}
        for edition, state, count in rows:
            counts[EditionKind(edition)][State(state)] = count
        return Tally(counts)

    def next_due_at(self, issue: str) -> datetime | None:
        """Say when the first deferred delivery is due, or None."""
        with self._reading() as connection:
            first: datetime | None = connection.execute(
                select(func.min(deliveries.c.due_at)).where(
                    deliveries.c.issue == issue, deliveries.c.state == State.DEFERRED
                )
            ).scalar()
        return first

    def entries(self, issue: str, state: State) -> Iterator[LedgerLine]:
        """Yield the deliveries in *state*, in the order they were planned."""
        with self._reading() as connection:
            rows = connection.execution_options(yield_per=1000).execute(
                select(deliveries, subscribers.c.name)
                .join(subscribers)
                .where(deliveries.c.issue == issue, deliveries.c.state == state)
                .order_by(deliveries.c.id)
            )
            for row in rows:
                yield LedgerLine(
                    row.address,
                    row.name,
                    EditionKind(row.edition),
                    State(row.state),
                    row.attempts,
                    row.answered_at,
                    row.due_at,
                    row.answer or row.reason or "",
                )

    def issues(self) -> list[str]:
        """Name the issues that were dispatched, oldest first."""
        with self._reading() as connection:
            return list(
                connection.execute(
                    select(dispatches.c.issue).order_by(dispatches.c.issue)
                ).scalars()
            )

    def _end(
        self,
        delivery: DeliveryId,
        state: State,
        answer: str | None,
        now: datetime | None,
        due_at: datetime | None,
        more_attempts: int = 0,
    ) -> None:
        values = {
            "delivery": delivery,
            "new_state": state,
            "new_answer": answer,
            "new_answered_at": now,
            "new_due_at": due_at,
            "more_attempts": more_attempts,
        }
        self._recorder.put(Ending(delivery, values))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with as_ledger_error(), self._database.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with as_ledger_error(), self._database.begin() as connection:
            yield connection


@contextmanager
def as_ledger_error() -> Iterator[None]:
    """Turn what a database says is wrong into a LedgerError."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        msg = f"the ledger cannot be used ({cause}); mend the database and run the command again"
        raise LedgerError(msg) from error


def _is_due(issue: str, now: datetime) -> ColumnElement[bool]:
    is_waiting = or_(
        deliveries.c.state == State.PENDING,
        and_(deliveries.c.state == State.DEFERRED, deliveries.c.due_at <= now),
    )
    return and_(deliveries.c.issue == issue, is_waiting)


def _was_begun() -> ColumnElement[bool]:
    return exists(
        select(deliveries.c.id).where(
            deliveries.c.issue == dispatches.c.issue,
            or_(deliveries.c.begun_at.is_not(None), deliveries.c.attempts > 0),
        )
    )


def _has_delivery(issue: str) -> ColumnElement[bool]:
    return (
        select(deliveries.c.id)
        .where(deliveries.c.issue == issue, deliveries.c.address_key == subscribers.c.address_key)
        .exists()
    )


def _plan_missing(
    connection: Connection, issue: str, editions: Mapping[Preference | None, EditionKind]
) -> int:
    """Insert a delivery for every active subscriber without one, in one statement."""
    without = editions[None]
    edition = case(
        *(
            (subscribers.c.preference == preference, literal(kind.value, String))
            for preference, kind in editions.items()
            if preference is not None
        ),
        else_=literal(without.value, String),
    )
    chosen = (
        select(
            literal(issue, String),
            subscribers.c.id,
            subscribers.c.address_key,
            subscribers.c.address,
            edition,
            literal(State.PENDING.value, String),
            literal(0),
        )
        .where(subscribers.c.standing == Standing.ACTIVE, ~_has_delivery(issue))
        .order_by(subscribers.c.id)
    )
    columns = ["issue", "subscriber_id", "address_key", "address", "edition", "state", "attempts"]
    return connection.execute(insert(deliveries).from_select(columns, chosen)).rowcount


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
