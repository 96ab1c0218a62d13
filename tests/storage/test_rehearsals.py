"""A rehearsal makes room for a sending in one commit, on every database."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from newsletter.delivery.provider import Accepted
from newsletter.dispatch.control import Appointment, SettingAside
from newsletter.dispatch.ledger import DeliveryId, Plan
from newsletter.dispatch.states import State
from newsletter.dispatch.way import Traces, Way
from newsletter.errors import LedgerError, UnfinishedError
from newsletter.storage import tables
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.subscriber import editions_by_preference
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger

EDITIONS = editions_by_preference(None)
LATER = NOW + timedelta(days=1)
OUTBOX = Way("outbox", "outbox /site/outbox")
RELAY = Way("smtp", "smtp relay.example.org:25")
ASIDE = SettingAside(NOW, "Kim", LATER, "it is really sent")
EARNEST = Plan(ISSUE, "e" * 64, {}, LATER, is_limited=False, way=RELAY)


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    """A rehearsal of four letters: two written, one under way, one not begun."""
    make_planned_ledger(engine, 4).close()
    ledger = SqlLedger(engine)
    ledger.discard_untouched(ISSUE)
    ledger.freeze(Plan(ISSUE, "d" * 64, {}, NOW, is_limited=False, way=OUTBOX), EDITIONS)
    for one in due_ids(ledger)[:3]:
        assert ledger.begin(one, NOW).wait()
    for one in planned_ids(engine)[:2]:
        ledger.record(one, Accepted(f"written to {one}.eml"), None, NOW)
    ledger.flush()
    yield ledger
    ledger.close()


def planned_ids(engine: Engine) -> list[DeliveryId]:
    with engine.connect() as connection:
        query = select(tables.deliveries.c.id).order_by(tables.deliveries.c.id)
        return [DeliveryId(one) for one in connection.execute(query).scalars()]


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the tables that a rehearsal may be in."""
    names = ("dispatches", "deliveries", "rehearsals", "rehearsed_deliveries", "appointments")
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(tables.metadata.tables[name]))]
            for name in names
        }


def test_a_sending_begins_with_nobody_served_and_the_rehearsal_is_kept(
    engine: Engine, ledger: SqlLedger
) -> None:
    rehearsed = planned_ids(engine)

    planned = ledger.freeze(EARNEST, EDITIONS, ASIDE)

    kept = tables.rehearsed_deliveries.c
    with engine.connect() as connection:
        query = select(kept.id, kept.state, kept.address).order_by(kept.id)
        found = connection.execute(query).all()
    assert planned == 4
    assert ledger.find_plan(ISSUE) == EARNEST
    assert ledger.tally(ISSUE).of(State.PENDING) == ledger.tally(ISSUE).planned == 4
    assert min(planned_ids(engine)) > max(rehearsed)  # no id names two deliveries
    assert [row.id for row in found] == rehearsed
    assert [row.state for row in found] == ["accepted", "accepted", "unknown", "pending"]
    assert found[0].address == "r0@example.org"
    assert ledger.find_traces(ISSUE) == Traces()
    [one] = ledger.rehearsals(ISSUE)
    assert (one.letters, one.set_aside_by, one.set_aside_at) == (2, "Kim", LATER)
    [note] = SqlDiary(engine).notes(ISSUE)
    assert (note.act, note.by) == ("rehearsal set aside", "Kim")
    assert str(note.words) == "2 written: it is really sent"


@pytest.mark.parametrize("has_left", [True, False])
def test_a_late_answer_of_a_rehearsal_touches_nothing_of_the_sending(
    engine: Engine, ledger: SqlLedger, *, has_left: bool
) -> None:
    """Whoever rehearsed may have slept meanwhile, with a letter under way."""
    *_, under_way, waiting = planned_ids(engine)
    ledger.freeze(EARNEST, EDITIONS, ASIDE)
    before = rows(engine)

    if has_left:
        ledger.record(under_way, Accepted("written to late.eml"), None, LATER)
    else:
        ledger.put_back(under_way)
    ledger.flush()

    assert not ledger.begin(waiting, LATER).wait()
    assert rows(engine) == before


def test_a_crash_leaves_the_rehearsal_or_the_sending_and_nothing_between(
    engine: Engine, ledger: SqlLedger
) -> None:
    before = rows(engine)
    statements = count_statements(engine, lambda: ledger.freeze(EARNEST, EDITIONS, ASIDE))
    ledger.close()

    taken_back = 0
    for number in range(statements):
        restore(engine, before)
        again = SqlLedger(engine)
        with pytest.raises(LedgerError, match="crash"):
            strike(engine, number, lambda again=again: again.freeze(EARNEST, EDITIONS, ASIDE))
        again.close()
        found = rows(engine)
        if found == before:
            taken_back += 1
        else:  # the statements that follow the commit
            assert {row[6] for row in found["deliveries"]} == {"pending"}
            assert len(found["rehearsed_deliveries"]) == len(found["deliveries"]) == 4
    assert taken_back >= len(("lock", "keep", "keep", "remove", "remove", "note", "plan", "plan"))


def count_statements(engine: Engine, act: Any) -> int:
    seen = []

    def note(*_: Any) -> None:
        seen.append(1)

    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def strike(engine: Engine, number: int, act: Any) -> None:
    """Let the statement of that number fail."""
    left = [number]

    def fail(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise LedgerError("crash")

    event.listen(engine, "before_cursor_execute", fail)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", fail)


def restore(engine: Engine, found: dict[str, list[tuple[Any, ...]]]) -> None:
    with engine.begin() as connection:
        for name in ("rehearsed_deliveries", "rehearsals", "deliveries", "dispatches"):
            connection.execute(tables.metadata.tables[name].delete())
        for name in ("dispatches", "deliveries"):
            table = tables.metadata.tables[name]
            names = [column.name for column in table.c]
            values = [dict(zip(names, row, strict=True)) for row in found[name]]
            connection.execute(table.insert(), values)


def test_a_plan_that_is_no_rehearsal_is_never_set_aside_by_a_sending(
    engine: Engine, ledger: SqlLedger
) -> None:
    ledger.freeze(EARNEST, EDITIONS, ASIDE)
    before = rows(engine)

    for planned_at in (NOW, LATER):
        for is_old in (False, True):
            aside = SettingAside(planned_at, "Lee", LATER, "again", is_old=is_old)
            with raises(UnfinishedError, "storage.no-rehearsal"):
                ledger.freeze(EARNEST, EDITIONS, aside)
            with raises(UnfinishedError, "storage.no-rehearsal"):
                SqlDiary(engine).set_aside(ISSUE, aside)
    assert rows(engine) == before


def test_one_from_before_is_set_aside_only_where_a_person_says_so(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, 2)
    [first, _] = due_ids(ledger)
    assert ledger.begin(first, NOW).wait()
    ledger.record(first, Accepted("written to 1.eml"), None, NOW)
    ledger.flush()

    with pytest.raises(UnfinishedError):
        ledger.freeze(EARNEST, EDITIONS, ASIDE)
    old = SettingAside(NOW, "Kim", LATER, "we practised", is_old=True)
    letters = SqlDiary(engine).set_aside(ISSUE, old)

    assert letters == 1
    assert ledger.find_plan(ISSUE) is None
    assert ledger.tally(ISSUE).planned == 0
    ledger.close()


def test_an_appointment_sets_the_rehearsal_aside_in_its_own_commit(
    engine: Engine, ledger: SqlLedger
) -> None:
    appointment = Appointment(ISSUE, "e" * 64, {}, LATER, "Kim", NOW, RELAY)

    SqlDiary(engine).appoint(appointment, ASIDE)

    assert SqlDiary(engine).appointments() == [appointment]
    assert ledger.find_plan(ISSUE) is None
    assert [one.act for one in SqlDiary(engine).notes(ISSUE)] == [
        "rehearsal set aside",
        "appointed",
    ]
    with engine.connect() as connection:
        query = select(func.count()).select_from(tables.rehearsed_deliveries)
        assert connection.execute(query).scalar_one() == 4


def test_what_a_reader_was_rehearsed_to_be_sent_is_told_from_what_was_sent(
    engine: Engine, ledger: SqlLedger
) -> None:
    book = SqlSubscriberBook(engine)
    first = book.find("r0@example.org")
    assert first
    [before] = book.deliveries(first.id)

    ledger.freeze(EARNEST, EDITIONS, ASIDE)

    after = book.deliveries(first.id)
    assert (before.state, before.answered_at, before.is_rehearsal) == ("accepted", NOW, True)
    assert sorted((one.state, one.is_rehearsal) for one in after) == [
        ("accepted", True),
        ("pending", False),
    ]
    assert before in after
