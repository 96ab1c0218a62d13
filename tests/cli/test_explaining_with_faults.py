"""``newsletter feedback explain`` says what mails are, whatever is wrong with the site."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.feedback.returning import ReturningStage, bounce

UNPROVEN = b"""\
From: MAILER-DAEMON@mx.example.com
Subject: Undelivered Mail Returned to Sender

<r1@example.org>: 550 5.1.1 User unknown
"""
GONE = "550 5.1.1 <r1@example.org>: User unknown"


def execute(root: Path, statement: str) -> None:
    with closing(sqlite3.connect(root / "newsletter.db")) as connection, connection:
        connection.execute(statement)


def of_earlier_version(root: Path) -> None:
    execute(root, "UPDATE alembic_version SET version_num = '0001'")


def of_later_version(root: Path) -> None:
    execute(root, "UPDATE alembic_version SET version_num = '9999'")


def without_a_table(root: Path) -> None:
    execute(root, "ALTER TABLE feedback_events RENAME TO gone")


def damaged(root: Path) -> None:
    (root / "newsletter.db").write_bytes(b"no database" * 1_000)


def faulty(root: Path) -> None:
    (root / "issues" / "publication.yaml").write_text("name: [")


@pytest.mark.parametrize(
    "spoil", [of_earlier_version, of_later_version, without_a_table, damaged, faulty]
)
def test_each_file_has_its_line_and_nothing_changes(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    stage = ReturningStage(tmp_path)
    mail = bounce(stage.send_issue()["r1@example.org"], GONE)
    files = [tmp_path / "a.eml", tmp_path / "b.eml"]
    for file in files:
        file.write_bytes(mail)
    stage.site.close()
    spoil(tmp_path)
    before = (tmp_path / "newsletter.db").read_bytes()
    stage.restart()

    said = stage.run("feedback", "explain", "--json", *map(str, files), status=1)

    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [one["file"] for one in lines] == list(map(str, files))
    assert {(one["kind"], one["class"], one["trusted"]) for one in lines} == {
        ("bounce", "hard", False)
    }
    stage.site.close()
    if spoil is not without_a_table:  # opening one of this version notes that it was closed
        assert (tmp_path / "newsletter.db").read_bytes() == before
    assert not list(tmp_path.glob("*.bak"))


@pytest.mark.parametrize("name", [b"\xff.eml", b"a\nb.eml", b"\x1b[31m.eml"])
@pytest.mark.parametrize("options", [["--json"], []])
def test_a_name_that_cannot_be_shown_is_shown_all_the_same(
    tmp_path: Path, name: bytes, options: list[str]
) -> None:
    stage = ReturningStage(tmp_path)
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    file.write_bytes(bounce(stage.send_issue()["r1@example.org"], GONE))

    said = stage.run("feedback", "explain", *options, str(file))
    missing = stage.run("feedback", "explain", *options, f"{file}x", status=1)

    for words in (said, missing):
        assert "\N{REPLACEMENT CHARACTER}" in words
        assert "\x1b" not in words
    assert "suppress" in said


@pytest.mark.parametrize(
    "name", ["\xfc.eml".encode("latin-1"), "반송.eml".encode("cp949"), b"\xff"]
)
@pytest.mark.parametrize("options", [["--json"], []])
def test_a_name_in_another_encoding_reaches_the_command(
    tmp_path: Path, name: bytes, options: list[str]
) -> None:
    """In a process of its own, as from a shell."""
    stage = ReturningStage(tmp_path)
    stage.site.close()
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    file.write_bytes(UNPROVEN)
    other = tmp_path / "plain.eml"
    other.write_bytes(UNPROVEN)

    said = stage.apart.run("feedback", "explain", *options, str(file), str(other))

    assert said.count("\N{REPLACEMENT CHARACTER}") >= 1
    assert said.count("bounce") == 2
    refused = stage.apart.run("compose", os.fsdecode(name), status=2)
    assert "not in your terminal's encoding" in refused


@pytest.mark.parametrize("content", [b"", "other tables"])
def test_a_database_without_our_tables_stays_as_it_is(tmp_path: Path, content: bytes | str) -> None:
    stage = ReturningStage(tmp_path)
    mail = bounce(stage.send_issue()["r1@example.org"], GONE)
    (tmp_path / "a.eml").write_bytes(mail)
    stage.site.close()
    database = tmp_path / "newsletter.db"
    for path in tmp_path.glob("newsletter.db*"):
        path.unlink()
    if isinstance(content, bytes):
        database.write_bytes(content)
    else:
        execute(tmp_path, "CREATE TABLE other (id INTEGER)")
    before = database.read_bytes(), sorted(path.name for path in tmp_path.iterdir())
    stage.restart()

    said = stage.run("feedback", "explain", "--json", str(tmp_path / "a.eml"))

    assert json.loads(said)["kind"] == "bounce"
    assert not json.loads(said)["trusted"]
    assert (database.read_bytes(), sorted(path.name for path in tmp_path.iterdir())) == before
