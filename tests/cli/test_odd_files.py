"""A FIFO, a socket or a folder where a file belongs is refused by name, and hangs nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.makers import ISSUE_ID, write_site
from tests.stage.site import Stage


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {f"NEWSLETTER_{name}": value for name, value in settings.items()}
    return Stage(folder, environ).run_to_its_end(*words)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "folder"])
@pytest.mark.parametrize(
    ("place", "status"),
    [
        (".env", 3),
        (".secret-key", 3),
        ("issues/publication.yaml", 1),
        (f"issues/{ISSUE_ID}/ko.md", 1),
        (f"issues/{ISSUE_ID}/01-conference/map.png", 1),
        ("newsletter.db", 3),
    ],
)
def test_what_is_no_file_is_refused_by_name(
    tmp_path: Path, place: str, status: int, make: object
) -> None:
    write_site(tmp_path, {place: None})
    assert callable(make)
    make(tmp_path / place)

    ended = run(tmp_path, "dispatch", ISSUE_ID, "--yes")

    kind = "a FIFO" if make is os.mkfifo else "a folder"
    assert ended.returncode == status, ended.stderr
    assert kind in ended.stderr
    assert Path(place).name in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", ["letter.html.j2", "letter.css", "strings.ko.yaml"])
def test_a_template_that_is_no_file_is_not_passed_over(tmp_path: Path, name: str) -> None:
    write_site(tmp_path, {"templates/README": ""})
    os.mkfifo(tmp_path / "templates" / name)

    ended = run(tmp_path, "compose", ISSUE_ID)

    assert f"templates/{name}: is a FIFO" in ended.stderr


def test_what_an_editor_leaves_beside_a_template_is_no_template(tmp_path: Path) -> None:
    write_site(tmp_path, {"templates/README": ""})
    (tmp_path / "templates" / ".#letter.html.j2").symlink_to("me@host.4711")
    (tmp_path / "templates" / "._letter.html.j2").write_bytes(b"\0\xff")

    assert run(tmp_path, "compose", ISSUE_ID).returncode == 0


@pytest.mark.parametrize("at", ["0001-01-01 00:00", "9999-12-31 23:59", "0000-01-01 00:00"])
def test_a_time_beyond_the_calendar_is_no_traceback(tmp_path: Path, at: str) -> None:
    write_site(tmp_path)

    ended = run(tmp_path, "dispatch", ISSUE_ID, "--at", at, "--yes", "--no-wait")

    assert ended.returncode == 2
    assert "--at: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_rejects_are_their_owners_alone_from_the_first_byte(tmp_path: Path) -> None:
    write_site(tmp_path, {"list.csv": "email\nnobody\n"})
    (tmp_path / "old.csv").write_text("")
    (tmp_path / "old.csv").chmod(0o644)
    os.mkfifo(tmp_path / "fifo.csv")

    new = run(tmp_path, "subscribers", "import", "list.csv", "--rejects", "new.csv")
    old = run(tmp_path, "subscribers", "import", "list.csv", "--rejects", "old.csv")
    fifo = run(tmp_path, "subscribers", "import", "list.csv", "--rejects", "fifo.csv")
    shown = run(tmp_path, "subscribers", "import", "list.csv", "--rejects", "-")

    assert (tmp_path / "new.csv").stat().st_mode & 0o777 == 0o600
    assert "chmod" not in new.stderr
    assert "old.csv: other users of this computer can read the addresses in it" in old.stderr
    assert (tmp_path / "old.csv").stat().st_mode & 0o777 == 0o644
    assert "--rejects: fifo.csv is a FIFO (named pipe), not a regular file" in fifo.stderr
    assert fifo.returncode == 2
    assert '"line","reason"' in shown.stdout


def test_secrets_that_others_may_read_are_told_with_the_command(tmp_path: Path) -> None:
    write_site(tmp_path, {".env": "NEWSLETTER_MAIL_URL=smtps://me:word@relay.example.org\n"})
    (tmp_path / ".env").chmod(0o644)
    (tmp_path / ".secret-key").write_text("k" * 40)
    (tmp_path / ".secret-key").chmod(0o644)

    ended = run(tmp_path, "compose", ISSUE_ID)

    assert ended.returncode == 0
    assert ended.stderr.count(f"run: chmod 600 {tmp_path}/.secret-key {tmp_path}/.env") == 1
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o644


def test_settings_without_a_secret_may_be_read_by_others(tmp_path: Path) -> None:
    write_site(tmp_path, {".env": "NEWSLETTER_CONNECTIONS=3\n"})
    (tmp_path / ".env").chmod(0o644)

    assert "chmod" not in run(tmp_path, "compose", ISSUE_ID).stderr
