"""A ledger that was put back or copied is told by the file beside it; an ordinary one never is."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from newsletter.dispatch.doubt import DoubtCause, LedgerMark
from newsletter.lang import Preference
from newsletter.storage.doubts import SqlDoubts
from newsletter.storage.marks import write_mark
from newsletter.storage.opening import close_ledger, open_ledger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.decisions import enrol
from tests.storage.makers import NOW
from tests.subscribers.makers import make_row

SETTING = "sqlite:///newsletter.db"
COMMAND = """
import sys
from pathlib import Path
from tests.storage.test_opening import change
for number in range(5):
    change(Path(sys.argv[1]), f"{sys.argv[2]}.{number}")
"""


def change(folder: Path, name: str = "r1") -> None:
    """Do what a command does that writes."""
    engine = open_ledger(SETTING, folder)
    with SqlSubscriberBook(engine).opened() as page:
        enrol(make_row(f"{name}@example.org", "", Preference.KO), page, NOW)
    close_ledger(engine)


def look(folder: Path) -> list[DoubtCause]:
    """Do what a command does that only reads; return what is doubted."""
    engine = open_ledger(SETTING, folder)
    causes = [one.sign.cause for one in SqlDoubts(engine).standing()]
    close_ledger(engine)
    return causes


def noted(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "newsletter.db.mark").read_text())
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    change(tmp_path, "first")
    shutil.copy(tmp_path / "newsletter.db", tmp_path / "older.db")
    change(tmp_path, "second")
    return tmp_path


def copy_over(folder: Path) -> None:
    """cp: the inode stays."""
    shutil.copyfile(folder / "older.db", folder / "newsletter.db")


def move_over(folder: Path) -> None:
    (folder / "older.db").replace(folder / "newsletter.db")


def delete_and_copy(folder: Path) -> None:
    (folder / "newsletter.db").unlink()
    shutil.copy(folder / "older.db", folder / "newsletter.db")


def copy_the_newest(folder: Path) -> None:
    shutil.copy(folder / "newsletter.db", folder / "newest.db")
    (folder / "newest.db").replace(folder / "newsletter.db")


def start_anew(folder: Path) -> None:
    (folder / "newsletter.db").rename(folder / "lost.db")


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (copy_over, DoubtCause.PUT_BACK),
        (move_over, DoubtCause.PUT_BACK),
        (delete_and_copy, DoubtCause.PUT_BACK),
        (copy_the_newest, DoubtCause.COPIED),
        (start_anew, DoubtCause.REPLACED),
    ],
)
def test_a_ledger_that_is_not_the_newest_is_doubted_once(
    folder: Path, act: Callable[[Path], None], cause: DoubtCause
) -> None:
    act(folder)

    found = look(folder)
    change(folder, "third")

    assert found == [cause]
    assert look(folder) == [cause]


def test_a_site_that_was_moved_as_a_whole_is_a_copy(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for name in ("newsletter.db", "newsletter.db.mark"):
        shutil.copy(folder / name, other / name)

    assert look(other) == [DoubtCause.COPIED]


def test_a_newest_ledger_is_never_doubted_and_its_mark_counts_the_commands_that_wrote(
    folder: Path,
) -> None:
    before = noted(folder)

    change(folder, "third")
    look(folder)
    change(folder, "fourth")

    assert look(folder) == []
    assert noted(folder) == {**before, "ends": int(str(before["ends"])) + 2}
    assert (folder / "newsletter.db.mark").stat().st_mode & 0o777 == 0o600


def test_a_command_that_only_reads_writes_neither_ledger_nor_mark(folder: Path) -> None:
    files = [folder / "newsletter.db", folder / "newsletter.db.mark"]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in files]

    look(folder)

    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in files] == before


def test_a_mark_that_is_missing_behind_or_broken_is_no_sign(folder: Path) -> None:
    """A command may be killed between its commit and the mark."""
    mark = folder / "newsletter.db.mark"
    older = {**noted(folder), "ends": 1}

    for text in (json.dumps(older), "", "{}", '{"id": 1, "inode": "x"}', "\0\0"):
        mark.write_text(text)
        assert look(folder) == []
    mark.unlink()
    assert look(folder) == []

    change(folder, "third")
    assert noted(folder)["id"] == older["id"]


def test_commands_that_end_at_the_same_time_leave_no_doubt(folder: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", COMMAND, str(folder), f"p{number}"])
        for number in range(3)
    ]
    assert [one.wait(120) for one in processes] == [0, 0, 0]

    assert look(folder) == []
    change(folder, "last")
    assert noted(folder)["ends"] == 2 + 3 * 5 + 1


@pytest.mark.parametrize("wait_s", [0.3, 0.5, 0.6, 0.7, 0.9, 1.2])
def test_commands_that_are_killed_leave_no_doubt(folder: Path, wait_s: float) -> None:
    process = subprocess.Popen([sys.executable, "-c", COMMAND, str(folder), "killed"])
    with suppress(subprocess.TimeoutExpired):
        process.wait(wait_s)
    process.kill()
    process.wait()

    assert look(folder) == []


def test_a_mark_that_cannot_be_written_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mark = folder / "newsletter.db.mark"
    mark.unlink()
    (mark / "something").mkdir(parents=True)

    change(folder, "third")

    assert "newsletter.db.mark cannot be written" in caplog.text


def test_a_journal_that_was_cut_off_under_a_command_is_doubted_though_half_of_it_is_left(
    folder: Path,
) -> None:
    engine, other = open_ledger(SETTING, folder), open_ledger(SETTING, folder)
    book = SqlSubscriberBook(engine)
    for number in range(30):  # so much that its first half still holds what is read
        with book.opened() as page:
            enrol(make_row(f"n{number}@example.org", "", Preference.KO), page, NOW)
    journal = folder / "newsletter.db-wal"
    os.truncate(journal, journal.stat().st_size // 2)

    close_ledger(engine)
    write_mark(folder / "newsletter.db", LedgerMark("x", 1, 99))  # another command's end

    assert noted(folder)["has_lost_journal"] is True
    close_ledger(other)
    assert look(folder) == [DoubtCause.JOURNAL_LOST]
    assert noted(folder)["has_lost_journal"] is False
    assert look(folder) == [DoubtCause.JOURNAL_LOST]


def test_what_a_long_list_took_is_given_back_once_the_list_is_closed(tmp_path: Path) -> None:
    given: list[bool] = []
    engine = open_ledger(SETTING, tmp_path, lambda: given.append(True))
    with SqlSubscriberBook(engine).opened() as page:
        enrol(make_row("r1@example.org", "", Preference.KO), page, NOW)
        assert not given
    close_ledger(engine)

    assert given == [True]
