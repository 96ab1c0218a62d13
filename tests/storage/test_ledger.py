"""The ledger's promises, on every database."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, update

from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Outcome,
    Refused,
    Unknown,
)
from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, Plan
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError, SettingsError, UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.storage.database import open_database
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.runs import HOLD
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import dispatches, subscribers
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.reader_id import READER_ID
from newsletter.subscribers.subscriber import Standing, editions_by_preference
from tests.saying import raises
from tests.subscribers.makers import make_row

NOW = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
ISSUE = "2022-08"
PLAN = Plan(ISSUE, "d" * 64, {"subject of the ko edition": "a" * 64}, NOW)
EDITIONS = editions_by_preference(None)
START = DeliveryId(0)
both_standings = pytest.mark.parametrize("standing", [Standing.UNSUBSCRIBED, Standing.SUPPRESSED])


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    add_readers(engine, ko=Preference.KO, en=Preference.EN, both=Preference.BOTH, none=None)
    ledger = SqlLedger(engine)
    ledger.freeze(PLAN, EDITIONS)
    yield ledger
    ledger.close()


def add_readers(engine: Engine, **readers: Preference | None) -> None:
    with SqlSubscriberBook(engine).opened() as page:
        for name, preference in readers.items():
            enrol(make_row(f"{name}@example.org", name, preference), page, NOW)


def leave(engine: Engine, name: str, standing: Standing = Standing.UNSUBSCRIBED) -> None:
    reader = update(subscribers).where(subscribers.c.address_key == f"{name}@example.org")
    with engine.begin() as connection:
        connection.execute(reader.values(standing=standing.value))


def due(ledger: SqlLedger, now: datetime = NOW) -> list[Delivery]:
    return list(ledger.find_due(ISSUE, now, DeliveryPage(START, 100)))


def counts(ledger: SqlLedger) -> dict[State, int]:
    tally = ledger.tally(ISSUE)
    return {state: tally.of(state) for state in State if tally.of(state)}


def test_everyone_is_planned_in_the_edition_they_chose(ledger: SqlLedger) -> None:
    planned = {delivery.name: delivery.edition for delivery in due(ledger)}

    assert planned == {
        "ko": EditionKind.KO,
        "en": EditionKind.EN,
        "both": EditionKind.BILINGUAL,
        "none": EditionKind.BILINGUAL,
    }


def test_the_publication_decides_for_those_without_a_preference(engine: Engine) -> None:
    add_readers(engine, none=None)
    ledger = SqlLedger(engine)

    ledger.freeze(PLAN, editions_by_preference(Preference.KO))

    assert [delivery.edition for delivery in due(ledger)] == [EditionKind.KO]


def test_a_plan_is_frozen_once_and_found_again(ledger: SqlLedger) -> None:
    assert ledger.find_plan(ISSUE) == PLAN
    assert ledger.find_plan("2022-07") is None
    with raises(UnfinishedError, "storage.begun-elsewhere"):
        ledger.freeze(PLAN, EDITIONS)


def test_a_language_changed_after_planning_changes_nothing(
    ledger: SqlLedger, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(update(subscribers).values(preference="en"))

    assert due(ledger)[0].edition == EditionKind.KO


def test_newcomers_are_counted_and_added_only_when_asked(ledger: SqlLedger, engine: Engine) -> None:
    add_readers(engine, late=Preference.EN)

    assert len(due(ledger)) == 4
    assert ledger.count_unplanned(ISSUE, EDITIONS) == {
        EditionKind.KO: 0,
        EditionKind.EN: 1,
        EditionKind.BILINGUAL: 0,
    }
    assert ledger.add_new(ISSUE, EDITIONS) == 1
    assert ledger.add_new(ISSUE, EDITIONS) == 0
    assert len(due(ledger)) == 5


def test_who_left_before_planning_is_not_planned(engine: Engine) -> None:
    add_readers(engine, ko=Preference.KO, gone=Preference.KO)
    leave(engine, "gone")
    ledger = SqlLedger(engine)

    assert ledger.freeze(PLAN, EDITIONS) == 1


def test_a_begun_delivery_is_unknown_until_its_outcome_is_recorded(ledger: SqlLedger) -> None:
    [first, *_] = due(ledger)

    assert ledger.begin(first.id, NOW).wait()

    assert counts(ledger) == {State.PENDING: 3, State.UNKNOWN: 1}
    ledger.record(first.id, Accepted("250 ok"), None, NOW)
    ledger.flush()
    assert counts(ledger) == {State.PENDING: 3, State.ACCEPTED: 1}


def test_what_was_begun_is_never_handed_out_again(ledger: SqlLedger, engine: Engine) -> None:
    [first, *_] = due(ledger)
    ledger.begin(first.id, NOW).wait()

    after_a_crash = SqlLedger(engine)

    assert first.id not in [delivery.id for delivery in due(after_a_crash, NOW + timedelta(days=9))]
    assert not after_a_crash.begin(first.id, NOW).wait()
    after_a_crash.close()


def test_one_of_many_who_begin_the_same_delivery_wins(engine: Engine) -> None:
    add_readers(engine, ko=Preference.KO)
    ledgers = [SqlLedger(engine) for _ in range(8)]
    ledgers[0].freeze(PLAN, EDITIONS)
    [delivery] = due(ledgers[0])
    answers: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda one: answers.append(one.begin(delivery.id, NOW).wait()), args=[one]
        )
        for one in ledgers
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in ledgers:
        one.close()

    assert sorted(answers) == [False] * 7 + [True]


@both_standings
def test_s8_a_reader_who_leaves_during_the_dispatch_is_skipped_when_begun(
    ledger: SqlLedger, engine: Engine, standing: Standing
) -> None:
    [first, second, *_] = due(ledger)
    leave(engine, first.name, standing)

    first_begun, second_begun = ledger.begin(first.id, NOW), ledger.begin(second.id, NOW)

    assert (first_begun.wait(), second_begun.wait()) == (False, True)
    [entry] = ledger.entries(ISSUE, State.SKIPPED)
    assert (entry.address, str(entry.answer)) == ("ko@example.org", f"{standing} after planning")


@both_standings
def test_who_left_since_planning_is_skipped_before_a_run(
    ledger: SqlLedger, engine: Engine, standing: Standing
) -> None:
    leave(engine, "en", standing)

    assert ledger.skip_withdrawn(ISSUE) == 1

    assert counts(ledger) == {State.PENDING: 3, State.SKIPPED: 1}
    [entry] = ledger.entries(ISSUE, State.SKIPPED)
    assert (entry.address, str(entry.answer)) == ("en@example.org", f"{standing} after planning")


def test_a_deferred_delivery_is_due_when_its_time_has_come(ledger: SqlLedger) -> None:
    [first, *_] = due(ledger)
    later = NOW + timedelta(minutes=5)
    ledger.begin(first.id, NOW).wait()

    ledger.record(first.id, Deferred("451 later", Blame.TEMPORARY), later, NOW)
    ledger.flush()

    assert first.id not in [delivery.id for delivery in due(ledger, later - timedelta(seconds=1))]
    [again, *_] = due(ledger, later)
    assert (again.id, again.attempts) == (first.id, 1)
    assert ledger.next_due_at(ISSUE) == later
    assert ledger.count_due(ISSUE, NOW) == 3
    assert ledger.count_due(ISSUE, later) == 4


def test_only_what_is_said_of_the_reader_counts_as_an_attempt(ledger: SqlLedger) -> None:
    first, second, *_ = due(ledger)
    for delivery, blame in ((first, Blame.TEMPORARY), (second, Blame.SENDER)):
        ledger.begin(delivery.id, NOW).wait()
        ledger.record(delivery.id, Deferred("451 later", blame), NOW, NOW)
    ledger.flush()

    assert [delivery.attempts for delivery in due(ledger)[:2]] == [1, 0]


def test_a_plan_for_only_some_readers_says_so_from_the_start(engine: Engine) -> None:
    add_readers(engine, ko=Preference.KO)
    ledger = SqlLedger(engine)

    ledger.freeze(Plan(ISSUE, "d" * 64, {}, NOW, is_limited=True), EDITIONS)

    plan = ledger.find_plan(ISSUE)
    assert plan is not None
    assert plan.is_limited


def test_what_came_back_unsent_is_pending_as_if_it_had_not_been_begun(ledger: SqlLedger) -> None:
    [first, *_] = due(ledger)
    ledger.begin(first.id, NOW).wait()

    ledger.put_back(first.id)
    begun_again = ledger.begin(first.id, NOW)

    assert begun_again.wait()
    ledger.record(first.id, Accepted("250 ok"), None, NOW)
    ledger.flush()
    [entry] = ledger.entries(ISSUE, State.ACCEPTED)
    assert entry.attempts == 1


def test_each_outcome_is_listed_with_the_providers_words(ledger: SqlLedger) -> None:
    outcomes: list[Outcome] = [
        Accepted("250 ok"),
        Deferred("451 later"),
        Refused("550 no"),
        Unknown("cut off"),
    ]
    states = [State.ACCEPTED, State.DEFERRED, State.REFUSED, State.UNKNOWN]

    for delivery, outcome in zip(due(ledger), outcomes, strict=True):
        ledger.begin(delivery.id, NOW).wait()
        ledger.record(delivery.id, outcome, None, NOW)
    ledger.flush()

    shown = [entry.answer for state in states for entry in ledger.entries(ISSUE, state)]
    assert shown == ["250 ok", "451 later", "550 no", "cut off"]
    tally = ledger.tally(ISSUE)
    assert tally.planned == 4
    assert not tally.is_finished


def test_one_process_holds_an_issue_at_a_time(ledger: SqlLedger) -> None:
    def alive(_: str) -> bool:
        return False

    assert ledger.lease(ISSUE, "one:1", NOW, alive) is None
    assert ledger.lease(ISSUE, "one:1", NOW, alive) is None
    assert ledger.lease(ISSUE, "two:2", NOW, alive) == "one:1"
    assert ledger.lease(ISSUE, "two:2", NOW, lambda holder: holder == "one:1") is None
    assert ledger.lease(ISSUE, "one:1", NOW + HOLD + timedelta(seconds=1), alive) is None
    ledger.release(ISSUE, "one:1")
    assert ledger.lease(ISSUE, "three:3", NOW, alive) is None


def test_a_ledger_that_cannot_be_written_lets_nothing_leave(engine: Engine) -> None:
    add_readers(engine, ko=Preference.KO, en=Preference.EN)
    ledger = SqlLedger(engine)
    ledger.freeze(PLAN, EDITIONS)
    [first, second] = due(ledger)
    ledger.begin_run(ISSUE)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE deliveries RENAME TO elsewhere")
    begun = ledger.begin(first.id, NOW)

    with raises(LedgerError, "storage.unwritten-ledger"):
        begun.wait()
    with pytest.raises(LedgerError):
        ledger.begin(second.id, NOW)
    with pytest.raises(LedgerError):
        ledger.flush()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO deliveries")


def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        open_database("sqlite:///missing/folder/newsletter.db", tmp_path)

    assert "missing/folder/newsletter.db cannot be opened" in str(caught.value)


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with raises(SettingsError, "storage.newer-database"):
        open_database("sqlite:///newsletter.db", tmp_path)


def test_sqlite_commits_survive_a_power_cut(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        modes = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert modes == ["wal", 2, 1]


def test_a_plan_that_nobody_was_sent_may_be_discarded_and_no_other(ledger: SqlLedger) -> None:
    assert ledger.is_untouched(ISSUE)
    assert not ledger.is_untouched("2022-07")
    [first, *_] = due(ledger)
    ledger.begin(first.id, NOW).wait()

    assert not ledger.is_untouched(ISSUE)
    assert not ledger.discard_untouched(ISSUE)
    ledger.put_back(first.id)
    ledger.flush()
    assert not ledger.discard_untouched(ISSUE)
    assert ledger.tally(ISSUE).planned == 4


def test_a_discarded_plan_leaves_nothing_behind(ledger: SqlLedger) -> None:
    assert ledger.discard_untouched(ISSUE)

    assert ledger.find_plan(ISSUE) is None
    assert ledger.tally(ISSUE).planned == 0
    assert ledger.freeze(PLAN, EDITIONS) == 4


def test_a_late_process_cannot_begin_what_a_new_plan_has_taken_over(ledger: SqlLedger) -> None:
    old = due(ledger)
    ledger.discard_untouched(ISSUE)
    ledger.freeze(PLAN, EDITIONS)

    assert not any(ledger.begin(delivery.id, NOW).wait() for delivery in old)
    assert counts(ledger) == {State.PENDING: 4}


def test_two_processes_that_make_the_tables_at_once_both_succeed(tmp_path: Path) -> None:
    faults: list[SettingsError] = []

    def open_it() -> None:
        try:
            open_database("sqlite:///newsletter.db", tmp_path).dispose()
        except SettingsError as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []


def test_tables_that_could_not_be_made_whole_are_not_made_at_all(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/newsletter.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE overrides (id INTEGER)")

    with pytest.raises(SettingsError):
        open_database("sqlite:///newsletter.db", tmp_path)

    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["overrides"]
        connection.exec_driver_sql("DROP TABLE overrides")
    engine.dispose()
    open_database("sqlite:///newsletter.db", tmp_path).dispose()


def test_a_plan_from_before_reader_ids_keeps_the_message_ids_it_has_begun_with(
    engine: Engine, ledger: SqlLedger
) -> None:
    new = due(ledger)
    with engine.begin() as connection:
        connection.execute(update(dispatches).values(names_numbers=True))

    old = due(ledger)

    assert [one.message_name for one in new] == [one.reader_id for one in new]
    assert [one.message_name for one in old] == [one.subscriber for one in old]
    assert [one.reader_id for one in old] == [one.reader_id for one in new]
    assert all(READER_ID.fullmatch(one.reader_id) for one in old)
