"""The whole way of an issue, and what goes wrong on it, for an office that reads Korean."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from newsletter.cli.main import COMMANDS
from tests.cli.korean import KOREAN_LETTERS, english_in
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers

READERS: Final = "readers.csv"
# What an editor wrote, and what SQLite says, which has no other language.
WRITTEN: Final = re.compile(
    r"Gyeonggi|Mongolia|HDC|\[AUG\. 2022\]|Medical|Welcome|Content-|^---|^\+\+\+|dig TXT"
    r"|file is not a database"
)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = make_stage(tmp_path, public_url=PUBLIC_URL)
    write_readers(tmp_path / READERS, ko=2, en=1, both=1, none=0)
    return Stage(made.root, {**made.settings, "LANG": "ko_KR.UTF-8", "LC_ALL": ""})


def check_korean(shown: str) -> None:
    """Look for Korean, and for English sentences that nobody but us can have written."""
    assert KOREAN_LETTERS.search(shown), shown
    assert [line for line in english_in(shown) if not WRITTEN.search(line)] == []


def test_the_whole_way_of_an_issue_is_korean(stage: Stage) -> None:
    for arguments in (
        ("compose", ISSUE),
        ("check", ISSUE),
        ("subscribers", "import", READERS),
        ("subscribers", "add", "minji@example.org", "--name", "김민지"),
        ("subscribers", "list"),
        ("subscribers", "show", "ko.0@example.org"),
        ("test", ISSUE, "--to", "lee@example.org", "--yes"),
        ("approve", ISSUE, "--by", "이주임", "--yes"),
        ("dispatch", ISSUE, "--dry-run"),
        ("dispatch", ISSUE, "--yes", "--limit", "2"),
        ("status", ISSUE),
        ("status",),
        ("status", ISSUE, "--diary"),
        ("pause", ISSUE, "--because", "전화번호 확인"),
        ("resume", ISSUE),
        ("dispatch", ISSUE, "--yes"),
        ("diff", ISSUE),
        ("backup", "backup.db"),
        ("restore", "backup.db", "--yes"),
        ("subscribers", "remove", "minji@example.org"),
        ("subscribers", "suppress", "ko.0@example.org", "--because", "주소 오류"),
        ("subscribers", "unsuppress", "ko.0@example.org"),
        ("subscribers", "change-address", "ko.1@example.org", "ko.9@example.org"),
        ("dkim-key",),
        ("dkim-key", "--help"),
        ("new", "2022-09"),
        ("init", "other"),
    ):
        check_korean(run_any(stage, *arguments))


def test_help_of_every_command_is_korean(stage: Stage) -> None:
    for name in COMMANDS:
        check_korean(stage.run(name, "--help"))


def refusals() -> Iterator[tuple[str, ...]]:
    """Yield commands that are refused, each for another reason."""
    yield ("compose", "2022-13")
    yield ("compose", "2022-10")
    yield ("check", "2022-10")
    yield ("compose",)
    yield ("nonsense",)
    yield ("dispatch", ISSUE, "--nonsense")
    yield ("dispatch", ISSUE, "--limit", "0")
    yield ("dispatch",)
    yield ("dispatch", ISSUE)
    yield ("dispatch", ISSUE, "--at", "2001-01-01 09:00", "--yes")
    yield ("dispatch", ISSUE, "--at", "9:00", "--yes")
    yield ("dispatch", ISSUE, "--at", "never")
    yield ("dispatch", ISSUE, "--due")
    yield ("dispatch", ISSUE, "--replace-letter", "--because", "정정", "--yes")
    yield ("dispatch", ISSUE, "--was-rehearsal", "--because", "x", "--yes")
    yield ("dispatch", ISSUE, "--yes", "--override", "no-such-rule", "--because", "x")
    yield ("dispatch", ISSUE, "--by", "newsletter", "--yes")
    yield ("pause", ISSUE)
    yield ("resume", ISSUE)
    yield ("cancel", ISSUE, "--yes")
    yield ("resolve", ISSUE, "--unknown", "resend", "--yes")
    yield ("resolve", ISSUE)
    yield ("resolve", ISSUE, "--from-log", "no.log")
    yield ("status", "2022-10")
    yield ("status", ISSUE, "--list", "nonsense")
    yield ("show", ISSUE)
    yield ("diff", ISSUE)
    yield ("restore", "no.db", "--yes")
    yield ("restore", READERS, "--yes")
    yield ("backup", READERS)
    yield ("dkim-key", "--show")
    yield ("dkim-key", "--selector", "가")
    yield ("new", ISSUE)
    yield ("init", ".")
    yield ("subscribers", "import", "no.csv")
    yield ("subscribers", "import", READERS, "--column", "x=y")
    yield ("subscribers", "import", READERS, "--encoding", "nonsense")
    yield ("subscribers", "add", "nobody")
    yield ("subscribers", "show", "nobody@example.org")
    yield ("subscribers", "unsuppress", "nobody@example.org")
    yield ("test", ISSUE, "--to", "nobody")
    yield ("test", ISSUE)


@pytest.mark.parametrize("arguments", list(refusals()), ids=" ".join)
def test_a_refusal_is_korean(stage: Stage, arguments: tuple[str, ...]) -> None:
    check_korean(run_any(stage, *arguments))


def test_faults_of_an_issue_are_korean_and_their_places_stay(stage: Stage) -> None:
    article = stage.root / "issues" / ISSUE / "03-hdc" / "en.md"
    text = article.read_text(encoding="utf-8")
    article.write_text(text.replace("title:", "titel:", 1), encoding="utf-8")
    settings = stage.root / "issues" / ISSUE / "issue.yaml"
    settings.write_text("date: 2021-01-01\nadvertising: maybe\n", encoding="utf-8")

    shown = stage.run("compose", ISSUE, status=1)

    check_korean(shown)
    assert f"issues/{ISSUE}/03-hdc/en.md:2: " in shown
    assert f"issues/{ISSUE}/issue.yaml:2: " in shown
    found = json.loads(stage.run("check", ISSUE, "--json", status=1))
    assert "there is no field 'titel'; did you mean 'title'?" in {
        one["message"] for one in found["findings"]
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_URL", "smtp://:x@"),
        ("MAIL_URL", "pigeon:loft"),
        ("MAIL_URL", "smtp://127.0.0.1:1"),
        ("DATABASE_URL", "mysql:x"),
        ("PUBLIC_URL", "nowhere"),
        ("SECRET_KEY", "short"),
        ("CONNECTIONS", "many"),
        ("HELO", "-"),
        ("CA_FILE", "no.pem"),
        ("DKIM_DOMAIN", "example.org"),
        ("KEEP_LETTERS_DAYS", "0"),
        ("TEST_RECIPIENTS", "nobody"),
        ("PUBLIC_ULR", "https://news.example.org"),
        ("ROOT", "/nowhere"),
        ("LANGUAGE", "kr"),
    ],
)
def test_a_wrong_setting_is_told_in_korean(stage: Stage, name: str, value: str) -> None:
    stage.run("subscribers", "import", READERS)
    wrong = Stage(stage.root, {**stage.settings, f"NEWSLETTER_{name}": value})

    shown = run_any(wrong, "dispatch", ISSUE, "--yes")

    check_korean(shown)
    assert "NEWSLETTER_" in shown


def run_any(stage: Stage, *arguments: str) -> str:
    """Run a command, however it ends."""
    ended = stage.run_to_its_end(*arguments)
    assert ended.returncode in range(5)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.stdout + ended.stderr
