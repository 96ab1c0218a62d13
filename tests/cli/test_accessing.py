"""Every command that shows readers' data has recorded it before; every other shows nobody."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from newsletter.cli.accessing import SHOWS_NOBODY, SHOWS_PEOPLE
from newsletter.cli.feedback import feedback
from newsletter.cli.main import cli
from newsletter.errors import LedgerError
from newsletter.subscribers.access_record import Access
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.stage.site import CHECKOUT

A, NEW, BLOCKED = "r1@example.org", "new@example.org", "never@example.org"
OWED: Final = "owed@example.org"  # agreed yesterday, and was not told the result yet
READER: Final = re.compile(r"(r\d|new|never|owed|gone)@example\.org")
RAN_ELSEWHERE: Final = {
    "serve",  # runs until it is stopped; what it logs: tests/web/test_safety.py
}
# Each command that shows people, in every way in which it does.
PEOPLE: Final[dict[str, list[tuple[str, ...]]]] = {
    "resolve": [
        ("resolve", ISSUE_ID, "--unknown", "resend", "--dry-run"),
        ("resolve", ISSUE_ID, "--unknown", "resend", "--only", "r2@example.org", "--yes"),
        ("resolve", ISSUE_ID, "--unknown", "resend", "--only", "r3@example.org", "--dry-run"),
        ("resolve", ISSUE_ID, "--from-log", "taken.csv", "--because", "통화로 확인", "--dry-run"),
    ],
    "status": [("status", ISSUE_ID, "--list", "accepted")],
    "show": [("show", ISSUE_ID, "--to", A, "--as", "headers"), ("show", ISSUE_ID, "--to", NEW)],
    "backup": [("backup", "copy.db")],
    "restore": [("restore", "earlier.db", "--yes", "--because", "장애 복구")],
    "breach": [("breach", "leak.yaml", "--drill", "--unreached", "copy.db")],
    "feedback list": [("feedback", "list"), ("feedback", "list", "--all", "--json")],
    "feedback show": [("feedback", "show", "1")],
    "feedback settle": [("feedback", "settle", "1", "--as", "unsubscribed")],
    "notices due": [("notices", "due"), ("notices", "due", "--json")],
    "notices settle": [("notices", "settle", OWED, "--because", "통화")],
    "consent show": [("consent", "show", A), ("consent", "show", NEW)],
    "access list": [("access", "list", "--whose", A), ("access", "list", "--whose", A, "--json")],
    "suppressions list": [("suppressions", "list"), ("suppressions", "list", "--json")],
    "suppressions add": [("suppressions", "add", NEW, "--because", "부재")],
    "suppressions remove": [("suppressions", "remove", "gone@example.org")],
    "suppressions import": [("suppressions", "import", "list.csv", "--because", "이전")],
    "suppressions carry-over": [("suppressions", "carry-over", "earlier.db")],
    "suppressions export": [("suppressions", "export", "--because", "이전")],
    "subscribers import": [
        ("subscribers", "import", "list.csv", "--dry-run"),
        ("subscribers", "import", "list.csv", "--rejects", "-"),
    ],
    "subscribers add": [("subscribers", "add", NEW)],
    "subscribers list": [("subscribers", "list"), ("subscribers", "list", "--undated")],
    "subscribers show": [
        ("subscribers", "show", A),
        ("subscribers", "show", NEW),
        ("subscribers", "show", A, "--json", "--because", "x"),
        ("subscribers", "show", A, "--page", "copy.db", "--because", "x"),
    ],
    "subscribers remove": [("subscribers", "remove", A)],
    "subscribers suppress": [("subscribers", "suppress", A, "--because", "반송")],
    "subscribers unsuppress": [("subscribers", "unsuppress", A)],
    "subscribers unblock": [("subscribers", "unblock", BLOCKED)],
    "subscribers change-address": [("subscribers", "change-address", A, NEW)],
    "subscribers erase": [("subscribers", "erase", A, "--yes")],
    "subscribers export": [("subscribers", "export", "--because", "이전")],
}
GONE: Final = "gone@example.org"  # whose mailbox sent mail back
NOBODY: Final[dict[str, list[tuple[str, ...]]]] = {
    "init": [("init", "another")],
    "new": [("new", "2022-12")],
    "compose": [("compose", ISSUE_ID)],
    "check": [("check", ISSUE_ID)],
    "doctor": [("doctor", "--only", "site")],
    "test": [("test", ISSUE_ID, "--to", "office@example.org", "--yes")],
    "approve": [("approve", ISSUE_ID, "--by", "Kim", "--yes")],
    "dispatch": [("dispatch", ISSUE_ID, "--yes"), ("dispatch", ISSUE_ID, "--dry-run")],
    "mails send": [("mails", "send")],
    "feedback read": [("feedback", "read", "maildir:none")],
    "feedback explain": [("feedback", "explain", "issues/publication.yaml")],
    "bounces arrived": [("bounces", "arrived", "234567")],
    "pause": [("pause", ISSUE_ID)],
    "resume": [("resume", ISSUE_ID)],
    "cancel": [("cancel", ISSUE_ID, "--yes", "--because", "취소")],
    "diff": [("diff", ISSUE_ID, "--lines")],
    "dkim-key": [("dkim-key",)],
    "notices send": [("notices", "send", "--dry-run"), ("notices", "send")],
    "duties": [("duties",), ("duties", "--json")],
    "consent verify": [("consent", "verify")],
    "consent text": [("consent", "text")],
    "access review": [("access", "review", "--month", "2022-07", "--yes")],
    "subscribers funnel": [("subscribers", "funnel"), ("subscribers", "funnel", "--json")],
    "subscribers limits": [("subscribers", "limits")],
}
# Print what is about a person, and no address; or nothing of anybody.
NAMELESS: Final = {
    "access list",
    "consent show",
    "feedback settle",
    "restore",
    "suppressions carry-over",
    "suppressions import",
}
# What other commands print where they are not asked for people.
QUIET: Final = [
    ("status",),
    ("status", ISSUE_ID, "--diary"),
    ("status", "--json"),
    ("show", ISSUE_ID),
    ("show", ISSUE_ID, "--as", "eml"),
    ("access", "list"),
    ("access", "list", "--json"),
]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClockedStage:
    """A dispatch of four, one of whom is in doubt, one refused, and a file with one more."""
    monkeypatch.chdir(tmp_path)
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "3", status=4)
    desk.lose_answers(2)
    desk.run("subscribers", "add", OWED, "--consented-at", "2022-08-25")
    (tmp_path / "bounced.csv").write_text(f"email,반송\n{GONE},2022-08-01\n")
    desk.run("subscribers", "import", "bounced.csv")
    wish = f"From: {A}\nTo: desk@example.org\nSubject: unsubscribe\n\n"
    CliRunner().invoke(feedback, ["read", "-"], input=wish, obj=desk.site)
    (tmp_path / "leak.yaml").write_bytes((CHECKOUT / "tests/samples/leak.yaml").read_bytes())
    desk.run("backup", "earlier.db")
    (tmp_path / "list.csv").write_text(f"email,language\n{A},ko\n{NEW},en\nnobody@,en\n")
    (tmp_path / "taken.csv").write_text("email\nr2@example.org\n")
    return desk


def commands(command: click.Command, path: str = "") -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from commands(found, f"{path} {name}".strip())


def entries(desk: ClockedStage) -> list[Access]:
    return desk.site.records.accesses().find()


def shown(result: Result, folder: Path) -> str:
    """Return what a command printed or wrote to a file."""
    copy = folder / "copy.db"
    written = copy.read_bytes().decode(errors="replace") if copy.exists() else ""
    return result.stdout + result.stderr + str(result.exception or "") + written


def test_s12_each_command_is_said_to_show_people_or_nobody() -> None:
    found = list(commands(cli))

    assert sorted(found) == sorted([*SHOWS_PEOPLE, *SHOWS_NOBODY])
    assert set(PEOPLE) == set(SHOWS_PEOPLE)
    assert set(NOBODY) | RAN_ELSEWHERE == SHOWS_NOBODY


@pytest.mark.parametrize(
    ("command", "words"), [(name, words) for name, some in PEOPLE.items() for words in some]
)
def test_s12_who_shows_readers_has_recorded_it(
    desk: ClockedStage, command: str, words: tuple[str, ...]
) -> None:
    before = len(entries(desk))
    desk.restart()  # a restore needs the ledger for itself

    result = desk.invoke(*words)

    desk.restart()
    new = entries(desk)[before:]
    assert {one.kind for one in new} <= SHOWS_PEOPLE[command]
    assert new, result.output
    if command not in NAMELESS:
        assert READER.search(shown(result, desk.root)), result.output


@pytest.mark.parametrize("words", [*(one for some in NOBODY.values() for one in some), *QUIET])
def test_s12_who_records_nothing_shows_no_reader(
    desk: ClockedStage, words: tuple[str, ...]
) -> None:
    before = entries(desk)

    result = desk.invoke(*words)

    assert not READER.search(shown(result, desk.root))
    assert entries(desk) == before


@pytest.mark.parametrize(
    "words",
    # The entry of a restore is in the copy before that takes the ledger's place.
    [some[0] for name, some in PEOPLE.items() if name != "restore"],
)
def test_s12_what_cannot_be_recorded_is_not_shown(
    desk: ClockedStage, words: tuple[str, ...]
) -> None:
    with desk.site.records.database.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON accesses BEGIN"
                " SELECT RAISE(ABORT, 'disk full'); END"
            )
        )

    result = desk.invoke(*words)

    assert isinstance(result.exception, LedgerError)
    assert not READER.search(result.output)
    assert not (desk.root / "copy.db").exists()
