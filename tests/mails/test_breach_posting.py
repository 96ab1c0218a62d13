"""Posting notices: over several connections, at the publication's rate, and stopped in time."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, insert

from newsletter.delivery.provider import (
    Blame,
    Deferred,
    Outcome,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.states import State
from newsletter.errors import ProviderBusy, ProviderError, UnfinishedError
from newsletter.issue.pace import Rate
from newsletter.mails.breach import BreachId
from newsletter.mails.breach_posting import TURNED_AWAY_MAX, NoticeParts, NoticeRun
from newsletter.storage.breaches import SqlBreaches
from newsletter.storage.database import open_database
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.tables import subscribers
from tests.mails.breach_provider import Mailboxes, write
from tests.mails.makers import NOW, make_breach
from tests.stage.databases import put_empty_database

SECOND: Final = timedelta(seconds=1)


class Room:
    """A list of readers, a notice that was planned for them, and a clock that the test moves."""

    def __init__(self, engine: Engine, commits: GroupCommit) -> None:
        self.engine = engine
        self.book = SqlBreaches(engine, commits)
        self.now = NOW
        self.rested: list[float] = []

    def plan(self, count: int) -> BreachId:
        addresses = [f"r{number}@example.org" for number in range(count)]
        reader = {"name": "", "standing": "active", "standing_since": NOW}
        with self.engine.begin() as connection:
            rows = [{**reader, "address": one, "address_key": one} for one in addresses]
            connection.execute(insert(subscribers), rows)
        number = self.book.add(make_breach()).id
        assert number is not None
        self.book.plan(number, list(self.book.read_people()))
        self.book.end_plan(number, NOW)
        return number

    def rest(self, seconds: float) -> None:
        self.rested.append(seconds)
        self.now += timedelta(seconds=seconds, microseconds=1)  # its clock has no finer parts

    def ticks(self) -> float:
        return (self.now - NOW).total_seconds()

    def run(
        self,
        breach: BreachId,
        provider: Mailboxes,
        connections: int = 1,
        rate: Rate | None = None,
    ) -> NoticeRun:
        parts = NoticeParts(
            book=self.book,
            provider=provider,
            write=write,
            clock=lambda: self.now,
            ticks=self.ticks,
            rest=self.rest,
            connections=connections,
            rate=rate,
        )
        return NoticeRun(parts, breach)

    def tally(self, breach: BreachId) -> Mapping[State, int]:
        return self.book.tally(breach)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    commits = GroupCommit(engine)
    yield Room(engine, commits)
    commits.close()
    engine.dispose()


def ignore(run: NoticeRun) -> None:
    del run


def test_many_are_notified_over_many_connections_each_once(room: Room) -> None:
    breach = room.plan(1_250)
    provider = Mailboxes()
    run = room.run(breach, provider, connections=5)

    run.go(ignore)

    assert sorted(provider.taken) == sorted(f"r{number}@example.org" for number in range(1_250))
    assert room.tally(breach) == {State.ACCEPTED: 1_250}
    assert run.counts == {State.ACCEPTED: 1_250}


def test_a_second_run_has_nothing_to_do(room: Room) -> None:
    breach = room.plan(3)
    provider = Mailboxes()
    room.run(breach, provider).go(ignore)

    room.run(breach, provider).go(ignore)

    assert len(provider.taken) == 3
    assert provider.connected == 1


def test_a_provider_that_ends_connections_early_gets_the_rest_by_others(room: Room) -> None:
    breach = room.plan(7)
    provider = Mailboxes(takes=2)

    room.run(breach, provider).go(ignore)

    assert len(provider.taken) == len(set(provider.taken)) == 7


def test_what_is_unknown_is_never_sent_again(room: Room) -> None:
    breach = room.plan(2)
    provider = Mailboxes({"r0@example.org": Unknown("cut off")})
    room.run(breach, provider).go(ignore)
    room.now += timedelta(days=3)

    room.run(breach, provider).go(ignore)

    assert room.tally(breach) == {State.ACCEPTED: 1, State.UNKNOWN: 1}
    assert provider.taken.count("r0@example.org") == 1


def test_what_is_put_off_is_sent_when_it_is_due(room: Room) -> None:
    breach = room.plan(2)
    provider = Mailboxes({"r0@example.org": Deferred("450 greylisted")})
    run = room.run(breach, provider)
    run.go(ignore)
    provider.answers.clear()

    run.go_on(ignore, NOW + timedelta(hours=72))

    assert room.tally(breach) == {State.ACCEPTED: 2}
    assert sum(room.rested) == pytest.approx(60)


def test_waiting_ends_after_its_time(room: Room) -> None:
    breach = room.plan(1)
    run = room.run(breach, Mailboxes({"r0@example.org": Deferred("450 later")}))
    run.go(ignore)

    run.go_on(ignore, NOW + timedelta(seconds=30))

    assert room.tally(breach) == {State.DEFERRED: 1}


def test_a_run_that_is_stopped_begins_nothing_more(room: Room) -> None:
    breach = room.plan(20)
    run = room.run(breach, Mailboxes(step=lambda word: run.stop() if "after" in word else None))

    run.go(ignore)

    assert room.tally(breach) == {State.ACCEPTED: 1, State.PENDING: 19}


def test_the_rate_of_the_publication_is_kept(room: Room) -> None:
    breach = room.plan(30)

    room.run(breach, Mailboxes(), rate=Rate(10, SECOND)).go(ignore)

    assert room.tally(breach) == {State.ACCEPTED: 30}
    assert (room.now - NOW).total_seconds() == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("blame", [Blame.SENDER, Blame.PROVIDER, Blame.MESSAGE])
@pytest.mark.parametrize("kind", [Deferred, Refused])
def test_a_provider_that_turns_everybody_away_stops_the_run_and_ends_no_notice(
    room: Room, kind: type[Deferred] | type[Refused], blame: Blame
) -> None:
    """A wrong setting must not mark everybody as unreachable."""
    breach = room.plan(50)
    answers: dict[str, Outcome | Unsent] = {
        f"r{number}@example.org": kind("554 5.7.1 policy", blame) for number in range(50)
    }
    provider = Mailboxes(answers)

    with pytest.raises(UnfinishedError, match=r"554 5\.7\.1 policy"):
        room.run(breach, provider).go(ignore)

    assert len(provider.taken) == TURNED_AWAY_MAX
    assert State.REFUSED not in room.tally(breach)
    provider.answers.clear()
    room.now += timedelta(hours=1)
    room.run(breach, provider).go(ignore)
    assert room.tally(breach) == {State.ACCEPTED: 50}


def test_mailboxes_that_are_gone_stop_nothing(room: Room) -> None:
    breach = room.plan(50)
    answers: dict[str, Outcome | Unsent] = {
        f"r{number}@example.org": Refused("550 no such user") for number in range(49)
    }

    room.run(breach, Mailboxes(answers)).go(ignore)

    assert room.tally(breach) == {State.REFUSED: 49, State.ACCEPTED: 1}


def test_a_provider_that_takes_nothing_is_given_up(room: Room) -> None:
    breach = room.plan(2)
    answers: dict[str, Outcome | Unsent] = {f"r{n}@example.org": Unsent("closed") for n in range(2)}

    with pytest.raises(ProviderError, match="the connection broke 3 times"):
        room.run(breach, Mailboxes(answers)).go(ignore)

    assert room.tally(breach) == {State.PENDING: 2}


def test_a_provider_that_allows_fewer_connections_gets_fewer(room: Room) -> None:
    breach = room.plan(300)
    lock, is_open = threading.Lock(), [0]

    def refuse_second(word: str) -> None:
        with lock:
            if word == "connect":
                is_open[0] += 1
                if is_open[0] == 2:
                    raise ProviderBusy("421 too many connections")

    room.run(breach, Mailboxes(step=refuse_second), connections=3).go(ignore)

    assert room.tally(breach) == {State.ACCEPTED: 300}


def test_a_provider_that_is_busy_is_told_and_marks_nobody(room: Room) -> None:
    breach = room.plan(2)

    def refuse(word: str) -> None:
        if word == "connect":
            raise ProviderBusy("421 too busy")

    with pytest.raises(ProviderBusy):
        room.run(breach, Mailboxes(step=refuse)).go(ignore)

    assert room.tally(breach) == {State.PENDING: 2}


def test_progress_is_shown_until_the_end(room: Room) -> None:
    breach = room.plan(3)
    seen: list[int] = []

    room.run(breach, Mailboxes()).go(lambda run: seen.append(run.answered))

    assert seen[-1] == 3


def test_two_processes_that_notify_at_once_mail_nobody_twice(room: Room) -> None:
    breach = room.plan(600)
    providers = [Mailboxes(), Mailboxes()]
    runs = [room.run(breach, provider, connections=2) for provider in providers]

    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(lambda run: run.go(ignore), runs))

    taken = [address for provider in providers for address in provider.taken]
    assert len(taken) == len(set(taken)) == 600
    assert room.tally(breach) == {State.ACCEPTED: 600}
