"""One writer, many events in a commit: what one of them meets concerns no other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, update

from newsletter.delivery.provider import Accepted
from newsletter.dispatch.control import Settlement, WhichUnknown
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError
from newsletter.storage.database import open_database
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.tables import dispatches, subscribers
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, fall_silent, make_planned_ledger

READERS = 50  # more than one statement names


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    ledger = make_planned_ledger(engine, READERS)
    yield ledger
    ledger.close()


@contextmanager
def writer_kept_waiting(engine: Engine) -> Iterator[None]:
    """Hold what the writer needs, so that all events of the block gather into one commit."""
    with engine.begin() as connection:
        connection.execute(update(dispatches).values(digest="d" * 64))
        connection.execute(update(subscribers).values(name=""))
        yield


def test_what_gathers_while_the_writer_waits_is_written_in_one_commit(
    ledger: SqlLedger, engine: Engine
) -> None:
    """A commit waits for the disk: one for each letter would take the time of all the rest."""
    everyone = due_ids(ledger)
    writers: list[str] = []

    @event.listens_for(engine, "commit")
    def note_writer(connection: Connection) -> None:
        writers.append(threading.current_thread().name)

    with writer_kept_waiting(engine):
        begun = [ledger.begin(one, NOW) for one in everyone]
    assert all(one.wait() for one in begun)

    assert len(everyone) == READERS
    assert 1 <= writers.count("ledger") <= 2  # the event it had taken already, and all others


def test_events_gather_until_somebody_waits_for_one_of_them(
    ledger: SqlLedger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.storage.recorder.LINGER_S", 300.0)
    monkeypatch.setattr("newsletter.storage.recorder.WAIT_S", 20.0)  # then a wait is given up
    monkeypatch.setattr("newsletter.storage.recorder.FRESH_S", 0)
    monkeypatch.setattr("newsletter.storage.recorder.LOOKS_MAX", 1)
    writers: list[str] = []

    @event.listens_for(engine, "commit")
    def note_writer(connection: Connection) -> None:
        writers.append(threading.current_thread().name)

    *first, last = due_ids(ledger)

    begun = [ledger.begin(first[0], NOW)]
    sleep(0.2)  # a writer in a hurry would write this one alone
    begun += [ledger.begin(one, NOW) for one in first[1:]]
    assert begun[-1].wait()  # a commit, and one for looking at it again
    for one in first:
        ledger.record(one, Accepted("250 2.0.0 Ok"), None, NOW)
    ledger.flush()
    ledger.begin(last, NOW)
    ledger.close()

    assert writers.count("ledger") == 4
    tally = ledger.tally(ISSUE)
    assert (tally.of(State.ACCEPTED), tally.of(State.UNKNOWN)) == (READERS - 1, 1)


def test_what_nobody_waits_for_is_written_all_the_same(ledger: SqlLedger) -> None:
    ledger.begin(due_ids(ledger)[0], NOW)

    for _ in range(1000):
        if ledger.tally(ISSUE).of(State.UNKNOWN):
            return
        sleep(0.02)
    pytest.fail("it was not written in twenty seconds")


def test_a_reader_who_has_left_keeps_nobody_else_in_the_commit_waiting(
    ledger: SqlLedger, engine: Engine
) -> None:
    everyone = due_ids(ledger)
    with engine.begin() as connection:
        left = update(subscribers).where(subscribers.c.address == "r1@example.org")
        connection.execute(left.values(standing="unsubscribed"))

    with writer_kept_waiting(engine):
        begun = [ledger.begin(one, NOW) for one in everyone]

    assert [one.wait() for one in begun] == [True, False, *[True] * (READERS - 2)]
    tally = ledger.tally(ISSUE)
    assert (tally.of(State.UNKNOWN), tally.of(State.SKIPPED)) == (READERS - 1, 1)


def test_s8_a_begin_that_is_not_fresh_is_looked_at_again_before_the_letter_leaves(
    ledger: SqlLedger, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.storage.recorder.FRESH_S", 0)
    leaving, staying = (ledger.begin(one, NOW) for one in due_ids(ledger)[:2])
    assert (leaving.wait(), staying.wait()) == (True, True)
    with engine.begin() as connection:
        left = update(subscribers).where(subscribers.c.address == "r0@example.org")
        connection.execute(left.values(standing="unsubscribed"))

    assert (leaving.wait(), staying.wait(), leaving.wait()) == (False, True, False)

    [line] = ledger.entries(ISSUE, State.SKIPPED)
    assert (line.address, str(line.answer)) == ("r0@example.org", "unsubscribed after planning")
    assert line.attempts == 0
    assert ledger.tally(ISSUE).of(State.UNKNOWN) == 1


def test_what_another_process_has_begun_stays_its_own_in_a_commit_of_many(
    ledger: SqlLedger, engine: Engine
) -> None:
    everyone = due_ids(ledger)
    other = SqlLedger(engine)
    assert other.begin(everyone[7], NOW).wait()

    with writer_kept_waiting(engine):
        begun = [ledger.begin(one, NOW) for one in everyone]
    other.close()

    assert [number for number, one in enumerate(begun) if not one.wait()] == [7]
    assert {line.attempts for line in ledger.entries(ISSUE, State.UNKNOWN)} == {1}


def test_one_delivery_may_be_begun_returned_and_begun_in_the_time_of_one_commit(
    ledger: SqlLedger, engine: Engine
) -> None:
    [first, *_] = due_ids(ledger)

    with writer_kept_waiting(engine):
        once = ledger.begin(first, NOW)
        ledger.put_back(first)
        again = ledger.begin(first, NOW)

    assert (once.wait(), again.wait()) == (True, True)
    [line] = ledger.entries(ISSUE, State.UNKNOWN)
    assert line.attempts == 1


def test_every_waiter_hears_of_a_ledger_that_cannot_be_written(
    ledger: SqlLedger, engine: Engine
) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def break_down(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.startswith("UPDATE deliveries"):
            cursor.execute("SELECT nothing FROM nowhere")

    begun = [ledger.begin(one, NOW) for one in due_ids(ledger)[:10]]
    heard = []
    for one in begun:
        with raises(LedgerError, "storage.unwritten-ledger") as caught:
            one.wait()
        heard.append(caught.value)

    event.remove(engine, "before_cursor_execute", break_down)
    with pytest.raises(LedgerError):
        ledger.begin(due_ids(ledger)[0], NOW)
    assert len(heard) == 10
    assert ledger.tally(ISSUE).of(State.PENDING) == READERS


def test_a_million_deliveries_are_walked_by_index_on_sqlite(tmp_path: Path) -> None:
    """Without the index each page would look at all deliveries of the issue again."""
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    ledger = SqlLedger(engine)
    plan: list[str] = []

    @event.listens_for(engine, "after_cursor_execute")
    def explain(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        asked = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan.extend(row[3] for row in asked)

    ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 500))
    ledger.next_due_at(ISSUE)
    ledger.count_begun(NOW)
    engine.dispose()

    for name in ("ix_deliveries_waiting", "ix_deliveries_due", "ix_deliveries_begun"):
        assert any(name in line for line in plan), plan
    assert not any("FOR ORDER BY" in line for line in plan), plan


def test_what_is_settled_while_it_is_under_way_is_not_taken_back(
    ledger: SqlLedger, engine: Engine
) -> None:
    [first, *_] = due_ids(ledger)
    ledger.begin(first, NOW).wait()
    fall_silent(engine)
    SqlDiary(engine).settle(ISSUE, Settlement.ASSUME_ACCEPTED, WhichUnknown(), "Kim", NOW)

    ledger.put_back(first)
    ledger.flush()

    assert ledger.tally(ISSUE).of(State.ACCEPTED) == 1
