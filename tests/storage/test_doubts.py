"""Doubts, answers and looks, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from newsletter.dispatch.control import Act, Appointment
from newsletter.dispatch.doubt import DoubtCause, Sign
from newsletter.storage.diary import SqlDiary
from newsletter.storage.doubts import SqlDoubts, raise_doubts
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.tables import deliveries, doubts, ledger_marks, metadata, runs
from newsletter.storage.transactions import reading, writing
from tests.storage.makers import ISSUE, NOW, make_planned_ledger

LATER = "2022-09"
HOUR = timedelta(hours=1)
TICK = timedelta(seconds=1)


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    ledger = make_planned_ledger(engine, 3)
    yield ledger
    ledger.close()


def finish(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(deliveries).values(state="accepted"))


def appoint(engine: Engine, issue: str = LATER, at: datetime = NOW + 5 * HOUR) -> None:
    SqlDiary(engine).appoint(Appointment(issue, "d", {}, at, "anna", NOW))


def looked_at(engine: Engine) -> object:
    with reading(engine) as connection:
        return connection.execute(select(ledger_marks.c.looked_at)).scalar()


def causes(engine: Engine) -> list[DoubtCause]:
    return [one.sign.cause for one in SqlDoubts(engine).standing()]


def doubt(engine: Engine, cause: DoubtCause = DoubtCause.RESTORED) -> None:
    with writing(engine) as connection:
        raise_doubts(connection, [Sign(cause, "facts")], NOW)


def test_a_timer_that_looks_every_hour_misses_nothing(engine: Engine, ledger: SqlLedger) -> None:
    for hours in range(6):
        assert SqlDoubts(engine).look(NOW + hours * HOUR) == []


def test_unfinished_deliveries_after_a_gap_are_doubted_once(
    engine: Engine, ledger: SqlLedger
) -> None:
    SqlDoubts(engine).look(NOW)

    found = SqlDoubts(engine).look(NOW + HOUR + TICK)
    again = SqlDoubts(engine).look(NOW + 9 * HOUR)

    assert [one.sign for one in found] == [Sign(DoubtCause.GAP, NOW.isoformat())]
    assert again == found


def test_an_appointment_that_nobody_looked_for_in_time_is_doubted(engine: Engine) -> None:
    appoint(engine)

    assert [one.sign.cause for one in SqlDoubts(engine).look(NOW + 5 * HOUR)] == [DoubtCause.GAP]


def test_an_appointment_that_is_looked_for_before_its_time_is_not_late(engine: Engine) -> None:
    appoint(engine)

    early = SqlDoubts(engine).look(NOW + 4 * HOUR)

    assert early == []
    assert SqlDoubts(engine).look(NOW + 5 * HOUR) == []


def test_a_run_that_lives_is_a_sign_of_life(engine: Engine, ledger: SqlLedger) -> None:
    """An issue that waits behind one that takes hours is not late."""
    appoint(engine)
    with writing(engine) as connection:
        row = {"issue": ISSUE, "host": "a", "pid": 1, "began_at": NOW}
        connection.execute(insert(runs).values(**row, seen_at=NOW + 5 * HOUR))

    assert SqlDoubts(engine).look(NOW + 6 * HOUR) == []


def test_an_appointment_whose_run_has_begun_here_and_left_nobody_is_not_late(
    engine: Engine, ledger: SqlLedger
) -> None:
    appoint(engine, ISSUE, NOW)
    finish(engine)

    assert SqlDoubts(engine).look(NOW + 5 * HOUR) == []


@pytest.mark.parametrize("halt", ["paused_at", "cancelled_at"])
def test_what_is_halted_is_not_late(engine: Engine, ledger: SqlLedger, halt: str) -> None:
    SqlDoubts(engine).look(NOW)
    diary = SqlDiary(engine)
    if halt == "paused_at":
        diary.pause(ISSUE, "anna", "", NOW)
    else:
        diary.cancel(ISSUE, "anna", "", NOW)

    assert SqlDoubts(engine).look(NOW + 5 * HOUR) == []


def test_where_nothing_is_to_be_sent_looks_are_forgotten(engine: Engine, ledger: SqlLedger) -> None:
    SqlDoubts(engine).look(NOW)
    before = looked_at(engine)
    finish(engine)

    SqlDoubts(engine).look(NOW + HOUR)

    assert before == NOW
    assert looked_at(engine) is None


def test_what_is_planned_or_appointed_after_a_quiet_time_is_not_late(engine: Engine) -> None:
    appoint(engine, at=NOW + HOUR)

    assert SqlDoubts(engine).look(NOW + HOUR) == []


def test_a_doubt_is_over_when_every_open_issue_has_its_answer(
    engine: Engine, ledger: SqlLedger
) -> None:
    appoint(engine)
    doubt(engine)
    doubt(engine, DoubtCause.COPIED)
    of = SqlDoubts(engine)

    of.answer(of.standing(), ISSUE, "김민지", "the relay's log has nobody", NOW)
    half = of.standing()
    of.answer(half, LATER, "anna", "it is new", NOW)

    assert [one.answered for one in half] == [frozenset({ISSUE})] * 2
    assert of.standing() == []
    found = [(note.act, note.by, str(note.words)) for note in SqlDiary(engine).notes(ISSUE)]
    assert found == [
        (Act.ANSWERED, "김민지", "restored: the relay's log has nobody"),
        (Act.ANSWERED, "김민지", "copied: the relay's log has nobody"),
    ]


def test_an_answer_ends_a_doubt_where_nothing_else_is_open(engine: Engine) -> None:
    doubt(engine)

    SqlDoubts(engine).answer(SqlDoubts(engine).standing(), ISSUE, "anna", "checked", NOW)

    assert causes(engine) == []


def test_a_doubt_without_any_answer_does_not_end_by_itself(
    engine: Engine, ledger: SqlLedger
) -> None:
    doubt(engine)
    SqlDiary(engine).cancel(ISSUE, "anna", "", NOW)

    SqlDoubts(engine).look(NOW)

    assert causes(engine) == [DoubtCause.RESTORED]


def test_the_same_doubt_is_raised_once_while_it_stands(engine: Engine) -> None:
    doubt(engine)
    doubt(engine)
    SqlDoubts(engine).answer(SqlDoubts(engine).standing(), ISSUE, "anna", "checked", NOW)
    doubt(engine)

    with reading(engine) as connection:
        assert len(connection.execute(select(doubts.c.id)).all()) == 2


def test_a_database_that_was_put_back_is_told_by_the_gap(engine: Engine) -> None:
    """PostgreSQL has no file beside it: what it says is compared with the clock."""
    appoint(engine)
    kept = dump(engine)
    for hours in range(1, 6):
        assert SqlDoubts(engine).look(NOW + hours * HOUR) == []
    SqlDiary(engine).drop_appointment(LATER, "newsletter", NOW + 5 * HOUR)  # it has gone out

    put_back(engine, kept)

    found = SqlDoubts(engine).look(NOW + 6 * HOUR)
    assert [one.sign.cause for one in found] == [DoubtCause.GAP]


@pytest.mark.parametrize("act", ["appoint", "begin", "both"])
def test_what_a_person_does_first_does_not_hide_that_it_was_put_back(
    engine: Engine, act: str
) -> None:
    """The timer is stopped for that, so the person's commands come before its next look."""
    appoint(engine, "2022-07", NOW + 2 * HOUR)
    SqlDoubts(engine).look(NOW + HOUR)
    later = NOW + 80 * HOUR  # 2022-07 has gone out, and this ledger is put back

    if act != "begin":
        appointment = Appointment(LATER, "d", {}, later + 9 * HOUR, "anna", later)
        SqlDiary(engine).appoint(appointment)
    if act != "appoint":
        ledger = make_planned_ledger(engine, 3)
        ledger.close()
        with writing(engine) as connection:
            row = {"issue": ISSUE, "host": "a", "pid": 1, "began_at": later}
            connection.execute(insert(runs).values(**row, seen_at=later))

    found = [one.sign for one in SqlDoubts(engine).look(later + TICK)]
    assert found == [Sign(DoubtCause.GAP, (NOW + HOUR).isoformat())]


Rows = list[list[dict[str, object]]]  # of every table


def dump(engine: Engine) -> Rows:
    with engine.connect() as connection:
        return [
            [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        ]


def put_back(engine: Engine, kept: Rows) -> None:
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for table, rows in zip(metadata.sorted_tables, kept, strict=True):
            if rows:
                connection.execute(insert(table), rows)
