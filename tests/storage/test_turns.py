"""Long changes on SQLite: others write between two turns, and a turn may be the last."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.dispatch.control import SettingAside, Settlement, WhichUnknown
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage, Plan
from newsletter.dispatch.states import State
from newsletter.dispatch.way import Way
from newsletter.errors import UnfinishedError
from newsletter.lang import Preference
from newsletter.storage.database import open_database
from newsletter.storage.diary import SqlDiary
from newsletter.storage.doubts import SqlDoubts
from newsletter.storage.interrupted import finish_interrupted
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import deliveries, dispatches, rehearsed_deliveries
from newsletter.storage.transactions import writing
from newsletter.storage.turns import PACE, Pace
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import editions_by_preference
from tests.saying import raises
from tests.stage.databases import put_empty_database
from tests.storage import makers
from tests.storage.makers import ISSUE, NOW
from tests.subscribers.makers import make_row

READERS = 7
EDITIONS = editions_by_preference(None)
PLAN = Plan(ISSUE, "d" * 64, {}, NOW)
REHEARSED = Plan(ISSUE, "d" * 64, {}, NOW, way=Way("outbox", "outbox /site/outbox"))
ASIDE = SettingAside(NOW, "Kim", NOW, "it is really sent")
TINY = Pace(held_s=0, pause_s=0, rows=2, planned=2, planned_min=2)
PATIENCE_S = 3  # a web request waits no longer for the lock


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A list of seven readers, and turns so short that every long change takes several."""
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    engine.update_execution_options(**{PACE: TINY})
    with SqlSubscriberBook(engine).opened() as page:
        for number in range(READERS):
            enrol(make_row(f"r{number}@example.org", "", Preference.KO), page, NOW)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    ledger = SqlLedger(engine)
    yield ledger
    ledger.close()


def cut_off(engine: Engine, at: int, act: Callable[[], Any]) -> bool:
    """Let the process end before that commit, and be silent; return whether it came so far."""
    try:
        return makers.cut_off(engine, at, act)
    finally:
        fall_silent(engine)


def fall_silent(engine: Engine) -> None:
    """Let whoever writes a plan look as if nothing had been heard of it for two minutes."""
    silent = datetime.now(UTC) - timedelta(seconds=1)
    unfinished = update(dispatches).where(dispatches.c.unfinished.is_not(None))
    with engine.begin() as connection:
        connection.execute(unfinished.values(held_until=silent))


# With which every turn of a plan begins but the first.
NEXT_TURN = "UPDATE dispatches SET held_until"


@contextmanager
def between_turns(
    engine: Engine, statement: str, act: Callable[[], None], *, skipped: int = 1
) -> Iterator[None]:
    """Act before each *statement* but the first, or as many as are *skipped*."""
    seen = 0

    def look(_: Any, __: Any, words: str, *___: Any) -> None:
        nonlocal seen
        if words.startswith(statement):
            seen += 1
            if seen > skipped:
                act()

    event.listen(engine, "before_cursor_execute", look)
    yield
    event.remove(engine, "before_cursor_execute", look)


def run_sql(engine: Engine, *statements: str) -> None:
    """Write as another process does: it waits three seconds for the lock, and then fails."""
    database = str(engine.url.database)
    with closing(sqlite3.connect(database, timeout=PATIENCE_S)) as other, other:
        for statement in statements:
            other.execute(statement)


def once(calls: "Iterator[Callable[[], None]]") -> None:
    """Act the first time only."""
    for call in calls:
        call()
        return


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def planned_readers(engine: Engine) -> list[int]:
    query = select(deliveries.c.subscriber_id).order_by(deliveries.c.subscriber_id)
    with engine.connect() as connection:
        return list(connection.execute(query).scalars())


def discard(engine: Engine) -> None:
    SqlLedger(engine).discard_untouched(ISSUE)


def set_aside(engine: Engine) -> None:
    SqlDiary(engine).set_aside(ISSUE, ASIDE)


def cancel(engine: Engine) -> None:
    assert SqlDiary(engine).cancel(ISSUE, "Kim", "a mistake", NOW) == READERS


def skip(engine: Engine) -> None:
    SqlLedger(engine).skip_withdrawn(ISSUE)


def settle(engine: Engine) -> None:
    settled = SqlDiary(engine).settle(ISSUE, Settlement.ASSUME_ACCEPTED, WhichUnknown(), "Kim", NOW)
    assert settled == READERS


def test_others_write_between_two_turns_of_a_plan(engine: Engine, ledger: SqlLedger) -> None:
    written = []

    def write() -> None:
        run_sql(engine, "UPDATE subscribers SET name = 'Lee' WHERE address = 'r1@example.org'")
        written.append(1)

    with between_turns(engine, NEXT_TURN, write, skipped=0):
        planned = ledger.freeze(PLAN, EDITIONS)

    assert planned == READERS
    assert len(written) >= READERS // TINY.planned


@pytest.mark.parametrize("change", [discard, set_aside, cancel, skip, settle])
def test_others_write_between_two_turns_of_a_long_change(
    engine: Engine, ledger: SqlLedger, change: Callable[[Engine], None]
) -> None:
    ledger.freeze(REHEARSED, EDITIONS)
    if change is settle:
        run_sql(engine, "UPDATE deliveries SET state = 'unknown'")
    written = []

    def write() -> None:
        run_sql(engine, "UPDATE subscribers SET name = 'Lee' WHERE address = 'r1@example.org'")
        written.append(1)

    with between_turns(engine, "SELECT deliveries.address_key", write):
        change(engine)

    assert len(written) >= READERS // TINY.rows


def test_a_plan_that_was_cut_off_counts_as_none_and_is_made_anew(
    engine: Engine, ledger: SqlLedger
) -> None:
    at = 0
    while cut_off(engine, at := at + 1, lambda: SqlLedger(engine).freeze(PLAN, EDITIONS)):
        assert ledger.find_plan(ISSUE) is None
        assert ledger.issues() == []
        assert not ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 100))
        assert not ledger.discard_untouched(ISSUE)
        assert SqlDiary(engine).find_unfinished(NOW) == []
        assert not SqlDiary(engine).pause(ISSUE, "Kim", "wait", NOW)
        assert not SqlDoubts(engine).find_held()
        with raises(UnfinishedError, "storage.plan-gone"):
            ledger.lease(ISSUE, "here:1", NOW, lambda _: True)

    assert at > READERS // TINY.planned
    assert ledger.find_plan(ISSUE) == PLAN
    assert planned_readers(engine) == list(range(1, READERS + 1))


def test_nothing_of_a_plan_that_is_not_whole_can_be_begun(
    engine: Engine, ledger: SqlLedger
) -> None:
    """A process that slept may know the deliveries of a plan that is being discarded."""
    ledger.freeze(PLAN, EDITIONS)
    last = ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 100))[-1]
    ledger.begin_run(ISSUE)

    assert cut_off(engine, 2, lambda: SqlLedger(engine).discard_untouched(ISSUE))

    assert not ledger.begin(last.id, NOW).wait()
    assert count(engine, deliveries) < READERS


def test_a_plan_that_another_process_is_writing_is_left_alone(
    engine: Engine, ledger: SqlLedger
) -> None:
    def interfere() -> None:
        finish_interrupted(engine)
        with raises(UnfinishedError, "storage.begun-elsewhere"):
            SqlLedger(engine).freeze(PLAN, EDITIONS)

    calls = iter([interfere])
    with between_turns(engine, NEXT_TURN, lambda: once(calls), skipped=0):
        planned = ledger.freeze(PLAN, EDITIONS)

    assert planned == READERS


def test_a_planner_that_slept_while_its_plan_was_made_anew_gives_up(
    engine: Engine, ledger: SqlLedger
) -> None:
    def take_over() -> None:
        fall_silent(engine)
        SqlLedger(engine).freeze(Plan(ISSUE, "e" * 64, {}, NOW + timedelta(1)), EDITIONS)

    calls = iter([take_over])
    slept = between_turns(engine, NEXT_TURN, lambda: once(calls), skipped=0)
    with raises(UnfinishedError, "storage.begun-elsewhere"), slept:
        ledger.freeze(PLAN, EDITIONS)

    plan = ledger.find_plan(ISSUE)
    assert plan is not None
    assert plan.digest == "e" * 64
    assert planned_readers(engine) == list(range(1, READERS + 1))


def test_who_changes_while_a_plan_is_written_is_neither_lost_nor_planned_twice(
    engine: Engine, ledger: SqlLedger
) -> None:
    """They are planned as they were when the list was read; who came back since gets it too."""

    def change() -> None:
        run_sql(
            engine,
            "UPDATE subscribers SET address_key = 'z@example.org' WHERE id = 1",
            "UPDATE subscribers SET address_key = 'a@example.org' WHERE id = 7",
            "UPDATE subscribers SET standing = 'unsubscribed', address_key = 'y' WHERE id = 2",
            "UPDATE subscribers SET address_key = 'r0@example.org' WHERE id = 6",
            "UPDATE subscribers SET standing = 'active' WHERE id IN (3, 4)",
            "UPDATE subscribers SET address_key = 'r1@example.org' WHERE id = 4",
        )

    run_sql(engine, "UPDATE subscribers SET standing = 'unsubscribed' WHERE id IN (3, 4)")

    calls = iter([change])
    with between_turns(engine, NEXT_TURN, lambda: once(calls), skipped=0):
        ledger.freeze(PLAN, EDITIONS)

    # 4 has the address that 2 had when it was planned: one address, one letter.
    assert planned_readers(engine) == [1, 2, 3, 5, 6, 7]
    assert sum(ledger.count_unplanned(ISSUE, EDITIONS).values()) == 0
    assert ledger.skip_withdrawn(ISSUE) == 1


@pytest.mark.parametrize("is_disturbed", [False, True])
def test_a_list_is_read_again_only_if_somebody_has_changed_it(
    engine: Engine, ledger: SqlLedger, *, is_disturbed: bool
) -> None:
    """Until the plan has the lock, readers may come back, on a short list too."""
    engine.update_execution_options(**{PACE: Pace()})  # one turn
    run_sql(engine, "UPDATE subscribers SET standing = 'unsubscribed' WHERE id = 3")
    come_back = "UPDATE subscribers SET standing = 'active' WHERE id = 3"
    read = []

    def look(_: Any, __: Any, words: str, *___: Any) -> None:
        read.extend(["list"] * words.startswith("INSERT INTO planned_next"))
        if is_disturbed and words.startswith("INSERT INTO dispatches"):
            run_sql(engine, come_back)

    event.listen(engine, "before_cursor_execute", look)
    planned = ledger.freeze(PLAN, EDITIONS)
    event.remove(engine, "before_cursor_execute", look)

    assert (planned, len(read)) == ((READERS, 2) if is_disturbed else (READERS - 1, 1))


def test_a_connection_checks_rows_again_after_a_plan(engine: Engine, ledger: SqlLedger) -> None:
    ledger.freeze(PLAN, EDITIONS)

    for wrong in ("state = 'sent'", "edition = 'fr'", "subscriber_id = 99"):
        with engine.connect() as connection, pytest.raises(IntegrityError):
            connection.exec_driver_sql(f"UPDATE deliveries SET {wrong} WHERE id = 1")


def test_newcomers_are_planned_once_however_often_that_is_cut_off(
    engine: Engine, ledger: SqlLedger
) -> None:
    run_sql(engine, "UPDATE subscribers SET standing = 'unsubscribed' WHERE id > 1")
    ledger.freeze(PLAN, EDITIONS)
    run_sql(engine, "UPDATE subscribers SET standing = 'active'")

    at = 0
    while cut_off(engine, at := at + 1, lambda: SqlLedger(engine).add_new(ISSUE, EDITIONS)):
        waiting = sum(ledger.count_unplanned(ISSUE, EDITIONS).values())
        assert len(planned_readers(engine)) + waiting == READERS

    assert planned_readers(engine) == list(range(1, READERS + 1))


def test_a_rehearsal_is_set_aside_whole_however_often_that_is_cut_off(
    engine: Engine, ledger: SqlLedger
) -> None:
    ledger.freeze(REHEARSED, EDITIONS)

    assert cut_off(engine, 2, lambda: SqlDiary(engine).set_aside(ISSUE, ASIDE))
    assert ledger.find_plan(ISSUE) is None
    while cut_off(engine, 3, lambda: finish_interrupted(engine)):
        assert count(engine, deliveries) + count(engine, rehearsed_deliveries) == READERS

    assert (count(engine, deliveries), count(engine, rehearsed_deliveries)) == (0, READERS)
    assert [one.act for one in SqlDiary(engine).notes(ISSUE)] == ["rehearsal set aside"]
    assert ledger.freeze(PLAN, EDITIONS) == READERS


def test_a_cancellation_that_was_cut_off_is_finished_and_sends_nothing(
    engine: Engine, ledger: SqlLedger
) -> None:
    ledger.freeze(PLAN, EDITIONS)
    last = ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 100))[-1]
    ledger.begin_run(ISSUE)

    assert cut_off(engine, 2, lambda: SqlDiary(engine).cancel(ISSUE, "Kim", "a mistake", NOW))
    assert not ledger.begin(last.id, NOW).wait()
    finish_interrupted(engine)

    assert ledger.tally(ISSUE).of(State.SKIPPED) == READERS
    [note] = SqlDiary(engine).notes(ISSUE)
    assert str(note.words) == f"{READERS} skipped: a mistake"


def test_the_diary_says_of_each_turn_how_many_it_settled(engine: Engine, ledger: SqlLedger) -> None:
    ledger.freeze(PLAN, EDITIONS)
    run_sql(engine, "UPDATE deliveries SET state = 'unknown'")

    assert cut_off(engine, 3, lambda: settle(engine))

    accepted = ledger.tally(ISSUE).of(State.ACCEPTED)
    assert accepted == 2 * TINY.rows
    assert [str(one.words)[:1] for one in SqlDiary(engine).notes(ISSUE)] == ["2", "2"]


def test_nobody_changes_what_a_writing_block_reads(engine: Engine) -> None:
    """It has the lock from its first SELECT on, before any change of its own."""
    with closing(sqlite3.connect(str(engine.url.database), timeout=0)) as other:
        with writing(engine) as connection:
            connection.execute(select(deliveries.c.id)).all()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
