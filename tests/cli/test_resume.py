from pathlib import Path

import pytest

from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.states import State
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

REASON = "12 of the last 200 were refused"


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    return desk


def test_a_resumed_dispatch_goes_on_to_the_end(desk: ClockedStage) -> None:
    desk.run("pause", ISSUE_ID, "--by", "minji", "--because", "a typo")

    output = desk.run("resume", ISSUE_ID, "--by", "anna")
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert "Paused   by minji at 2022-08-26 08:00 KST: a typo" in output
    assert "Resumed  2022-08, by anna" in output
    assert desk.states() == {State.ACCEPTED: 4}
    assert [act for act, _, _ in desk.decided()] == ["paused", "resumed"]


def test_resuming_what_is_not_paused_changes_nothing(desk: ClockedStage) -> None:
    assert "is not paused; nothing was changed" in desk.run("resume", ISSUE_ID)
    assert desk.decided() == []


def test_a_pause_of_the_program_is_resumed_only_by_somebody_who_says_that_it_is_mended(
    desk: ClockedStage,
) -> None:
    desk.site.records.diary().pause(ISSUE_ID, PROGRAM, REASON, NOW)

    alone = desk.run("resume", ISSUE_ID, status=2)
    unsure = desk.type("resume", ISSUE_ID, dialogue={"Is the cause corrected?": "n\n"}, status=2)
    still = desk.site.records.diary().find_halt(ISSUE_ID)
    sure = desk.type("resume", ISSUE_ID, dialogue={"Is the cause corrected?": "y\n"})

    assert REASON in alone

    assert "add --yes" in alone
    assert "it stays paused" in unsure
    assert still is not None
    assert REASON in sure
    assert desk.site.records.diary().find_halt(ISSUE_ID) is None


def test_what_is_cancelled_stays_so(desk: ClockedStage) -> None:
    desk.run("cancel", ISSUE_ID, "--because", "wrong month", "--yes")

    output = desk.run("resume", ISSUE_ID, "--yes", status=2)

    assert "was cancelled for good" in output

    assert "wrong month" in output
    assert desk.states() == {State.ACCEPTED: 1, State.SKIPPED: 3}
