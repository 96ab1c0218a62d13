"""A fault at every call that a whole run makes to ledger and diary; then it is taken up again."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine as Database

from newsletter.app.records import Records
from newsletter.delivery.provider import OUTBOX, WRITTEN, Accepted, Capabilities, Provider
from newsletter.desk.dispatching import IssueDispatch
from newsletter.desk.letters import LetterAtHand, compose_letter
from newsletter.desk.outlook import Outlook
from newsletter.desk.process import Process
from newsletter.dispatch.control import Diary
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage, Ledger, Plan
from newsletter.dispatch.rounds import RunOptions
from newsletter.dispatch.runs import RunOrder
from newsletter.dispatch.states import State
from newsletter.dispatch.way import Way
from newsletter.dispatch.writing import LetterWriter
from newsletter.errors import LedgerError, NewsletterError, ProviderError, UnfinishedError
from newsletter.message.kept_letter import KeptLetter
from newsletter.phrases import phrase
from newsletter.storage.ledger import SqlLedger
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import editions_by_preference
from tests.crash.mishaps import CrashError, Mishap, fail_commits, failing, failing_diary
from tests.crash.post_office import PostOffice
from tests.crash.small_dispatch import DATABASE, assert_they_agree, open_small, relay
from tests.makers import ISSUE_ID, PUBLIC_URL, PUBLICATION, write_site
from tests.stage.clocked import NOW, ClockedSite
from tests.storage.makers import let_processes_end
from tests.subscribers.makers import make_row

CALLS_MAX = 500  # far above what so small a run takes
RUNS_MAX = 8  # far above what it takes to reach everybody
IN_FLIGHT = 2  # on the one connection
BEFORE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
WINDOW = timedelta(hours=24)
EDITIONS = editions_by_preference(None)
SETTINGS = {
    "NEWSLETTER_PUBLIC_URL": PUBLIC_URL,
    "NEWSLETTER_SECRET_KEY": "only for letters that never leave this machine",
    "NEWSLETTER_CONNECTIONS": "1",
}

# What no run calls: these are for commands that tell, halt, resume or appoint. Whatever else
# the two protocols have, or get, must be struck.
NOT_CALLED = {
    *("ledger: entries", "diary: resume", "diary: cancel", "diary: appoint"),
    *("diary: drop_appointment", "diary: appointments", "diary: find_unfinished"),
    *("diary: living_runs", "diary: set_aside"),
}
CALLED = {
    f"{side}: {name}"
    for side, protocol in (("ledger", Ledger), ("diary", Diary))
    for name in dir(protocol)
    if not name.startswith("_")
} - NOT_CALLED
MOMENTS = {call.replace(": ", f": {moment} ") for call in CALLED for moment in ("before", "after")}


@dataclass(frozen=True, slots=True)
class Plot:
    """How things stand when a run begins."""

    readers: tuple[str, ...]  # local part, which tells the server what to do, @ domain
    prepare: Callable[[SqlLedger, LetterAtHand], object] = lambda *_: None
    newcomers: tuple[str, ...] = ()  # readers who come after that, and are to get it too
    limit: int | None = None
    drops_repeats: bool = False  # the provider does, and says so


def plan_another_letter(ledger: SqlLedger, _: LetterAtHand) -> None:
    ledger.freeze(Plan(ISSUE_ID, "of another letter", {}, NOW), EDITIONS)


def leave_one_unknown(ledger: SqlLedger, at_hand: LetterAtHand) -> None:
    """Plan this letter, and begin one delivery, as a run does that is killed at once."""
    letter = at_hand.letter
    ledger.freeze(Plan(ISSUE_ID, letter.digest, letter.parts, NOW), EDITIONS)
    ledger.begin_run(ISSUE_ID, RunOrder("Kim", "kim@host", NOW, "by test", "1", "", ""))
    [first] = ledger.find_due(ISSUE_ID, NOW, DeliveryPage(DeliveryId(0), 1))
    assert ledger.begin(first.id, NOW - BEFORE).wait()
    ledger.flush()
    ledger.end_run()


def rehearse(ledger: SqlLedger, at_hand: LetterAtHand) -> None:
    """Write every letter to a folder, but for one that is under way when it is killed."""
    letter = at_hand.letter
    way = Way(OUTBOX, "outbox /elsewhere")
    plan = Plan(ISSUE_ID, letter.digest, letter.parts, NOW, is_limited=False, way=way)
    ledger.freeze(plan, EDITIONS)
    first, *others = ledger.find_due(ISSUE_ID, NOW, DeliveryPage(DeliveryId(0), 10))
    assert ledger.begin(first.id, NOW - BEFORE).wait()
    for one in others:
        assert ledger.begin(one.id, NOW - BEFORE).wait()
        ledger.record(one.id, Accepted(phrase(WRITTEN, file=f"{one.id}.eml")), None, NOW - BEFORE)
    ledger.flush()


PLOTS = [
    Plot(
        (
            *("ok@example.org", "refused@example.org", "deferred-first@example.org"),
            *("complains-first@slow.example", "ok@slow.example", "cut-first@example.org"),
        )
    ),
    Plot(("ok@example.org", "too-big-first@example.org"), plan_another_letter),
    Plot(
        ("ok@example.org",),
        leave_one_unknown,
        newcomers=("newcomer@example.org",),
        limit=2,
        drops_repeats=True,
    ),
    Plot(("ok@example.org", "also-ok@example.org"), rehearse),
]


@cache
def letter_writer_of(root: Path, issue: str) -> LetterWriter:
    """Compose an issue, and make the writer of its letters."""
    site = ClockedSite(SETTINGS, root)
    return site.letter_writer(site.compose(issue).letter)


class PlayRecords(Records):
    """A site's records, with a diary that fails where there is a mishap."""

    mishap: Mishap | None = None

    def diary(self) -> Any:
        """Open the diary."""
        diary = super().diary()
        return failing_diary(diary, self.mishap) if self.mishap else diary


class PlaySite(ClockedSite):
    """A site as a new process opens it; its diary fails where there is a mishap."""

    records: PlayRecords

    def __init__(self, root: Path, database: Database, mishap: Mishap | None = None) -> None:
        super().__init__(SETTINGS, root)
        let_processes_end(database)
        self.records = PlayRecords(self.settings, self.require)
        # It shares connections with the others, but no listeners.
        self.records.database = database.execution_options()
        self.records.mishap = mishap
        if mishap:
            fail_commits(self.records.database, mishap)

    def letter_writer(self, letter: KeptLetter, **how: Any) -> LetterWriter:
        """Return a writer that was made once: compiling the letters takes a while."""
        assert not any(value for name, value in how.items() if name != "key")
        return letter_writer_of(self.root, letter.issue)


@dataclass(frozen=True, slots=True)
class Stand:
    """A plot, made ready once, and played again and again in the same place."""

    plot: Plot
    root: Path
    database: Database
    at_hand: LetterAtHand
    office: PostOffice
    plays: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def beginning(self) -> Path:
        """Where the database is kept as it is when a play begins."""
        return self.root / "beginning.db"

    def provider(self) -> Provider:
        """Make the way to the server."""
        provider = relay(self.office)
        provider.can = Capabilities(repeats=WINDOW if self.plot.drops_repeats else None)
        return provider

    def prepare(self) -> None:
        """Let the readers come, and do what came before the run."""
        site = PlaySite(self.root, self.database)
        self._enrol(site, self.plot.readers)
        with closing(site.records.ledger()) as ledger:
            self.plot.prepare(ledger, self.at_hand)
        self._enrol(site, self.plot.newcomers)
        self.database.dispose()
        shutil.copy(self.root / DATABASE, self.beginning)

    def begin(self) -> list[str]:
        """Go back to the beginning, but to readers whom the server has not seen; name them."""
        self.database.dispose()
        for path in self.root.glob(f"{DATABASE}*"):
            path.unlink()
        shutil.copy(self.beginning, self.root / DATABASE)
        mark = f".{next(self.plays)}@"
        with closing(sqlite3.connect(self.root / DATABASE)) as connection, connection:
            for table in ("subscribers", "deliveries"):
                connection.execute(
                    f"UPDATE {table} SET address = replace(address, '@', ?),"
                    " address_key = replace(address_key, '@', ?)",
                    (mark, mark),
                )
        return [reader.replace("@", mark) for reader in (*self.plot.readers, *self.plot.newcomers)]

    def states(self) -> dict[str, State]:
        """Say where each planned reader stands, by address."""
        with closing(sqlite3.connect(self.root / DATABASE)) as connection:
            rows = connection.execute("SELECT address, state FROM deliveries").fetchall()
        return {address: State(state) for address, state in rows}

    def _enrol(self, site: PlaySite, readers: tuple[str, ...]) -> None:
        with site.records.book().opened() as page:
            for address in readers:
                enrol(make_row(address), page, NOW)


@pytest.fixture(scope="module")
def stands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Stand]]:
    with ExitStack() as stack:
        yield [make_stand(plot, tmp_path_factory.mktemp("stand"), stack) for plot in PLOTS]


def make_stand(plot: Plot, root: Path, stack: ExitStack) -> Stand:
    quota = "pace: {quota: 1000/day}\n"  # so that the ledger is asked what was begun
    write_site(root, {"issues/publication.yaml": PUBLICATION + quota})
    options = ["--drops-repeats"] if plot.drops_repeats else []
    office = stack.enter_context(PostOffice(root / "record", None, *options).open())
    database = open_small(root)
    stack.callback(database.dispose)
    at_hand = compose_letter(PlaySite(root, database), ISSUE_ID)
    stand = Stand(plot, root, database, at_hand, office)
    stand.prepare()
    return stand


def crash() -> Mishap:
    return Mishap(
        lambda: CrashError("killed"),
        frozenset({"ledger", "diary", "provider"}),
        uncounted=frozenset({"provider"}),  # see test_every_call
    )


def passing_fault() -> Mishap:
    return Mishap(
        lambda: LedgerError("cannot be written"), frozenset({"ledger", "diary"}), stays=False
    )


def test_d1_a_crash_at_any_call_of_a_run_doubles_nobody_and_loses_nobody(
    stands: list[Stand],
) -> None:
    struck = {call for stand in stands for call in strike_every_call(stand)}

    # How often the ledger commits is up to chance, so that a number may pass a call by.
    struck |= strike_by_name(stands, crash, MOMENTS - struck)
    assert {call for call in struck if not call.endswith((" wait", " commit"))} == MOMENTS


def test_d1_a_passing_fault_in_a_run_doubles_nobody_and_loses_nobody(stands: list[Stand]) -> None:
    struck = strike_by_name(stands, passing_fault, MOMENTS)

    assert struck == MOMENTS


def strike_every_call(stand: Stand) -> set[str]:
    """Let a run crash at its first call, at its second and so on; return the calls."""
    struck: set[str] = set()
    for at in range(1, CALLS_MAX):
        mishap = crash()
        mishap.at = at
        play(mishap, stand)
        if not mishap.struck:
            return struck
        struck.add(mishap.struck)
    raise AssertionError("a run for so few readers never ended")


def strike_by_name(stands: list[Stand], make: Callable[[], Mishap], names: set[str]) -> set[str]:
    """Strike the first call of each name, in the first plot that has it; return the calls."""
    struck: set[str] = set()
    for stand in stands:
        none = make()
        play(none, stand)
        for name in sorted(none.met & names - struck):
            mishap = make()
            mishap.named = name
            play(mishap, stand)
            assert mishap.struck == name
            struck.add(name)
    return struck


def play(mishap: Mishap, stand: Stand) -> None:
    """Run into a mishap, then go on without one; ledger and server must agree."""
    readers = stand.begin()
    start = stand.office.size()
    run_into(mishap, stand)
    in_between = stand.states()
    go_on(stand)

    stands = stand.states()
    unknown = {who for who, state in stands.items() if state is State.UNKNOWN}
    refused = {who for who, state in stands.items() if state is State.REFUSED}
    assert sorted(stands) == sorted(readers), mishap.struck
    assert set(stands.values()) <= {State.ACCEPTED, State.UNKNOWN, State.REFUSED}, mishap.struck
    assert_they_agree(stands, stand.office.read(start))
    assert refused == {who for who in readers if who.startswith("refused.")} - unknown
    assert len(unknown) <= (0 if stand.plot.drops_repeats else IN_FLIGHT), mishap.struck
    assert [who for who in unknown if in_between.get(who) is not State.UNKNOWN] == []


def run_into(mishap: Mishap, stand: Stand) -> None:
    """Send until the mishap, and leave everything as it lies."""
    site = PlaySite(stand.root, stand.database, mishap)
    real = site.records.ledger()
    ledger, provider = failing(real, stand.provider(), mishap)
    with suppress(CrashError, NewsletterError):
        send(
            IssueDispatch(Outlook(site, stand.at_hand, ledger, provider), Process()),
            RunOptions(limit=stand.plot.limit),
        )
    with suppress(CrashError, NewsletterError):
        real.close()


def send(issue_dispatch: IssueDispatch, options: RunOptions) -> None:
    """Take the steps of a dispatch in their order."""
    forecast = issue_dispatch.outlook.forecast(add_new=True, may_plan_anew=True)
    issue_dispatch.freeze(forecast, is_limited=options.is_limited)
    issue_dispatch.run(options)


def go_on(stand: Stand) -> None:
    """Run the dispatch again, an hour later each time, until nobody waits any more."""
    for number in range(1, RUNS_MAX + 1):
        site = PlaySite(stand.root, stand.database)
        site.now += number * HOUR
        site.records.diary().resume(ISSUE_ID, "Kim", site.now)
        with closing(site.records.ledger()) as ledger:
            # A letter that is too big pauses the issue; a complaint alone is a run for nobody.
            with suppress(UnfinishedError, ProviderError):
                send(
                    IssueDispatch(
                        Outlook(site, stand.at_hand, ledger, stand.provider()), Process()
                    ),
                    RunOptions(),
                )
            tally = ledger.tally(ISSUE_ID)
        if not tally.of(State.PENDING) + tally.of(State.DEFERRED):
            return
    raise AssertionError("somebody waits, however often it is run again")
