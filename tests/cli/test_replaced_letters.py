"""``dispatch --replace-letter``: another letter for those who wait, and for nobody else."""

from pathlib import Path

import pytest

from newsletter.dispatch.control import Act, Settlement, WhichUnknown
from newsletter.dispatch.states import State
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

EARNEST = "outbox:outbox?delivers=yes"
ALL = ("dispatch", ISSUE_ID, "--yes")
ONE = (*ALL, "--limit", "1")
REPLACE = (*ALL, "--replace-letter", "--because", "a wrong phone number", "--by", "김민지")
OLD, NEW = "000 0000", "000 1111"


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch that one of four readers has; since then a phone number was corrected."""
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    desk.run(*ONE, status=4)
    change(desk)
    return desk


def change(desk: ClockedStage, old: str = OLD, new: str = NEW) -> None:
    path = desk.root / "issues/publication.yaml"
    path.write_text(path.read_text().replace(old, new))
    desk.restart()


def got(desk: ClockedStage) -> dict[str, str]:
    """Say which phone number each reader has in their letter."""
    found = {}
    for path in (desk.root / "outbox").glob("*.eml"):
        letter = path.read_text()
        address = letter.partition("\nTo: ")[2].partition("\n")[0]
        found[address] = next(one for one in (OLD, NEW) if f"+82 31 {one}" in letter)
    return found


def numbers(desk: ClockedStage) -> list[str]:
    return sorted(got(desk).values())


def test_those_who_wait_get_the_letter_as_it_is_now(desk: ClockedStage) -> None:
    before = desk.site.records.ledger().find_plan(ISSUE_ID)

    output = desk.run(*REPLACE)

    assert numbers(desk) == [OLD, NEW, NEW, NEW]
    assert "Replaces  the email with digest" in output
    assert "for 3 readers who wait" in output
    assert "changed: HTML of the ko edition" in output
    after = desk.site.records.ledger().find_plan(ISSUE_ID)
    assert before
    assert after
    [(_, by, words)] = [one for one in desk.decided() if one[0] == Act.REPLACED]
    assert by == "김민지"
    assert before.digest in words
    assert after.digest in words
    assert "3 who wait" in words
    assert "a wrong phone number" in words
    assert "letter replaced by 김민지" in desk.run("status", ISSUE_ID, "--diary")


def test_it_stays_replaced_for_every_later_run(desk: ClockedStage) -> None:
    desk.run(*REPLACE, "--limit", "1", status=4)
    change(desk, NEW, OLD)  # whatever the folder says then

    desk.run(*ALL)

    assert numbers(desk) == [OLD, NEW, NEW, NEW]


def test_one_who_may_have_the_first_letter_gets_that_again(desk: ClockedStage) -> None:
    desk.lose_answers(2)
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET letter_id = (SELECT letter_id FROM dispatches) "
            "WHERE state = 'unknown'"
        )
    desk.site.records.diary().settle(ISSUE_ID, Settlement.RESEND, WhichUnknown(), "Lee", NOW)

    output = desk.run(*REPLACE)

    assert "for 2 readers who wait" in output
    assert "1 reader may already have that email, and get it again" in output
    assert numbers(desk) == [OLD, OLD, NEW, NEW]
    assert got(desk)["r2@example.org"] == OLD


def test_a_first_letter_that_is_damaged_ends_the_run_in_words(
    desk: ClockedStage, caplog: pytest.LogCaptureFixture
) -> None:
    """One reader may have it; the others' letter is whole."""
    desk.lose_answers(2)
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE deliveries SET letter_id = (SELECT letter_id FROM dispatches) "
            "WHERE state = 'unknown'"
        )
    desk.site.records.diary().settle(ISSUE_ID, Settlement.RESEND, WhichUnknown(), "Lee", NOW)
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE kept_letters SET content = X'00'")

    refused = desk.run(*REPLACE, status=3)

    assert "its kept email" in refused
    assert "is damaged in the ledger, so it is not sent" in refused
    assert "Traceback" not in caplog.text
    assert "r2@example.org" not in got(desk)


def test_it_wants_its_own_approval_where_one_is_demanded(desk: ClockedStage) -> None:
    change(desk, "accent:", "approval: required\naccent:")

    refused = desk.run(*REPLACE, status=1)
    desk.run("approve", ISSUE_ID, "--by", "이승인", "--yes")
    desk.run(*REPLACE)

    assert "it is not approved yet" in refused
    assert numbers(desk) == [OLD, NEW, NEW, NEW]


def test_without_a_reason_nothing_is_replaced(desk: ClockedStage) -> None:
    for because in ((), ("--because", " ")):
        refused = desk.run(*ALL, "--replace-letter", *because, status=2)
        assert "needs a reason" in refused
    assert numbers(desk) == [OLD]


def test_the_name_of_the_issue_is_asked_for(desk: ClockedStage) -> None:
    refused = desk.run("dispatch", ISSUE_ID, *REPLACE[3:], status=2)

    assert "--yes" in refused
    assert numbers(desk) == [OLD]


def test_a_dry_run_shows_it_and_replaces_nothing(desk: ClockedStage) -> None:
    before = desk.site.records.ledger().find_plan(ISSUE_ID)

    output = desk.run(*REPLACE, "--dry-run")

    assert "for 3 readers who wait" in output
    assert "3 emails would be sent now; nothing was" in output
    assert desk.site.records.ledger().find_plan(ISSUE_ID) == before


@pytest.mark.parametrize(
    "option", [["--at", "2022-08-27 09:00"], ["--due"], ["--add-new"], ["--rehearse"]]
)
def test_no_timer_and_nothing_else_replaces_a_letter(desk: ClockedStage, option: list[str]) -> None:
    refused = desk.run(*REPLACE, *option, status=2)

    assert "cannot be used together" in refused
    assert numbers(desk) == [OLD]


def test_what_cannot_be_replaced_says_why(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    assert "no email of 2022-08 was sent yet" in desk.run(*REPLACE, status=2)

    desk.run(*ONE, status=4)
    assert "is the email that the dispatch started with" in desk.run(*REPLACE, status=2)

    desk.run(*ALL)
    change(desk)
    assert "every reader has the email" in desk.run(*REPLACE, status=2)

    desk.forget(1)
    desk.forget_letter()
    assert "--only-recipients-of 2022-08" in desk.run(*REPLACE, status=2)
    assert set(numbers(desk)) == {OLD}


def test_a_rehearsal_is_set_aside_instead(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run(*ONE, status=4)
    change(desk)

    assert "--was-rehearsal --because TEXT" in desk.run(*REPLACE, status=2)


def test_of_a_paused_issue_the_letter_is_replaced_and_nothing_is_sent(desk: ClockedStage) -> None:
    """Who has paused it may resume it then: no timer comes in between with the old letter."""
    desk.run("pause", ISSUE_ID)

    output = desk.run(*REPLACE, status=4)

    assert "newsletter resume 2022-08" in output
    assert numbers(desk) == [OLD]
    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 3}
    desk.run("resume", ISSUE_ID)
    desk.run(*ALL)
    assert numbers(desk) == [OLD, NEW, NEW, NEW]


def test_of_a_cancelled_issue_nothing_is_replaced(desk: ClockedStage) -> None:
    desk.run("cancel", ISSUE_ID, "--because", "a mistake", "--yes")

    assert "was cancelled for good" in desk.run(*REPLACE, status=2)


def test_a_letter_that_blocks_replaces_nothing(desk: ClockedStage) -> None:
    path = desk.root / "issues/2022-08/en.md"
    path.write_text(path.read_text().replace("This issue", "[TODO] [here](http://) This issue"))

    desk.run(*REPLACE, status=1)

    assert numbers(desk) == [OLD]
    assert [one for one in desk.decided() if one[0] == Act.REPLACED] == []
