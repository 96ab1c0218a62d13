"""What an answer means for all other readers: of a domain, a provider, a letter."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.control import PROGRAM, Halt, pause_by_program
from newsletter.dispatch.engine import Engine
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.guard import REBUFFS_MAX, UNKNOWN_MAX, Guard
from newsletter.dispatch.lanes import RAMP_STEP
from newsletter.dispatch.pacing import begin_pacing
from newsletter.dispatch.retry import ATTEMPTS_MAX
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError, ProviderBusy, ProviderError
from newsletter.issue.pace import Pace
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from tests.dispatch.makers import ISSUE, NOW, FakeClock, FastClock, counts, make_database, write
from tests.dispatch.stand_ins import ScriptedProvider

TOO_FAST = Deferred("421 4.7.28 unusual rate of mail", Blame.SENDER)
NO_RELAY = Deferred("550 5.7.1 relaying denied", Blame.SENDER)
NOBODY = Refused("550 5.1.1 no such user")


def addresses(**counts: int) -> list[str]:
    """Make so many readers at each domain of .example."""
    return [
        f"r{number}@{domain}.example" for domain, count in counts.items() for number in range(count)
    ]


@pytest.fixture
def planned(tmp_path: Path) -> Iterator[Callable[[Iterable[str]], Database]]:
    made: list[Database] = []

    def plan(readers: Iterable[str]) -> Database:
        made.append(make_database(tmp_path, readers))
        return made[-1]

    yield plan
    for database in made:
        database.dispose()


def send(
    database: Database,
    answer: Callable[[Envelope], Outcome],
    clock: FakeClock | FastClock | None = None,
    connections: int = 1,
    canary: int = 0,
) -> tuple[Feed, NewsletterError | Halt | None]:
    """Run the engine; return its feed, and what stopped it."""
    clock = clock or FakeClock()
    with closing(SqlLedger(database)) as ledger:
        pacing = begin_pacing(Pace(), UTC, ledger, clock, clock.ticks)
        pacing.canary = canary
        feed = Feed(ledger, ISSUE, write, clock, None, pacing)
        diary = SqlDiary(database)
        engine = Engine(
            ScriptedProvider(answer),
            ledger,
            feed,
            clock,
            Guard(ISSUE, "scripted"),
            lambda because: pause_by_program(diary, ISSUE, clock(), because),
        )
        try:
            return feed, engine.send(connections, lambda _: None).halt
        except NewsletterError as error:
            return feed, error


def test_d7_a_domain_that_turns_the_sender_away_pauses_and_the_others_go_on(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(gmail=20, daum=20))

    feed, stopped = send(database, lambda e: TOO_FAST if "gmail" in e.recipient else Accepted("ok"))

    assert stopped is None
    assert counts(database) == {State.ACCEPTED: 20, State.DEFERRED: 1, State.PENDING: 19}
    until = NOW + timedelta(minutes=10)
    ledger = SqlLedger(database)
    assert ledger.domain_pauses(NOW) == {"gmail.example": until}
    assert ledger.next_due_at(ISSUE) == until
    assert feed.resumption is not None
    assert feed.resumption.at == until


def test_d7_after_ten_minutes_a_domain_gets_one_connection_and_one_more_after_each_step(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(gmail=80))
    clock = FakeClock()
    lock = threading.Lock()
    under_way = accepted = 0
    seen: list[tuple[int, int]] = []  # under way, after so many accepted

    def slowly(_: Envelope) -> Outcome:
        nonlocal under_way, accepted
        with lock:
            under_way += 1
            seen.append((under_way, accepted))
        time.sleep(0.002)
        with lock:
            under_way -= 1
            accepted += 1
        return Accepted("ok")

    _, stopped = send(database, lambda _: TOO_FAST, clock)
    assert isinstance(stopped, ProviderError)
    clock.move(500)
    send(database, slowly, clock, connections=6)
    assert not seen

    clock.move(100)
    send(database, slowly, clock, connections=6)

    assert counts(database) == {State.ACCEPTED: 80}
    assert all(at_once <= 1 + after // RAMP_STEP for at_once, after in seen)
    assert max(at_once for at_once, _ in seen) > 1


def test_a_relay_that_denies_everybody_stops_the_run_after_a_few_domains(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(**{f"d{number}": 3 for number in range(30)}))

    _, stopped = send(database, lambda _: NO_RELAY)

    assert isinstance(stopped, ProviderError)
    assert "was refused because of the sender, at d" in str(stopped)
    assert "550 5.7.1 relaying denied" in str(stopped)
    assert counts(database) == {State.DEFERRED: REBUFFS_MAX, State.PENDING: 90 - REBUFFS_MAX}


def test_a_run_that_reached_nobody_at_the_only_domain_ends_as_an_error_after_one_letter(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(only=20))

    _, stopped = send(database, lambda _: NO_RELAY)

    assert isinstance(stopped, ProviderError)
    assert counts(database) == {State.DEFERRED: 1, State.PENDING: 19}


def test_domains_that_are_turned_away_now_and_then_stop_nothing(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(**{f"d{number}": 1 for number in range(40)}))

    _, stopped = send(database, lambda e: NO_RELAY if e.key % 2 else Accepted("ok"))

    assert stopped is None
    assert counts(database) == {State.DEFERRED: 20, State.ACCEPTED: 20}


def test_a_letter_that_is_turned_away_itself_pauses_the_issue_at_once(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=20, b=20))

    _, stopped = send(
        database,
        lambda e: Deferred("552 5.3.4 too big", Blame.MESSAGE) if e.key == 3 else Accepted("ok"),
    )

    halt = SqlDiary(database).find_halt(ISSUE)
    assert halt is not None
    assert stopped == halt
    assert (halt.by, "552 5.3.4 too big" in str(halt.because)) == (PROGRAM, True)
    assert counts(database)[State.PENDING] > 30


def test_a_sender_who_is_turned_away_after_the_pause_is_not_what_ended_the_run(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    """Letters in flight bring answers of their own; the pause came first."""
    database = planned(addresses(**{f"d{number}": 1 for number in range(40)}))
    first = threading.Event()

    def answer(envelope: Envelope) -> Outcome:
        if envelope.key == 1:
            first.set()
            return Refused("552 5.3.4 too big", Blame.MESSAGE)
        assert first.wait(10)
        time.sleep(0.05)  # so that the first is taken in before
        return TOO_FAST

    _, stopped = send(database, answer, connections=30)

    assert isinstance(stopped, Halt)
    assert "552 5.3.4 too big" in str(stopped.because)


def test_more_than_five_in_a_hundred_refusals_pause_the_issue_and_say_why(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=300))

    _, stopped = send(database, lambda e: NOBODY if e.key % 10 == 0 else Accepted("ok"))

    assert isinstance(stopped, Halt)
    assert "11 of the last 110 answers were refusals" in str(stopped.because)
    assert "550 5.1.1 no such user" in str(stopped.because)
    assert stopped.because == phrase(
        "dispatch.too-many-refused",
        refused=11,
        latest=110,
        percent=5,
        window=200,
        answer="550 5.1.1 no such user",
        issue=ISSUE,
    )
    assert "--list refused" in str(stopped.because)
    assert SqlDiary(database).find_halt(ISSUE) is not None
    assert counts(database) == {State.ACCEPTED: 99, State.REFUSED: 11, State.PENDING: 190}


def test_five_in_a_hundred_refusals_and_one_of_three_are_borne(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=403))

    _, stopped = send(database, lambda e: NOBODY if e.key % 20 == 1 else Accepted("ok"))

    assert stopped is None
    assert counts(database) == {State.ACCEPTED: 382, State.REFUSED: 21}


def test_what_is_given_up_after_many_attempts_does_not_pause_the_issue(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=20))
    clock = FakeClock()
    for _ in range(ATTEMPTS_MAX):
        _, stopped = send(database, lambda _: Deferred("452 4.2.2 mailbox full"), clock)
        assert stopped is None
        clock.move(5 * 3600)

    assert counts(database) == {State.REFUSED: 20}
    line = next(SqlLedger(database).entries(ISSUE, State.REFUSED))
    assert line.answer == phrase(
        "dispatch.given-up", attempts=ATTEMPTS_MAX, answer="452 4.2.2 mailbox full"
    )


def test_a_good_canary_lets_the_rest_follow(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=60))

    _, stopped = send(
        database, lambda e: NOBODY if e.key == 2 else Accepted("ok"), connections=4, canary=20
    )

    assert stopped is None
    assert counts(database) == {State.ACCEPTED: 59, State.REFUSED: 1}


def test_a_bad_canary_pauses_the_issue_and_the_rest_stays_where_it_is(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=60))

    _, stopped = send(
        database, lambda e: NOBODY if e.key % 5 == 0 else Accepted("ok"), connections=4, canary=20
    )

    assert isinstance(stopped, Halt)
    assert "4 of the first 20 emails met an error" in str(stopped.because)
    assert "550 5.1.1" in str(stopped.because)
    assert counts(database) == {State.ACCEPTED: 16, State.REFUSED: 4, State.PENDING: 40}
    assert SqlDiary(database).find_halt(ISSUE) is not None


def test_d5_a_canary_is_taken_from_all_domains(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=40, b=40))
    seen: Counter[str] = Counter()

    def count(envelope: Envelope) -> Outcome:
        seen[envelope.recipient.partition("@")[2]] += 1
        return NOBODY

    send(database, count, canary=10)

    assert min(seen.values()) >= 3


def test_a_provider_that_takes_nothing_for_a_while_is_waited_for(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=30))
    busy = iter([True, True, True])

    _, stopped = send(
        database,
        lambda _: (
            Deferred("429 slow down", Blame.PROVIDER) if next(busy, False) else Accepted("ok")
        ),
        FastClock(),
        connections=2,
    )

    assert stopped is None
    states = counts(database)
    assert states[State.ACCEPTED] + states[State.DEFERRED] == 30
    assert 1 <= states[State.DEFERRED] <= 3


def test_a_provider_that_never_takes_anything_ends_the_run_as_busy(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=30))

    _, stopped = send(
        database, lambda _: Deferred("429 slow down", Blame.PROVIDER), FastClock(), connections=2
    )

    assert isinstance(stopped, ProviderBusy)
    assert "429 slow down" in str(stopped)
    assert counts(database)[State.PENDING] >= 18


def test_a_provider_that_asks_for_a_long_pause_ends_the_run_with_its_end(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(a=30))
    wish = timedelta(hours=1)

    feed, stopped = send(database, lambda _: Deferred("429", Blame.PROVIDER, wish))

    assert stopped is None
    assert feed.resumption is not None
    assert feed.resumption.at == NOW + wish
    assert counts(database) == {State.DEFERRED: 1, State.PENDING: 29}


def test_a_relay_that_answers_no_letter_any_more_pauses_the_issue(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    """Each letter that it swallows would have to be settled by a person."""
    database = planned(addresses(one=2 * UNKNOWN_MAX))

    _, fault = send(database, lambda _: Unknown("cut off"))

    assert isinstance(fault, Halt)
    assert "emails in a row were sent but not answered" in str(fault.because)
    assert counts(database) == {State.UNKNOWN: UNKNOWN_MAX, State.PENDING: UNKNOWN_MAX}


def test_letters_without_an_answer_are_borne_where_others_are_answered(
    planned: Callable[[Iterable[str]], Database],
) -> None:
    database = planned(addresses(one=2 * UNKNOWN_MAX))

    _, fault = send(
        database, lambda one: Accepted("ok") if one.key % 10 == 0 else Unknown("cut off")
    )

    assert fault is None
    assert counts(database)[State.UNKNOWN] == 2 * UNKNOWN_MAX * 9 // 10
