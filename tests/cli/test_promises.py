"""Whoever changes a letter is told at once whose word it does not fit any more."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.storage.test_migrating import make_older, revision

APPOINT = ("dispatch", ISSUE_ID, "--at", "2022-08-26 09:00", "--yes", "--no-wait", "--by", "anna")
APPOINTED = "the appointment for 2022-08-26 09:00 KST, by anna, is for another email"
APPROVED = "the approval by 김승인, 2022-08-26 08:00 KST, is for another email"
LOOKS = (("compose", ISSUE_ID), ("check", ISSUE_ID), ("status", ISSUE_ID), ("status",))


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path)


@pytest.mark.parametrize("look", LOOKS)
def test_an_appointment_and_an_approval_of_another_letter_are_said_at_once(
    desk: ClockedStage, look: tuple[str, ...]
) -> None:
    desk.run("approve", ISSUE_ID, "--by", "김승인", "--yes")
    desk.run(*APPOINT)
    before = desk.run(*look)
    desk.change_letter()

    after = desk.run(*look)

    assert "another email" not in before
    assert APPOINTED in after
    assert APPROVED in after
    assert "newsletter dispatch 2022-08 --at TIME" in after
    assert "newsletter approve 2022-08 --by NAME" in after


@pytest.mark.parametrize("look", LOOKS)
def test_a_begun_dispatch_that_waits_for_another_letter_is_said_too(
    desk: ClockedStage, look: tuple[str, ...]
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.environ["NEWSLETTER_MAIL_URL"] = "outbox:outbox?delivers=yes"
    desk.restart()
    desk.run("dispatch", ISSUE_ID, "--was-rehearsal", "--because", "practice", "--yes")
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.change_letter()

    kept = desk.run(*look)
    desk.forget_letter()  # as if an earlier version had begun it

    assert "readers who wait since 2022-08-26 08:00 KST get the kept email (digest " in kept
    assert "newsletter diff 2022-08" in kept
    assert "the dispatch started 2022-08-26 08:00 KST is for another email" in desk.run(*look)


def test_an_issue_that_does_not_compose_fits_no_appointment_either(desk: ClockedStage) -> None:
    desk.run(*APPOINT)
    (desk.root / "issues" / ISSUE_ID / "en.md").unlink()

    assert APPOINTED in desk.run("check", ISSUE_ID, status=1)
    assert APPOINTED in desk.run("status")


def test_machines_are_told_what_by_whom_and_of_which_letter(desk: ClockedStage) -> None:
    desk.run(*APPOINT)
    digest = json.loads(desk.run("status", ISSUE_ID, "--json"))["appointment"]["digest"]
    checked = json.loads(desk.run("check", ISSUE_ID, "--json"))
    assert checked["outdated"] == []
    assert checked["notes"] == [
        "stale-translation did not run: the site is not in a git repository"
    ]
    desk.change_letter()

    expected = [
        {
            "what": "appointment",
            "by": "anna",
            "at": "2022-08-25T23:00:00+00:00",
            "send_at": "2022-08-26T00:00:00+00:00",
            "digest": digest,
        }
    ]
    assert json.loads(desk.run("check", ISSUE_ID, "--json"))["outdated"] == expected
    assert json.loads(desk.run("status", ISSUE_ID, "--json"))["outdated"] == expected


@pytest.mark.parametrize("command", ["compose", "check"])
def test_where_there_is_no_ledger_none_is_made_and_nothing_is_said(
    desk: ClockedStage, command: str
) -> None:
    desk.site.close()
    for path in desk.root.glob("newsletter.db*"):
        path.unlink()

    output = desk.run(command, ISSUE_ID)

    assert "known" not in output
    assert list(desk.root.glob("newsletter.db*")) == []


@pytest.mark.parametrize("command", ["compose", "check"])
def test_a_ledger_that_cannot_be_read_costs_a_line_and_nothing_else(
    desk: ClockedStage, command: str
) -> None:
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(b"no database, but " * 100)

    output = desk.run(command, ISSUE_ID)

    assert output.count("so it is not known whether an appointment") == 1
    assert "Proof" in output


@pytest.mark.parametrize("command", ["compose", "check"])
def test_an_older_ledger_costs_a_line_and_is_not_brought_up_to_date(
    desk: ClockedStage, tmp_path: Path, command: str
) -> None:
    desk.site.close()
    for path in desk.root.glob("newsletter.db*"):
        path.unlink()
    (tmp_path / "old").mkdir()
    shutil.copy(make_older(tmp_path / "old", "0003"), desk.root / "newsletter.db")

    output = desk.run(command, ISSUE_ID)

    assert "an earlier version of this program" in output
    assert revision(desk.root / "newsletter.db") == "0003"
    assert list(desk.root.glob("newsletter.db.before*")) == []


def test_a_look_leaves_the_ledger_byte_for_byte(desk: ClockedStage) -> None:
    desk.run(*APPOINT)
    desk.change_letter()
    ledger = desk.root / "newsletter.db"
    before = ledger.read_bytes()

    desk.run("compose", ISSUE_ID)
    desk.run("check", ISSUE_ID)

    assert ledger.read_bytes() == before
    assert [path.name for path in desk.root.glob("newsletter.db-*")] == []
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
