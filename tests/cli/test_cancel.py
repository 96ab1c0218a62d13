from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

WHY = ("--because", "그림이 바뀌었습니다", "--by", "김민지")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four that has reached one, and of another nobody knows."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.lose_answers(2)
    return desk


def test_cancelling_says_who_has_it_and_skips_the_others_for_good(desk: ClockedStage) -> None:
    output = desk.run("cancel", ISSUE_ID, *WHY, "--yes")
    again = desk.run("dispatch", ISSUE_ID, "--yes", "--add-new", status=2)

    assert "Have it   1 reader of 4\n" in output
    assert "Skipped   2 readers, who will never get it" in output
    assert "Unknown   1 reader, who may have it" in output
    assert "Cancelled 2022-08, by 김민지: 2 readers skipped" in output
    assert "cancelled for good, by 김민지" in again
    assert desk.states() == {State.ACCEPTED: 1, State.UNKNOWN: 1, State.SKIPPED: 2}
    assert desk.decided() == [("cancelled", "김민지", "2 skipped: 그림이 바뀌었습니다")]


def test_the_issue_has_to_be_typed_before_anything_is_cancelled(desk: ClockedStage) -> None:
    alone = desk.run("cancel", ISSUE_ID, *WHY, status=2)
    wrong = desk.type("cancel", ISSUE_ID, *WHY, dialogue={"to continue": "yes\n"}, status=2)
    before = desk.states()
    desk.type("cancel", ISSUE_ID, *WHY, dialogue={"to continue": f"{ISSUE_ID}\n"})

    assert "add --yes to cancel" in alone
    assert "nothing was cancelled" in wrong
    assert before[State.PENDING] == 2
    assert desk.states()[State.SKIPPED] == 2


def test_a_dispatch_that_has_begun_is_cancelled_only_with_a_reason(desk: ClockedStage) -> None:
    assert "--because" in desk.run("cancel", ISSUE_ID, "--yes", status=2)
    assert "--because" in desk.run("cancel", ISSUE_ID, "--because", "  ", "--yes", status=2)
    assert State.SKIPPED not in desk.states()


def test_cancelling_twice_says_who_has_cancelled(desk: ClockedStage) -> None:
    desk.run("cancel", ISSUE_ID, *WHY, "--yes")

    output = desk.run("cancel", ISSUE_ID, "--because", "again", "--by", "anna", "--yes")

    assert "was already cancelled, by 김민지 at 2022-08-26 08:00 KST" in output
    assert len(desk.decided()) == 1


def test_before_a_dispatch_has_begun_its_appointment_is_dropped(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--at", "2022-08-26 09:00", "--yes", "--no-wait")

    output = desk.run("cancel", ISSUE_ID)

    assert "Dropped   the appointment of 2022-08; it was not sent to any reader" in output
    assert desk.site.records.diary().appointments() == []
    assert "was never dispatched" in desk.run("cancel", ISSUE_ID, status=2)


def test_an_appointment_of_what_has_begun_goes_with_it(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--at", "2022-08-26 09:00", "--yes", "--no-wait")

    desk.run("cancel", ISSUE_ID, *WHY, "--yes")

    assert desk.site.records.diary().appointments() == []


def test_a_finished_dispatch_has_nothing_left_to_cancel(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes")

    output = desk.run("cancel", ISSUE_ID, *WHY, "--yes", status=2)

    assert "is finished, so there is nothing to cancel" in output
    assert desk.states() == {State.ACCEPTED: 4}
