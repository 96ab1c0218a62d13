"""A clock that is set back under a dispatch: nothing doubled, nothing held for ever."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.dispatch.ledger import Delivery
from newsletter.dispatch.retry import LONGEST_WAIT
from newsletter.dispatch.states import State
from newsletter.message.envelope import Envelope
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.runs import HOLD
from tests.crash.post_office import PostOffice
from tests.crash.small_dispatch import (
    ISSUE,
    NOW,
    assert_they_agree,
    make_dispatch,
    open_small,
    relay,
    run_engine,
    send_the_rest,
    states,
    write,
)

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
READERS = 40


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    with PostOffice(tmp_path_factory.mktemp("office") / "record").open() as office:
        yield office


def never_gone(_: str) -> bool:
    return False


class Clock:
    """Is set back an hour when the tenth letter is written."""

    def __init__(self) -> None:
        self.now = NOW
        self.letters = 0

    def __call__(self) -> datetime:
        return self.now

    def write(self, delivery: Delivery) -> Envelope:
        """Write a letter."""
        self.letters += 1
        if self.letters == 10:
            self.now -= HOUR
        return write(delivery)


def send_while_set_back(folder: Path, office: PostOffice) -> None:
    database = open_small(folder)
    ledger = SqlLedger(database)
    clock = Clock()
    run_engine(relay(office), ledger, render=clock.write, clock=clock)
    ledger.close()
    database.dispose()


def test_a_clock_set_back_in_mid_run_doubles_nobody_and_leaves_out_nobody(
    tmp_path: Path, office: PostOffice
) -> None:
    make_dispatch(tmp_path, READERS)
    start = office.size()

    send_while_set_back(tmp_path, office)
    send_the_rest(tmp_path, office, lambda: NOW - HOUR)

    stands = states(tmp_path)
    taken = office.read(start)
    assert set(stands.values()) == {State.ACCEPTED}
    assert_they_agree(stands, taken)
    assert len(taken.letters) == READERS


def test_what_is_deferred_waits_no_longer_than_the_clock_was_set_back_and_its_own_time(
    tmp_path: Path, office: PostOffice
) -> None:
    make_dispatch(tmp_path, READERS, local="deferred")

    send_while_set_back(tmp_path, office)

    database = open_small(tmp_path)
    ledger = SqlLedger(database)
    times = [entry.due_at for entry in ledger.entries(ISSUE, State.DEFERRED) if entry.due_at]
    early = ledger.count_due(ISSUE, NOW - HOUR)
    late = ledger.count_due(ISSUE, NOW + LONGEST_WAIT)
    database.dispose()
    assert len(times) == late == READERS
    assert early == 0, "what was deferred a moment ago must not be tried at once"
    assert min(times) > NOW - HOUR
    assert max(times) <= NOW + LONGEST_WAIT


def test_the_hold_of_a_running_dispatch_outlives_a_clock_that_is_set_back(tmp_path: Path) -> None:
    make_dispatch(tmp_path, 1)
    database = open_small(tmp_path)
    ledger = SqlLedger(database)
    assert ledger.lease(ISSUE, "here:1", NOW, never_gone) is None

    held_by = ledger.lease(ISSUE, "there:2", NOW - HOUR, never_gone)
    renewed = ledger.lease(ISSUE, "here:1", NOW - HOUR + SECOND, never_gone)
    still_held_by = ledger.lease(ISSUE, "there:2", NOW - HOUR + HOLD, never_gone)

    assert (held_by, renewed, still_held_by) == ("here:1", None, "here:1")
    database.dispose()


def test_the_hold_of_a_lost_machine_whose_clock_was_ahead_ends_after_two_minutes_of_ours(
    tmp_path: Path,
) -> None:
    make_dispatch(tmp_path, 1)
    database = open_small(tmp_path)
    ledger = SqlLedger(database)
    assert ledger.lease(ISSUE, "ahead:1", NOW + 24 * HOUR, never_gone) is None

    first = ledger.lease(ISSUE, "here:2", NOW, never_gone)
    early = ledger.lease(ISSUE, "here:2", NOW + HOLD, never_gone)
    late = ledger.lease(ISSUE, "here:2", NOW + HOLD + SECOND, never_gone)

    assert (first, early, late) == ("ahead:1", "ahead:1", None)
    assert ledger.lease(ISSUE, "third:3", NOW + HOLD + SECOND, never_gone) == "here:2"
    database.dispose()


def test_a_living_machine_whose_clock_is_ahead_keeps_its_hold(tmp_path: Path) -> None:
    make_dispatch(tmp_path, 1)
    database = open_small(tmp_path)
    ledger = SqlLedger(database)
    taken = []

    for half_minute in range(20):
        at = NOW + half_minute * 30 * SECOND
        assert ledger.lease(ISSUE, "ahead:1", at + HOUR, never_gone) is None
        taken.append(ledger.lease(ISSUE, "here:2", at + SECOND, never_gone))

    assert set(taken) == {"ahead:1"}
    database.dispose()


def test_an_asker_whose_clock_is_behind_takes_no_hold_from_under_the_living(
    tmp_path: Path,
) -> None:
    """Its doubt is for those who share it: to everybody else the lease is as long as it says."""
    make_dispatch(tmp_path, 1)
    database = open_small(tmp_path)
    ledger = SqlLedger(database)
    assert ledger.lease(ISSUE, "here:1", NOW, never_gone) is None

    assert ledger.lease(ISSUE, "behind:2", NOW - HOUR, never_gone) == "here:1"
    assert ledger.lease(ISSUE, "third:3", NOW + SECOND, never_gone) == "here:1"
    assert ledger.lease(ISSUE, "third:3", NOW + HOLD + SECOND, never_gone) is None
    database.dispose()


def test_the_hold_of_a_dead_process_ends_at_once_however_the_clock_was_set(tmp_path: Path) -> None:
    make_dispatch(tmp_path, 1)
    database = open_small(tmp_path)
    ledger = SqlLedger(database)
    assert ledger.lease(ISSUE, "lost:1", NOW, never_gone) is None

    assert ledger.lease(ISSUE, "here:2", NOW - HOUR, lambda _: True) is None
    assert ledger.lease(ISSUE, "there:3", NOW - HOUR + HOLD + SECOND, never_gone) is None
    database.dispose()
