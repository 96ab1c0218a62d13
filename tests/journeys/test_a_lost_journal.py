"""A dispatch loses its journal in mid-run, or its ledger is put back: nobody gets two letters."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.post_office import PostOffice
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers

READERS = 40
ENOUGH = 12
SLOW = "pace: {rate: 15/second}\n"
ANSWER = ("--after-restore", "--because", "nobody else is in the relay's log")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with PostOffice(tmp_path / "record").open() as office:
        yield office


@pytest.fixture
def stage(tmp_path: Path, office: PostOffice) -> Stage:
    stage = make_stage(
        tmp_path / "site", public_url=PUBLIC_URL, connections="2", mail_url=office.url
    )
    write_readers(stage.root / "readers.csv", ko=READERS, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    publication = stage.root / "issues" / "publication.yaml"
    publication.write_text(publication.read_text() + SLOW)
    return stage


def journal_of(stage: Stage) -> Path:
    return stage.root / "newsletter.db-wal"


def remove(journal: Path) -> None:
    journal.unlink()


def empty(journal: Path) -> None:
    os.truncate(journal, 0)


def halve(journal: Path) -> None:
    os.truncate(journal, journal.stat().st_size // 2)


def replace(journal: Path) -> None:
    Path(f"{journal}.other").write_bytes(b"\0" * 9000)
    Path(f"{journal}.other").replace(journal)


def wait_for(office: PostOffice, count: int) -> None:
    deadline = time.monotonic() + 60
    while office.count() < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("harm", [remove, empty, replace])
def test_after_a_kill_without_its_journal_nothing_is_sent_unasked(
    stage: Stage, office: PostOffice, harm: Callable[[Path], None]
) -> None:
    process = stage.start("dispatch", ISSUE, "--yes")
    wait_for(office, ENOUGH)
    process.kill()
    process.communicate()
    harm(journal_of(stage))
    sent = office.count()

    shown = stage.run("status")
    refused = stage.run("dispatch", ISSUE, "--yes", status=4)
    by_timer = stage.run("dispatch", "--due", status=4)
    silent = stage.run("dispatch", "--due", status=4)

    assert "a dispatch of 2022-08 was cut off, and its journal (-wal) is gone" in shown
    assert "newsletter resolve 2022-08 --from-log FILE" in refused
    assert "--after-restore --because" in by_timer
    assert silent == ""
    assert office.count() == sent


@pytest.mark.parametrize("harm", [remove, empty, halve, replace])
def test_a_journal_that_is_harmed_in_mid_run_stops_it_and_the_next_one(
    stage: Stage, office: PostOffice, harm: Callable[[Path], None]
) -> None:
    process = stage.start("dispatch", ISSUE, "--yes")
    wait_for(office, ENOUGH)
    harm(journal_of(stage))

    words, _ = process.communicate(timeout=60)
    sent = office.count()
    stage.run("dispatch", ISSUE, "--yes", status=4)

    assert process.returncode == 3, words
    assert "the database's journal was" in words
    assert "send nothing before" in words
    assert "Traceback" not in words
    assert sent < READERS
    assert office.count() == sent


def test_a_kill_alone_is_never_doubted(stage: Stage, office: PostOffice) -> None:
    for count in (2, 8, 14, 20):
        process = stage.start("dispatch", ISSUE, "--yes")
        wait_for(office, count)
        process.kill()
        process.communicate()
        stage.run("status")  # folds the journal in

    last = stage.start("dispatch", ISSUE, "--yes")
    words, _ = last.communicate(timeout=120)

    assert last.returncode in {0, 4}  # 4: a kill met a letter before its answer
    assert "Doubt" not in words
    assert "0 pending" in words or "pending" not in words
    assert max(office.read().times.values()) == 1
    assert stage.status()["doubts"] == []


def test_a_file_that_is_taken_along_alone_is_doubted_elsewhere(
    stage: Stage, office: PostOffice, tmp_path: Path
) -> None:
    process = stage.start("dispatch", ISSUE, "--yes")
    wait_for(office, ENOUGH)
    other = tmp_path / "other"
    shutil.copytree(stage.root / "issues", other / "issues")
    shutil.copy(stage.root / "newsletter.db", other)
    process.kill()
    process.communicate()
    sent = office.count()

    words = Stage(other, stage.settings).run("dispatch", ISSUE, "--yes", status=4)

    assert "its journal (-wal) is gone" in words
    assert office.count() == sent


def test_an_older_ledger_sends_only_what_a_person_answers_for(
    stage: Stage, office: PostOffice
) -> None:
    stage.run("dispatch", ISSUE, "--yes", "--limit", "10", status=4)
    shutil.copy(stage.root / "newsletter.db", stage.root / "older.db")
    stage.run("dispatch", ISSUE, "--yes")
    shutil.copyfile(stage.root / "older.db", stage.root / "newsletter.db")
    sent = office.count()

    stage.run("dispatch", ISSUE, "--yes", status=4)
    stage.run("dispatch", "--due", status=4)

    assert office.count() == sent == READERS
    stage.run("dispatch", ISSUE, "--yes", "--limit", "1", *ANSWER, status=4)
    assert Counter(office.read().times.values()) == {1: READERS - 1, 2: 1}  # he said so
