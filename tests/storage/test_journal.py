"""A run that was killed, and whether the journal it has written to is still there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update

from newsletter.dispatch.doubt import DoubtCause, Sign
from newsletter.dispatch.runs import ProcessIdentity
from newsletter.storage.database import open_database
from newsletter.storage.doubts import SqlDoubts
from newsletter.storage.journal import (
    OpenRun,
    checkpoint,
    find_runs_without_journal,
    lives_elsewhere,
)
from newsletter.storage.opening import close_ledger, open_ledger
from newsletter.storage.processes import this_process
from newsletter.storage.tables import deliveries, runs
from newsletter.storage.transactions import reading, writing
from tests.storage.makers import ISSUE, NOW, make_planned_ledger

SETTING = "sqlite:///newsletter.db"
OTHER = "2022-09"
PROGRAM = """
import sys
from pathlib import Path
from newsletter.storage.database import open_database
from tests.storage.test_journal import begin_run, accept_all

engine = open_database("sqlite:///newsletter.db", Path(sys.argv[1]))
begin_run(engine, sys.argv[2])
accept_all(engine)
print("running", flush=True)
sys.stdin.read()
"""


def begin_run(database: Engine, issue: str, **values: object) -> None:
    """Note a run as a process does that takes an issue."""
    ours = this_process()
    row = {"issue": issue, "host": ours.host, "pid": ours.pid, "process_started": ours.started}
    with writing(database) as connection:
        connection.execute(insert(runs).values({**row, "began_at": NOW, "seen_at": NOW, **values}))
    assert checkpoint(database)


def accept_all(database: Engine) -> None:
    """Note that everybody has the letter."""
    with writing(database) as connection:
        connection.execute(update(deliveries).values(state="accepted"))


@contextmanager
def running(folder: Path, issue: str = ISSUE) -> Iterator["subprocess.Popen[str]"]:
    """Let another process run, until it is killed at the end of the block at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), issue],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "running\n"
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    engine = open_database(SETTING, tmp_path)
    ledger = make_planned_ledger(engine, 40)
    ledger.end_run()
    ledger.close()
    engine.dispose()
    return tmp_path


def signs(folder: Path) -> list[Sign]:
    """Open and close the ledger as a command does; return what is doubted then."""
    engine = open_ledger(SETTING, folder)
    try:
        return [one.sign for one in SqlDoubts(engine).standing()]
    finally:
        close_ledger(engine)


def states(folder: Path) -> set[str]:
    engine = open_database(SETTING, folder)
    with engine.connect() as connection:
        found = set(connection.execute(select(deliveries.c.state)).scalars())
    engine.dispose()
    return found


def remove(journal: Path) -> None:
    journal.unlink()


def empty(journal: Path) -> None:
    os.truncate(journal, 0)


def leave_a_hole(journal: Path) -> None:
    """What SQLite makes of one that was emptied under it."""
    size = journal.stat().st_size
    os.truncate(journal, 0)
    os.truncate(journal, size)


def move_away(journal: Path) -> None:
    journal.rename(journal.parent / "elsewhere")


@pytest.mark.parametrize("harm", [remove, empty, leave_a_hole, move_away])
def test_a_run_that_was_killed_and_has_lost_its_journal_is_doubted_once(
    folder: Path, harm: Callable[[Path], None]
) -> None:
    with running(folder):
        pass
    harm(folder / "newsletter.db-wal")

    assert signs(folder) == [Sign(DoubtCause.JOURNAL_LOST, ISSUE)]
    assert signs(folder) == [Sign(DoubtCause.JOURNAL_LOST, ISSUE)]
    assert states(folder) == {"pending"}  # what the doubt is about: everybody has the letter


def test_a_file_that_was_taken_along_without_its_journal_is_doubted(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with running(folder):
        (elsewhere / "newsletter.db").write_bytes((folder / "newsletter.db").read_bytes())

    assert signs(elsewhere) == [Sign(DoubtCause.JOURNAL_LOST, ISSUE)]


def test_a_run_that_was_killed_and_has_its_journal_is_never_doubted(folder: Path) -> None:
    with running(folder):
        pass

    assert signs(folder) == []
    assert not (folder / "newsletter.db-wal").exists()
    assert signs(folder) == []
    assert states(folder) == {"accepted"}


def test_a_run_that_dies_while_others_have_the_ledger_open_is_never_doubted(folder: Path) -> None:
    """Whoever closes last folds the journal in, though the run lived when he opened it."""
    with running(folder):
        engine = open_ledger(SETTING, folder)
    close_ledger(engine)

    assert not (folder / "newsletter.db-wal").exists()
    assert signs(folder) == []
    assert states(folder) == {"accepted"}


def test_a_run_that_lives_is_not_doubted_and_not_taken_for_ended(folder: Path) -> None:
    with running(folder):
        found = signs(folder), signs(folder)
        engine = open_database(SETTING, folder)
        with engine.connect() as connection:
            newest = select(runs.c.ended_at, runs.c.journal_seen_at).order_by(runs.c.id.desc())
            row = connection.execute(newest.limit(1)).one()
        engine.dispose()

    assert found == ([], [])
    assert row == (None, None)


def test_a_run_of_this_process_that_could_not_be_ended_is_not_doubted(folder: Path) -> None:
    engine = open_ledger(SETTING, folder)
    begin_run(engine, ISSUE)
    close_ledger(engine)

    assert signs(folder) == []


@pytest.mark.parametrize(
    "process",
    [
        {"host": "lost.example.org"},
        {"process_started": "1 another-boot pid:[1]"},
        {"pid": 2**30, "process_started": None},
    ],
)
def test_runs_of_other_machines_and_boots_keep_the_same_rule(
    folder: Path, process: dict[str, object]
) -> None:
    """Nobody can look at those processes; but an open run has a journal wherever it runs."""
    engine = open_database(SETTING, folder)
    begin_run(engine, OTHER, **process)
    whole = (folder / "newsletter.db").read_bytes(), (folder / "newsletter.db-wal").read_bytes()
    engine.dispose()
    (folder / "newsletter.db").write_bytes(whole[0])
    with_journal = folder / "newsletter.db-wal"
    with_journal.write_bytes(whole[1])

    assert signs(folder) == []

    (folder / "newsletter.db").write_bytes(whole[0])
    with_journal.unlink(missing_ok=True)
    (folder / "newsletter.db.mark").unlink()
    assert signs(folder) == [Sign(DoubtCause.JOURNAL_LOST, OTHER)]


def test_a_checkpoint_makes_the_file_know_and_keeps_the_journal(folder: Path) -> None:
    engine = open_database(SETTING, folder)
    begin_run(engine, ISSUE)
    alone = folder / "copy.db"
    alone.write_bytes((folder / "newsletter.db").read_bytes())

    assert [one.issue for one in find_runs_without_journal(alone)] == [ISSUE]
    assert find_runs_without_journal(folder / "newsletter.db") == ()
    assert (folder / "newsletter.db-wal").stat().st_size
    engine.dispose()


def test_a_checkpoint_that_somebody_is_in_the_way_of_says_so(folder: Path) -> None:
    engine = open_database(SETTING, folder)
    with reading(engine) as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT count(*) FROM runs").all()
        with writing(engine) as other:
            other.execute(update(deliveries).values(answer="250"))

        assert not checkpoint(engine, patience_ms=50)

        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 60_000
    assert checkpoint(engine)
    engine.dispose()


def test_files_without_runs_have_lost_nothing(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.db"
    text = tmp_path / "text.db"
    text.write_text("no database at all\n" * 500)

    assert find_runs_without_journal(nothing) == ()
    assert find_runs_without_journal(text) == ()


def test_only_another_process_of_this_machine_lives_elsewhere(folder: Path) -> None:
    ours = this_process()
    with running(folder) as process:
        assert lives_elsewhere(OpenRun(1, ISSUE, ProcessIdentity(ours.host, process.pid, None)))
        assert not lives_elsewhere(OpenRun(1, ISSUE, ProcessIdentity("lost", process.pid, None)))
    assert not lives_elsewhere(OpenRun(1, ISSUE, ProcessIdentity(ours.host, process.pid, None)))
    assert not lives_elsewhere(OpenRun(1, ISSUE, ours))
