from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four that has reached one."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    return desk


def test_a_pause_is_kept_with_who_and_why_and_says_what_becomes_of_letters_on_their_way(
    desk: ClockedStage,
) -> None:
    output = desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목을 고칩니다")

    assert "Paused   2022-08, by 김민지" in output
    assert "on their way still get an answer" in output
    assert f"newsletter resume {ISSUE_ID}" in output
    assert desk.decided() == [("paused", "김민지", "제목을 고칩니다")]


def test_a_paused_issue_is_not_sent_by_hand_nor_by_a_timer(desk: ClockedStage) -> None:
    desk.run("pause", ISSUE_ID, "--by", "minji", "--because", "a typo")

    refused = desk.run("dispatch", ISSUE_ID, "--yes", status=4)
    desk.run("dispatch", "--due")

    assert "2022-08 is paused, by minji at 2022-08-26 08:00 KST: a typo" in refused
    assert f"newsletter resume {ISSUE_ID}" in refused
    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 3}


def test_pausing_twice_says_who_has_paused_and_changes_nothing(desk: ClockedStage) -> None:
    desk.run("pause", ISSUE_ID, "--by", "minji")

    output = desk.run("pause", ISSUE_ID, "--by", "anna")

    assert output == "2022-08 is already paused, by minji at 2022-08-26 08:00 KST\n"
    assert len(desk.decided()) == 1


def test_a_cancelled_issue_cannot_be_paused_and_is_said_to_be_cancelled(desk: ClockedStage) -> None:
    desk.run("cancel", ISSUE_ID, "--because", "wrong month", "--by", "minji", "--yes")

    assert "was already cancelled for good, by minji" in desk.run("pause", ISSUE_ID)


def test_what_has_not_begun_or_is_finished_is_not_paused(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    never = desk.run("pause", ISSUE_ID, status=2)
    desk.run("dispatch", ISSUE_ID, "--at", "2022-08-26 09:00", "--yes", "--no-wait")
    appointed = desk.run("pause", ISSUE_ID, status=2)
    desk.run("dispatch", ISSUE_ID, "--yes")
    finished = desk.run("pause", ISSUE_ID, status=2)

    assert "was never dispatched" in never
    assert "it will be sent at 2022-08-26 09:00 KST" in appointed
    assert f"newsletter cancel {ISSUE_ID}" in appointed
    assert "is finished, so there is nothing to pause" in finished


def test_a_pause_works_while_the_publication_has_a_fault(desk: ClockedStage) -> None:
    """Whoever pauses in a hurry may have just broken a file; times are in UTC then."""
    (desk.root / "issues" / "publication.yaml").write_text("name: [broken\n")
    desk.restart()

    desk.run("pause", ISSUE_ID, "--by", "minji")

    assert "2022-08-25 23:00 UTC" in desk.run("pause", ISSUE_ID)
