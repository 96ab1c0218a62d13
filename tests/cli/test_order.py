from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.cli.person import find_account
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.states import State
from newsletter.dispatch.way import Way
from tests.makers import ISSUE_ID, PUBLICATION
from tests.stage.clocked import NOW, ClockedStage

NINE = "2022-08-27 09:00"
NINE_UTC = datetime(2022, 8, 27, 0, 0, tzinfo=UTC)
APPOINT = ("dispatch", ISSUE_ID, "--at", NINE, "--by", "김민지")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path)


def appointed(desk: ClockedStage) -> list[Appointment]:
    return list(desk.site.records.diary().appointments())


def test_an_appointment_holds_the_letter_the_time_and_who_made_it(desk: ClockedStage) -> None:
    output = desk.run(*APPOINT, "--yes", "--no-wait")

    letter = desk.site.compose(ISSUE_ID).composition
    assert appointed(desk) == [
        Appointment(
            *(ISSUE_ID, letter.digest, letter.parts, NINE_UTC, "김민지", NOW),
            Way("outbox", f"outbox {desk.root / 'outbox'}"),
            account=find_account(),
        )
    ]
    assert "Appointed 2022-08 for 2022-08-27 09:00 KST, by 김민지" in output
    assert "newsletter dispatch --due" in output
    assert not (desk.root / "outbox").exists() or not list((desk.root / "outbox").iterdir())
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_waiting_in_the_foreground_sends_when_the_time_has_come(desk: ClockedStage) -> None:
    desk.site.pace = timedelta(hours=4)

    output = desk.run(*APPOINT, "--yes")

    plan = desk.site.records.ledger().find_plan(ISSUE_ID)
    assert "Sending 2022-08 at 2022-08-27 09:00 KST, in " in output
    assert "4 attempts in this run" in output
    assert plan is not None
    assert plan.planned_at >= NINE_UTC
    assert desk.states() == {State.ACCEPTED: 4}
    assert appointed(desk) == []


def test_a_letter_that_is_changed_while_it_waits_is_not_sent_and_the_change_is_named(
    desk: ClockedStage,
) -> None:
    desk.site.pace = timedelta(hours=4)
    desk.site.agenda = [(NINE_UTC - timedelta(hours=2), desk.change_letter)]

    output = desk.run(*APPOINT, "--yes", status=1)

    assert "not the email that 김민지 appointed for 2022-08-27 09:00 KST" in output
    assert "changed: text of the en edition" in output
    assert "ko edition" not in output.partition("nothing was sent")[2]
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None
    assert len(appointed(desk)) == 1


def test_an_appointment_dropped_in_another_terminal_ends_the_waiting(desk: ClockedStage) -> None:
    desk.site.pace = timedelta(hours=4)
    drop = desk.site.records.diary().drop_appointment
    desk.site.agenda = [(NINE_UTC - timedelta(hours=2), lambda: drop(ISSUE_ID, "anna", NOW))]

    output = desk.run(*APPOINT, "--yes", status=4)

    assert "dropped elsewhere" in output

    assert "--diary" in output
    assert desk.site.records.ledger().find_plan(ISSUE_ID) is None


def test_ctrl_c_ends_the_waiting_and_the_appointment_stands(desk: ClockedStage) -> None:
    """In a real terminal, with the countdown that a person sees there."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    at = f"{tomorrow.astimezone(desk.site.zone()):%Y-%m-%d %H:%M}"

    shown = desk.type(
        "dispatch", ISSUE_ID, "--at", at,
        dialogue={
            "to continue": f"{ISSUE_ID}\n",
            f"Sending {ISSUE_ID} at {at} KST, in 23 h": "\x03",
        },
        status=4,
    )  # fmt: skip

    shown = " ".join(shown.split())  # at a terminal, messages break between words
    assert f"at {at} KST, in 23 h" in shown
    assert f"the appointment of {ISSUE_ID} for {at} KST remains" in shown
    assert f"newsletter cancel {ISSUE_ID}" in shown
    assert len(appointed(desk)) == 1


def test_an_appointment_wants_the_issue_typed_as_a_dispatch_does(desk: ClockedStage) -> None:
    assert "add --yes to send" in desk.run(*APPOINT, status=2)
    assert appointed(desk) == []


def test_an_appointment_that_is_only_tried_is_none(desk: ClockedStage) -> None:
    output = desk.run(*APPOINT, "--dry-run")

    assert "4 emails would be sent at 2022-08-27 09:00 KST, in 1 d 1 h; nothing was" in output
    assert appointed(desk) == []


def test_the_gate_stands_before_the_appointment_and_not_only_before_the_sending(
    tmp_path: Path,
) -> None:
    desk = ClockedStage(tmp_path)
    (tmp_path / "issues" / "publication.yaml").write_text(f"{PUBLICATION}approval: two-person\n")

    unread = desk.run(*APPOINT, "--yes", "--no-wait", status=1)
    desk.run("approve", ISSUE_ID, "--by", "김민지", "--yes")
    own = desk.run(*APPOINT, "--yes", "--no-wait", status=1)
    desk.run("approve", ISSUE_ID, "--by", "anna", "--yes")
    desk.run(*APPOINT, "--yes", "--no-wait")

    assert "it is not approved yet" in unread
    assert "approved it and may not dispatch it as well" in own
    assert len(appointed(desk)) == 1


def test_a_provider_that_cannot_be_reached_is_noticed_when_the_appointment_is_made(
    tmp_path: Path,
) -> None:
    desk = ClockedStage(tmp_path, mail_url="smtp://127.0.0.1:9")

    assert "127.0.0.1:9" in desk.run(*APPOINT, "--yes", "--no-wait", status=3)
    assert appointed(desk) == []


def test_a_new_appointment_takes_the_place_of_the_old_one(desk: ClockedStage) -> None:
    desk.run(*APPOINT, "--yes", "--no-wait")

    again = ("--at", "2022-08-28 09:00", "--by", "anna", "--yes", "--no-wait")
    output = desk.run("dispatch", ISSUE_ID, *again)

    assert "Appointed previously for 2022-08-27 09:00 KST, by 김민지" in output
    assert [one.by for one in appointed(desk)] == ["anna"]


def test_an_appointment_is_dropped_by_never(desk: ClockedStage) -> None:
    desk.run(*APPOINT, "--yes", "--no-wait")

    output = desk.run("dispatch", ISSUE_ID, "--at", "never", "--by", "anna")

    assert "Dropped   the appointment of 2022-08, by anna" in output
    assert appointed(desk) == []
    assert "has no appointment" in desk.run("dispatch", ISSUE_ID, "--at", "never", status=2)


def test_a_dispatch_by_hand_to_everybody_keeps_the_appointment_and_one_to_some_does_not(
    desk: ClockedStage,
) -> None:
    desk.run(*APPOINT, "--yes", "--no-wait")

    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    after_one = appointed(desk)
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert len(after_one) == 1
    assert appointed(desk) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", NINE, "--limit", "5"], "--at and --limit cannot be used together"),
        (["--at", NINE, "--canary", "5"], "--at and --canary cannot be used together"),
        (["--at", NINE, "--add-new"], "--at and --add-new cannot be used together"),
        (["--at", "never", "--yes"], "--at never and --yes cannot be used together"),
        (
            ["--at", "2022-08-26 07:59", "--yes"],
            "is in the past; in Asia/Seoul it is now 2022-08-26 08:00",
        ),
        (["--due"], "--due and an issue cannot be used together"),
    ],
)
def test_what_cannot_be_meant_together_is_refused(
    desk: ClockedStage, words: list[str], said: str
) -> None:
    assert said in desk.run("dispatch", ISSUE_ID, *words, status=2)


def test_an_issue_or_due_has_to_be_named(desk: ClockedStage) -> None:
    assert "name the issue" in desk.run("dispatch", "--yes", status=2)
