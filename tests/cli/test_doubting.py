"""A ledger that was put back sends nothing by itself; a person answers for each issue."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

NINE = "2022-08-26 09:00"
NINE_UTC = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
OTHER_ISSUE = "2022-09"
MINUTE = timedelta(minutes=1)
ANSWER = ("--after-restore", "--because", "the relay's log has nobody")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path / "site")


def appoint(desk: ClockedStage, issue: str = ISSUE_ID) -> None:
    desk.run("dispatch", issue, "--at", NINE, "--yes", "--no-wait")


def add_issue(desk: ClockedStage) -> None:
    other = desk.root / "issues" / OTHER_ISSUE
    shutil.copytree(desk.root / "issues" / ISSUE_ID, other)
    facts = other / "issue.yaml"
    facts.write_text(facts.read_text().replace("2022-08-26", "2022-09-26"))


def keep(desk: ClockedStage) -> None:
    """Copy what a careful person copies: the ledger and the file beside it."""
    desk.site.close()
    for name in ("newsletter.db", "newsletter.db.mark"):
        shutil.copy(desk.root / name, desk.root.parent / name)


def copy_over(desk: ClockedStage) -> None:
    shutil.copyfile(desk.root.parent / "newsletter.db", desk.root / "newsletter.db")


def move_over(desk: ClockedStage) -> None:
    (desk.root.parent / "newsletter.db").replace(desk.root / "newsletter.db")


def copy_all_over(desk: ClockedStage) -> None:
    """Nothing beside the ledger tells it, only the clock."""
    copy_over(desk)
    mark = "newsletter.db.mark"
    shutil.copyfile(desk.root.parent / mark, desk.root / mark)


def count_attempts(desk: ClockedStage) -> int:
    return len(list((desk.root / "outbox").glob("*.eml")))


@pytest.mark.parametrize("put_back", [copy_over, move_over, copy_all_over])
def test_an_appointment_that_has_gone_out_does_not_go_out_again_from_an_older_ledger(
    desk: ClockedStage, put_back: Callable[[ClockedStage], None]
) -> None:
    appoint(desk)
    keep(desk)
    for at in (NINE_UTC - MINUTE, NINE_UTC):
        desk.site.now = at
        sent = desk.run("dispatch", "--due", status=0)
    put_back(desk)
    desk.restart()
    desk.site.now = NINE_UTC + 5 * MINUTE

    first = desk.run("dispatch", "--due", status=4)
    desk.restart()
    second = desk.run("dispatch", "--due", status=4)

    assert "4 attempts in this run" in sent
    assert "the ledger may not know of all emails that were sent" in first
    assert "2022-08: all readers may have it already" in first
    assert 'newsletter dispatch 2022-08 --after-restore --because "…"' in first
    assert second == ""
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


@pytest.mark.parametrize("put_back", [copy_over, move_over])
def test_an_unfinished_dispatch_does_not_go_on_from_an_older_ledger(
    desk: ClockedStage, put_back: Callable[[ClockedStage], None]
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2, 3)
    keep(desk)
    desk.run("dispatch", "--due")
    put_back(desk)
    desk.restart()

    output = desk.run("dispatch", "--due", status=4)

    assert "2022-08: up to 2 readers of those who wait may have it already" in output
    assert "newsletter resolve 2022-08 --from-log FILE" in output
    assert "readers who unsubscribed since then may be active again" in output
    assert desk.states() == {State.ACCEPTED: 2, State.PENDING: 2}


def test_a_timer_that_was_away_for_hours_does_not_send_what_was_due_meanwhile(
    desk: ClockedStage,
) -> None:
    appoint(desk)
    desk.site.now = NINE_UTC + MINUTE

    output = desk.run("dispatch", "--due", status=4)

    assert "no command has looked for due issues since 2022-08-26 08:00 KST" in output
    assert count_attempts(desk) == 0


def test_an_appointment_behind_an_issue_that_took_hours_is_not_late(desk: ClockedStage) -> None:
    """Both are taken by one look; what comes second is kept hours after its time."""
    add_issue(desk)
    appoint(desk)
    appoint(desk, OTHER_ISSUE)
    desk.site.now = NINE_UTC - timedelta(minutes=30)
    desk.site.pace = timedelta(minutes=30)  # whenever somebody looks at the clock

    desk.run("dispatch", "--due")

    assert desk.site.records.ledger().tally(OTHER_ISSUE).of(State.ACCEPTED) == 4


def restored(desk: ClockedStage) -> None:
    """Put an older ledger back: two readers of four wait by its word."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2, 3)
    keep(desk)
    desk.run("dispatch", ISSUE_ID, "--yes")
    copy_over(desk)
    desk.restart()


def test_where_nobody_can_be_asked_nothing_is_sent_without_an_answer(desk: ClockedStage) -> None:
    restored(desk)

    output = desk.run("dispatch", ISSUE_ID, "--yes", status=4)

    assert (
        "Doubt     this ledger is an older copy; the records of 1 later command are missing"
        in output
    )
    assert "--after-restore --because" in output
    assert desk.states() == {State.ACCEPTED: 2, State.PENDING: 2}


def test_an_answer_lets_it_go_out_and_is_kept_with_name_and_reason(desk: ClockedStage) -> None:
    restored(desk)

    desk.run("dispatch", ISSUE_ID, "--yes", *ANSWER, "--by", "김민지")
    shown = desk.run("status", ISSUE_ID, "--diary")

    assert desk.states() == {State.ACCEPTED: 4}
    assert ("doubt answered", "김민지", "put back: the relay's log has nobody") in desk.decided()
    assert "doubt answered by 김민지" in shown
    assert "Doubt" not in shown
    assert desk.run("dispatch", "--due") == ""


def test_a_dry_run_shows_the_doubt_and_needs_no_answer(desk: ClockedStage) -> None:
    restored(desk)

    output = desk.run("dispatch", ISSUE_ID, "--dry-run")

    assert "Doubt     this ledger is an older copy" in output
    assert "Dry run: 2 emails would be sent" in output


@pytest.mark.parametrize(
    ("reason", "status", "left"), [("the log has nobody", 0, 0), ("", 2, 2), ("  ", 2, 2)]
)
def test_a_person_is_asked_for_a_reason_beside_the_name_of_the_issue(
    desk: ClockedStage, reason: str, status: int, left: int
) -> None:
    restored(desk)
    dialogue = {"Type 2022-08 to continue": "2022-08\n", "Why is it right": f"{reason}\n"}

    shown = desk.type("dispatch", ISSUE_ID, "--no-wait", dialogue=dialogue, status=status)

    assert "up to 2 readers" in shown
    assert desk.states().get(State.PENDING, 0) == left
    answers = [words for act, _, words in desk.decided() if act == "doubt answered"]
    assert answers == ([f"put back: {reason}"] if status == 0 else [])


@pytest.mark.parametrize("because", [[], ["--because", " "]])
def test_an_answer_wants_a_reason(desk: ClockedStage, because: list[str]) -> None:
    restored(desk)

    output = desk.run("dispatch", ISSUE_ID, "--yes", "--after-restore", *because, status=2)

    assert "--after-restore needs a reason" in output
    assert desk.states() == {State.ACCEPTED: 2, State.PENDING: 2}


def test_an_answer_without_a_doubt_is_refused(desk: ClockedStage) -> None:
    output = desk.run("dispatch", ISSUE_ID, "--yes", *ANSWER, status=2)

    assert (
        "--after-restore: nothing prevents the sending of 2022-08; leave the option out" in output
    )
    assert desk.states() == {}


def test_an_answer_counts_for_its_issue_alone(desk: ClockedStage) -> None:
    add_issue(desk)
    appoint(desk)
    appoint(desk, OTHER_ISSUE)
    keep(desk)
    desk.run("dispatch", ISSUE_ID, "--yes")
    copy_over(desk)
    desk.restart()
    desk.run("dispatch", OTHER_ISSUE, "--at", NINE, "--yes", "--no-wait", *ANSWER)
    desk.site.now = NINE_UTC

    output = desk.run("dispatch", "--due", status=4)

    assert "2022-08: all readers may have it already" in output
    assert "2022-09: everybody" not in output
    assert desk.site.records.ledger().tally(OTHER_ISSUE).of(State.ACCEPTED) == 4
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None

    desk.run("dispatch", ISSUE_ID, "--yes", *ANSWER)
    assert desk.run("dispatch", "--due") == ""
    assert desk.site.records.doubts().standing() == []


def test_the_first_dispatch_of_another_issue_is_asked_about_too(desk: ClockedStage) -> None:
    add_issue(desk)
    restored(desk)

    output = desk.run("dispatch", OTHER_ISSUE, "--yes", status=4)

    assert "2022-09: all readers may have it already" in output
    assert desk.site.records.ledger().find_plan(OTHER_ISSUE) is None


def test_a_timer_with_nothing_to_send_says_nothing_of_a_doubt(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    keep(desk)
    desk.run("subscribers", "add", "new@example.org", "--consented-at", "2022-08-01")
    copy_over(desk)
    desk.restart()

    assert desk.run("dispatch", "--due") == ""
    assert "Doubt     this ledger is an older copy" in desk.run("status")


@pytest.mark.parametrize("is_begun", [True, False])
def test_status_after_a_restore_names_what_to_do(desk: ClockedStage, *, is_begun: bool) -> None:
    if is_begun:
        desk.run("dispatch", ISSUE_ID, "--yes")
        desk.forget(2, 3)
    desk.run("backup", str(desk.root / "b.db"))
    desk.run("restore", str(desk.root / "b.db"), "--yes")

    shown = desk.run("status")

    assert "newsletter notices send --after-restore" in shown
    assert (f"newsletter resolve {ISSUE_ID} --from-log FILE" in shown) is is_begun
    assert (f"newsletter dispatch {ISSUE_ID} --after-restore" in shown) is is_begun
    desk.run("notices", "send", *ANSWER)
    assert "newsletter notices send" not in desk.run("status")
    if is_begun:
        desk.run("dispatch", ISSUE_ID, "--yes", *ANSWER)
    assert "Next" not in desk.run("status")


def test_status_shows_a_doubt_until_it_is_answered(desk: ClockedStage) -> None:
    restored(desk)

    words = desk.run("status")
    found = json.loads(desk.run("status", ISSUE_ID, "--json"))["doubts"]

    assert words.startswith("Doubt     this ledger is an older copy")
    assert [(one["cause"], one["answered"]) for one in found] == [("put back", False)]
    desk.run("dispatch", ISSUE_ID, "--yes", *ANSWER)
    assert json.loads(desk.run("status", ISSUE_ID, "--json"))["doubts"] == []
