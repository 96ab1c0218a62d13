"""A FIFO, a socket or a folder where a file belongs is refused by name, and hangs nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.stage import Stage
from tests.makers import ISSUE_ID, write_site


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {f"NEWSLETTER_{name}": value for name, value in settings.items()}
    stage = Stage(folder, environ)
    return subprocess.run(
        stage.command(*words),
        cwd=folder,
        env=stage.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "folder"])
@pytest.mark.parametrize(
    ("place", "status"),
    [
        (".env", 3),
        (".secret-key", 3),
        ("issues/publication.yaml", 1),
        (f"issues/{ISSUE_ID}/ko.md", 1),
        (f"issues/{ISSUE_ID}/01-conference/map.png", 1),
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
