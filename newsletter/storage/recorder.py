"""Begins and outcomes on their way into the database: one writer, grouped commits."""

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, bindparam, exists, select, update
from sqlalchemy.exc import SQLAlchemyError

from newsletter.dispatch.states import State
from newsletter.errors import LedgerError
from newsletter.storage.tables import deliveries, subscribers
from newsletter.subscribers.subscriber import Standing

GROUP_MAX: Final = 500  # events in one commit
WAIT_S: Final = 120.0  # for one commit; the database's own patience is shorter


@dataclass(slots=True)
class Beginning:
    """A delivery that asks to be begun; see `newsletter.delivery.provider.Begun`."""

    delivery: int
    at: datetime
    done: threading.Event = field(default_factory=threading.Event)
    is_held: bool = False
    fault: LedgerError | None = None

    def wait(self) -> bool:
        """Return once the ledger has decided; True when the delivery is durably begun."""
        if not self.done.wait(WAIT_S):
            raise LedgerError("the database did not answer for two minutes; nothing was sent")
        if self.fault:
            raise self.fault
        return self.is_held


@dataclass(frozen=True, slots=True)
class Ending:
    """What a begun delivery has become."""

    delivery: int
    values: dict[str, Any]  # of the bound parameters of END


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the stream of events; passed when all before it is durable."""

    done: threading.Event = field(default_factory=threading.Event)


Event = Beginning | Ending | Mark

END: Final = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery"))
    .values(
        state=bindparam("new_state"),
        answer=bindparam("new_answer"),
        answered_at=bindparam("new_answered_at"),
        due_at=bindparam("new_due_at"),
        attempts=deliveries.c.attempts + bindparam("more_attempts"),
    )
)
WAITING: Final = (State.PENDING, State.DEFERRED)
STILL_READS: Final = exists(
    select(subscribers.c.id).where(
        subscribers.c.id == deliveries.c.subscriber_id, subscribers.c.standing == Standing.ACTIVE
    )
)


class Recorder:
    """
    Takes events from all connections and commits whatever has gathered.

    Events of one delivery are never reordered. After a fault nothing is taken any more:
    everything that waits, and everything that comes later, gets the fault.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._put_lock = threading.Lock()
        self._fault: LedgerError | None = None
        self._thread: threading.Thread | None = None

    def put(self, event: Event) -> None:
        """Queue an event; raises the LedgerError that stopped the recorder, if one did."""
        with self._put_lock:
            if self._fault:
                raise self._fault
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="ledger", daemon=True)
                self._thread.start()
            self._events.put(event)

    def flush(self) -> None:
        """Return when all events put so far are durable."""
        if self._thread is None:
            return
        mark = Mark()
        self.put(mark)
        if not mark.done.wait(WAIT_S):
            raise LedgerError("the database did not answer for two minutes")
        if self._fault:
            raise self._fault

    def close(self) -> None:
        """Write what is left, and end the writing thread; later events start another."""
        thread, self._thread = self._thread, None
        if thread and thread.is_alive():
            self._events.put(None)
            thread.join(WAIT_S)

    def _write(self) -> None:
        held: Event | None = None
        while (first := held or self._events.get()) is not None:
            group, held = self._gather(first)
            try:
                with self._database.begin() as connection:
                    self._apply(connection, group)
            except SQLAlchemyError as error:
                self._fail(error, group, held)
                return
            _release(group)

    def _gather(self, first: Event) -> tuple[list[Event], Event | None]:
        """Take what has gathered, up to a beginning of a delivery that is already in it."""
        group = [first]
        seen = {event.delivery for event in group if not isinstance(event, Mark)}
        while len(group) < GROUP_MAX:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                break
            if event is None:  # close: nothing comes behind it
                self._events.put(None)
                break
            if isinstance(event, Beginning) and event.delivery in seen:
                return group, event
            if not isinstance(event, Mark):
                seen.add(event.delivery)
            group.append(event)
        return group, None

    def _apply(self, connection: Connection, group: Sequence[Event]) -> None:
        beginnings = [event for event in group if isinstance(event, Beginning)]
        endings = [event.values for event in group if isinstance(event, Ending)]
        if beginnings:
            begin_deliveries(connection, beginnings)
        if endings:
            connection.execute(END, endings)

    def _fail(
        self,
        error: SQLAlchemyError,
        group: list[Event],
        held: Event | None,
    ) -> None:
        cause = getattr(error, "orig", None) or error
        fault = LedgerError(
            f"the ledger cannot be written ({cause}); sending has stopped. Make room or mend "
            "the database, then run dispatch again: what was under way is listed as unknown"
        )
        with self._put_lock:
            self._fault = fault
        left = [*group, *([held] if held else [])]
        while not self._events.empty():
            if event := self._events.get():
                left.append(event)
        for event in left:
            if isinstance(event, Beginning):
                event.fault = fault
        _release(left)


def begin_deliveries(connection: Connection, beginnings: Sequence[Beginning]) -> None:
    """Begin those that still wait and whose readers still read; skip the withdrawn."""
    ids = [beginning.delivery for beginning in beginnings]
    held = set(
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(ids), deliveries.c.state.in_(WAITING), STILL_READS)
            .values(
                state=State.UNKNOWN,
                attempts=deliveries.c.attempts + 1,
                begun_at=beginnings[-1].at,
                answered_at=None,
                due_at=None,
                answer=None,
            )
            .returning(deliveries.c.id)
        ).scalars()
    )
    for beginning in beginnings:
        beginning.is_held = beginning.delivery in held
    if len(held) < len(ids):
        lost = [identity for identity in ids if identity not in held]
        skip_withdrawn(connection, deliveries.c.id.in_(lost))


def skip_withdrawn(connection: Connection, which: Any) -> int:
    """Skip what waits for readers who have withdrawn; *which* is a condition on deliveries."""
    skipped = connection.execute(
        update(deliveries)
        .where(which, deliveries.c.state.in_(WAITING), ~STILL_READS)
        .values(state=State.SKIPPED, reason="unsubscribed since planning", due_at=None)
    )
    return skipped.rowcount


def _release(events: Sequence[Event]) -> None:
    for event in events:
        if not isinstance(event, Ending):
            event.done.set()
