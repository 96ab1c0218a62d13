"""An import that is interrupted or killed, and one beside which the list changes."""

import csv
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from newsletter.cli.readers import import_file
from newsletter.desk.importing import ImportWatcher
from newsletter.storage.blocking import block
from newsletter.subscribers.csv_rows import Heading
from tests.stage.clocked import NOW, ClockedStage
from tests.stage.site import Stage, make_stage

READERS = 60_000  # written in several turns
WAIT_S = 60


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("long") / "readers.csv"
    rows = (f"reader{number}@example.org,Reader {number},ko\n" for number in range(READERS))
    file.write_text("email,name,language\n" + "".join(rows), encoding="utf-8")
    return file


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return make_stage(tmp_path)


def on_the_list(stage: Stage) -> int:
    with closing(sqlite3.connect(stage.root / "newsletter.db")) as database:
        found: int = database.execute("SELECT count(*) FROM subscribers").fetchone()[0]
    return found


def begin(stage: Stage, file: Path, is_reached: Callable[[Path], bool]) -> "subprocess.Popen[str]":
    """Begin an import, and wait until it has come so far."""
    process = stage.start("subscribers", "import", str(file))
    until = time.monotonic() + WAIT_S
    while not is_reached(stage.root / "newsletter.db"):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.001)
    return process


def is_merging(database: Path) -> bool:
    """Return whether some of the file is on the list, and some is not."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reading:
            on_it = reading.execute("SELECT count(*) FROM subscribers").fetchone()[0]
    except sqlite3.Error:  # the tables are not there yet
        return False
    return 0 < int(on_it) < READERS


def is_opened(database: Path) -> bool:
    return database.with_name("newsletter.db-wal").exists()


def test_a_killed_import_leaves_nothing_while_it_reads(stage: Stage, long_list: Path) -> None:
    process = begin(stage, long_list, is_opened)
    process.kill()
    process.communicate()

    assert "the rest is on the list now" not in stage.run("subscribers", "funnel")
    assert on_the_list(stage) == 0


def test_a_killed_import_is_finished_by_the_next_command(stage: Stage, long_list: Path) -> None:
    process = begin(stage, long_list, is_merging)
    process.kill()
    process.communicate()
    assert 0 < on_the_list(stage) < READERS

    told = stage.run("subscribers", "funnel")

    assert "the import of readers.csv was cut off while it wrote; the rest is on the list" in told
    assert on_the_list(stage) == READERS
    assert "cut off" not in stage.run("subscribers", "funnel")


def test_ctrl_c_while_the_list_is_written_says_what_comes_of_it(
    stage: Stage, long_list: Path
) -> None:
    process = begin(stage, long_list, is_merging)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=WAIT_S)

    assert process.returncode == 4, told
    assert "the import of readers.csv was interrupted while it wrote to the list" in told
    assert "Traceback" not in told
    stage.run("subscribers", "funnel")
    assert on_the_list(stage) == READERS


def test_whoever_is_not_written_after_all_is_a_refused_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing, the owner of an address asks for no mail ever."""
    desk = ClockedStage(tmp_path, readers=0)
    file, rejects = tmp_path / "list.csv", tmp_path / "rejects.csv"
    file.write_text("email,name\na@example.org,A\nb@example.org,B\n", encoding="utf-8")
    reading = import_file._AtTerminal.reading

    @contextmanager
    def and_then_block(watcher: ImportWatcher, heading: Heading) -> Iterator[Callable[[int], None]]:
        with reading(watcher, heading) as advance:  # type: ignore[arg-type] # as it is called
            yield advance
        with desk.site.records.database.begin() as other:
            block(other, "b@example.org", NOW, "reader")

    monkeypatch.setattr(import_file._AtTerminal, "reading", and_then_block)

    shown = desk.run("subscribers", "import", str(file), "--rejects", str(rejects), status=1)

    assert "list.csv:3: b@example.org" in shown
    assert "2 rows" in shown
    counts = dict(line.split()[:2] for line in shown.splitlines() if line.startswith("  "))
    assert (counts["new"], counts["refused"]) == ("1", "1")
    with rejects.open(encoding="utf-8", newline="") as written:
        assert [row[2:] for row in csv.reader(written)][1:] == [["b@example.org", "B"]]
