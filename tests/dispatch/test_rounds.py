"""A run, round after round: halts, waits, repeats, and states that always add up."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine as Database
from sqlalchemy import update

from newsletter.delivery.provider import (
    Accepted,
    Blame,
    Capabilities,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.clock import SteadyClock
from newsletter.dispatch.control import PROGRAM, Act
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage
from newsletter.dispatch.retry import ATTEMPTS_MAX
from newsletter.dispatch.rounds import Ending, Rounds, RunOptions, RunParts, settle_repeats
from newsletter.dispatch.runs import RunEnd, RunOrder
from newsletter.dispatch.states import State
from newsletter.errors import ProviderError, UnfinishedError
from newsletter.issue.pace import Pace, Rate
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.tables import subscribers
from newsletter.subscribers.subscriber import Standing
from tests.dispatch.makers import ISSUE, NOW, FastClock, counts, make_database, write
from tests.dispatch.stand_ins import HOLDER, RecordingWatcher, ScriptedProvider
from tests.saying import raises

SEOUL = ZoneInfo("Asia/Seoul")
READERS = 30
Answer = Callable[[Envelope], Outcome | Unsent | BaseException]


class Went(NamedTuple):
    """What came of a run."""

    provider: ScriptedProvider
    watcher: RecordingWatcher
    ending: Ending


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path, [f"r{number}@example.org" for number in range(READERS)])
    yield database
    database.dispose()


def make_parts(
    database: Database, ledger: SqlLedger, provider: ScriptedProvider, clock: FastClock
) -> RunParts:
    return RunParts(
        issue=ISSUE,
        ledger=ledger,
        diary=SqlDiary(database),
        provider=provider,
        write=write,
        clock=SteadyClock(clock, clock.ticks),
        pace=Pace(),
        zone=SEOUL,
        connections=2,
        watcher=RecordingWatcher(),
        sleep=clock.sleep,
    )


def run(
    database: Database,
    answer: Answer,
    options: RunOptions | None = None,
    pace: Pace | None = None,
    clock: FastClock | None = None,
    *,
    connections: int = 2,
    watcher: RecordingWatcher | None = None,
) -> Went:
    provider, watcher = ScriptedProvider(answer), watcher or RecordingWatcher()
    with closing(SqlLedger(database)) as ledger:
        parts = replace(
            make_parts(database, ledger, provider, clock or FastClock()),
            pace=pace or Pace(),
            connections=connections,
            watcher=watcher,
        )
        lease = IssueLease(ledger, ISSUE, parts.clock, HOLDER)
        ending = Rounds(parts, options or RunOptions(), lease).run()
    return Went(provider, watcher, ending)


@pytest.mark.parametrize("act", ["pause", "cancel"])
def test_a_pause_or_cancelling_from_elsewhere_is_obeyed_within_two_seconds(
    database: Database, act: str
) -> None:
    clock = FastClock(speed=1.0)

    def decide_at_the_third(envelope: Envelope) -> Outcome:
        if envelope.key == 3:
            diary = SqlDiary(database)
            (diary.pause if act == "pause" else diary.cancel)(ISSUE, "Kim", "a mistake", clock())
        return Accepted("ok")

    went = run(
        database,
        decide_at_the_third,
        pace=Pace(rate=Rate(4, timedelta(seconds=1))),  # so 8 letters are 2 seconds
        clock=clock,
    )

    states = counts(database)
    assert 3 <= states[State.ACCEPTED] <= 3 + 8
    assert State.UNKNOWN not in states
    halt = went.ending.halt
    assert halt
    assert (halt.by, halt.because) == ("Kim", "a mistake")
    assert (halt.act is Act.CANCELLED) == (act == "cancel")
    if act == "cancel":
        assert states[State.SKIPPED] + states[State.ACCEPTED] == READERS


@pytest.mark.parametrize("waits", [True, False])
def test_a_watcher_who_wants_the_run_to_end_is_obeyed(database: Database, *, waits: bool) -> None:
    watcher = RecordingWatcher()
    watcher.stops_after = 3

    def answer(envelope: Envelope) -> Outcome:
        assert envelope.key <= 3 or watcher.has_stopped.wait(10)
        return Accepted("ok") if envelope.key % 2 else Deferred("450 greylisted")

    went = run(database, answer, RunOptions(waits=waits), connections=1, watcher=watcher)

    states = counts(database)
    assert states[State.PENDING] >= READERS - 5
    assert went.ending == Ending(RunEnd.STOPPED)
    assert not watcher.waits


def test_a_run_that_waits_sends_the_deferred_when_they_are_due(database: Database) -> None:
    tries: Counter[int] = Counter()

    def greylist(envelope: Envelope) -> Outcome:
        tries[envelope.key] += 1
        return Accepted("ok") if tries[envelope.key] == 3 else Deferred("450 greylisted")

    went = run(database, greylist, RunOptions(waits=True))

    assert counts(database) == {State.ACCEPTED: READERS}
    assert set(tries.values()) == {3}
    assert went.watcher.waits[0].why == phrase("dispatch.deferred", count=30)
    assert went.watcher.shown_s


def test_a_run_that_does_not_wait_leaves_the_deferred_to_the_next(database: Database) -> None:
    went = run(database, lambda _: Deferred("450 greylisted"))

    assert counts(database) == {State.DEFERRED: READERS}
    assert set(went.provider.sent.values()) == {1}
    assert went.ending == Ending(RunEnd.HELD)


def test_a_domain_that_pauses_is_named_when_it_ends_a_run(database: Database) -> None:
    answers: Iterator[Outcome] = iter([Accepted("ok"), Deferred("421 4.7.28", Blame.SENDER)])

    held = run(database, lambda _: next(answers), connections=1).ending.held

    assert held
    assert str(held.why) == "example.org is paused"
    assert NOW < held.at < NOW + timedelta(hours=1)


def test_a_run_that_waits_gives_up_after_a_day_what_was_never_taken(database: Database) -> None:
    tries: Counter[int] = Counter()

    def full(envelope: Envelope) -> Outcome:
        tries[envelope.key] += 1
        return Deferred("452 mailbox full")

    run(database, full, RunOptions(waits=True), clock=FastClock(speed=1.0))

    assert counts(database) == {State.REFUSED: READERS}
    assert set(tries.values()) == {ATTEMPTS_MAX}


def test_a_run_that_waits_goes_on_with_a_domain_after_its_pause(database: Database) -> None:
    answers = iter([Deferred("421 4.7.28", Blame.SENDER)])

    run(database, lambda _: next(answers, Accepted("ok")), RunOptions(waits=True))

    assert counts(database) == {State.ACCEPTED: READERS}


def test_a_sender_whom_the_only_domain_never_takes_ends_even_a_run_that_waits(
    database: Database,
) -> None:
    with raises(ProviderError, "dispatch.sender-refused"):
        run(
            database,
            lambda _: Deferred("550 5.7.1 blocked", Blame.SENDER),
            RunOptions(waits=True),
            connections=1,
        )

    states = counts(database)
    assert states[State.DEFERRED] + states.get(State.PENDING, 0) == READERS


def test_a_quota_that_is_used_up_ends_a_run_and_one_that_waits_goes_on_when_it_may(
    database: Database,
) -> None:
    pace = Pace(quotas=(Rate(20, timedelta(hours=1)),))
    clock = FastClock()
    held = run(database, lambda _: Accepted("ok"), pace=pace, clock=clock).ending.held
    assert counts(database) == {State.ACCEPTED: 20, State.PENDING: 10}

    run(database, lambda _: Accepted("ok"), RunOptions(waits=True), pace, clock)

    assert counts(database) == {State.ACCEPTED: READERS}
    assert held
    assert "is used up" in str(held.why)
    assert timedelta(minutes=50) < held.at - NOW < timedelta(hours=3)


def test_a_limit_counts_over_all_rounds(database: Database) -> None:
    tries: Counter[int] = Counter()

    def greylist(envelope: Envelope) -> Outcome:
        tries[envelope.key] += 1
        return Accepted("ok") if tries[envelope.key] == 2 else Deferred("450 greylisted")

    run(database, greylist, RunOptions(limit=15, waits=True))

    assert tries.total() == 15


def test_a_canary_that_was_answered_by_an_earlier_run_is_not_awaited_again(
    database: Database,
) -> None:
    run(database, lambda _: Accepted("ok"), RunOptions(limit=10), Pace(canary=10))

    # Each of the first ten would be an error, were they a canary.
    run(database, lambda e: Refused("550") if e.key < 15 else Accepted("ok"), pace=Pace(canary=10))

    assert counts(database) == {State.ACCEPTED: 26, State.REFUSED: 4}


def test_a_wall_clock_put_back_an_hour_does_not_stall_a_run_that_waits(database: Database) -> None:
    clock = FastClock(speed=1.0)
    provider = ScriptedProvider()
    tries: Counter[int] = Counter()
    jump = timedelta(0)

    def greylist(envelope: Envelope) -> Outcome:
        nonlocal jump
        jump = timedelta(hours=1)
        tries[envelope.key] += 1
        return Accepted("ok") if tries[envelope.key] == 2 else Deferred("450 greylisted")

    provider.answer = greylist
    steady = SteadyClock(lambda: clock() - jump, clock.ticks)
    with closing(SqlLedger(database)) as ledger:
        parts = replace(make_parts(database, ledger, provider, clock), clock=steady)
        Rounds(parts, RunOptions(waits=True), IssueLease(ledger, ISSUE, steady, HOLDER)).run()

    assert counts(database) == {State.ACCEPTED: READERS}
    assert clock.ticks() < 3600
    assert set(tries.values()) == {2}


@pytest.mark.parametrize("standing", [Standing.UNSUBSCRIBED, Standing.SUPPRESSED])
def test_a_reader_who_leaves_during_the_dispatch_gets_nothing(
    database: Database, standing: Standing
) -> None:
    def strike_the_last(envelope: Envelope) -> Outcome:
        if envelope.key == 3:
            with database.begin() as connection:
                connection.execute(
                    update(subscribers)
                    .where(subscribers.c.address_key == "r29@example.org")
                    .values(standing=standing.value)
                )
        return Accepted("ok")

    provider = run(database, strike_the_last, connections=1).provider

    assert "r29@example.org" not in provider.sent
    assert counts(database) == {State.ACCEPTED: READERS - 1, State.SKIPPED: 1}
    [entry] = SqlLedger(database).entries(ISSUE, State.SKIPPED)
    assert str(entry.answer) == f"{standing} after planning"


@pytest.mark.parametrize(
    ("window", "again"),
    [(timedelta(hours=24), {2, 3}), (timedelta(minutes=30), {3}), (None, set())],
)
def test_d2_what_is_unknown_goes_again_only_while_the_provider_recognises_it(
    database: Database, window: timedelta | None, again: set[int]
) -> None:
    ages = {1: timedelta(hours=25), 2: timedelta(hours=2), 3: timedelta(minutes=5)}
    with closing(SqlLedger(database)) as ledger:
        ledger.begin_run(ISSUE, RunOrder("Kim", "kim@host", NOW, "by test", "1", "key", ""))
        for key, age in ages.items():
            assert ledger.begin(DeliveryId(key), NOW - age).wait()
            ledger.flush()
        ledger.end_run()
        provider = ScriptedProvider(can=Capabilities(repeats=window))

        settle_repeats(make_parts(database, ledger, provider, FastClock(speed=1.0)))

        due = {
            delivery.id for delivery in ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 99))
        }
    notes = SqlDiary(database).notes(ISSUE)
    assert due & set(ages) == again
    assert [(note.act, note.by) for note in notes if note.act is Act.SETTLED] == (
        [(Act.SETTLED, PROGRAM)] if again else []
    )


ANSWERS: list[Outcome | Unsent] = [
    Accepted("ok"),
    Accepted("ok"),
    Accepted("ok"),
    Deferred("450 later"),
    Deferred("421 4.7.28", Blame.SENDER),
    Deferred("429", Blame.PROVIDER),
    Deferred("552 5.3.4", Blame.MESSAGE),
    Refused("550 5.1.1"),
    Unknown("cut off"),
    Unsent("connection lost"),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(ANSWERS), max_size=25), st.integers(1, 4), st.integers(0, 5))
def test_whatever_is_answered_the_states_add_up_and_nobody_gets_two(
    answers: list[Outcome | Unsent], connections: int, canary: int
) -> None:
    taken: Counter[str] = Counter()
    script = iter(answers)

    def answer(envelope: Envelope) -> Outcome | Unsent:
        outcome = next(script, Accepted("ok"))
        taken[envelope.recipient] += isinstance(outcome, Accepted | Unknown)
        return outcome

    with tempfile.TemporaryDirectory() as folder:
        readers = [f"r{number}@d{number % 3}.example" for number in range(12)]
        database = make_database(Path(folder), readers)
        for _ in range(3):
            with suppress(UnfinishedError, ProviderError):
                run(
                    database, answer, RunOptions(canary=canary, waits=True), connections=connections
                )
            assert sum(counts(database).values()) == 12
            SqlDiary(database).resume(ISSUE, "Kim", NOW)

        states = counts(database)
        tally = SqlLedger(database).tally(ISSUE)
        assert tally.planned == 12
        assert max(taken.values()) <= 1
        assert states.get(State.ACCEPTED, 0) + states.get(State.UNKNOWN, 0) == taken.total()
        database.dispose()
