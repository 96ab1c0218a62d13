import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.states import State
from tests.cli.test_audience import EARNEST, SPECIAL
from tests.cli.test_audience import copy_issue as copy_special
from tests.cli.test_ways import set_way
from tests.mail_sinks import free_port
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

NINE = "2022-08-26 09:00"
NINE_UTC = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
OTHER = "otherhost.example.org:4711"
RELAY = f"smtp://127.0.0.1:{free_port()}"  # nobody listens there


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path)


def appoint(desk: ClockedStage, issue: str = ISSUE_ID) -> None:
    desk.run("dispatch", issue, "--at", NINE, "--yes", "--no-wait", "--by", "김민지")


def test_where_nothing_is_due_nothing_is_printed(desk: ClockedStage) -> None:
    """Cron makes a mail of every line."""
    first = desk.run("dispatch", "--due")
    appoint(desk)

    assert first == ""
    assert desk.run("dispatch", "--due") == ""
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_a_person_who_runs_it_is_told_what_comes_next(desk: ClockedStage) -> None:
    desk.site.now = datetime.now(UTC)
    at = f"{desk.site.now + timedelta(days=3):%Y-%m-%d} 09:00"
    desk.run("dispatch", ISSUE_ID, "--at", at, "--yes", "--no-wait")

    shown = desk.type("dispatch", "--due", dialogue={})

    assert shown == f"No issue is due.\n  2022-08 will be sent at {at} KST\n"


def test_an_appointment_survives_a_restart_and_is_kept_once(desk: ClockedStage) -> None:
    appoint(desk)
    desk.restart()
    desk.site.now = NINE_UTC - timedelta(seconds=1)
    before = desk.run("dispatch", "--due")
    desk.restart()
    desk.site.now = NINE_UTC

    output = desk.run("dispatch", "--due")

    assert before == ""
    assert "4 attempts in this run" in output
    assert desk.states() == {State.ACCEPTED: 4}
    assert desk.run("dispatch", "--due") == ""
    assert len(list((desk.root / "outbox").glob("*.eml"))) == 4


def test_another_letter_than_the_appointed_one_is_refused_with_what_was_changed(
    desk: ClockedStage,
) -> None:
    desk.run("approve", ISSUE_ID, "--by", "anna", "--yes")
    appoint(desk)
    desk.change_letter()
    desk.site.now = NINE_UTC

    output = desk.run("dispatch", "--due", status=1)

    assert "not the email that 김민지 appointed" in output
    assert "changed: text of the en edition" in output
    assert "newsletter dispatch 2022-08 --at TIME" in output
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None
    assert len(desk.site.records.diary().appointments()) == 1


def test_a_dispatch_that_was_begun_goes_on_when_its_readers_are_due(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2)
    desk.defer(3, due_at=NINE_UTC)

    first = desk.run("dispatch", "--due", status=4)
    second = desk.run("dispatch", "--due")
    desk.site.now = NINE_UTC
    third = desk.run("dispatch", "--due")

    assert "1 attempt in this run" in first
    assert "1 deferred: run 'newsletter dispatch 2022-08' again after 2022-08-26 09:00 KST" in first
    assert second == ""
    assert "1 attempt in this run" in third
    assert desk.states() == {State.ACCEPTED: 4}


def test_readers_that_a_limited_run_left_out_are_not_sent_it_by_a_timer(desk: ClockedStage) -> None:
    """Nobody has confirmed that they are to get it."""
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)

    assert desk.run("dispatch", "--due") == ""
    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 3}


def test_a_plan_that_nobody_was_sent_binds_a_timer_to_its_letter(desk: ClockedStage) -> None:
    """A person may replace such a plan by another letter, for he is asked; a timer may not."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1, 2, 3, 4)
    desk.change_letter()

    output = desk.run("dispatch", "--due", status=1)

    assert "this is not the email that the dispatch started with" in output
    assert desk.states() == {State.PENDING: 4}


def test_unknown_ones_are_never_taken_up(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.lose_answers(1, 2)

    assert desk.run("dispatch", "--due") == ""
    assert desk.states() == {State.ACCEPTED: 2, State.UNKNOWN: 2}


def test_what_has_begun_but_is_appointed_for_later_waits_for_that(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2, 3)
    appoint(desk)

    early = desk.run("dispatch", "--due")
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due")

    assert early == ""
    assert desk.states() == {State.ACCEPTED: 4}


def test_an_appointment_whose_readers_have_it_already_is_dropped(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1)
    appoint(desk)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1")
    desk.site.now = NINE_UTC

    output = desk.run("dispatch", "--due")

    assert "Nothing to send now" in output
    assert desk.site.records.diary().appointments() == []
    assert desk.decided()[-1][:2] == ("appointment dropped", PROGRAM)


def test_an_appointment_of_a_paused_dispatch_waits_until_somebody_resumes_it(
    desk: ClockedStage,
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2)
    appoint(desk)
    desk.run("pause", ISSUE_ID, "--by", "anna", "--because", "a typo")
    desk.site.now = NINE_UTC

    refused = desk.run("dispatch", "--due", status=4)
    desk.run("resume", ISSUE_ID)
    desk.run("dispatch", "--due")

    assert "is paused, by anna" in refused

    assert "a typo" in refused
    assert desk.states() == {State.ACCEPTED: 4}


def test_whoever_is_sending_already_is_named_and_nothing_is_sent_beside_him(
    desk: ClockedStage,
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2)
    desk.site.records.ledger().lease(ISSUE_ID, OTHER, NOW, lambda _: False)

    output = desk.run("dispatch", "--due", status=4)

    assert f"another process is sending {ISSUE_ID} ({OTHER})" in output
    assert desk.states() == {State.ACCEPTED: 3, State.PENDING: 1}


def test_a_fault_of_one_issue_does_not_keep_the_others_back(desk: ClockedStage) -> None:
    shutil.copytree(desk.root / "issues" / ISSUE_ID, desk.root / "issues" / "2022-09")
    facts = desk.root / "issues" / "2022-09" / "issue.yaml"
    facts.write_text(facts.read_text().replace("2022-08-26", "2022-09-26"))
    appoint(desk)
    appoint(desk, "2022-09")
    desk.change_letter()
    desk.site.now = NINE_UTC

    output = desk.run("dispatch", "--due", status=1)

    assert "issues/2022-08: this is not the email" in output
    assert desk.site.records.ledger().tally("2022-09").of(State.ACCEPTED) == 4


def test_an_approval_demanded_meanwhile_is_demanded_of_a_timer_too(desk: ClockedStage) -> None:
    appoint(desk)
    publication = desk.root / "issues" / "publication.yaml"
    publication.write_text(f"{publication.read_text()}approval: required\n")
    desk.restart()
    desk.site.now = NINE_UTC

    assert "it is not approved yet" in desk.run("dispatch", "--due", status=1)
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_a_letter_that_was_changed_is_refused_every_minute_and_said_once(
    desk: ClockedStage,
) -> None:
    """Cron makes a mail of every line."""
    appoint(desk)
    desk.change_letter()
    desk.site.now = NINE_UTC

    first = desk.run("dispatch", "--due", status=1)
    desk.restart()
    later = [desk.run("dispatch", "--due", status=1) for _ in range(2)]

    assert "not the email that 김민지 appointed" in first
    assert later == ["", ""]


def test_what_is_wrong_is_said_anew_when_it_is_something_else_or_a_new_appointment(
    desk: ClockedStage,
) -> None:
    appoint(desk)
    desk.change_letter()
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due", status=1)

    (desk.root / "issues" / ISSUE_ID / "ko.md").unlink()
    assert "ko.md: the file is missing" in desk.run("dispatch", "--due", status=1)
    assert desk.run("dispatch", "--due", status=1) == ""


def test_a_letter_that_is_brought_back_goes_out_though_a_refusal_was_said(
    desk: ClockedStage,
) -> None:
    letter = desk.root / "issues" / ISSUE_ID / "en.md"
    before = letter.read_text()
    appoint(desk)
    desk.change_letter()
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due", status=1)
    letter.write_text(before)

    desk.run("dispatch", "--due")

    assert desk.states() == {State.ACCEPTED: 4}


def test_a_begun_dispatch_that_waits_for_another_letter_is_said_once(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1)
    desk.forget_letter()
    desk.change_letter()

    first = desk.run("dispatch", "--due", status=1)

    assert "this is not the email that the dispatch started with" in first
    assert desk.run("dispatch", "--due", status=1) == ""


def test_a_dispatch_that_must_not_go_on_by_this_way_is_said_once(desk: ClockedStage) -> None:
    """A rehearsal was cut off, and then a relay was set."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1)
    set_way(desk, RELAY)

    first = desk.run("dispatch", "--due", status=3)
    desk.restart()
    later = [desk.run("dispatch", "--due", status=3) for _ in range(2)]

    assert "A timer never turns a rehearsal into a real sending" in first
    assert later == ["", ""]


def test_an_appointment_that_would_leave_another_way_is_said_once(desk: ClockedStage) -> None:
    appoint(desk)
    set_way(desk, RELAY)
    desk.site.now = NINE_UTC

    first = desk.run("dispatch", "--due", status=3)

    assert "as a rehearsal, with outbox" in first
    assert desk.run("dispatch", "--due", status=3) == ""


def test_an_appointment_that_waits_for_another_issue_says_so_once_however_many_are_left(
    desk: ClockedStage,
) -> None:
    set_way(desk, EARNEST)
    desk.run("dispatch", ISSUE_ID, "--yes")
    copy_special(desk)
    only = ("--only-recipients-of", ISSUE_ID)
    desk.run("dispatch", SPECIAL, *only, "--at", NINE, "--yes", "--no-wait")
    later = NINE_UTC + timedelta(hours=9)
    desk.defer(1, 2, due_at=later)
    desk.site.now = NINE_UTC

    first = desk.run("dispatch", "--due", status=4)
    desk.defer(1, 2, 3, due_at=later)
    second = desk.run("dispatch", "--due", status=4)

    assert "has 2 pending or deferred" in first
    assert second == ""


def test_a_gate_that_does_not_open_is_said_once_with_all_that_was_printed(
    desk: ClockedStage,
) -> None:
    appoint(desk)
    publication = desk.root / "issues" / "publication.yaml"
    publication.write_text(f"{publication.read_text()}approval: required\n")
    desk.restart()
    desk.site.now = NINE_UTC

    first = desk.run("dispatch", "--due", status=1)

    assert "Provider  outbox" in first
    assert "it is not approved yet" in first
    assert desk.run("dispatch", "--due", status=1) == ""


def test_a_relay_that_cannot_be_reached_is_said_once(desk: ClockedStage) -> None:
    set_way(desk, EARNEST)
    appoint(desk)
    set_way(desk, RELAY)
    desk.site.now = NINE_UTC

    first = desk.run("dispatch", "--due", status=3)

    assert "127.0.0.1" in first
    assert desk.run("dispatch", "--due", status=3) == ""
    assert len(desk.site.records.diary().appointments()) == 1


def test_who_sends_already_is_said_once(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(2)
    desk.site.records.ledger().lease(ISSUE_ID, OTHER, NOW, lambda _: False)

    first = desk.run("dispatch", "--due", status=4)

    assert f"another process is sending {ISSUE_ID} ({OTHER})" in first
    assert desk.run("dispatch", "--due", status=4) == ""


def test_what_was_told_before_a_run_is_news_when_it_comes_again(desk: ClockedStage) -> None:
    letter = desk.root / "issues" / ISSUE_ID / "en.md"
    before = letter.read_text()
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1, 2)
    desk.forget_letter()
    desk.change_letter()
    first = desk.run("dispatch", "--due", status=1)
    letter.write_text(before)
    desk.run("dispatch", "--due")
    desk.forget(2)
    desk.forget_letter()
    desk.change_letter()

    again = desk.run("dispatch", "--due", status=1)

    assert "this is not the email that the dispatch started with" in first
    assert "this is not the email that the dispatch started with" in again
    assert desk.run("dispatch", "--due", status=1) == ""


def test_the_status_is_that_of_the_worst_though_it_was_told_before(desk: ClockedStage) -> None:
    """An issue that only waits does not hide that another one wants a person."""
    shutil.copytree(desk.root / "issues" / ISSUE_ID, desk.root / "issues" / "2022-09")
    facts = desk.root / "issues" / "2022-09" / "issue.yaml"
    facts.write_text(facts.read_text().replace("2022-08-26", "2022-09-26"))
    desk.run("dispatch", "2022-09", "--yes")
    desk.forget(2)
    appoint(desk)
    desk.change_letter()
    desk.site.now = NINE_UTC
    told = desk.run("dispatch", "--due", status=1)
    desk.forget(2)
    desk.site.records.ledger().lease("2022-09", OTHER, NINE_UTC, lambda _: False)

    waits = desk.run("dispatch", "--due", status=1)

    assert "not the email that 김민지 appointed" in told
    assert f"({OTHER}); wait for it" in waits
    assert "not the email" not in waits
    assert desk.run("dispatch", "--due", status=1) == ""


def test_what_one_issue_has_told_keeps_nothing_of_another_back(desk: ClockedStage) -> None:
    shutil.copytree(desk.root / "issues" / ISSUE_ID, desk.root / "issues" / "2022-09")
    facts = desk.root / "issues" / "2022-09" / "issue.yaml"
    facts.write_text(facts.read_text().replace("2022-08-26", "2022-09-26"))
    appoint(desk)
    desk.change_letter()
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due", status=1)
    desk.site.now -= timedelta(hours=1)
    appoint(desk, "2022-09")
    desk.site.now = NINE_UTC

    output = desk.run("dispatch", "--due", status=1)

    assert "2022-08: this is not" not in output
    assert desk.site.records.ledger().tally("2022-09").of(State.ACCEPTED) == 4
