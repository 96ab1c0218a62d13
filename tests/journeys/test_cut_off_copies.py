"""What a killed command left of a copy of everybody does not outlive an erasure, nor the next."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from newsletter.desk.erasing import finish_erasures
from newsletter.storage.left_parts import noted_elsewhere
from newsletter.unfinished_files import being_written
from tests.postgresql import new_database, postgresql
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

GONE: Final = "danbi.unmistakable@example.org"
STAYS: Final = "haneul.unmistakable@example.org"
# Runs a command that is killed when it comes to a function, whose name is the first argument.
KILLED: Final = """
import importlib, os, signal, sys
module, _, name = sys.argv.pop(1).partition(":")
*path, last = name.split(".")
place = importlib.import_module(module)
for one in path:
    place = getattr(place, one)
setattr(place, last, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
from newsletter.cli.main import main
main()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ClockedStage]:
    """A site with GONE and STAYS."""
    settings = {}
    if request.param == "postgresql":
        settings = {"database_url": new_database(request.getfixturevalue("server"))}
    desk = ClockedStage(tmp_path / "site", readers=0, **settings)
    for address in (GONE, STAYS):
        desk.run("subscribers", "add", address, "--consented-at", "2022-08-01")
    desk.site.close()
    yield desk
    desk.site.close()


def kill_at(desk: ClockedStage, place: str, *words: str) -> None:
    """Run a command in a process of its own, which is killed at a function of the program."""
    command = [sys.executable, "-c", KILLED, place, *words]
    ended = subprocess.run(
        command,
        cwd=desk.root,
        env=desk.apart.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stdout + ended.stderr


def is_on_server(desk: ClockedStage) -> bool:
    return desk.site.records.file() is None


def cut_off(desk: ClockedStage) -> None:
    """Let a restore be killed while a whole copy lies under a name of its own."""
    if is_on_server(desk):
        kill_at(desk, "newsletter.storage.server_copies:os.fsync", "restore", "--keep")
    else:
        backup = desk.root.parent / "backup.db"
        desk.run("backup", str(backup))
        kill_at(desk, "newsletter.storage.backups:_alone", "restore", str(backup), "--yes")
    assert [word for name, word in find_traces(desk.root, [GONE]) if name != "newsletter.db"]


def test_an_erasure_leaves_nothing_of_a_restore_that_was_killed(desk: ClockedStage) -> None:
    cut_off(desk)

    desk.run("subscribers", "erase", GONE, "--yes", "--now")

    assert find_traces(desk.root, [GONE]) == []


@pytest.mark.parametrize("words", [("status",), ("duties",), ("subscribers", "erase", "--due")])
def test_any_command_deletes_it_and_says_so(
    desk: ClockedStage, words: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    cut_off(desk)

    desk.invoke(*words)

    assert "had left it unfinished, with readers in it; it was deleted" in caplog.text
    assert not [path for path in desk.root.iterdir() if path.name.endswith((".part", ".restoring"))]


def test_so_does_a_server_that_has_nobody_to_erase(desk: ClockedStage) -> None:
    assert desk.site.records.book() is not None  # it has been open for long
    cut_off(desk)

    finish_erasures(desk.site)

    assert not [path for path in desk.root.iterdir() if path.name.endswith((".part", ".restoring"))]


def test_one_that_is_being_written_is_left_and_named(desk: ClockedStage) -> None:
    part = desk.root / "newsletter.db.before-restore-20220826-080000.part"

    with being_written(part):
        part.write_text(GONE)
        said = desk.run("subscribers", "erase", GONE, "--yes", "--now", status=4)
        assert part.read_text() == GONE

        assert part.name in said
        assert "due: 1 " in find_duty(desk, "copies")
    assert "nobody" in desk.run("subscribers", "erase", "--due", "--now")
    assert desk.site.records.erasing().find_open(desk.site.clock()) is None


def find_duty(desk: ClockedStage, word: str) -> str:
    said = desk.invoke("duties").output
    return next(line for line in said.splitlines() if word in line.lower())


def test_one_that_cannot_be_deleted_is_named_and_counted(desk: ClockedStage) -> None:
    (desk.root / "newsletter.db.before-0025.part").mkdir()

    said = desk.run("subscribers", "erase", GONE, "--yes", "--now", status=4)

    assert "newsletter.db.before-0025.part" in said
    assert ": 1 " in find_duty(desk, "copies")
    assert "newsletter.db.before-0025.part" in desk.run(
        "subscribers", "erase", "--due", "--now", status=4
    )


def test_an_erasure_reaches_what_a_killed_backup_left_in_another_folder(
    tmp_path: Path,
) -> None:
    desk = ClockedStage(tmp_path / "site", readers=0)
    desk.run("subscribers", "add", GONE, "--consented-at", "2022-08-01")
    elsewhere = tmp_path / "백업"
    elsewhere.mkdir()
    kill_at(desk, "newsletter.storage.copies:os.fsync", "backup", str(elsewhere / "of today.db"))
    assert [path.name for path in elsewhere.iterdir()] == ["of today.db.part"]

    desk.run("subscribers", "erase", GONE, "--yes", "--now")

    assert find_traces(tmp_path, [GONE]) == []
    assert list(elsewhere.iterdir()) == []
    assert not list(desk.root.glob("*elsewhere*"))


def test_a_backup_that_is_being_written_is_the_persons_who_makes_it(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=0)
    desk.run("subscribers", "add", GONE, "--consented-at", "2022-08-01")
    part = tmp_path / "backup.db.part"
    with noted_elsewhere(desk.root / "newsletter.db", part), being_written(part):
        desk.run("subscribers", "erase", GONE, "--yes", "--now")

        assert part.exists()
        assert len(list(desk.root.glob("*elsewhere*"))) == 1


def test_what_a_killed_migration_left_goes(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=0)
    desk.run("subscribers", "add", GONE, "--consented-at", "2022-08-01")
    database = desk.root / "newsletter.db"
    shutil.copy(database, desk.root / "newsletter.db.before-0025.part")
    (desk.root / "newsletter.db.before-0025.part-journal").write_text(GONE)

    desk.run("subscribers", "erase", GONE, "--yes", "--now")

    assert find_traces(desk.root, [GONE]) == []


def test_rows_that_a_killed_erasure_was_writing_go_with_the_next(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=0)
    table = tmp_path / "table.csv"
    table.write_text(f"email,name\n{STAYS},Haneul\n{GONE},Danbi\n{GONE}..,Danbi\n")
    rejects = tmp_path / "site" / "refused.csv"
    desk.invoke("subscribers", "import", str(table), "--rejects", str(rejects))
    assert GONE in rejects.read_text()
    rejects.write_text(f"{rejects.read_text()}9,{STAYS}..,Haneul\n")
    kill_at(
        desk,
        "newsletter.desk.rejected_rows:os.fsync",
        *("subscribers", "erase", STAYS, "--yes"),
    )
    assert [path for path in desk.root.glob("refused.csv.*.part") if GONE in path.read_text()]

    desk.run("subscribers", "erase", GONE, "--yes", "--now")

    assert not list(desk.root.glob("refused.csv.*"))
    assert find_traces(desk.root, [GONE]) == []


def linked(desk: ClockedStage) -> None:
    """Let the database be a link to one in another folder."""
    other = desk.root.parent / "disk"
    other.mkdir()
    (desk.root / "newsletter.db").rename(other / "ledger.db")
    (desk.root / "newsletter.db").symlink_to(other / "ledger.db")


def plain(_: ClockedStage) -> None:
    """Leave the database where it is."""


@pytest.mark.parametrize("place", [plain, linked])
def test_an_erasure_reaches_the_copies_of_a_database_wherever_it_lies(
    tmp_path: Path, place: Callable[[ClockedStage], None]
) -> None:
    """Names of files may look like a pattern; a link's copies lie beside it, or where it leads."""
    desk = ClockedStage(tmp_path / "site [1]", readers=0)
    desk.run("subscribers", "add", GONE, "--consented-at", "2022-08-01")
    desk.site.close()
    place(desk)
    backup = tmp_path / "backup.db"
    desk.run("backup", str(backup))
    desk.run("restore", str(backup), "--yes")
    desk.restart()
    for copy in {desk.root / "newsletter.db", (desk.root / "newsletter.db").resolve()}:
        shutil.copy(backup, copy.with_name(f"{copy.name}.before-0014"))

    desk.run("subscribers", "erase", GONE, "--yes", "--now")

    backup.unlink()
    assert find_traces(tmp_path, [GONE]) == []


def test_copies_of_a_database_whose_name_looks_like_a_pattern_are_found(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=0, database_url="sqlite:///a[1].db")
    desk.run("subscribers", "add", GONE, "--consented-at", "2022-08-01")
    desk.site.close()
    shutil.copy(desk.root / "a[1].db", desk.root / "a[1].db.before-0014")

    desk.run("subscribers", "erase", GONE, "--yes", "--now")

    assert find_traces(desk.root, [GONE]) == []


def test_two_restores_at_once_do_not_share_a_copy(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=1)
    backup = tmp_path / "backup.db"
    desk.run("backup", str(backup))
    place = desk.root / "newsletter.db.restoring"

    with being_written(place):
        said = desk.run("restore", str(backup), "--yes", status=3)
        assert "newsletter.db.restoring: another process has it open" in said
        assert place.exists()

    with closing(sqlite3.connect(desk.root / "newsletter.db")) as connection:
        assert connection.execute("SELECT count(*) FROM subscribers").fetchone() == (1,)
