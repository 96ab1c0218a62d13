"""A reader is erased while other processes are at work: no file keeps them, and these go on."""

import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from urllib.request import urlopen

from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces
from tests.web.running import start_command

ADDRESS: Final = "Minsu.Unmistakable@example.org"
NAME: Final = "독고탁월"
WORDS: Final = (ADDRESS, "unmistakable", NAME)


def test_s10_an_erased_reader_is_in_no_file_while_the_server_has_them_open(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site")
    desk.run("subscribers", "add", ADDRESS, "--name", NAME)
    process, port = start_command(desk.apart)
    try:
        with urlopen(f"http://127.0.0.1:{port}/ko/subscribe") as answer:
            assert answer.status == 200

        output = desk.apart.run("subscribers", "erase", ADDRESS, "--yes", "--now")
        desk.apart.run("subscribers", "add", "another@example.org")
        with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200

        assert (desk.root / "newsletter.db-wal").exists()
        assert "readers: 1" in output
        assert find_traces(desk.root, WORDS) == []
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "journal" not in said


def test_the_server_erases_who_withdrew_long_ago(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site")
    desk.run("subscribers", "add", ADDRESS, "--name", NAME)
    desk.run("subscribers", "remove", ADDRESS)
    long_ago = f"{datetime.now(UTC) - timedelta(days=31):%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(desk.root / "newsletter.db")) as connection, connection:
        connection.execute(
            "UPDATE subscribers SET standing_since = ? WHERE address = ?", (long_ago, ADDRESS)
        )

    process, _ = start_command(desk.apart)
    try:
        until = monotonic() + 20
        while find_traces(desk.root, WORDS) and monotonic() < until:
            sleep(0.1)
        found = find_traces(desk.root, WORDS)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert found == []


def test_an_erasure_during_a_dispatch_is_finished_by_the_next_command(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=60)
    desk.run("subscribers", "add", ADDRESS, "--name", NAME)
    said: list[str] = []

    def erase() -> None:
        words = ("subscribers", "erase", ADDRESS, "--yes", "--now")
        said.append(desk.apart.run(*words, status=4))

    desk.site.pace = timedelta(seconds=1)
    desk.site.agenda.append((desk.site.now + timedelta(seconds=10), erase))
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.restart()
    desk.apart.run("status", ISSUE_ID)

    assert "a dispatch is under way" in said[0]
    assert find_traces(desk.root, WORDS) == []
    assert sum(desk.states().values()) == 61
    assert desk.site.records.erasing().find_open(desk.site.now) is None
