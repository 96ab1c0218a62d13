"""When a command has ended, the whole ledger is in newsletter.db: a copy of that file is enough."""

import json
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.stage.site import ISSUE, NEXT_YEAR, PUBLIC_URL, Stage, make_stage, write_readers

READERS = 12


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = make_stage(tmp_path / "site", public_url=PUBLIC_URL, connections="1")
    write_readers(stage.root / "readers.csv", ko=READERS, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    return stage


def slow_down(stage: Stage) -> None:
    publication = stage.root / "issues" / "publication.yaml"
    publication.write_text(publication.read_text() + "pace: {rate: 3/second}\n")


def send(stage: Stage) -> None:
    stage.run("dispatch", ISSUE, "--yes")


def send_some(stage: Stage) -> None:
    stage.run("dispatch", ISSUE, "--yes", "--limit", "3", status=4)


def pause(stage: Stage) -> None:
    send_some(stage)
    stage.run("pause", ISSUE)


def appoint(stage: Stage) -> None:
    stage.run("dispatch", ISSUE, "--at", NEXT_YEAR, "--yes", "--no-wait")


def send_a_test(stage: Stage) -> None:
    stage.run("test", ISSUE, "--to", "somebody@example.org", "--yes")


def fail(stage: Stage) -> None:
    """Nobody can write to the folder of letters any more."""
    send_some(stage)
    outbox = stage.root / "outbox"
    outbox.rename(stage.root / "elsewhere")
    outbox.write_text("no folder")
    stage.run("dispatch", ISSUE, "--yes", status=3)


def interrupt(stage: Stage) -> None:
    slow_down(stage)
    process = stage.start("dispatch", ISSUE, "--yes")
    outbox = stage.root / "outbox"
    while not list(outbox.glob("*.eml")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


def import_more(stage: Stage) -> None:
    write_readers(stage.root / "readers.csv", ko=0, en=5, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")


def look(stage: Stage) -> None:
    send_some(stage)
    stage.run("status")


def told(stage: Stage) -> list[dict[str, Any]]:
    """Return what status tells of every issue, but for the doubt that a copy is one."""
    shown: list[dict[str, Any]] = json.loads(stage.run("status", "--json"))
    return [{name: one[name] for name in one if name != "doubts"} for one in shown]


@pytest.mark.parametrize(
    "act", [import_more, send, send_some, pause, appoint, send_a_test, look, fail, interrupt]
)
def test_a_copy_of_the_database_file_alone_holds_everything(
    stage: Stage, act: Callable[[Stage], None], tmp_path: Path
) -> None:
    act(stage)

    journal = stage.root / "newsletter.db-wal"
    assert not journal.exists() or not journal.stat().st_size
    copy = tmp_path / "copy"
    shutil.copytree(stage.root, copy, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    assert dump(copy, "mode=ro&immutable=1") == dump(stage.root, "mode=ro")
    elsewhere = Stage(copy, stage.settings)
    assert told(elsewhere) == told(stage)


def test_another_process_that_has_it_open_keeps_the_journal_and_loses_nothing(
    stage: Stage,
) -> None:
    with closing(sqlite3.connect(stage.root / "newsletter.db")) as other:
        other.execute("SELECT count(*) FROM subscribers").fetchone()
        send(stage)
        journal = stage.root / "newsletter.db-wal"

        assert journal.stat().st_size

    stage.run("status")
    assert not journal.exists()
    assert stage.status()["accepted"] == READERS


def dump(folder: Path, how: str) -> list[str]:
    """Return all that the database in *folder* says; immutable means without any journal."""
    uri = f"{(folder / 'newsletter.db').as_uri()}?{how}"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return list(connection.iterdump())
