"""What somebody else knows to be taken is accepted, and nothing else is touched."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from newsletter.dispatch.evidence import Evidence
from newsletter.dispatch.ledger import DeliveryId, Plan
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.settling import SqlSettling
from newsletter.storage.tables import deliveries, notes, runs
from newsletter.subscribers.subscriber import editions_by_preference
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger

LATER = NOW + timedelta(hours=1)
OPEN = [State.PENDING, State.DEFERRED, State.UNKNOWN]
CLOSED = [State.ACCEPTED, State.REFUSED, State.SKIPPED]


def put(engine: Engine, ledger: SqlLedger, *states: State) -> dict[State, int]:
    """Bring one delivery into each of *states*; return their ids."""
    ids = dict(zip(states, due_ids(ledger), strict=True))
    with engine.begin() as connection:
        for state, number in ids.items():
            connection.execute(
                update(deliveries).where(deliveries.c.id == number).values(state=state, due_at=NOW)
            )
    return {state: int(number) for state, number in ids.items()}


def evidence(ids: Iterable[int], issue: str = ISSUE) -> Evidence:
    answers = {DeliveryId(number): f"confirmed by mail.log:{number}" for number in ids}
    return Evidence(issue, answers, "anna", "confirmed by mail.log")


@pytest.mark.parametrize("state", [*OPEN, *CLOSED])
def test_only_what_is_open_is_accepted(engine: Engine, state: State) -> None:
    ledger = make_planned_ledger(engine, readers=1)
    ids = put(engine, ledger, state)

    count = SqlSettling(engine).accept(evidence(ids.values()), LATER)

    [line] = [line for one in State for line in ledger.entries(ISSUE, one)]
    ledger.close()
    if state in OPEN:
        assert (count, line.state, line.answered_at, line.due_at) == (1, "accepted", LATER, None)
        assert line.answer == f"confirmed by mail.log:{ids[state]}"
    else:
        assert (count, line.state) == (0, state)


def test_the_note_tells_how_many_and_where_from_in_the_same_commit(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, readers=3)
    ids = put(engine, ledger, *OPEN)
    ledger.close()

    SqlSettling(engine).accept(evidence(ids.values()), LATER)
    SqlSettling(engine).accept(evidence(ids.values()), LATER)  # nothing is open any more

    [note] = SqlDiary(engine).notes(ISSUE)
    assert (note.act, note.by, note.at) == ("settled", "anna", LATER)
    assert note.words == phrase("storage.note-found", deliveries=3, because="confirmed by mail.log")
    assert str(note.words) == "3 × accepted, confirmed by mail.log"


def test_what_is_foreseen_of_a_plan_is_what_it_would_be_and_nothing_stays(engine: Engine) -> None:
    make_planned_ledger(engine, readers=3).close()
    ledger, settling = SqlLedger(engine), SqlSettling(engine)
    plan = Plan("2022-09", "e" * 64, {}, NOW)
    editions = editions_by_preference(None)

    foreseen = settling.foresee(plan, editions)
    again = settling.foresee(plan, editions)

    assert ledger.find_plan("2022-09") is None
    assert list(settling.find_open("2022-09")) == []
    ledger.freeze(plan, editions)
    made = list(settling.find_open("2022-09"))
    assert len(made) == 3
    assert [(one.key, one.delivery.message_name) for one in made] == [
        (one.key, one.delivery.message_name) for one in foreseen
    ]
    assert [one.key for one in again] == [one.key for one in foreseen]
    with raises(UnfinishedError, "storage.begun-elsewhere"):
        settling.foresee(plan, editions)
    ledger.close()


def test_a_delivery_of_another_issue_is_not_touched(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, readers=1)
    ids = due_ids(ledger)

    assert SqlSettling(engine).accept(evidence(ids, "2022-09"), LATER) == 0
    ledger.close()
    with engine.connect() as connection:
        assert connection.execute(select(notes)).all() == []


def test_a_plan_of_which_a_log_knows_a_letter_is_never_replaced(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, readers=2)
    first, _ = due_ids(ledger)

    SqlSettling(engine).accept(evidence([first]), LATER)

    assert not ledger.is_untouched(ISSUE)
    assert not ledger.discard_untouched(ISSUE)
    ledger.close()


@pytest.mark.parametrize(("has_ended", "count"), [(False, 0), (True, 1)])
def test_what_a_run_may_still_answer_for_is_left_to_it(
    engine: Engine, has_ended: bool, count: int
) -> None:
    ledger = make_planned_ledger(engine, readers=1)
    [number] = due_ids(ledger)
    with engine.begin() as connection:
        [run] = connection.execute(
            insert(runs).values(
                issue=ISSUE,
                host="relay",
                pid=1,
                began_at=NOW,
                seen_at=datetime.now(UTC),
                ended_at=NOW if has_ended else None,
            )
        ).inserted_primary_key  # type: ignore[misc]  # one column
        connection.execute(update(deliveries).values(state=State.UNKNOWN, run_id=run, attempt=1))
    settling = SqlSettling(engine)

    assert [one.is_busy for one in settling.find_open(ISSUE)] == [not has_ended]
    assert settling.accept(evidence([number]), LATER) == count
    ledger.close()


def test_open_deliveries_come_in_the_order_they_were_planned_due_or_not(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, readers=6)
    put(engine, ledger, *OPEN, *CLOSED)
    with engine.begin() as connection:
        connection.execute(update(deliveries).values(due_at=NOW + timedelta(days=9)))
    ledger.close()

    found = list(SqlSettling(engine).find_open(ISSUE))

    assert [one.state for one in found] == OPEN
    assert [one.key for one in found] == ["r0@example.org", "r1@example.org", "r2@example.org"]
    assert [one.delivery.address for one in found] == [one.key for one in found]
