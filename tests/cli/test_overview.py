import json
from datetime import timedelta
from pathlib import Path
from unicodedata import east_asian_width

import pytest

from newsletter.dispatch.states import State
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

APPOINT = ("dispatch", ISSUE_ID, "--at", "2022-08-26 09:00", "--yes", "--no-wait")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four: two have it, one is put off, one pending."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1)
    desk.defer(2, due_at=NOW + timedelta(minutes=64))
    return desk


def columns(line: str) -> int:
    """Count the columns of a terminal that a line takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


def test_whatever_stands_in_the_way_or_is_to_come_is_shown_with_who_and_when(
    desk: ClockedStage,
) -> None:
    desk.run(*APPOINT, "--by", "anna")
    desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목을 고칩니다")
    desk.site.records.ledger().pause_domain("naver.com", NOW + timedelta(minutes=10), "too many")

    lines = desk.run("status", ISSUE_ID).splitlines()

    assert lines[:6] == [
        f"2022-08  digest {desk.site.compose(ISSUE_ID).composition.digest[:12]}  not finished",
        "  paused     2022-08-26 08:00 KST, by 김민지",
        "             제목을 고칩니다",
        "  appointed  2022-08-26 09:00 KST (in 1 h), by anna",
        "  retry      2022-08-26 09:04 KST (in 1 h 4 min)",
        "  resting    naver.com until 2022-08-26 08:10 KST",
    ]


def test_everything_fits_into_80_columns(desk: ClockedStage) -> None:
    desk.run(*APPOINT, "--by", "경기도청 국제협력과 김민지")
    desk.run("pause", ISSUE_ID, "--by", "경기도청 국제협력과 김민지", "--because", "확인 중")

    lines = desk.run("status", ISSUE_ID, "--diary").splitlines()

    assert max(columns(line) for line in lines if str(desk.root) not in line) <= 80
    assert len({columns(line) for line in lines if line.startswith(("  ko ", "  all "))}) == 1


def test_what_is_over_is_not_shown_any_more(desk: ClockedStage) -> None:
    desk.run("pause", ISSUE_ID)
    desk.site.records.ledger().pause_domain("naver.com", NOW, "too many")

    desk.run("resume", ISSUE_ID)
    desk.run("dispatch", ISSUE_ID, "--yes", status=4)
    desk.site.now += timedelta(hours=2)
    desk.run("dispatch", ISSUE_ID, "--yes")

    shown = desk.run("status")
    assert "  finished\n" in shown
    for word in ("paused  ", "appointed  ", "retry  ", "resting  "):
        assert word not in shown


def test_a_cancelled_dispatch_says_so_and_has_no_retry(desk: ClockedStage) -> None:
    desk.run("cancel", ISSUE_ID, "--because", "wrong month", "--by", "minji", "--yes")

    shown = desk.run("status", ISSUE_ID)

    assert "  cancelled  2022-08-26 08:00 KST, by minji\n             wrong month\n" in shown
    assert "retry  " not in shown
    assert desk.states() == {State.ACCEPTED: 2, State.SKIPPED: 2}


def test_an_issue_that_is_only_appointed_is_shown_too(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run(*APPOINT, "--by", "anna")

    shown = desk.run("status")
    status = json.loads(desk.run("status", ISSUE_ID, "--json"))

    assert shown.splitlines() == [
        "2022-08  not started",
        "  appointed  2022-08-26 09:00 KST (in 1 h), by anna",
        "  rehearsal  it is not sent to any reader; its emails are written to a folder",
        "Kept      1 email, 0.0 MB, pictures included",
    ]
    assert status["rehearsal"] is True
    assert (status["planned"], status["finished"], status["digest"]) == (0, False, None)


def test_an_appointment_whose_time_has_come_is_due(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run(*APPOINT, "--by", "anna")
    desk.site.now += timedelta(hours=1)

    assert "2022-08-26 09:00 KST (due), by anna" in desk.run("status")


def test_the_diary_has_every_decision_in_its_order(desk: ClockedStage) -> None:
    desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목")
    desk.site.now += timedelta(minutes=5)
    desk.run("resume", ISSUE_ID, "--by", "anna")

    lines = desk.run("status", ISSUE_ID, "--diary").splitlines()

    assert lines[-3:] == [
        "  2022-08-26 08:00 KST  paused by 김민지",
        "                        제목",
        "  2022-08-26 08:05 KST  resumed by anna",
    ]


def test_machines_get_the_same_with_times_in_utc(desk: ClockedStage) -> None:
    desk.run(*APPOINT, "--by", "anna")
    desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목")
    desk.site.records.ledger().pause_domain("naver.com", NOW + timedelta(minutes=10), "too many")

    status = json.loads(desk.run("status", ISSUE_ID, "--json", "--diary"))

    at = NOW.isoformat()
    assert status["halt"] == {"act": "paused", "by": "김민지", "at": at, "because": "제목"}
    assert status["appointment"] == {
        "by": "anna",
        "at": at,
        "send_at": "2022-08-26T00:00:00+00:00",
        "digest": status["digest"],
    }
    assert status["next_due_at"] == "2022-08-26T00:04:00+00:00"
    assert status["resting"] == {"naver.com": "2022-08-25T23:10:00+00:00"}
    assert [line["act"] for line in status["diary"]] == ["dispatched", "appointed", "paused"]


def test_a_list_in_a_terminal_keeps_every_address_whole(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, readers=1)
    desk.run("dispatch", ISSUE_ID, "--yes")

    shown = desk.type("status", ISSUE_ID, "--list", "accepted", dialogue={})

    assert "r1@example.org" in shown
    assert "Nobody." in desk.type("status", ISSUE_ID, "--list", "refused", dialogue={})
