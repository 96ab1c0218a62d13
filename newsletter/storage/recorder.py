"""Writes begins and outcomes to the database: one writing thread, grouped commits."""

import queue
import threading
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from newsletter.delivery.ticks import ticks
from newsletter.dispatch.control import PROGRAM, Act, Note
from newsletter.dispatch.quoting import quote
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError
from newsletter.phrases import phrase, read_said
from newsletter.storage.complaints import said_by
from newsletter.storage.latch import Latch
from newsletter.storage.notes import note
from newsletter.storage.transactions import check_file
from newsletter.storage.transitions import (
    Attempt,
    Begin,
    ContestedError,
    Ending,
    begin_all,
    begin_some,
    end_all,
    end_some,
    find_issue,
    hold_off_cancelling,
    look_again,
    put_deliveries_back,
    suppress_readers,
)
from newsletter.storage.watch import find_harm

GROUP_MAX: Final = 500  # events in one commit
DEADLOCK: Final = "40P01"  # PostgreSQL: of two deadlocked transactions, one is rolled back
DEADLOCKS_MAX: Final = 5  # in a row
WAIT_S: Final = 120.0  # for one commit; the database's own patience is shorter
FRESH_S: Final = 1.0  # an older begin is checked again before its letter leaves
LOOKS_MAX: Final = 3  # in a row; then an answer counts even if the database took a second for it
IDLE_S: Final = 1.0  # after this time without an event, the connection returns to the pool
LINGER_S: Final = 0.002  # time to collect events for a commit that no thread waits for yet
# Several connections wait nearly at the same time. A moment for the others makes groups larger:
# fewer commits, and fewer changes between threads, for which a letter's sender has the processor.
COMPANY_S: Final = 0.0004
ALONE_MAX: Final = 4  # events of a group that one or two connections make


@dataclass(slots=True)
class Question:
    """A question of a connection to the writing thread about a delivery."""

    attempt: Attempt
    done: Latch = field(default_factory=Latch)
    is_taken: bool = False  # by the writing thread: the answer follows
    is_held: bool = False
    fault: BaseException | None = None

    @property
    def delivery(self) -> int:
        """The delivery of the question."""
        return self.attempt["delivery"]

    def answer(self) -> bool:
        """Wait for the ledger's decision; True if the letter may leave."""
        if not self.done.wait(WAIT_S):
            raise LedgerError(phrase("storage.no-answer-to-begin"))
        if self.fault:
            raise self.fault.with_traceback(None)  # threads raise it, each from its own place
        return self.is_held


@dataclass(slots=True)
class Beginning(Question):
    """A request to begin a delivery."""

    attempt: Begin
    decided_at: float = 0.0  # in `ticks`; at the latest, because the answer may arrive late


@dataclass(slots=True)
class Renewal(Question):
    """A begun delivery, not yet completely at the provider: whether it may still be sent."""


class RecordedBegin:
    """A begin as connections see it; see `newsletter.delivery.provider.Begun`."""

    __slots__ = ("_beginning", "_recorder")

    def __init__(self, recorder: "Recorder", beginning: Beginning) -> None:
        self._recorder = recorder
        self._beginning = beginning

    def wait(self) -> bool:
        """
        Return whether the letter may leave now; the answer is at most `FRESH_S` old.

        A letter is begun while the previous one is under way, and a relay may take minutes for
        that one: a reader who unsubscribes in that time gets nothing. While a process sleeps, a
        person may settle its letters: then they no longer belong to the process.
        """
        beginning, recorder = self._beginning, self._recorder
        is_held = recorder.answer(beginning)
        for _ in range(LOOKS_MAX):  # the process may sleep between a decision and its answer
            if not is_held or ticks() - beginning.decided_at <= FRESH_S:
                break
            renewal = Renewal(beginning.attempt)
            beginning.decided_at = ticks()
            recorder.put(renewal)
            is_held = beginning.is_held = recorder.answer(renewal)
        return is_held


@dataclass(frozen=True, slots=True)
class Ended:
    """The outcome of a begun delivery."""

    ending: Ending
    blames_reader: bool  # then the reader is suppressed

    @property
    def delivery(self) -> int:
        """The delivery of the outcome."""
        return self.ending["delivery"]


@dataclass(frozen=True, slots=True)
class Returned:
    """A begun delivery of which no part has left."""

    attempt: Attempt

    @property
    def delivery(self) -> int:
        """The delivery that is returned."""
        return self.attempt["delivery"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in the stream of events; passed when all earlier events are durable."""

    done: Latch = field(default_factory=Latch)


Event = Beginning | Renewal | Ended | Returned | Mark
Kind = TypeVar("Kind", bound=Event)


class Recorder:
    """
    Collects events from all connections and commits them in groups.

    Group commit: one event costs nearly as much as ten, so events are collected for a moment, or
    until a thread waits for one of them. Events of one delivery keep their order. After a fault
    nothing more is written: all waiting and later events get the fault.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._held: Event | None = None  # taken from the queue, and kept for the next group
        self._put_lock = threading.Lock()
        self._has_company = False  # the last group was of several connections
        self._never = Latch()
        self._is_awaited = threading.Event()  # a thread waits for an event in the queue
        self._fault: BaseException | None = None
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

    def answer(self, question: Question) -> bool:
        """Request the decision on a queued question now; see `Question.answer`."""
        if not question.is_taken:
            self._is_awaited.set()
        return question.answer()

    def flush(self) -> None:
        """Return when all events queued so far are durable."""
        if self._thread is None:
            return
        mark = Mark()
        self.put(mark)
        self._is_awaited.set()
        if not mark.done.wait(WAIT_S):
            raise LedgerError(phrase("storage.no-answer"))
        if self._fault:
            raise self._fault

    def close(self) -> None:
        """Write the remaining events, and end the writing thread; later events start a new one."""
        thread, self._thread = self._thread, None
        if thread and thread.is_alive():
            self._events.put(None)
            self._is_awaited.set()
            thread.join(WAIT_S)

    def _write(self) -> None:
        group: list[Event] | None = None
        try:
            while (group := self._gather(None)) is not None:
                with self._database.connect() as connection:
                    while group:
                        decided_at = ticks()
                        check_file(connection)
                        _commit(connection, group)
                        check_file(connection)
                        _release(group, decided_at)
                        group = self._gather(IDLE_S)
                if group is None:
                    return
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting threads
            self._fail(error, group or [])

    def _gather(self, timeout_s: float | None) -> list[Event] | None:
        """
        Wait for an event, and collect events until a thread waits, or for `LINGER_S`.

        Where the last group was of several connections, the others get a moment to come.

        A begin of a delivery that is in the group already is left for the next group.

        Returns:
            The group; empty after the timeout; None if the recorder is to close.
        """
        group: list[Event] = []
        seen: set[int] = set()
        try:
            event = self._held or self._events.get(timeout=timeout_s)
            self._held = None
            if event is not None:
                if self._is_awaited.wait(LINGER_S) and self._has_company:
                    self._never.wait(COMPANY_S)
                self._is_awaited.clear()  # before the queue is read: it has all awaited events
            while event is not None:
                if not isinstance(event, Mark):
                    if isinstance(event, Beginning) and event.delivery in seen:
                        self._held = event
                        return group
                    seen.add(event.delivery)
                if isinstance(event, Question):
                    event.is_taken = True
                group.append(event)
                if len(group) == GROUP_MAX:
                    return group
                event = self._events.get_nowait()
        except queue.Empty:
            self._has_company = len(group) > ALONE_MAX
            return group
        if group:  # earlier events are written first
            self._events.put(None)
            return group
        return None

    def _fail(self, error: BaseException, group: Sequence[Event]) -> None:
        fault = _fault_of(error, self._database)
        with self._put_lock:
            self._fault = fault
        left = [*group, *([self._held] if self._held else [])]
        while not self._events.empty():
            if event := self._events.get():
                left.append(event)
        for event in left:
            if isinstance(event, Question):
                event.fault = fault
        _release(left, ticks())


def _commit(connection: Connection, group: Sequence[Event]) -> None:
    """Write a group; retry it from the start if PostgreSQL rolled it back after a deadlock."""
    is_contested = False
    deadlocks = 0
    while True:
        try:
            with connection.begin():
                _apply(connection, group, is_contested=is_contested)
        except ContestedError:
            is_contested = True
        except OperationalError as error:
            deadlocks += 1
            if deadlocks > DEADLOCKS_MAX or getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
        else:
            return


def _apply(connection: Connection, group: Sequence[Event], *, is_contested: bool) -> None:
    begun, renewed = _those(Beginning, group), _those(Renewal, group)
    ended, returned = _those(Ended, group), [event.attempt for event in _those(Returned, group)]
    endings = [event.ending for event in ended]
    may_wait = [one["delivery"] for one in endings if one["new_state"] == State.DEFERRED]
    hold_off_cancelling(connection, [*may_wait, *(one["delivery"] for one in returned)])
    if begun:
        begin = begin_some if is_contested else begin_all
        held = begin(connection, [event.attempt for event in begun])
        for event in begun:
            event.is_held = event.delivery in held
    if renewed:
        may_leave = look_again(connection, [event.attempt for event in renewed])
        for again in renewed:
            again.is_held = again.delivery in may_leave
    if endings:
        end = end_some if is_contested else end_all
        in_time = end(connection, endings)
        _suppress(connection, [one for one in ended if one.blames_reader], in_time)
        _note_late(connection, [one for one in endings if one["delivery"] not in in_time])
    if returned:
        put_deliveries_back(connection, returned)


def _those(kind: type[Kind], group: Iterable[Event]) -> list[Kind]:
    return [event for event in group if isinstance(event, kind)]


def _suppress(connection: Connection, blamed: Sequence[Ended], in_time: Container[int]) -> None:
    ids = [event.delivery for event in blamed if event.delivery in in_time]
    if ids:
        suppress_readers(connection, ids, blamed[-1].ending["now"])


def _note_late(connection: Connection, late: Sequence[Ending]) -> None:
    """Record an answer that came too late to count, in the diary, for people."""
    for one in late:
        if issue := find_issue(connection, one["delivery"]):
            words = phrase(
                "storage.late-answer",
                delivery=one["delivery"],
                state=State(one["new_state"]).said,
                answer=quote(read_said(one["new_answer"])),
            )
            note(connection, Note(issue, Act.LATE_ANSWER, PROGRAM, one["now"], words))


def _fault_of(error: BaseException, database: Engine) -> BaseException:
    """Return the fault that a person must fix; a bug of the program is returned unchanged."""
    if not isinstance(error, SQLAlchemyError):
        return error
    fault = find_harm(database) or LedgerError(
        phrase("storage.unwritten-ledger", fault=said_by(error))
    )
    fault.__cause__ = error
    return fault


def _release(events: Sequence[Event], decided_at: float) -> None:
    for event in events:
        if isinstance(event, Beginning):
            event.decided_at = decided_at
        if isinstance(event, Question | Mark):
            event.done.open()
