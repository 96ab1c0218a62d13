"""newsletter access: the record as operators read it, and the monthly review."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from newsletter.cli.person import find_account
from newsletter.errors import LedgerError, UsageError
from newsletter.subscribers.access_record import AccessKind
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

A = "r1@example.org"
EXPORT = ("subscribers", "export", "--because", "연간 보고")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path)


def refuse(desk: ClockedStage, *words: str) -> str:
    result = desk.invoke(*words)
    assert isinstance(result.exception, UsageError), result.output
    return str(result.exception)


def test_s12_an_entry_says_who_from_where_what_whose_how_many_and_why(
    desk: ClockedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "203.0.113.7 50000 192.0.2.1 22")

    desk.run("subscribers", "list", "--because", "명단  점검")
    desk.run("subscribers", "remove", A, "--by", "김담당", "--because", "전화로 요청")

    listed, removed = json.loads(desk.run("access", "list", "--json"))
    assert listed == {
        "at": "2022-08-25T23:00:00+00:00",
        "account": find_account(),
        "from": "203.0.113.7",
        "by": None,
        "what": "list-shown",
        "whose": None,
        "how_many": 4,
        "because": "명단 점검",
        "issue": None,
    }
    assert removed["by"] == "김담당"
    assert len(removed["whose"]) == 64
    assert (removed["how_many"], removed["because"]) == (1, "전화로 요청")


def test_s12_the_list_for_people_shortens_the_hash_and_names_no_address(desk: ClockedStage) -> None:
    desk.run("subscribers", "show", A, "--because", "문의")
    [entry] = desk.site.records.accesses().find()
    assert entry.person is not None

    shown = desk.run("access", "list")

    assert entry.person.hex()[:8] in shown
    assert entry.person.hex() not in shown
    assert "2022-08-26 08:00 KST" in shown
    assert "문의" in shown
    assert A not in shown


def test_s12_whose_data_it_was_is_asked_by_an_address_and_that_is_recorded(
    desk: ClockedStage,
) -> None:
    desk.run("subscribers", "show", A)
    desk.run("subscribers", "show", "r2@example.org")

    found = json.loads(desk.run("access", "list", "--whose", A, "--because", "민원", "--json"))

    assert [one["what"] for one in found] == ["subscriber-shown", "accesses-shown"]
    assert desk.site.records.accesses().find()[-1].because == "민원"


def test_a_month_is_one_of_the_publications_time_zone(desk: ClockedStage) -> None:
    desk.site.now = datetime(2022, 8, 31, 14, 59, tzinfo=UTC)
    desk.run("subscribers", "list", "--because", "8월")
    desk.site.now = datetime(2022, 8, 31, 15, 0, tzinfo=UTC)
    desk.run("subscribers", "list", "--because", "9월")

    assert "8월" in (august := desk.run("access", "list", "--month", "2022-08"))
    assert "9월" not in august
    assert "9월" in desk.run("access", "list", "--month", "2022-09")
    assert "Nothing is recorded." in desk.run("access", "list", "--month", "2022-12")


@pytest.mark.parametrize(
    "month", ["2022-13", "2022", "August", "0000-01", "0001-01", "1969-12", "9999-12"]
)
def test_what_is_no_month_is_refused(desk: ClockedStage, month: str) -> None:
    assert "write it like 2026-10" in refuse(desk, "access", "list", "--month", month)


def test_s12_an_export_without_a_reason_is_refused_and_says_why_one_is_needed(
    desk: ClockedStage,
) -> None:
    for words in ((), ("--because", "  ")):
        assert "the access record keeps why" in refuse(desk, "subscribers", "export", *words)
    assert desk.site.records.accesses().find() == []


def test_s12_an_export_asks_for_its_reason_at_a_terminal(desk: ClockedStage) -> None:
    dialogue = {"What is this export for?": "연간 보고\n"}

    shown = desk.type("subscribers", "export", dialogue=dialogue)

    assert A in shown
    [entry] = desk.site.records.accesses().find()
    assert (entry.kind, entry.because) == (AccessKind.LIST_EXPORTED, "연간 보고")


def test_s12_a_review_shows_the_month_and_is_recorded(desk: ClockedStage) -> None:
    desk.run(*EXPORT)
    desk.site.now = datetime(2022, 8, 26, 14, 30, tzinfo=UTC)  # 23:30 in Seoul
    desk.run("subscribers", "list")
    desk.site.now = datetime(2022, 9, 1, 1, 0, tzinfo=UTC)
    review = ("access", "review", "--month", "2022-08", "--by", "김담당")

    shown = desk.run(*review, "--note", "이상 없음", "--yes")

    assert "Accesses in 2022-08: 2" in shown
    assert "Exports and copies: 1" in shown
    assert "연간 보고" in shown
    assert "At night (22:00 to 06:00): 1" in shown
    assert "Without a reason: 1" in shown
    assert "2022-08, 2 accesses, by 김담당" in shown
    record = desk.site.records.accesses()
    done = record.find_review("2022-08")
    assert done is not None
    assert (done.by, done.account, done.entries) == ("김담당", find_account(), 2)
    assert done.note == "이상 없음"
    assert record.first_entry_at() == datetime(2022, 8, 25, 23, 0, tzinfo=UTC)
    twice = desk.run("access", "review", "--month", "2022-08", "--by", "이점검", "--yes")
    assert "Before   2022-09-01 10:00 KST, 2 accesses, by 김담당" in twice
    again = record.find_review("2022-08")
    assert again is not None
    assert again.by == "이점검"


def test_s12_a_month_that_is_not_over_is_not_reviewed(desk: ClockedStage) -> None:
    desk.site.now = datetime(2022, 8, 31, 14, 59, tzinfo=UTC)

    assert "2022-08 is not over yet" in refuse(
        desk, "access", "review", "--month", "2022-08", "--yes"
    )
    assert desk.site.records.accesses().find_review("2022-08") is None


def test_s12_a_review_asks_a_person(desk: ClockedStage) -> None:
    asked = {"Have you reviewed these accesses?": "n\n"}

    assert "add --yes to record the review" in refuse(
        desk, "access", "review", "--month", "2022-07"
    )
    desk.type("access", "review", "--month", "2022-07", dialogue=asked, status=1)
    assert desk.site.records.accesses().find_review("2022-07") is None
    asked = {"Have you reviewed these accesses?": "y\n"}
    desk.type("access", "review", "--month", "2022-07", dialogue=asked)
    assert desk.site.records.accesses().find_review("2022-07") is not None


def test_s12_a_look_at_deliveries_is_about_its_issue(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")

    desk.run("status", ISSUE_ID, "--list", "accepted")

    [entry] = desk.site.records.accesses().find()
    assert (entry.issue, entry.people) == (ISSUE_ID, 4)


@pytest.mark.parametrize("command", [("access", "list"), ("status", ISSUE_ID, "--diary")])
def test_a_row_that_was_changed_by_hand_is_named(
    desk: ClockedStage, command: tuple[str, ...]
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.run("pause", ISSUE_ID)
    desk.run("subscribers", "list")
    with desk.site.records.database.begin() as connection:
        connection.execute(text("UPDATE accesses SET kind = 'foo'"))
        connection.execute(text("UPDATE notes SET act = 'foo'"))

    result = desk.invoke(*command)

    assert isinstance(result.exception, LedgerError), result.output
    assert "foo, which no program writes" in str(result.exception)
