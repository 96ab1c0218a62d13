"""A process sleeps past its lease while others go on, and wakes to answers that come too late."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, update

from newsletter.database_url import read_database_url
from newsletter.storage.tables import dispatches, runs
from tests.delivery.scripted_server import Do, ScriptedServer, Step, greet, take_letter
from tests.postgresql import postgresql
from tests.stage.site import ISSUE, PUBLIC_URL, Stage, make_stage

LONG_AGO = timedelta(minutes=10)  # longer than anybody waits for a run
VERDICTS = {  # what the relay says at last of each letter; nothing: it hangs up
    "250": b"250 2.0.0 queued after all\r\n",
    "421": b"421 4.3.2 shutting down\r\n",
    "451": b"451 4.7.1 greylisted\r\n",
    "550": b"550 5.1.1 no such user\r\n",
    "554": b"554 5.7.1 rejected as spam\r\n",
    "lost": b"",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield "sqlite:///newsletter.db"
        return
    with postgresql() as url:
        yield url


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Stage:
    settings = {"public_url": PUBLIC_URL, "database_url": database_url}
    stage = make_stage(tmp_path, connections=str(len(VERDICTS)), **settings)
    rows = [f"r{number}@example.org,ko" for number in range(len(VERDICTS))]
    (tmp_path / "readers.csv").write_text("\n".join(["email,language", *rows, ""]))
    stage.run("subscribers", "import", "readers.csv")
    return stage


def at_relay(stage: Stage, server: ScriptedServer) -> Stage:
    url = f"smtp://127.0.0.1:{server.port}"
    return Stage(stage.root, {**stage.settings, "NEWSLETTER_MAIL_URL": url})


def think_until(woken: threading.Event, verdict: bytes) -> list[Step]:
    """Take a letter whole, and say nothing of it before somebody wakes the other side."""
    *steps, saying = take_letter(verdict)

    def think() -> None:
        woken.wait(60)

    return [*greet(b"SIZE"), *steps, Do(think), saying]


@contextmanager
def stopped(process: "subprocess.Popen[str]") -> Iterator[None]:
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def let_time_pass(stage: Stage) -> None:
    """Write into the ledger what it would say if the last sign of life had been long ago."""
    location = read_database_url(stage.settings["NEWSLETTER_DATABASE_URL"], stage.root)
    engine = create_engine(location.url)
    long_ago = datetime.now(UTC) - LONG_AGO
    with engine.begin() as connection:
        connection.execute(update(runs).values(seen_at=long_ago))
        connection.execute(update(dispatches).values(held_until=long_ago))
    engine.dispose()


def wait_for(server: ScriptedServer, letters: int) -> None:
    for _ in range(600):
        if len(server.content) == letters:
            return
        time.sleep(0.05)
    pytest.fail(f"{len(server.content)} letters have come, and {letters} were awaited")


def take(count: int) -> list[list[Step]]:
    """Be a relay that takes everything, in whatever number of sessions."""
    return [[*greet(b"SIZE"), *take_letter()] for _ in range(count)]


def recipients(server: ScriptedServer) -> Sequence[str]:
    said = [line.decode() for line in server.heard if line.startswith(b"RCPT TO:")]
    return sorted(line.removeprefix("RCPT TO:<").rstrip(">") for line in said)


def test_no_answer_that_comes_too_late_sends_a_second_letter(stage: Stage) -> None:
    everybody = [f"r{number}@example.org" for number in range(len(VERDICTS))]
    woken = threading.Event()
    asleep = [think_until(woken, verdict) for verdict in VERDICTS.values()]
    with (
        ScriptedServer(*asleep, at_once=True) as slow,
        ScriptedServer(*take(len(VERDICTS)), at_once=True) as quick,
    ):
        sleeper = at_relay(stage, slow).start("dispatch", ISSUE, "--yes")
        wait_for(slow, len(VERDICTS))
        time.sleep(0.2)
        with stopped(sleeper):
            too_early = stage.run("resolve", ISSUE, "--unknown", "resend", "--yes", status=4)
            let_time_pass(stage)
            stage.run("resolve", ISSUE, "--unknown", "resend", "--because", "lost", "--yes")
            at_relay(stage, quick).run("dispatch", ISSUE, "--yes")
            woken.set()
            time.sleep(0.2)
        sleeper.communicate(timeout=60)

    with ScriptedServer() as nobody:
        again = at_relay(stage, nobody).run("dispatch", ISSUE, "--yes")
    status = stage.status()
    diary = stage.run("status", ISSUE, "--diary")
    standings = {line.split("\t")[2] for line in stage.run("subscribers", "list").splitlines()[:-1]}

    assert "another process" in too_early
    assert recipients(slow) == recipients(quick) == everybody
    assert (status["accepted"], status["finished"]) == (len(VERDICTS), True)
    assert "Nothing to send now" in again
    assert diary.count("late answer by newsletter") == len(VERDICTS)
    assert standings == {"active"}
