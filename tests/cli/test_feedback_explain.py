"""``newsletter feedback explain``: one line a file, in order, always; and nothing is done."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.feedback.returning import ReturningStage, answer, bounce, complaint
from tests.stage.clocked import ClockedStage

GONE = "550 5.1.1 <r1@example.org>: User unknown"
KEYS = [
    *("file", "kind", "class", "reason", "status", "code", "recipient", "delivery", "trusted"),
    "action",
]
R1, R2 = "r1@example.org", "r2@example.org"


def explain(stage: ClockedStage, *files: Path, status: int = 0) -> list[dict[str, Any]]:
    said = stage.run("feedback", "explain", "--json", *map(str, files), status=status)
    return [json.loads(line) for line in said.splitlines()]


def files_of(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".eml" and not path.name.endswith(("-wal", "-shm"))
    }


def test_each_file_has_a_line_whatever_it_is(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    contents = {
        "bounce.eml": bounce(letters[R1], GONE),
        "empty.eml": b"",
        "noise.eml": bytes(range(256)) * 1000,
        "long.eml": b"Subject: x\n\n" + b"short line\n" * 300_000,
        "complaint.eml": complaint(letters[R2]),
        "wish.eml": answer("수신거부", sender=R1).as_bytes(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = [tmp_path / name for name in contents]
    missing, folder = tmp_path / "missing.eml", tmp_path / "issues"
    before = files_of(tmp_path)

    lines = explain(stage, *files, missing, folder, files[0], status=1)

    assert [one["file"] for one in lines] == list(map(str, [*files, missing, folder, files[0]]))
    assert all(list(one)[:10] == KEYS for one in lines)
    first, *_, last = lines
    assert first == last
    reader = stage.reader(R1).names[0]
    assert first == {
        "file": str(files[0]),
        "kind": "bounce",
        "class": "hard",
        "reason": "user-unknown",
        "status": "5.1.1",
        "code": "550",
        "recipient": R1,
        "delivery": f"2022-08/{reader}",
        "trusted": True,
        "action": "suppress",
    }
    kinds = [(one["kind"], one["trusted"], one["action"]) for one in lines[4:6]]
    assert kinds == [("complaint", True, "suppress"), ("unsubscribe", False, "ask")]
    assert [one["error"] for one in lines if "error" in one] != []
    assert files_of(tmp_path) == before
    assert stage.standings() == {}
    assert stage.events() == []


def test_the_fifth_soft_bounce_in_a_row_would_suspend(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    file = tmp_path / "full.eml"
    for _ in range(4):
        stage.pipe(bounce(stage.send_issue()[R1], "452 4.2.2 mailbox full", status="4.2.2"))
    file.write_bytes(bounce(stage.send_issue()[R1], "452 4.2.2 mailbox full", status="4.2.2"))

    [line] = explain(stage, file)

    assert line["action"] == "suspend"
    assert stage.standings() == {}


def test_outside_of_a_site_nothing_can_be_proven_and_no_file_is_made(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path / "site")
    file = tmp_path / "bounce.eml"
    file.write_bytes(bounce(stage.send_issue()[R1], GONE))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stage.site.close()
    stage.root, stage.site._folder = elsewhere, elsewhere
    vars(stage.site).pop("settings", None)
    vars(stage.site).pop("records", None)

    [line] = explain(stage, file)

    assert (line["kind"], line["class"], line["trusted"]) == ("bounce", "hard", False)
    assert line["delivery"] is None
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["new site"])
def test_a_site_that_has_sent_nothing_stays_without_ledger_and_key(
    tmp_path: Path, name: str
) -> None:
    stage = ClockedStage(tmp_path / name, readers=0)
    stage.site.close()
    for path in stage.root.glob("newsletter.db*"):
        path.unlink()
    file = tmp_path / "mail.eml"
    file.write_bytes(answer("Hello", sender=R1).as_bytes())

    [line] = explain(stage, file)

    assert line["action"] == "list"
    assert not list(stage.root.glob("newsletter.db*"))
    assert not (stage.root / ".secret-key").exists()


def test_a_person_reads_what_a_mail_is_and_does(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    file = tmp_path / "bounce.eml"
    file.write_bytes(bounce(stage.send_issue()[R1], GONE))

    said = stage.run("feedback", "explain", str(file))

    for words in ("bounce: permanent, no such mailbox", "550 5.1.1", R1, "suppressed"):
        assert words in said
