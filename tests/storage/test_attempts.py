"""An outcome belongs to its attempt: who slept while others went on changes nothing of theirs."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import product
from typing import cast

import pytest
from sqlalchemy import Engine, select, update

from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Deferred,
    Outcome,
    Refused,
    Unknown,
)
from newsletter.dispatch.control import PROGRAM, Act, Settlement, WhichUnknown
from newsletter.dispatch.ledger import DeliveryId, Plan
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError
from newsletter.phrases import phrase
from newsletter.storage import recorder
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.processes import this_process
from newsletter.storage.runs import HOLD, SILENT_AFTER
from newsletter.storage.tables import deliveries, runs, subscribers
from newsletter.storage.transitions import (
    Attempt,
    Ending,
    end_some,
    look_again,
    put_deliveries_back,
)
from newsletter.subscribers.subscriber import Standing, editions_by_preference
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, fall_silent, make_planned_ledger

READERS = 5
SECOND = timedelta(seconds=1)
LATE: list[Outcome | None] = [  # None: the connection broke before any content had left
    Accepted("250 2.0.0 Ok"),
    Deferred("421 4.3.0 shutting down", Blame.PROVIDER),
    Deferred("451 4.7.1 greylisted", Blame.TEMPORARY),
    Refused("550 5.1.1 no such user", Blame.RECIPIENT),
    Unknown("connection lost"),
    None,
]
NEWER: list[Outcome | None] = [
    Accepted("250 newer"),
    Deferred("451 newer", Blame.TEMPORARY),
    Refused("550 newer", Blame.TEMPORARY),
    Unknown("newer"),
    None,  # begun, and not answered yet
]


@pytest.fixture
def sleeper(engine: Engine) -> Iterator[SqlLedger]:
    ledger = make_planned_ledger(engine, READERS)
    yield ledger
    ledger.close()


@pytest.fixture
def other(engine: Engine) -> Iterator[SqlLedger]:
    ledger = SqlLedger(engine)
    yield ledger
    ledger.close()


def settle(engine: Engine, settlement: Settlement = Settlement.RESEND) -> int:
    return SqlDiary(engine).settle(ISSUE, settlement, WhichUnknown(), "Kim", NOW)


def put_to_sleep(engine: Engine, sleeper: SqlLedger) -> DeliveryId:
    """Let a run begin a letter and sleep; then let a person settle it, to be sent again."""
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    fall_silent(engine)
    assert settle(engine) == 1
    return first


def answer(ledger: SqlLedger, delivery: DeliveryId, outcome: Outcome | None) -> None:
    """Enter an answer, or that nothing had left."""
    if outcome is None:
        ledger.put_back(delivery)
    else:
        due_at = NOW if isinstance(outcome, Deferred) else None
        ledger.record(delivery, outcome, due_at, NOW)
    ledger.flush()


def row_of(engine: Engine, delivery: DeliveryId) -> tuple[object, ...]:
    with engine.connect() as connection:
        query = select(deliveries).where(deliveries.c.id == delivery)
        return tuple(connection.execute(query).one())


@pytest.mark.parametrize(("late", "newer"), list(product(LATE, NEWER)))
def test_no_late_answer_changes_what_another_run_has_begun_since(
    engine: Engine,
    sleeper: SqlLedger,
    other: SqlLedger,
    late: Outcome | None,
    newer: Outcome | None,
) -> None:
    first = put_to_sleep(engine, sleeper)
    other.begin_run(ISSUE)
    assert other.begin(first, NOW).wait()
    if newer is not None:
        answer(other, first, newer)
    before = row_of(engine, first)

    answer(sleeper, first, late)

    assert row_of(engine, first) == before


@pytest.mark.parametrize(("late", "settlement"), list(product(LATE, Settlement)))
def test_no_late_answer_changes_what_a_person_has_settled(
    engine: Engine, sleeper: SqlLedger, late: Outcome | None, settlement: Settlement
) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    fall_silent(engine)
    assert settle(engine, settlement) == 1
    before = row_of(engine, first)

    answer(sleeper, first, late)

    assert row_of(engine, first) == before


def test_an_answer_that_came_late_stands_in_the_diary(engine: Engine, sleeper: SqlLedger) -> None:
    first = put_to_sleep(engine, sleeper)

    answer(sleeper, first, Accepted("250 2.0.0 Ok"))

    note = SqlDiary(engine).notes(ISSUE)[-1]
    assert (note.act, note.by) == (Act.LATE_ANSWER, PROGRAM)
    assert note.words == phrase(
        "storage.late-answer", delivery=first, state=State.ACCEPTED.said, answer="250 2.0.0 Ok"
    )
    assert str(note.words) == f"delivery {first}: accepted, 250 2.0.0 Ok"


def test_a_late_word_that_a_mailbox_is_gone_suppresses_nobody(
    engine: Engine, sleeper: SqlLedger, other: SqlLedger
) -> None:
    """The newer letter was taken, so the mailbox is there."""
    first = put_to_sleep(engine, sleeper)
    other.begin_run(ISSUE)
    assert other.begin(first, NOW).wait()
    answer(other, first, Accepted("250 newer"))

    answer(sleeper, first, Refused("550 5.1.1 no such user", Blame.RECIPIENT))

    with engine.connect() as connection:
        standings = set(connection.execute(select(subscribers.c.standing)).scalars())
    assert standings == {Standing.ACTIVE}


def test_a_late_answer_keeps_no_other_out_of_its_commit(engine: Engine, sleeper: SqlLedger) -> None:
    first, second, third, *_ = due_ids(sleeper)
    for one in (first, second, third):
        assert sleeper.begin(one, NOW).wait()
    fall_silent(engine)
    SqlDiary(engine).settle(ISSUE, Settlement.RESEND, WhichUnknown("r1@example.org"), "Kim", NOW)

    for one in (first, second, third):
        sleeper.record(one, Accepted("250 2.0.0 Ok"), None, NOW)
    sleeper.flush()

    tally = sleeper.tally(ISSUE)
    assert (tally.of(State.ACCEPTED), tally.of(State.PENDING)) == (2, READERS - 2)


def sent_by_another(engine: Engine, first: DeliveryId, other: SqlLedger) -> None:
    other.begin_run(ISSUE)
    assert other.begin(first, NOW).wait()
    answer(other, first, Accepted("250 newer"))


def assumed(engine: Engine, first: DeliveryId, other: SqlLedger) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(deliveries).where(deliveries.c.id == first).values(state="accepted")
        )


def left_to_be_sent(engine: Engine, first: DeliveryId, other: SqlLedger) -> None:
    """Nobody has sent it again yet; somebody will."""


@pytest.mark.parametrize("meanwhile", [sent_by_another, assumed, left_to_be_sent])
def test_a_letter_that_was_only_announced_is_not_sent_by_whoever_wakes_too_late(
    engine: Engine,
    sleeper: SqlLedger,
    other: SqlLedger,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Engine, DeliveryId, SqlLedger], None],
) -> None:
    monkeypatch.setattr("newsletter.storage.recorder.FRESH_S", 0)
    first, second, *_ = due_ids(sleeper)
    announced, kept = sleeper.begin(first, NOW), sleeper.begin(second, NOW)
    assert (announced.wait(), kept.wait()) == (True, True)
    fall_silent(engine)
    SqlDiary(engine).settle(ISSUE, Settlement.RESEND, WhichUnknown("r0@example.org"), "Kim", NOW)
    meanwhile(engine, first, other)
    before = row_of(engine, first)

    assert (announced.wait(), kept.wait()) == (False, True)

    assert row_of(engine, first) == before


def test_what_a_living_run_may_be_answered_for_is_not_settled(
    engine: Engine, sleeper: SqlLedger
) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()

    assert settle(engine) == 0

    [living] = SqlDiary(engine).living_runs(ISSUE)
    assert living.process == this_process()
    assert sleeper.tally(ISSUE).of(State.UNKNOWN) == 1
    answer(sleeper, first, Accepted("250 2.0.0 Ok"))
    assert sleeper.tally(ISSUE).of(State.ACCEPTED) == 1


def describe(engine: Engine, **values: object) -> None:
    """Write into the row of every run what another machine or time would have written."""
    with engine.begin() as connection:
        connection.execute(update(runs).values(**values))


def ended_process() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_run_is_waited_for_as_long_as_it_may_live(engine: Engine, sleeper: SqlLedger) -> None:
    """Elsewhere nobody can look at a process: what counts is its last sign of life."""
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    with engine.begin() as connection:
        seen_at = connection.execute(select(runs.c.seen_at)).scalar_one()

    describe(engine, host="elsewhere.example.org", seen_at=seen_at - HOLD - SECOND)
    assert settle(engine) == 0
    describe(engine, seen_at=seen_at - SILENT_AFTER - SECOND)
    assert settle(engine) == 1


@pytest.mark.parametrize("started", ["another 1", None])
def test_a_process_of_this_machine_that_is_gone_is_not_waited_for(
    engine: Engine, sleeper: SqlLedger, started: str | None
) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    here = this_process().started or ""
    ticks = started and f"{started.split()[1]} {here.partition(' ')[2]}"

    describe(engine, pid=ended_process(), process_started=ticks)

    assert settle(engine) == 1


def test_the_next_owner_of_a_process_number_is_not_the_run(
    engine: Engine, sleeper: SqlLedger
) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    here = this_process().started or ""

    describe(engine, pid=os.getpid(), process_started=f"1 {here.partition(' ')[2]}")

    assert settle(engine) == 1


def test_the_same_number_in_another_container_proves_nothing(
    engine: Engine, sleeper: SqlLedger
) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    ticks, boot, _ = (this_process().started or "").split()

    describe(engine, pid=ended_process(), process_started=f"{ticks} {boot} pid:[1]")

    assert settle(engine) == 0


def test_what_is_from_before_runs_were_kept_can_be_settled(
    engine: Engine, sleeper: SqlLedger
) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()
    with engine.begin() as connection:
        connection.execute(update(deliveries).values(run_id=None, attempt=None))

    assert settle(engine) == 1


def test_a_run_that_has_ended_is_not_waited_for(engine: Engine, sleeper: SqlLedger) -> None:
    [first, *_] = due_ids(sleeper)
    assert sleeper.begin(first, NOW).wait()

    sleeper.end_run()

    assert settle(engine) == 1


def test_a_run_that_keeps_its_hold_is_seen_to_live(engine: Engine, sleeper: SqlLedger) -> None:
    fall_silent(engine)
    assert SqlDiary(engine).living_runs(ISSUE) == []

    sleeper.lease(ISSUE, "here:1", NOW, lambda _: False)

    assert len(SqlDiary(engine).living_runs(ISSUE)) == 1


def test_runs_of_another_issue_keep_nobody_waiting(engine: Engine, sleeper: SqlLedger) -> None:
    assert SqlDiary(engine).living_runs("2022-09") == []


@pytest.mark.parametrize("is_planned_anew", [False, True])
def test_a_run_whose_plan_is_gone_when_it_wakes_may_not_go_on(
    engine: Engine, *, is_planned_anew: bool
) -> None:
    """A rehearsal slept until the issue had been planned in earnest."""
    sleeper = make_planned_ledger(engine, READERS)
    other = SqlLedger(engine)
    assert other.discard_untouched(ISSUE)
    if is_planned_anew:
        later = NOW + SECOND
        other.freeze(Plan(ISSUE, "e" * 64, {}, later), editions_by_preference(None))

    with raises(UnfinishedError, "storage.plan-gone"):
        sleeper.lease(ISSUE, "here:1", NOW, lambda _: False)

    plan = other.find_plan(ISSUE)
    assert (plan.digest if plan else None) == ("e" * 64 if is_planned_anew else None)


def test_a_process_that_slept_between_a_commit_and_its_answer_asks_again(
    engine: Engine, sleeper: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop often comes just there: while a commit waits for the disk, the process does."""
    passed_s = 0.0
    release = recorder._release

    def sleep_and_release(events: Sequence[recorder.Event], decided_at: float) -> None:
        nonlocal passed_s
        if any(isinstance(one, recorder.Beginning) for one in events):
            passed_s += 600
            fall_silent(engine)
            assert settle(engine) == 1
        release(events, decided_at)

    # The clock and the place of the sleep: nobody can stop a thread at just this line.
    monkeypatch.setattr(recorder, "ticks", lambda: passed_s)
    monkeypatch.setattr(recorder, "_release", sleep_and_release)
    [first, *_] = due_ids(sleeper)

    assert not sleeper.begin(first, NOW).wait()

    assert sleeper.tally(ISSUE).of(State.PENDING) == READERS


@pytest.mark.parametrize("act", ["end", "put back", "look again"])
def test_an_earlier_begin_of_the_same_run_changes_nothing_of_a_later_one(
    engine: Engine, sleeper: SqlLedger, act: str
) -> None:
    """The number tells them apart: a run may begin again what somebody settled meanwhile."""
    [delivery, *_] = due_ids(sleeper)
    sleeper.begin_run(ISSUE)
    assert sleeper.begin(delivery, NOW).wait()
    mine = deliveries.c.id == delivery
    with engine.begin() as connection:
        row = connection.execute(select(deliveries.c.run_id, deliveries.c.attempt).where(mine))
        run, number = row.one()
        connection.execute(update(deliveries).where(mine).values(attempt=number + 1))
        earlier = Attempt(delivery=delivery, run=run, number=number)
        ending = {"new_state": State.ACCEPTED, "new_answer": "250", "new_due_at": None}
        match act:
            case "end":
                late = cast("Ending", {**earlier, **ending, "now": NOW, "uncounted": 0})
                assert end_some(connection, [late]) == set()
            case "put back":
                put_deliveries_back(connection, [earlier])
            case _:
                assert look_again(connection, [earlier]) == set()
        state = connection.execute(select(deliveries.c.state).where(mine)).scalar_one()

    assert state == State.UNKNOWN
