"""Orders from a second process, while the first is sending to a slow server."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail_sinks import RecordingServer
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers

READERS = 200
DELAY_S = 0.3  # so that all would take half a minute
CONNECTIONS = 2


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(delay_s=DELAY_S).running() as running:
        yield running


@pytest.fixture
def stage(tmp_path: Path, server: RecordingServer) -> Stage:
    stage = make_stage(
        tmp_path / "site",
        mail_url=server.url,
        public_url=PUBLIC_URL,
        connections=str(CONNECTIONS),
    )
    write_readers(stage.root / "readers.csv", ko=READERS, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    return stage


def wait_until_taken(server: RecordingServer, count: int, process: "subprocess.Popen[str]") -> None:
    for _ in range(3000):
        if len(server.taken) >= count:
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    raise AssertionError("the dispatch sent too little in 30 seconds")


def test_a_dispatch_that_is_cancelled_answers_what_is_on_its_way_and_skips_the_rest(
    stage: Stage, server: RecordingServer
) -> None:
    running = stage.start("dispatch", ISSUE, "--yes")
    wait_until_taken(server, 10, running)

    stage.run("cancel", ISSUE, "--because", "wrong picture", "--by", "minji", "--yes")
    output, _ = running.communicate(timeout=60)
    status = stage.status()

    assert running.returncode == 0, output
    assert "Cancelled by minji" in output
    assert status["accepted"] == len(server.taken) < READERS
    assert status["skipped"] == READERS - status["accepted"]
    assert status["unknown"] == status["pending"] == 0
    assert max(Counter(recipient for recipient, _ in server.taken).values()) == 1
    assert "cancelled" in stage.run("status", ISSUE, "--list", "skipped")


def test_a_timer_beside_a_dispatch_by_hand_sends_nothing_and_says_who_does(
    stage: Stage, server: RecordingServer
) -> None:
    running = stage.start("dispatch", ISSUE, "--yes")
    wait_until_taken(server, 10, running)

    refused = stage.run("dispatch", "--due", status=4)
    stage.run("cancel", ISSUE, "--because", "the test is over", "--yes")
    running.communicate(timeout=60)

    assert f":{running.pid})" in refused
    assert "attempts in this run" not in refused
    assert max(Counter(recipient for recipient, _ in server.taken).values()) == 1


def test_a_dispatch_that_is_paused_begins_nothing_more_and_goes_on_once_it_is_resumed(
    stage: Stage, server: RecordingServer
) -> None:
    """Without a terminal a run that is paused ends; it would take half a minute otherwise."""
    running = stage.start("dispatch", ISSUE, "--yes")
    wait_until_taken(server, 10, running)

    stage.run("pause", ISSUE, "--because", "a typo", "--by", "minji")
    at_the_pause = len(server.taken)
    output, _ = running.communicate(timeout=60)
    status = stage.status()
    refused = stage.run("dispatch", ISSUE, "--yes", status=4)

    # 2 seconds of both connections, the start of the reading command, and what was in flight
    assert len(server.taken) - at_the_pause < READERS / 4
    assert running.returncode == 4, output
    assert "paused by minji" in output
    assert f"newsletter resume {ISSUE}" in output
    assert status["unknown"] == 0
    assert status["accepted"] == len(server.taken)
    assert "is paused, by minji" in refused
    stage.run("resume", ISSUE, "--by", "anna")
    assert stage.status()["halt"] is None
