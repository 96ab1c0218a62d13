import os
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.dispatch.lease import AGAIN_AFTER, IssueLease
from newsletter.errors import UnfinishedError
from newsletter.storage.runs import HOLD
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

OTHER = "otherhost.example.org:4711"
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path, readers=1)
    desk.run("dispatch", ISSUE_ID, "--yes")
    return desk


def is_held_by(desk: ClockedStage, holder: str, now: datetime = NOW) -> bool:
    """Leave the issue with *holder*, whoever asks whether that process lives."""
    return desk.site.records.ledger().lease(ISSUE_ID, holder, now, lambda _: False) is None


def make_lease(desk: ClockedStage) -> IssueLease:
    return IssueLease(
        desk.site.records.ledger(), ISSUE_ID, desk.site.clock, desk.site.records.holder()
    )


def test_a_held_issue_is_refused_to_others_by_the_name_of_the_process_and_then_free(
    desk: ClockedStage,
) -> None:
    lease = make_lease(desk)
    lease.take()

    other = desk.site.records.ledger().lease(ISSUE_ID, OTHER, NOW, lambda _: False)
    lease.release()

    assert other == f"{socket.gethostname()}:{os.getpid()}"
    assert is_held_by(desk, OTHER)


def test_what_another_machine_holds_is_not_taken_from_it(desk: ClockedStage) -> None:
    assert is_held_by(desk, OTHER)

    with pytest.raises(UnfinishedError, match=OTHER):
        make_lease(desk).take()


def test_what_an_ended_process_of_this_machine_held_is_taken_at_once(desk: ClockedStage) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert is_held_by(desk, f"{socket.gethostname()}:{ended.pid}")

    make_lease(desk).take()

    assert not is_held_by(desk, OTHER)


def test_what_a_living_process_of_this_machine_holds_is_not_taken_from_it(
    desk: ClockedStage,
) -> None:
    living = f"{socket.gethostname()}:{os.getppid()}"
    assert is_held_by(desk, living)

    with pytest.raises(UnfinishedError, match=living):
        make_lease(desk).take()


def test_a_run_that_shows_that_it_is_alive_keeps_the_issue_for_longer(desk: ClockedStage) -> None:
    lease = make_lease(desk)
    lease.take()

    desk.site.now = NOW + AGAIN_AFTER + SECOND
    lease.keep()

    assert not is_held_by(desk, OTHER, NOW + HOLD + SECOND)
    assert is_held_by(desk, OTHER, desk.site.now + HOLD + SECOND)


def test_a_run_that_slept_while_another_took_the_issue_may_not_go_on(desk: ClockedStage) -> None:
    """A laptop that was closed for an hour wakes in the middle of a run."""
    lease = make_lease(desk)
    lease.take()
    desk.site.now = NOW + HOLD + SECOND
    assert is_held_by(desk, OTHER, desk.site.now)

    with pytest.raises(UnfinishedError, match=OTHER):
        lease.keep()
