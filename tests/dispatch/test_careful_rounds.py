"""A run by what the publication says of care, and a run that waits: halted, and held."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import select

from newsletter.delivery.provider import Accepted, Deferred, Refused
from newsletter.dispatch.clock import SteadyClock
from newsletter.dispatch.control import Act
from newsletter.dispatch.lease import AGAIN_AFTER, IssueLease
from newsletter.dispatch.rounds import Ending, Rounds, RunOptions
from newsletter.dispatch.states import State
from newsletter.issue.pace import REFUSALS_OF, Pace
from newsletter.message.envelope import Envelope
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.runs import HOLD
from newsletter.storage.tables import dispatches
from tests.dispatch.makers import ISSUE, FakeClock, FastClock, counts, make_database
from tests.dispatch.stand_ins import HOLDER, ScriptedProvider
from tests.dispatch.test_rounds import make_parts, run

NOBODY = Refused("550 5.1.1 no such user")
OTHER = "otherhost.example.org:4711"
SECOND = timedelta(seconds=1)
LATER = Deferred("450 greylisted")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    readers = [f"r{number}@example.org" for number in range(REFUSALS_OF)]
    database = make_database(tmp_path, readers)
    yield database
    database.dispose()


def refuse_the_first(count: int) -> Callable[[Envelope], Accepted | Refused]:
    return lambda envelope: NOBODY if envelope.key <= count else Accepted("ok")


def wait_until_held(database: Database, until: datetime) -> None:
    """Give a run the time to look at its clock, which takes it a tenth of a second."""
    for _ in range(500):
        with database.connect() as connection:
            held_until = connection.execute(select(dispatches.c.held_until)).scalar_one()
        if held_until and held_until >= until:
            return
        time.sleep(0.01)


def wait(database: Database, clock: FakeClock, sleep: Callable[[float], None]) -> Ending:
    """Send by this clock to servers that put everybody off, and wait by this sleep."""
    provider = ScriptedProvider(lambda _: LATER)
    with closing(SqlLedger(database)) as ledger:
        steady = SteadyClock(clock, clock.ticks)
        parts = make_parts(database, ledger, provider, FastClock())
        parts = replace(parts, clock=steady, sleep=sleep)
        lease = IssueLease(ledger, ISSUE, steady, HOLDER)
        return Rounds(parts, RunOptions(waits=True), lease).run()


def test_the_canary_of_the_publication_is_awaited_by_a_run_that_names_none(
    database: Database,
) -> None:
    halt = run(database, refuse_the_first(4), pace=Pace(canary=20)).ending.halt

    assert halt == SqlDiary(database).find_halt(ISSUE)
    assert halt
    assert "4 of the first 20 emails met an error" in str(halt.because)
    assert counts(database) == {
        State.ACCEPTED: 16,
        State.REFUSED: 4,
        State.PENDING: REFUSALS_OF - 20,
    }


def test_the_share_of_refusals_that_the_publication_bears_is_borne(database: Database) -> None:
    run(database, refuse_the_first(6), pace=Pace(refusals_percent=3), connections=1)

    assert counts(database) == {State.ACCEPTED: REFUSALS_OF - 6, State.REFUSED: 6}


def test_one_refusal_more_than_the_publication_bears_pauses_the_issue(database: Database) -> None:
    pace = Pace(refusals_percent=3)
    halt = run(database, refuse_the_first(7), pace=pace, connections=1).ending.halt

    assert halt
    assert "more than the limit of 3 % of 200" in str(halt.because)
    states = counts(database)
    assert states[State.REFUSED] == 7
    assert states[State.PENDING] > REFUSALS_OF / 2


@pytest.mark.parametrize("act", ["pause", "cancel"])
def test_a_halt_is_obeyed_at_once_by_a_run_that_counts_down(database: Database, act: str) -> None:
    clock = FakeClock()
    slept: list[float] = []

    def decide_in_the_first_second(seconds: float) -> None:
        if not slept:
            diary = SqlDiary(database)
            (diary.pause if act == "pause" else diary.cancel)(ISSUE, "Kim", "a mistake", clock())
        slept.append(seconds)
        clock.move(seconds)

    halt = wait(database, clock, decide_in_the_first_second).halt

    assert halt
    assert (halt.act, halt.by, halt.because) == (
        Act.PAUSED if act == "pause" else Act.CANCELLED,
        "Kim",
        "a mistake",
    )
    assert len(slept) <= 2
    left = State.DEFERRED if act == "pause" else State.SKIPPED
    assert counts(database) == {left: REFUSALS_OF}


def test_a_run_that_counts_down_keeps_others_from_the_issue(database: Database) -> None:
    clock = FakeClock()
    asked = SqlLedger(database)
    taken_at: list[float] = []
    started = clock.ticks()

    def ask_for_the_issue(seconds: float) -> None:
        clock.move(seconds)
        if asked.lease(ISSUE, OTHER, clock(), lambda _: False) is None:
            taken_at.append(clock.ticks() - started)
            asked.release(ISSUE, OTHER)
        if clock.ticks() - started > 2 * (HOLD + AGAIN_AFTER).total_seconds():
            SqlDiary(database).pause(ISSUE, "Kim", "the test is over", clock())

    halt = wait(database, clock, ask_for_the_issue).halt

    assert halt
    assert halt.because == "the test is over"
    assert taken_at == []


def test_a_run_that_sends_slowly_keeps_others_from_the_issue(database: Database) -> None:
    clock = FakeClock()
    ledger = SqlLedger(database)
    taken_by: list[int] = []

    def take_half_a_minute(envelope: Envelope) -> Accepted:
        clock.move((AGAIN_AFTER + SECOND).total_seconds())
        wait_until_held(database, clock() + HOLD)
        if ledger.lease(ISSUE, OTHER, clock(), lambda _: False) is None:
            taken_by.append(envelope.key)
        return Accepted("ok")

    provider = ScriptedProvider(take_half_a_minute)
    with closing(SqlLedger(database)) as sent:
        steady = SteadyClock(clock, clock.ticks)
        parts = make_parts(database, sent, provider, FastClock())
        parts = replace(parts, clock=steady, connections=1)
        Rounds(parts, RunOptions(limit=6), IssueLease(sent, ISSUE, steady, HOLDER)).run()

    assert taken_by == []
    assert counts(database)[State.ACCEPTED] == 6
