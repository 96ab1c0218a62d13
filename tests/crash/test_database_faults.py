"""A database that can no more be written: sending stops before anything goes unrecorded."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy import Engine as Database

from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError
from newsletter.message.envelope import Envelope
from newsletter.storage.ledger import SqlLedger
from tests.crash.post_office import PostOffice
from tests.crash.small_dispatch import (
    DATABASE,
    assert_they_agree,
    make_dispatch,
    open_small,
    relay,
    run_engine,
    send_the_rest,
    states,
    write,
)
from tests.saying import raises

READERS = 60
CONNECTIONS = 2
STRIKES_AT = 20  # the letter at whose writing the fault begins
IN_FLIGHT = 2 * CONNECTIONS


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    """Answers are long, so that the database must grow for them."""
    record = tmp_path_factory.mktemp("office") / "record"
    with PostOffice(record, None, "--long-answers=30").open() as office:
        yield office


class Fault:
    """Something that begins when the twentieth letter is written."""

    def __init__(self, _: Path | None = None) -> None:
        self.is_on = threading.Event()
        self.letters = 0
        self._turn = threading.Lock()  # while a fault begins, nobody writes another letter

    def write(self, delivery: Delivery) -> Envelope:
        """Write a letter; the fault begins with the chosen one."""
        with self._turn:
            self.letters += 1
            if self.letters == STRIKES_AT:
                self.begin()
        return write(delivery)

    def begin(self) -> None:
        """Let the fault begin."""
        self.is_on.set()

    def end(self) -> None:
        """Let the fault end."""
        self.is_on.clear()

    def prepare(self, driver: Any) -> None:
        """Prepare a connection to the database for what is to come."""


class DiskFull(Fault):
    """SQLite itself says 'database or disk is full'."""

    def prepare(self, driver: Any) -> None:
        """Let the file keep the size it has."""
        if self.is_on.is_set():
            driver.execute("PRAGMA max_page_count = 1")  # SQLite takes the least that is possible


class ReadOnly(Fault):
    """SQLite itself says 'attempt to write a readonly database'."""

    def prepare(self, driver: Any) -> None:
        """Refuse writes."""
        driver.execute(f"PRAGMA query_only = {int(self.is_on.is_set())}")


class Locked(Fault):
    """Another program writes, and does not end."""

    def __init__(self, path: Path, patience_ms: int | None = None) -> None:
        super().__init__()
        self.other = sqlite3.connect(path, check_same_thread=False)
        self._patience_ms = patience_ms

    def begin(self) -> None:
        """Take the lock."""
        self.other.execute("BEGIN EXCLUSIVE")
        super().begin()

    def end(self) -> None:
        """Give the lock back."""
        super().end()
        self.other.close()

    def prepare(self, driver: Any) -> None:
        """Shorten the minute that a dispatch waits for the lock, if that is asked for."""
        if self._patience_ms is not None:
            driver.execute(f"PRAGMA busy_timeout = {self._patience_ms}")


def run_into(fault: Fault, folder: Path, office: PostOffice) -> None:
    """Send, with *fault* beginning on the way."""
    database = open_small(folder)
    prepare_all(database, fault)
    ledger = SqlLedger(database)
    try:
        run_engine(relay(office), ledger, CONNECTIONS, render=fault.write)
    finally:
        ledger.close()
        database.dispose()


def prepare_all(database: Database, fault: Fault) -> None:
    @event.listens_for(database, "begin")  # the ledger keeps its connection while it writes
    def begin(connection: Connection) -> None:
        fault.prepare(connection.connection.dbapi_connection)


def assert_sending_stopped(folder: Path, office: PostOffice, start: int) -> None:
    """Demand that hardly a letter left after the fault, and that each is accounted for."""
    stands = states(folder)
    taken = office.read(start)
    unknown = [who for who, state in stands.items() if state is State.UNKNOWN]
    assert_they_agree(stands, taken)
    assert len(unknown) <= IN_FLIGHT
    assert list(stands.values()).count(State.PENDING) >= 1
    assert set(stands.values()) <= {State.ACCEPTED, State.UNKNOWN, State.PENDING}


def assert_the_rest_is_sent(folder: Path, office: PostOffice, start: int) -> None:
    before = states(folder)
    send_the_rest(folder, office)
    after = states(folder)
    assert_they_agree(after, office.read(start))
    assert {who for who, state in after.items() if state is State.UNKNOWN} == {
        who for who, state in before.items() if state is State.UNKNOWN
    }
    assert set(after.values()) <= {State.ACCEPTED, State.UNKNOWN}


@pytest.mark.parametrize(
    ("fault", "words"), [(DiskFull(), "full"), (ReadOnly(), "readonly")], ids=["full", "read-only"]
)
def test_nothing_leaves_that_a_database_without_room_or_right_could_not_record(
    tmp_path: Path, office: PostOffice, fault: Fault, words: str
) -> None:
    make_dispatch(tmp_path, READERS)
    start = office.size()

    with pytest.raises(LedgerError, match=words):
        run_into(fault, tmp_path, office)

    assert_sending_stopped(tmp_path, office, start)
    assert_the_rest_is_sent(tmp_path, office, start)


def test_nothing_leaves_after_a_read_only_database_has_shown_itself(
    tmp_path: Path, office: PostOffice
) -> None:
    make_dispatch(tmp_path, READERS)
    start = office.size()

    with pytest.raises(LedgerError):
        run_into(ReadOnly(), tmp_path, office)

    assert len(office.read(start).letters) <= STRIKES_AT + IN_FLIGHT


@pytest.mark.parametrize("make", [ReadOnly, lambda path: Locked(path, patience_ms=100)])
def test_not_one_letter_leaves_if_nothing_could_be_recorded_from_the_start(
    tmp_path: Path, office: PostOffice, make: Callable[[Path], Fault]
) -> None:
    make_dispatch(tmp_path, READERS)
    start = office.size()
    fault = make(tmp_path / DATABASE)
    fault.begin()

    with pytest.raises(LedgerError):
        run_into(fault, tmp_path, office)

    fault.end()
    assert office.read(start).letters == []
    assert set(states(tmp_path).values()) == {State.PENDING}


def test_nothing_leaves_while_another_program_keeps_the_database_locked(
    tmp_path: Path, office: PostOffice
) -> None:
    make_dispatch(tmp_path, READERS)
    start = office.size()
    fault = Locked(tmp_path / DATABASE, patience_ms=200)

    with raises(LedgerError, "storage.unwritten-ledger", fault="database is locked"):
        run_into(fault, tmp_path, office)

    fault.end()
    assert len(office.read(start).letters) <= STRIKES_AT + IN_FLIGHT
    assert_sending_stopped(tmp_path, office, start)
    assert_the_rest_is_sent(tmp_path, office, start)


def test_a_lock_that_ends_in_time_is_waited_for(tmp_path: Path, office: PostOffice) -> None:
    make_dispatch(tmp_path, READERS)
    start = office.size()
    fault = Locked(tmp_path / DATABASE)

    opener = threading.Thread(target=unlock_when_it_holds, args=[fault])
    opener.start()
    run_into(fault, tmp_path, office)
    opener.join()

    assert set(states(tmp_path).values()) == {State.ACCEPTED}
    assert set(office.read(start).times.values()) == {1}


def unlock_when_it_holds(fault: Locked) -> None:
    assert fault.is_on.wait(30)
    threading.Event().wait(0.3)  # long enough for both connections to stand still
    fault.end()
