"""Whoever a notice did not reach is named for a person, by what came back."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from newsletter.desk.mails import MailRoom
from tests.feedback.returning import ReturningStage, Sent, bounce, complaint
from tests.stage.site import CHECKOUT

LEAK: Final = CHECKOUT / "tests" / "samples" / "leak.yaml"
SEND: Final = ("breach", "leak.yaml", "--yes", "--no-wait", "--by", "Kim")
R1, R2, R3, R4 = (f"r{number}@example.org" for number in range(1, 5))
SAID: Final = [("550 5.1.1 no such user", "5.1.1"), ("552 5.2.2 full", "5.2.2"), ("5.0.0", "5.0.0")]


def leaked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ReturningStage, dict[str, Sent]]:
    """Notify everybody of a leak; return the notices by recipient."""
    stage = ReturningStage(folder)
    monkeypatch.chdir(folder)
    Path("leak.yaml").write_bytes(LEAK.read_bytes())
    stage.run(*SEND)
    found = [Sent(path.read_bytes()) for path in (stage.root / "outbox").glob("notice.*.eml")]
    return stage, {str(one.head["To"]): one for one in found}


def unreached(stage: ReturningStage, *options: str) -> dict[str, tuple[str, str]]:
    """Return who is listed, with the state and whether the notice came back."""
    stage.invoke(*SEND, *options, "--unreached", "unreached.csv")
    with Path("unreached.csv").open(encoding="utf-8", newline="") as file:
        return {row["email"]: (row["state"], row["came_back"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(("said", "status"), SAID)
def test_a_notice_of_a_leak_that_came_back_names_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, status: str
) -> None:
    stage, letters = leaked(tmp_path, monkeypatch)
    assert unreached(stage) == {}

    stage.pipe(bounce(letters[R2], said, status=status), to=letters[R2].return_path)

    assert unreached(stage) == {R2: ("accepted", "yes")}
    assert stage.events() == [("bounce", "note")]
    assert stage.standing(R2) == "active"  # a leak is no month's issue


def test_a_delay_of_a_notice_of_a_leak_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, letters = leaked(tmp_path, monkeypatch)

    late = bounce(letters[R2], "450 4.4.1 later", status="4.4.1", action="delayed")
    stage.pipe(late, to=letters[R2].return_path)

    assert unreached(stage) == {}


def test_who_complains_about_a_notice_of_a_leak_gets_no_more_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, letters = leaked(tmp_path, monkeypatch)

    stage.pipe(complaint(letters[R3], to=letters[R3].return_path), to=letters[R3].return_path)

    assert stage.standing(R3) == "suppressed complained"


@pytest.mark.parametrize(
    ("standing", "cause", "is_listed"),
    [
        ("suspended", "bounced", True),
        ("suspended", None, True),
        ("suppressed", "bounced", True),
        ("suppressed", "complained", False),
        ("unsubscribed", "withdrew", False),
        ("active", None, False),
    ],
)
def test_whose_mailbox_took_no_letters_is_named_though_it_took_the_notice(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    standing: str,
    cause: str | None,
    *,
    is_listed: bool,
) -> None:
    stage, _ = leaked(tmp_path, monkeypatch)
    change = "UPDATE subscribers SET standing = ?, standing_cause = ? WHERE address = ?"
    with stage.site.records.database.begin() as connection:
        connection.exec_driver_sql(change, (standing, cause, R4))

    assert unreached(stage) == ({R4: ("accepted", "")} if is_listed else {})


def agree(stage: ReturningStage) -> None:
    stage.run("subscribers", "add", R1, "--again", "--consented-at", "2022-08-26")


def leave(stage: ReturningStage) -> None:
    stage.run("subscribers", "remove", R1, "--by", "Kim")


@pytest.mark.parametrize(("said", "status"), SAID)
@pytest.mark.parametrize("declare", [agree, leave])
def test_s4_a_result_whose_mail_came_back_was_not_told(
    tmp_path: Path, declare: Callable[[ReturningStage], None], said: str, status: str
) -> None:
    stage = ReturningStage(tmp_path)
    declare(stage)
    MailRoom(stage.site).deliver_due()
    [letter] = [Sent(path.read_bytes()) for path in (stage.root / "outbox").glob("mail.*.eml")]
    assert json.loads(stage.run("notices", "due", "--json")) == []

    stage.pipe(bounce(letter, said, status=status), to=letter.return_path)

    [owed] = json.loads(stage.run("notices", "due", "--json"))
    assert (owed["address"], owed["state"], owed["came_back"]) == (R1, "accepted", True)
    assert "came back" in stage.run("notices", "due")
    unproven = next(
        one for one in json.loads(stage.run("duties", "--json")) if one["duty"] == "unproven"
    )
    assert (unproven["due"], unproven["overdue"]) == (1, 0)
    stage.run("notices", "settle", R1, "--because", "by post")
    assert json.loads(stage.run("notices", "due", "--json")) == []
