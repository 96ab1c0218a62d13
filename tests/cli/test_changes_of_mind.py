"""What somebody decides while something else is under way holds, and limits hold over runs."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from newsletter.delivery.provider import Accepted, Connection, Outcome, Provider, Refused, Unknown
from newsletter.dispatch.control import Act
from newsletter.dispatch.rounds import RunOptions
from newsletter.dispatch.states import State
from newsletter.errors import ProviderError
from newsletter.issue.pace import Pace, Rate
from newsletter.lang import Preference
from newsletter.message.envelope import Envelope
from newsletter.subscribers.decisions import enrol
from tests.dispatch.makers import FastClock, counts, make_database
from tests.dispatch.stand_ins import ScriptedProvider
from tests.dispatch.test_rounds import run
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedSite, ClockedStage
from tests.subscribers.makers import make_row

NINE = "2022-08-26 09:00"
NINE_UTC = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
OTHER_ISSUE = "2022-09"
OTHER_PROCESS = "otherhost.example.org:4711"
READERS = 100
NOBODY = Refused("550 5.1.1 no such user")


class BusySite(ClockedSite):
    """A site where somebody does something else while the provider is reached."""

    def __init__(self, desk: ClockedStage, act: Callable[[], object]) -> None:
        super().__init__(desk.environ, desk.root)
        self.now = desk.site.now
        self._acts = [act]

    def provider(self, sender_address: str | None = None) -> Provider:
        """Return a provider that is reached after somebody has acted."""
        return BusyProvider(super().provider(sender_address), self._acts)


class BusyProvider:
    """Another provider; the first time that it is asked for a connection, somebody acts."""

    def __init__(self, real: Provider, acts: list[Callable[[], object]]) -> None:
        self.kind, self.name, self.can = real.kind, real.name, real.can
        self._real = real
        self._acts = acts

    def connect(self) -> Connection:
        if self._acts:
            self._acts.pop()()
        return self._real.connect()


class LockedOutSite(ClockedSite):
    """A site whose provider lets nobody in any more once the first letter has come."""

    def provider(self, sender_address: str | None = None) -> Provider:
        del sender_address
        return ScriptedProvider(lambda _: ProviderError("535 the password is wrong"))


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path, [f"r{number}@example.org" for number in range(READERS)])
    yield database
    database.dispose()


def add_other_issue(desk: ClockedStage) -> None:
    shutil.copytree(desk.root / "issues" / ISSUE_ID, desk.root / "issues" / OTHER_ISSUE)


def add_reader(desk: ClockedStage, address: str) -> None:
    with desk.site.records.book().opened() as page:
        enrol(make_row(address, "", Preference.KO), page, NOW)


@pytest.mark.parametrize(
    "change",
    [
        ["dispatch", OTHER_ISSUE, "--at", "never"],
        ["cancel", OTHER_ISSUE],
        ["dispatch", OTHER_ISSUE, "--at", "2022-08-28 09:00", "--yes", "--no-wait"],
    ],
    ids=["dropped", "cancelled", "put off"],
)
def test_an_appointment_changed_while_another_is_kept_is_not_kept_as_it_was(
    desk: ClockedStage, change: Sequence[str]
) -> None:
    """A long list takes hours."""
    add_other_issue(desk)
    for issue in (ISSUE_ID, OTHER_ISSUE):
        desk.run("dispatch", issue, "--at", NINE, "--yes", "--no-wait")
    desk.site = BusySite(desk, lambda: desk.run(*change))
    desk.site.now = NINE_UTC

    desk.run("dispatch", "--due")

    assert desk.states() == {State.ACCEPTED: 4}
    assert desk.site.records.ledger().find_plan(OTHER_ISSUE) is None


def test_a_dispatch_limited_while_another_goes_on_does_not_go_on_itself(desk: ClockedStage) -> None:
    add_other_issue(desk)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.site.now += timedelta(minutes=1)  # the one planned first goes on first
    desk.run("dispatch", OTHER_ISSUE, "--yes")
    desk.forget(1, 2, 3)
    limit = ["dispatch", OTHER_ISSUE, "--yes", "--limit", "1"]
    desk.site = BusySite(desk, lambda: desk.run(*limit, status=4))

    desk.run("dispatch", "--due")

    assert desk.states() == {State.ACCEPTED: 4}
    assert desk.site.records.ledger().tally(OTHER_ISSUE).of(State.PENDING) == 2


def test_a_canary_is_awaited_though_a_quota_ends_its_round(database: Database) -> None:
    asked: list[int] = []

    def refuse_the_first(envelope: Envelope) -> Outcome:
        asked.append(envelope.key)
        return NOBODY if envelope.key <= 8 else Accepted("ok")

    halt = run(
        database,
        refuse_the_first,
        RunOptions(canary=20, waits=True),
        Pace(quotas=(Rate(15, timedelta(hours=1)),)),
        connections=1,
    ).ending.halt

    assert halt
    assert "of the first" in str(halt.because)
    assert len(asked) <= 20


def test_refusals_are_counted_over_runs(database: Database) -> None:
    clock = FastClock()

    by_tens = (
        run(
            database, lambda _: NOBODY, RunOptions(limit=10), clock=clock, connections=1
        ).ending.halt
        for _ in range(READERS // 10)
    )
    halt = next(filter(None, by_tens), None)

    assert halt
    assert "answers were refusals" in str(halt.because)
    assert counts(database)[State.REFUSED] < READERS


def test_a_relay_that_cuts_off_after_every_letter_stops_the_run(database: Database) -> None:
    halt = run(database, lambda _: Unknown("connection lost"), RunOptions(canary=5)).ending.halt

    assert halt
    assert "5 of the first 5 emails met an error" in str(halt.because)
    assert counts(database)[State.PENDING] > READERS // 2


@pytest.mark.parametrize(
    ("halt", "act", "status"),
    [
        (["cancel", ISSUE_ID, "--because", "a mistake", "--yes"], Act.CANCELLED, 2),
        (["pause", ISSUE_ID], Act.PAUSED, 4),
    ],
    ids=["cancelled", "paused"],
)
def test_a_halt_holds_though_the_plan_was_about_to_be_replaced(
    desk: ClockedStage, halt: Sequence[str], act: Act, status: int
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1, 2, 3, 4)
    desk.change_letter()
    desk.site = BusySite(desk, lambda: desk.run(*halt))

    desk.run("dispatch", ISSUE_ID, "--yes", status=status)

    found = desk.site.records.diary().find_halt(ISSUE_ID)
    assert found is not None
    assert found.act is act
    assert State.ACCEPTED not in desk.states()


def test_a_limit_binds_a_timer_though_its_run_never_began(desk: ClockedStage) -> None:
    """Whoever is told to wait for another process goes home."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    for number in range(10, 20):
        add_reader(desk, f"r{number}@example.org")
    desk.site.records.ledger().lease(ISSUE_ID, OTHER_PROCESS, NOW, lambda _: False)
    desk.run("dispatch", ISSUE_ID, "--yes", "--add-new", "--limit", "1", status=4)
    desk.restart()
    desk.site.now = NOW + timedelta(minutes=5)

    output = desk.run("dispatch", "--due")

    assert output == ""
    assert desk.states()[State.ACCEPTED] == 4


def test_nobody_is_added_to_a_dispatch_cancelled_meanwhile(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    add_reader(desk, "r10@example.org")
    cancel = ["cancel", ISSUE_ID, "--because", "a mistake", "--yes"]
    desk.site = BusySite(desk, lambda: desk.run(*cancel))

    desk.run("dispatch", ISSUE_ID, "--yes", "--add-new", status=2)

    assert desk.states() == {State.ACCEPTED: 1, State.SKIPPED: 3}


def test_a_timer_leaves_everybody_alone_until_a_canary_is_answered(desk: ClockedStage) -> None:
    desk.site = LockedOutSite(desk.environ, desk.root)
    desk.run("dispatch", ISSUE_ID, "--yes", "--canary", "2", status=3)
    desk.restart()

    output = desk.run("dispatch", "--due")

    assert output == ""
    assert desk.states() == {State.PENDING: 4}


@pytest.mark.parametrize("canary", ["2", "100"])
def test_a_timer_goes_on_once_a_canary_is_answered(desk: ClockedStage, canary: str) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--canary", canary)
    desk.forget(3)

    output = desk.run("dispatch", "--due")

    assert "1 attempt in this run" in output
    assert desk.states() == {State.ACCEPTED: 4}
