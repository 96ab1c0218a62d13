"""``show`` prints what was sent, ``diff`` what differs since; ``status`` how much is kept."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from newsletter.lang import EditionKind
from tests.cli.test_replaced_letters import ALL, EARNEST, NEW, OLD, ONE, REPLACE, change, got
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    desk.run("subscribers", "add", "lee@example.org", "--language", "en", "--name", "Avery Lee")
    desk.run(*ALL)
    return desk


def sent_to(desk: ClockedStage, address: str) -> bytes:
    """Return the letter to *address*, without the reverse-path that the outbox wrote on top."""
    return next(
        data.partition(b"\r\n")[2]
        for path in (desk.root / "outbox").glob("*.eml")
        if f"{address}>\r\n".encode() in (data := path.read_bytes())
        or f"To: {address}\r\n".encode() in data
    )


def test_a_reader_s_letter_is_shown_as_it_was_sent(desk: ClockedStage) -> None:
    change(desk)

    shown = desk.apart.read("show", ISSUE_ID, "--to", "LEE@example.org", "--as", "eml")

    assert shown == sent_to(desk, "lee@example.org")


@pytest.mark.parametrize("form", ["text", "html"])
def test_its_parts_are_those_of_the_letter(desk: ClockedStage, form: str) -> None:
    shown = desk.run("show", ISSUE_ID, "--to", "lee@example.org", "--as", form)

    letter = message_from_bytes(sent_to(desk, "lee@example.org"), policy=policy.default)
    part = letter.get_body(("plain",) if form == "text" else ("html",))
    assert part is not None
    head, _, rest = shown.partition("\n  sent to 4 ko, 1 en\n")
    assert rest.split() == part.get_content().split()
    assert "Avery Lee" in rest
    assert head.startswith("Email ")


def test_headers_are_shown_folded_as_they_were_sent(desk: ClockedStage) -> None:
    shown = desk.run("show", ISSUE_ID, "--to", "lee@example.org", "--as", "headers")

    sent = sent_to(desk, "lee@example.org").partition(b"\r\n\r\n")[0].decode()
    assert sent.replace("\r\n", "\n") in shown


def test_without_a_reader_an_edition_is_shown_to_nobody_in_particular(desk: ClockedStage) -> None:
    shown = desk.run("show", ISSUE_ID, "--edition", "en")

    assert "Gyeonggi-do met the" in shown
    for address in ("lee@example.org", "r1@example.org"):
        assert address not in shown
    assert "[2022년 8월]" in desk.run("show", ISSUE_ID)  # the first that somebody was sent
    refused = desk.run("show", ISSUE_ID, "--edition", "bilingual", status=2)
    assert "was not sent to any reader" in refused


def test_where_two_letters_went_out_both_are_shown_with_how_many_got_each(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    desk.run(*ONE, status=4)
    change(desk)
    desk.run(*REPLACE)
    plan = desk.site.records.ledger().find_plan(ISSUE_ID)
    assert plan

    both = desk.run("show", ISSUE_ID)
    new = desk.run("show", ISSUE_ID, "--digest", plan.digest[:12])

    assert "sent to 1 ko\n" in both
    assert "sent to 3 ko\n" in both
    assert both.index(OLD) < both.index(NEW)
    assert NEW in new
    assert OLD not in new
    assert "no email of 2022-08 with this digest was sent" in desk.run(
        "show", ISSUE_ID, "--digest", "abc", status=2
    )
    for address, number in got(desk).items():
        assert number in desk.run("show", ISSUE_ID, "--to", address)


def test_what_was_not_sent_is_not_shown(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    assert "was never dispatched" in desk.run("show", ISSUE_ID, status=2)
    desk.run(*ONE, status=4)

    refused = desk.run("show", ISSUE_ID, "--to", "nobody@example.org", status=2)
    both = ["--to", "r1@example.org", "--edition", "ko"]

    assert "this ledger has sent no email of 2022-08" in refused
    assert "leave --edition out" in desk.run("show", ISSUE_ID, *both, status=2)
    waiting = next(
        f"r{at}@example.org" for at in range(1, 5) if f"r{at}@example.org" not in got(desk)
    )
    assert "this ledger has sent no email" in desk.run("show", ISSUE_ID, "--to", waiting, status=2)
    desk.forget_letter()
    assert "an earlier version of this program sent it" in desk.run("show", ISSUE_ID, status=2)


def test_a_folder_that_is_the_letter_differs_in_nothing(desk: ClockedStage) -> None:
    assert "Same      the folder is the same as that email" in desk.run("diff", ISSUE_ID)


def test_what_differs_is_named_with_files_parts_and_lines(desk: ClockedStage) -> None:
    desk.change_letter()

    named = desk.run("diff", ISSUE_ID, status=1)
    lines = desk.run("diff", ISSUE_ID, "--lines", status=1)

    assert "Files     issues/2022-08/en.md\n" in named
    assert "Differs   text of the en edition\n" in named
    assert "ko edition" not in named
    assert "--replace-letter --because TEXT" in named
    assert "-This issue brings news of the video conference." in lines
    assert "+This issue brings word of the video conference." in lines


def test_parts_that_differ_are_named_in_korean_too(
    desk: ClockedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "ko")
    desk.change_letter()

    named = desk.run("diff", ISSUE_ID, status=1)

    assert "영어판 텍스트\n" in named
    assert "edition" not in named


@pytest.mark.parametrize("held_by", ["appointment", "approval"])
def test_before_a_dispatch_the_appointment_s_or_approval_s_letter_is_compared(
    tmp_path: Path, held_by: str
) -> None:
    desk = ClockedStage(tmp_path)
    assert "there is nothing to compare" in desk.run("diff", ISSUE_ID, status=2)
    if held_by == "approval":
        desk.run("approve", ISSUE_ID, "--by", "Kim", "--yes")
    else:
        desk.run(*ALL, "--at", "2022-08-27 09:00", "--no-wait")
    desk.change_letter()

    named = desk.run("diff", ISSUE_ID, "--lines", status=1)

    assert f", {held_by} of 2022-08-26 08:00 KST" in named
    assert "Differs   HTML of the bilingual edition" in named
    assert "+This issue brings word of the video conference." in named
    assert "--replace-letter" not in named


@pytest.mark.parametrize("moment", ["test", "approve", "appoint", "dispatch"])
def test_a_letter_is_kept_at_each_moment_that_counts(tmp_path: Path, moment: str) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("compose", ISSUE_ID)
    assert "Kept" not in desk.run("status")

    match moment:
        case "test":
            desk.run("test", ISSUE_ID, "--to", "me@example.org", "--yes")
        case "approve":
            desk.run("approve", ISSUE_ID, "--by", "Kim", "--yes")
        case "appoint":
            desk.run(*ALL, "--at", "2022-08-27 09:00", "--no-wait")
        case _:
            desk.run(*ALL)

    digest = desk.site.compose(ISSUE_ID).composition.digest
    kept = desk.site.records.letters().find_by_digest(ISSUE_ID, digest)
    assert kept
    assert set(kept.editions) == set(EditionKind)
    assert "Kept      1 email, 0.0 MB, pictures included" in desk.run("status")
