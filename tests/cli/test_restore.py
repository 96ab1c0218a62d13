"""A restored ledger is marked, and whatever cannot take the ledger's place is refused by name."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from newsletter.storage import backups
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.storage.test_migrating import make_older

ANSWER = ("--after-restore", "--because", "looked into the log")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A site with a backup from before its dispatch."""
    desk = ClockedStage(tmp_path / "site")
    desk.run("backup", str(backup_of(desk)))
    desk.run("dispatch", ISSUE_ID, "--yes")
    return desk


def backup_of(desk: ClockedStage) -> Path:
    return desk.root.parent / "backup.db"


def files(desk: ClockedStage) -> set[str]:
    desk.site.close()
    return {path.name for path in desk.root.glob("newsletter.db*")}


def test_a_restored_ledger_sends_nothing_before_somebody_answers(desk: ClockedStage) -> None:
    (desk.root / "newsletter.db").chmod(0o640)

    output = desk.run("restore", str(backup_of(desk)), "--yes")
    desk.restart()
    refused = desk.run("dispatch", ISSUE_ID, "--yes", status=4)

    kept = next(path for path in desk.root.glob("newsletter.db.before-restore-*"))
    assert f"Kept      the ledger until now, as {kept.name}" in output
    assert "Issues    none was dispatched" in output
    assert "this ledger was restored from backup.db" in refused
    assert "this ledger is an older copy" not in refused  # one doubt is enough
    assert desk.states() == {}
    assert files(desk) == {"newsletter.db", "newsletter.db.mark", kept.name}
    assert (desk.root / "newsletter.db").stat().st_mode & 0o777 == 0o640

    desk.run("dispatch", ISSUE_ID, "--yes", *ANSWER)
    assert desk.states() == {State.ACCEPTED: 4}
    assert desk.site.records.doubts().standing() == []


def test_the_ledger_of_before_can_be_restored_too(desk: ClockedStage) -> None:
    desk.run("restore", str(backup_of(desk)), "--yes")
    kept = next(path for path in desk.root.glob("newsletter.db.before-restore-*"))

    desk.site.now = desk.site.now.replace(minute=1)
    desk.run("restore", str(kept), "--yes")
    desk.restart()

    assert desk.states() == {State.ACCEPTED: 4}
    assert [one.sign.facts for one in desk.site.records.doubts().standing()] == [kept.name]


def test_a_backup_taken_in_mid_run_is_doubted_for_being_restored_alone(desk: ClockedStage) -> None:
    with closing(sqlite3.connect(backup_of(desk))) as connection, connection:
        connection.execute(
            "INSERT INTO runs (issue, host, pid, began_at, seen_at) VALUES"
            " ('2022-08', 'a', 1, '2022-08-26 00:00:00.000000', '2022-08-26 00:00:00.000000')"
        )

    desk.run("restore", str(backup_of(desk)), "--yes")
    desk.restart()

    assert [one.sign.cause for one in desk.site.records.doubts().standing()] == ["restored"]


def test_a_ledger_that_another_process_has_open_is_left_alone(desk: ClockedStage) -> None:
    before = files(desk)
    with closing(sqlite3.connect(desk.root / "newsletter.db")) as other:
        other.execute("SELECT count(*) FROM subscribers").fetchone()

        output = desk.run("restore", str(backup_of(desk)), "--yes", status=3)

    assert "another process has it open" in output
    assert desk.states() == {State.ACCEPTED: 4}
    assert files(desk) == before


def test_a_damaged_ledger_can_be_replaced(desk: ClockedStage) -> None:
    ledger = desk.root / "newsletter.db"
    ledger.write_bytes(b"\0" * 5000)

    desk.run("restore", str(backup_of(desk)), "--yes")
    desk.restart()

    assert desk.states() == {}
    assert len(desk.site.records.doubts().standing()) == 1


def test_a_ledger_that_is_gone_can_be_brought_back(desk: ClockedStage) -> None:
    (desk.root / "newsletter.db").unlink()

    output = desk.run("restore", str(backup_of(desk)), "--yes")

    assert "Kept" not in output
    assert len(desk.site.records.doubts().standing()) == 1


def test_a_backup_of_an_older_program_is_brought_up_to_date(
    desk: ClockedStage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    older = make_older(tmp_path_factory.mktemp("older"), "0003")

    desk.run("restore", str(older), "--yes")
    desk.restart()

    assert desk.states() == {State.ACCEPTED: 1, State.UNKNOWN: 1}
    assert len(files(desk)) == 3


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE subscribers (id INTEGER)")


def text(file: Path) -> None:
    file.write_text("address,name\n" * 900)


def damaged(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:-8192])


def missing(file: Path) -> None:
    file.unlink()


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (newer, "install the newer version that wrote it"),
        (foreign, "is not a ledger of this program"),
        (text, "cannot be read as a ledger"),
        (damaged, "backup.db: cannot be read"),
        (missing, "there is no such file"),
        (folder, "there is no such file"),
    ],
)
def test_what_cannot_take_the_ledgers_place_is_refused(
    desk: ClockedStage, harm: Callable[[Path], None], words: str
) -> None:
    before = files(desk)
    harm(backup_of(desk))

    output = desk.run("restore", str(backup_of(desk)), "--yes", status=1)

    assert words in output
    assert files(desk) == before
    assert desk.states() == {State.ACCEPTED: 4}


def test_the_ledger_is_not_restored_from_itself(desk: ClockedStage) -> None:
    assert "is the ledger itself" in desk.run(
        "restore", str(desk.root / "newsletter.db"), "--yes", status=2
    )


def test_without_a_terminal_it_wants_yes(desk: ClockedStage) -> None:
    assert "add --yes to restore" in desk.run("restore", str(backup_of(desk)), status=2)
    assert desk.states() == {State.ACCEPTED: 4}


@pytest.mark.parametrize(("typed", "status", "doubts"), [("y\n", 0, 1), ("n\n", 1, 0)])
def test_a_person_is_asked(desk: ClockedStage, typed: str, status: int, doubts: int) -> None:
    desk.type("restore", str(backup_of(desk)), dialogue={"with this backup": typed}, status=status)

    assert len(desk.site.records.doubts().standing()) == doubts


def test_a_ledger_that_is_a_link_keeps_being_one(
    desk: ClockedStage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    real = tmp_path_factory.mktemp("disk") / "real.db"
    ledger = desk.root / "newsletter.db"
    shutil.move(ledger, real)
    ledger.symlink_to(real)

    desk.run("restore", str(backup_of(desk)), "--yes")
    desk.restart()

    assert ledger.is_symlink()
    assert desk.states() == {}
    assert len(desk.site.records.doubts().standing()) == 1


def test_what_there_is_no_room_for_leaves_everything_as_it_was(
    desk: ClockedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (desk.root / "newsletter.db").read_bytes()

    def fill_disk(_: Path, __: Path) -> Path:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(backups, "write_copy", fill_disk)
    said = desk.run("restore", str(backup_of(desk)), "--yes", status=3)

    assert "free some space there, or make the folder writable. Nothing was changed" in said
    assert (desk.root / "newsletter.db").read_bytes() == before
    assert not list(desk.root.glob("*.restoring*"))


@pytest.mark.parametrize(
    ("code", "is_refused"),
    [
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True),
        (sqlite3.SQLITE_LOCKED, True),
        (sqlite3.SQLITE_IOERR_READ, False),
        (sqlite3.SQLITE_READONLY, False),
        (sqlite3.SQLITE_CORRUPT, False),
    ],
)
def test_only_a_file_that_is_busy_is_left_to_its_process(code: int, is_refused: bool) -> None:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code

    assert backups.is_busy(error) is is_refused
