"""The promise that matters most, on real servers: everyone once, in the right language."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.reading import edition_read_off
from tests.mail_sinks import RecordingServer, kept_by_sink, smtp_sink
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage, write_readers

CONNECTIONS = 4


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(delay_s=0.02).running() as running:
        yield running


def make_full_stage(folder: Path, mail_url: str) -> tuple[Stage, dict[str, str]]:
    stage = make_stage(
        folder, mail_url=mail_url, public_url=PUBLIC_URL, connections=str(CONNECTIONS)
    )
    expected = write_readers(folder / "readers.csv", ko=100, en=60, both=20, none=20)
    stage.run("subscribers", "import", "readers.csv")
    return stage, expected


def test_smtp_sink_gets_200_readers_once_each_in_the_right_language(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    with smtp_sink(kept) as port:
        stage, expected = make_full_stage(tmp_path / "site", f"smtp://127.0.0.1:{port}")

        stage.run("dispatch", ISSUE, "--yes")
        second = stage.run("dispatch", ISSUE, "--yes")

    got = kept_by_sink(kept)
    assert len(got) == 200
    assert {recipient: edition_read_off(message) for recipient, message in got} == expected
    assert "Nothing to send now" in second
    assert stage.status()["finished"] is True


def test_aiosmtpd_gets_200_readers_once_each_in_the_right_language(
    tmp_path: Path, server: RecordingServer
) -> None:
    stage, expected = make_full_stage(tmp_path / "site", server.url)

    stage.run("dispatch", ISSUE, "--yes")
    stage.run("dispatch", ISSUE, "--yes")

    assert Counter(recipient for recipient, _ in server.taken) == Counter(list(expected))
    assert {who: edition_read_off(message) for who, message in server.taken} == expected
    assert len({message["Message-ID"] for _, message in server.taken}) == 200


def test_sigterm_finishes_what_is_in_flight_and_says_how_to_go_on(
    tmp_path: Path, server: RecordingServer
) -> None:
    stage, expected = make_full_stage(tmp_path / "site", server.url)

    stopped = stage.start("dispatch", ISSUE, "--yes")
    wait_until_taken(server, 30, stopped)
    stopped.send_signal(signal.SIGTERM)
    output, _ = stopped.communicate(timeout=30)

    status = stage.status()
    assert stopped.returncode == 4
    assert status["unknown"] == 0
    assert status["accepted"] == len(server.taken) < 200
    assert f"pending: run 'newsletter dispatch {ISSUE}' again" in output
    stage.run("dispatch", ISSUE, "--yes")
    assert Counter(recipient for recipient, _ in server.taken) == Counter(list(expected))


def test_a_second_dispatch_at_the_same_time_says_who_is_sending(
    tmp_path: Path, server: RecordingServer
) -> None:
    stage, expected = make_full_stage(tmp_path / "site", server.url)
    publication = stage.root / "issues" / "publication.yaml"
    publication.write_text(publication.read_text() + "pace: {rate: 15/second}\n")

    first = stage.start("dispatch", ISSUE, "--yes")
    wait_until_taken(server, 5, first)
    refused = stage.run("dispatch", ISSUE, "--yes", status=4)
    output, _ = first.communicate(timeout=60)

    assert f":{first.pid})" in refused
    assert first.returncode == 0, output
    assert Counter(recipient for recipient, _ in server.taken) == Counter(list(expected))


def wait_until_taken(server: RecordingServer, count: int, process: "subprocess.Popen[str]") -> None:
    for _ in range(3000):
        if len(server.taken) >= count:
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    raise AssertionError("the dispatch sent too little in 30 seconds")
