"""An approval is given for a letter that can go out, to readers who can get it."""

import json
import re
from pathlib import Path

import pytest

from newsletter.cli.person import find_account
from newsletter.dispatch.control import Act
from newsletter.lang import Preference
from newsletter.subscribers.decisions import enrol
from tests.cli.korean import korean
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage
from tests.subscribers.makers import make_row

__all__ = ["korean"]
APPROVE = ("approve", ISSUE_ID, "--by", "김승인", "--yes")
EARNEST = "outbox:outbox?delivers=yes"


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path, mail_url=EARNEST)


def publish(desk: ClockedStage, line: str) -> None:
    path = desk.root / "issues" / "publication.yaml"
    path.write_text(f"{path.read_text()}{line}\n")
    desk.restart()


def use_account(desk: ClockedStage, table: str) -> None:
    """Let what was signed so far be of another account of the system."""
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET account = 'other@desk'")


def test_it_says_for_how_many_readers_it_is_good(desk: ClockedStage) -> None:
    assert "Good for 4 readers" in desk.run(*APPROVE)

    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    assert "Good for 3 readers" in desk.run(*APPROVE)


def test_readers_who_came_since_an_issue_was_sent_can_still_be_approved_for(
    desk: ClockedStage,
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    with desk.site.records.book().opened() as page:
        enrol(make_row("new@example.org", "", Preference.KO), page, NOW)

    assert "Good for 1 reader who" in desk.run(*APPROVE)


def test_what_everybody_has_is_not_approved(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert "is finished" in desk.run(*APPROVE, status=2)
    assert desk.site.records.approvals().approvals(ISSUE_ID) == []


def test_what_was_cancelled_is_not_approved(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.run("cancel", ISSUE_ID, "--because", "a typo", "--yes")

    assert "was cancelled for good" in desk.run(*APPROVE, status=2)
    assert desk.site.records.approvals().approvals(ISSUE_ID) == []


def test_another_letter_than_the_one_that_everybody_has_is_not_approved(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.change_letter()

    refused = desk.run(*APPROVE, status=2)

    assert "differs from the one that its readers have, and no reader is still waiting" in refused
    assert desk.site.records.approvals().approvals(ISSUE_ID) == []


def test_another_letter_is_approved_for_those_who_wait(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.change_letter()

    approved = desk.run(*APPROVE)

    assert "Good for 3 readers who wait; the others have another email" in approved
    assert "newsletter dispatch 2022-08 --replace-letter --because TEXT" in approved


def test_another_letter_than_one_that_was_never_kept_is_not_approved(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.forget_letter()
    desk.change_letter()

    assert "an earlier version started 2022-08 and kept no email of it" in desk.run(
        *APPROVE, status=2
    )
    assert desk.site.records.approvals().approvals(ISSUE_ID) == []


def test_what_does_not_compose_is_not_approved(desk: ClockedStage) -> None:
    (desk.root / "issues" / ISSUE_ID / "en.md").unlink()

    assert "en.md: the file is missing" in desk.run(*APPROVE, status=1)


def test_a_rehearsal_that_is_finished_does_not_stand_against_an_approval(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert "Good for 4 readers" in desk.run(*APPROVE)


def test_the_diary_has_approvals_overrides_and_runs_with_name_and_account(
    desk: ClockedStage,
) -> None:
    letter = desk.root / "issues" / ISSUE_ID / "en.md"
    letter.write_text(letter.read_text().replace("This issue", "TODO This issue"))
    desk.run(*APPROVE)
    override = ("--override", "placeholder", "--because", "a name")
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "2", "--by", "박발송", *override, status=4)

    diary = desk.run("status", ISSUE_ID, "--diary")

    lines = [line[24:] for line in diary.splitlines()[-9:]]
    account = f"account {find_account()}"
    assert [lines[0], lines[2]] == ["approved by 김승인", account]
    assert lines[3:6] == ["overridden by 박발송", "placeholder, 1 finding: a name", account]
    assert [lines[6], lines[8]] == ["dispatched by 박발송", account]
    assert lines[1].endswith(": 1 blocking, 0 advising findings")
    assert lines[7] == f"by outbox {desk.root}/outbox, at most 2"


def test_an_issue_that_was_only_approved_has_a_diary(desk: ClockedStage) -> None:
    desk.run(*APPROVE)

    assert "approved by 김승인" in desk.run("status", ISSUE_ID, "--diary")
    assert f"{ISSUE_ID}  not started" in desk.run("status")


def test_a_timers_runs_are_in_the_diary_under_the_programs_name(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--by", "anna")
    desk.forget(1)
    desk.run("dispatch", "--due")

    runs = [
        line for line in desk.site.records.diary().decisions(ISSUE_ID) if line.act is Act.DISPATCHED
    ]
    assert [one.by for one in runs] == ["anna", "newsletter"]
    assert {one.at for one in runs} == {NOW}


def test_one_account_under_two_names_is_said_and_goes_out(desk: ClockedStage) -> None:
    publish(desk, "approval: two-person")
    desk.run(*APPROVE)

    output = desk.run("dispatch", ISSUE_ID, "--yes", "--by", "박발송")

    assert "Account   김승인 approved from the account that 박발송 dispatches from" in output


def test_two_accounts_are_nothing_to_speak_of(desk: ClockedStage) -> None:
    publish(desk, "approval: two-person")
    desk.run(*APPROVE)
    use_account(desk, "approvals")

    assert "Account" not in desk.run("dispatch", ISSUE_ID, "--yes", "--by", "박발송")


def test_the_same_name_is_refused_from_two_accounts_too(desk: ClockedStage) -> None:
    publish(desk, "approval: two-person-two-accounts")
    desk.run(*APPROVE)
    use_account(desk, "approvals")

    refused = desk.run("dispatch", ISSUE_ID, "--yes", "--by", "김승인", status=1)

    assert "approved it and may not dispatch it as well" in refused


def test_where_two_accounts_are_demanded_one_is_refused_and_two_go_out(desk: ClockedStage) -> None:
    publish(desk, "approval: two-person-two-accounts")
    desk.run(*APPROVE)
    send = ("dispatch", ISSUE_ID, "--yes", "--by", "박발송")

    refused = desk.run(*send, status=1)
    use_account(desk, "approvals")
    desk.run(*send)

    assert "requires two accounts of the system" in refused
    assert find_account() in refused


def test_where_two_accounts_are_demanded_a_timer_sends_by_the_one_that_appointed(
    desk: ClockedStage,
) -> None:
    publish(desk, "approval: two-person-two-accounts")
    desk.run(*APPROVE)
    use_account(desk, "approvals")
    at = ("--at", "2022-08-26 09:00", "--no-wait")
    desk.run("dispatch", ISSUE_ID, *at, "--yes", "--by", "박발송")
    desk.site.now = NOW.replace(day=26, hour=0)

    desk.run("dispatch", "--due")
    desk.forget(1)
    desk.run("dispatch", "--due")

    assert sum(desk.states().values()) == 4


def test_an_approval_from_before_accounts_were_kept_does_not_pass_for_one_of_another(
    desk: ClockedStage,
) -> None:
    publish(desk, "approval: two-person-two-accounts")
    desk.run(*APPROVE)
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE approvals SET account = NULL")

    refused = desk.run("dispatch", ISSUE_ID, "--yes", "--by", "박발송", status=1)

    assert "there is no record of the account from which 김승인 approved" in refused


def advertise(desk: ClockedStage) -> None:
    path = desk.root / "issues" / ISSUE_ID / "issue.yaml"
    path.write_text(path.read_text().replace("advertising: no", "advertising: yes"))
    desk.restart()


def test_s14_advertising_is_answered_by_a_named_person_before_readers_get_it(
    desk: ClockedStage,
) -> None:
    advertise(desk)

    assert "nobody has answered for" in desk.run("dispatch", ISSUE_ID, "--yes", status=1)
    assert "answer for it by --advertising" in desk.run(*APPROVE, status=2)
    assert desk.site.records.approvals().approvals(ISSUE_ID) == []
    desk.run(*APPROVE, "--advertising")
    desk.run("dispatch", ISSUE_ID, "--yes")

    [approval] = desk.site.records.approvals().approvals(ISSUE_ID)
    assert (approval.by, approval.advertising) == ("김승인", True)


def test_s14_an_answer_is_for_the_letter_that_was_seen(desk: ClockedStage) -> None:
    advertise(desk)
    desk.run(*APPROVE, "--advertising")
    path = desk.root / "issues" / "publication.yaml"
    path.write_text(path.read_text().replace("#0a5c7a", "#7a0a5c"))
    desk.restart()

    assert "nobody has answered for" in desk.run("dispatch", ISSUE_ID, "--yes", status=1)


def test_s14_who_says_that_there_is_advertising_is_told_that_the_issue_denies_it(
    desk: ClockedStage,
) -> None:
    assert "says that it has no advertising" in desk.run(*APPROVE, "--advertising", status=2)
    desk.run(*APPROVE)

    [approval] = desk.site.records.approvals().approvals(ISSUE_ID)
    assert approval.advertising is False


def test_s14_the_diary_says_who_answered_what(desk: ClockedStage) -> None:
    desk.run(*APPROVE)
    advertise(desk)
    desk.run("approve", ISSUE_ID, "--by", "이광고", "--yes", "--advertising")
    with desk.site.records.database.begin() as connection:  # from before this was asked
        connection.exec_driver_sql(
            "INSERT INTO approvals (issue, digest, parts, approved_by, approved_at, blocking,"
            " advising) SELECT issue, digest, parts, '박예전', approved_at, blocking, advising"
            " FROM approvals WHERE approved_by = '이광고'"
        )

    diary = desk.run("status", ISSUE_ID, "--diary")
    listed = json.loads(desk.run("status", ISSUE_ID, "--diary", "--json"))["diary"]

    assert re.findall(r"approved by (\S+)\n +digest [0-9a-f]{12}(.*):", diary) == [
        ("김승인", ", without advertising"),
        ("이광고", ", with advertising"),
        ("박예전", ""),
    ]
    assert [(one["by"], one["advertising"]) for one in listed] == [
        ("김승인", False),
        ("이광고", True),
        ("박예전", None),
    ]


@pytest.mark.usefixtures("korean")
def test_s14_the_answer_is_said_in_korean(desk: ClockedStage) -> None:
    advertise(desk)

    assert ", 광고 있음, " in desk.run(*APPROVE, "--advertising")
    assert ", 광고 있음: " in desk.run("status", ISSUE_ID, "--diary")


def test_s14_a_rehearsal_with_advertising_needs_no_answer(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    advertise(desk)

    desk.run("dispatch", ISSUE_ID, "--yes")
