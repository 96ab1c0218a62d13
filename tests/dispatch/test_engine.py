"""The engine: every delivery once, whatever providers and ledgers do."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from newsletter.delivery.provider import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.engine import BROKEN_MAX, Engine
from newsletter.dispatch.feed import TRIES_PER_RUN, Feed
from newsletter.dispatch.ledger import Delivery, DeliveryId, LetterId
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError, ProviderBusy, ProviderError, UnfinishedError
from newsletter.message.envelope import Envelope
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.recorder import RecordedBegin
from tests.dispatch.makers import ISSUE, NOW, counts, make_database, write
from tests.dispatch.stand_ins import ScriptedProvider

READERS = 40


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path, [f"r{number}@example.org" for number in range(READERS)])
    yield database
    database.dispose()


def make_engine(
    provider: ScriptedProvider,
    ledger: SqlLedger,
    limit: int | None = None,
    render: Callable[[Delivery], Envelope] = write,
) -> Engine:
    feed = Feed(ledger, ISSUE, render, lambda: NOW, limit)
    return Engine(provider, ledger, feed, lambda: NOW)


def send(
    provider: ScriptedProvider, database: Database, connections: int = 4, limit: int | None = None
) -> tuple[RunCounts, dict[State, int]]:
    ledger = SqlLedger(database)
    try:
        run = make_engine(provider, ledger, limit).send(connections, lambda _: None)
    finally:
        ledger.close()
    return run, counts(database)


def test_every_reader_gets_the_issue_once_over_several_connections(database: Database) -> None:
    provider = ScriptedProvider(messages_per_connection=7)

    run, states = send(provider, database)
    again, _ = send(provider, database)

    assert states == {State.ACCEPTED: READERS}
    assert set(provider.sent.values()) == {1}
    assert (run.answered, again.answered) == (READERS, 0)
    assert provider.closed == provider.connections


def test_a_limit_is_kept_and_the_next_run_goes_on(database: Database) -> None:
    provider = ScriptedProvider()

    _, states = send(provider, database, limit=15)

    assert states == {State.ACCEPTED: 15, State.PENDING: READERS - 15}
    assert send(provider, database)[1] == {State.ACCEPTED: READERS}
    assert set(provider.sent.values()) == {1}


def test_each_answer_becomes_a_state(database: Database) -> None:
    answers: list[Outcome] = [Accepted("ok"), Deferred("later"), Refused("no"), Unknown("cut off")]
    provider = ScriptedProvider(lambda envelope: answers[envelope.key % 4])

    _, states = send(provider, database)

    assert states == dict.fromkeys(
        [State.ACCEPTED, State.DEFERRED, State.REFUSED, State.UNKNOWN], READERS // 4
    )


def test_what_is_unknown_is_never_sent_again_by_itself(database: Database) -> None:
    provider = ScriptedProvider(lambda _: Unknown("cut off"))
    send(provider, database)

    run, states = send(ScriptedProvider(), database)

    assert run.answered == 0
    assert states == {State.UNKNOWN: READERS}


def test_what_came_back_unsent_is_taken_by_the_next_connection(database: Database) -> None:
    seen: set[int] = set()

    def break_once(envelope: Envelope) -> Outcome | Unsent:
        if envelope.key % 5 == 0 and envelope.key not in seen:
            seen.add(envelope.key)
            return Unsent("connection lost")
        return Accepted("ok")

    provider = ScriptedProvider(break_once)

    _, states = send(provider, database)

    assert states == {State.ACCEPTED: READERS}
    assert set(provider.sent.values()) == {1}


def test_a_reader_whose_letter_never_leaves_does_not_keep_the_run_going_for_ever(
    database: Database,
) -> None:
    tries: list[int] = []

    def never_the_first(envelope: Envelope) -> Outcome | Unsent:
        if envelope.recipient == "r0@example.org":
            tries.append(envelope.key)
            return Unsent("connection lost")
        return Accepted("ok")

    _, states = send(ScriptedProvider(never_the_first), database, connections=1)

    assert states == {State.ACCEPTED: READERS - 1, State.PENDING: 1}
    assert len(tries) == TRIES_PER_RUN


def test_a_wrong_password_stops_the_run_and_marks_nobody(database: Database) -> None:
    provider = ScriptedProvider(refuse_connection=lambda _: ProviderError("535 wrong password"))

    with pytest.raises(ProviderError, match="535"):
        send(provider, database)

    assert counts(database) == {State.PENDING: READERS}


def test_a_refused_sender_stops_the_run_and_marks_nobody(database: Database) -> None:
    provider = ScriptedProvider(lambda _: ProviderError("550 sender refused"))

    with pytest.raises(ProviderError, match="sender refused"):
        send(provider, database)

    assert counts(database) == {State.PENDING: READERS}


def test_a_busy_relay_gets_fewer_connections(database: Database) -> None:
    """Who was turned away at the greeting does not knock again while the letters go out."""

    def slowly(_: Envelope) -> Outcome:
        time.sleep(0.005)
        return Accepted("ok")

    provider = ScriptedProvider(
        slowly,
        refuse_connection=lambda number: ProviderBusy("421 too many") if number > 1 else None,
    )

    _, states = send(provider, database, connections=4)

    assert states == {State.ACCEPTED: READERS}
    assert provider.connections <= 4


def test_a_relay_that_takes_fewer_connections_than_asked_for_is_no_fault(
    database: Database,
) -> None:
    opened: list[int] = []

    def only_three(number: int) -> Exception | None:
        opened.append(number)
        if number <= 3:
            return None
        return ProviderBusy("closed without a word") if number > 1 else None

    _, states = send(ScriptedProvider(refuse_connection=only_three), database, connections=10)

    assert states == {State.ACCEPTED: READERS}


def test_a_connection_that_is_open_already_is_used_first(database: Database) -> None:
    provider = ScriptedProvider()
    ledger = SqlLedger(database)
    feed = Feed(ledger, ISSUE, write, lambda: NOW, None)

    Engine(provider, ledger, feed, lambda: NOW).send(1, lambda _: None, provider.connect())
    ledger.close()

    assert provider.connections == provider.closed == 1
    assert counts(database) == {State.ACCEPTED: READERS}


def test_a_relay_that_takes_no_connection_at_all_ends_the_run(database: Database) -> None:
    provider = ScriptedProvider(refuse_connection=lambda _: ProviderBusy("421 come back later"))

    with pytest.raises(ProviderBusy, match="come back later"):
        send(provider, database)

    assert counts(database) == {State.PENDING: READERS}


def test_a_connection_that_breaks_every_time_ends_the_run(database: Database) -> None:
    provider = ScriptedProvider(lambda _: Unsent("connection lost"))

    with pytest.raises(ProviderError, match=f"broke {BROKEN_MAX} times"):
        send(provider, database, connections=1)

    assert counts(database) == {State.PENDING: READERS}


def test_a_connection_that_breaks_each_time_ends_no_run_that_gets_on_over_the_others(
    database: Database,
) -> None:
    """A relay behind several hosts, of which one is away: the others take its letters."""
    broken: set[int] = set()
    letters_of_other = 0
    by_turns = threading.Condition()

    def break_the_first(envelope: Envelope) -> Outcome | Unsent:
        nonlocal letters_of_other
        is_first = threading.current_thread().name == "connection 1"
        with by_turns:
            if len(broken) > BROKEN_MAX or (is_first and envelope.key in broken):
                return Accepted("ok")
            if is_first:  # whoever asks for one more letter has had the last one counted
                assert by_turns.wait_for(lambda: letters_of_other >= len(broken) + 2, 10)
                broken.add(envelope.key)
                by_turns.notify_all()
                return Unsent("connection lost")
            letters_of_other += 1
            by_turns.notify_all()
            assert by_turns.wait_for(lambda: len(broken) >= letters_of_other - 1, 10)
            return Accepted("ok")

    _, states = send(ScriptedProvider(break_the_first), database, connections=2)

    assert len(broken) > BROKEN_MAX
    assert states == {State.ACCEPTED: READERS}


def test_a_letter_that_cannot_be_written_holds_up_nobody_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def write_but_one(delivery: Delivery) -> Envelope:
        if delivery.address == "r3@example.org":
            raise ValueError("a name that no header can hold")
        return write(delivery)

    ledger = SqlLedger(database)
    run = make_engine(ScriptedProvider(), ledger, render=write_but_one).send(2, lambda _: None)
    ledger.close()

    assert run.answered == READERS - 1
    assert counts(database) == {State.ACCEPTED: READERS - 1, State.PENDING: 1}
    assert "r3@example.org" not in caplog.text


def test_stopping_lets_what_is_in_flight_get_its_answer(database: Database) -> None:
    ledger = SqlLedger(database)
    engines: list[Engine] = []

    def stop_at_the_tenth(envelope: Envelope) -> Outcome:
        if envelope.key == 10:
            engines[0].stop()
        return Accepted("ok")

    engines.append(make_engine(ScriptedProvider(stop_at_the_tenth), ledger))
    run = engines[0].send(2, lambda _: None)
    ledger.close()

    states = counts(database)
    assert State.UNKNOWN not in states
    assert states[State.ACCEPTED] == run.answered < READERS


def test_a_watcher_that_stops_the_run_leaves_nothing_in_flight(database: Database) -> None:
    ledger = SqlLedger(database)

    def slowly(_: Envelope) -> Outcome:
        time.sleep(0.01)
        return Accepted("ok")

    provider = ScriptedProvider(slowly)

    def another_process_holds_it(run: RunCounts) -> None:
        raise UnfinishedError("held by another process")

    with pytest.raises(UnfinishedError):
        make_engine(provider, ledger).send(2, another_process_holds_it)
    ledger.close()

    states = counts(database)
    assert State.UNKNOWN not in states
    assert states.get(State.ACCEPTED, 0) == sum(provider.sent.values()) < READERS


class CrashingLedger(SqlLedger):
    """Dies at its n-th call, as a process would; what was durable stays."""

    def __init__(self, database: Database, call: int) -> None:
        super().__init__(database)
        self._left = call

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise LedgerError("crash")

    def begin(
        self, delivery: DeliveryId, now: datetime, letter: LetterId | None = None
    ) -> RecordedBegin:
        self._count()
        return super().begin(delivery, now, letter)

    def record(
        self, delivery: DeliveryId, outcome: Outcome, due_at: datetime | None, now: datetime
    ) -> None:
        self._count()
        super().record(delivery, outcome, due_at, now)


@pytest.mark.parametrize("call", range(1, 2 * 12 + 1))
def test_d1_a_crash_at_any_call_to_the_ledger_doubles_nobody_and_loses_nobody(
    database: Database, call: int
) -> None:
    provider = ScriptedProvider()
    crashing = CrashingLedger(database, call)
    with pytest.raises(LedgerError):
        make_engine(provider, crashing, limit=12).send(1, lambda _: None)
    crashing.close()

    _, states = send(provider, database)

    everyone = {f"r{number}@example.org" for number in range(READERS)}
    unknown = {entry.address for entry in SqlLedger(database).entries(ISSUE, State.UNKNOWN)}
    assert max(provider.sent.values()) == 1
    assert everyone - set(provider.sent) <= unknown
    assert len(unknown) <= 1
    assert states[State.ACCEPTED] + len(unknown) == READERS
