"""What the ledger knows of the way a dispatch was begun by, on every database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from newsletter.delivery.provider import Accepted, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.control import Appointment, Settlement, WhichUnknown
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.way import Traces, Way
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.subscribers.subscriber import editions_by_preference
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger

RELAY = Way("smtp", "smtp relay.example.org:25")


@pytest.fixture
def ledger(engine: Engine) -> Iterator[SqlLedger]:
    ledger = make_planned_ledger(engine, 3)
    yield ledger
    ledger.close()


@pytest.mark.parametrize("way", [RELAY, Way("outbox", "outbox /site/outbox"), None])
def test_a_plan_keeps_the_way_it_was_begun_by(engine: Engine, way: Way | None) -> None:
    ledger = SqlLedger(engine)
    plan = Plan(ISSUE, "d", {}, NOW, is_limited=False, way=way)
    ledger.freeze(plan, editions_by_preference(None))

    found = ledger.find_plan(ISSUE)

    ledger.close()
    assert found == plan


@pytest.mark.parametrize("way", [RELAY, None])
def test_an_appointment_keeps_the_way_it_is_to_leave_by(engine: Engine, way: Way | None) -> None:
    appointment = Appointment(ISSUE, "d", {}, datetime(2022, 9, 1, tzinfo=UTC), "Kim", NOW, way)
    SqlDiary(engine).appoint(appointment)

    assert SqlDiary(engine).appointments() == [appointment]


@pytest.mark.parametrize(
    ("outcome", "traces"),
    [
        (Accepted("written to 2022-08.1@x.eml"), Traces(written=1)),
        (Accepted("250 2.0.0 queued"), Traces(answered=1)),
        (Accepted("mail.log:17"), Traces(answered=1)),  # what a relay's log shows
        (Deferred("450 later"), Traces(answered=1)),
        (Refused("550 no such user"), Traces(answered=1)),
        (Unknown("connection lost after the content"), Traces(answered=1)),
        (None, Traces(unknown=1)),
    ],
)
def test_an_answer_shows_how_a_letter_left(
    ledger: SqlLedger, outcome: Outcome | None, traces: Traces
) -> None:
    first, *_ = due_ids(ledger)
    assert ledger.begin(first, NOW).wait()
    if outcome:
        ledger.record(first, outcome, NOW if isinstance(outcome, Deferred) else None, NOW)
    ledger.flush()

    assert ledger.find_traces(ISSUE) == traces
    assert ledger.find_traces("2022-09") == Traces()


@pytest.mark.parametrize(
    ("settlement", "traces"),
    [(Settlement.ASSUME_ACCEPTED, Traces(assumed=1)), (Settlement.RESEND, Traces())],
)
def test_what_a_person_has_settled_shows_nothing_of_the_way(
    engine: Engine, ledger: SqlLedger, settlement: Settlement, traces: Traces
) -> None:
    first, *_ = due_ids(ledger)
    assert ledger.begin(first, NOW).wait()
    ledger.flush()
    ledger.end_run()
    SqlDiary(engine).settle(ISSUE, settlement, WhichUnknown(), "Kim", NOW + timedelta(minutes=5))

    assert ledger.find_traces(ISSUE) == traces
