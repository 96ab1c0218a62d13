"""Real processes: a run without its relay, and a rehearsal that becomes a sending."""

import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from newsletter.storage import database as storage
from tests.mail_sinks import RecordingServer
from tests.stage.site import (
    CHECKOUT,
    ISSUE,
    NEXT_YEAR,
    PUBLIC_URL,
    Stage,
    make_stage,
    write_readers,
)

READERS = 60
LONG_LIST = 1200  # more than a run reads at once


@pytest.fixture
def relay() -> Iterator[RecordingServer]:
    with RecordingServer().running() as running:
        yield running


@pytest.fixture
def stage(tmp_path: Path, relay: RecordingServer) -> Stage:
    stage = make_stage(tmp_path / "site", mail_url=relay.url, public_url=PUBLIC_URL)
    write_readers(stage.root / "readers.csv", ko=30, en=20, both=5, none=5)
    stage.run("subscribers", "import", "readers.csv")
    return stage


def without_relay(stage: Stage) -> Stage:
    """Return the stage as a timer sees it that was never told of the relay."""
    kept = {name: value for name, value in stage.settings.items() if "MAIL_URL" not in name}
    return replace(stage, settings=kept)


def counts(stage: Stage) -> list[Any]:
    """Return every dispatch, appointment and delivery, but for what a timer has told of them."""
    found = []
    with closing(sqlite3.connect(stage.root / "newsletter.db")) as connection:
        connection.row_factory = sqlite3.Row
        for table in ("dispatches", "appointments", "deliveries", "notes", "rehearsals"):
            rows = connection.execute(f"SELECT * FROM {table} ORDER BY 1")
            found.append([{**dict(row), "told": None} for row in rows])
    return found


def finish(output: str) -> str:
    """Return the last line that was printed to standard output."""
    [line] = [line for line in output.splitlines() if line.startswith("Finished")]
    return line


def assert_each_once(relay: RecordingServer, readers: int = READERS) -> None:
    got = Counter(recipient for recipient, _ in relay.taken)
    assert len(got) == readers
    assert set(got.values()) == {1}


def test_a_run_without_its_relay_counts_nobody_of_the_rest(
    stage: Stage, relay: RecordingServer
) -> None:
    stage.run("dispatch", ISSUE, "--yes", "--limit", "20", status=4)
    before = counts(stage)
    blind = without_relay(stage)

    by_hand = blind.run("dispatch", ISSUE, "--yes", status=3)
    tried = blind.run("dispatch", ISSUE, "--dry-run", status=3)

    assert "started by smtp" in by_hand
    assert "NEWSLETTER_MAIL_URL is not set" in by_hand
    assert "NEWSLETTER_MAIL_URL is not set" in tried
    assert counts(stage) == before
    assert not (stage.root / "outbox").exists()
    stage.run("dispatch", ISSUE, "--yes")
    assert_each_once(relay)


def test_a_timer_without_the_relay_counts_nobody_of_the_rest(
    stage: Stage, relay: RecordingServer
) -> None:
    stage.run("dispatch", ISSUE, "--yes", "--limit", "20", status=4)
    with closing(sqlite3.connect(stage.root / "newsletter.db")) as connection, connection:
        connection.execute("UPDATE dispatches SET is_limited = 0")  # as a run for all leaves it
    before = counts(stage)

    assert "started by smtp" in without_relay(stage).run("dispatch", "--due", status=3)

    assert counts(stage) == before
    assert not (stage.root / "outbox").exists()
    stage.run("dispatch", "--due")
    assert_each_once(relay)


def test_an_appointment_without_its_relay_stands_until_the_relay_is_there(
    stage: Stage, relay: RecordingServer
) -> None:
    at = appoint(stage)
    before = counts(stage)
    time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()) + 0.5)

    refused = without_relay(stage).run("dispatch", "--due", status=3)

    assert "was made with smtp" in refused
    assert counts(stage) == before
    assert not (stage.root / "outbox").exists()
    stage.run("dispatch", "--due")
    assert_each_once(relay)


def appoint(stage: Stage) -> datetime:
    """Appoint the issue, make its time come in a second, and return that."""
    stage.run("dispatch", ISSUE, "--at", NEXT_YEAR, "--yes", "--no-wait")
    at = datetime.now(UTC) + timedelta(seconds=1)
    with closing(sqlite3.connect(stage.root / "newsletter.db")) as connection, connection:
        shown = f"{at:%Y-%m-%d %H:%M:%S.%f}"
        connection.execute("UPDATE appointments SET send_at = ?", (shown,))
    return at


def test_practising_twice_and_then_sending_reaches_everybody_once(
    stage: Stage, relay: RecordingServer
) -> None:
    practising = without_relay(stage)

    first = practising.run("dispatch", ISSUE, "--yes")
    second = practising.run("dispatch", ISSUE, "--yes")
    assert practising.status()["rehearsal"] is True
    sent = stage.run("dispatch", ISSUE, "--yes")
    again = practising.run("dispatch", ISSUE, "--yes", status=3)

    assert "rehearsal" in finish(first)
    assert "Nothing to send now" in second
    assert f"{READERS} rehearsed emails" in sent
    assert "started by smtp" in again
    assert len(list((stage.root / "outbox").glob("*.eml"))) == READERS
    assert stage.status()["rehearsal"] is False
    assert_each_once(relay)


@pytest.mark.parametrize("by_relay", [True, False])
def test_a_ledger_of_the_version_before_goes_on_in_mid_dispatch(
    stage: Stage, relay: RecordingServer, *, by_relay: bool
) -> None:
    """Twenty of sixty have it; the answers tell by what."""
    begun = stage if by_relay else without_relay(stage)
    begun.run("dispatch", ISSUE, "--yes", "--limit", "20", status=4)
    make_older(stage.root / "newsletter.db")
    blind = without_relay(stage)

    outcome = blind.run("dispatch", ISSUE, "--yes", "--limit", "20", status=3 if by_relay else 4)
    stage.run("dispatch", ISSUE, "--yes")

    got = Counter(recipient for recipient, _ in relay.taken)
    assert set(got.values()) == {1}
    if by_relay:
        assert "started by a mail server or service" in outcome
        assert len(got) == READERS
    else:  # what a folder took before stays sent, as it was then
        assert len(got) == READERS - 40
    assert stage.status()["finished"] is True


def make_older(database: Path) -> None:
    """Take a ledger back to how the program before left it, which put no mark beside it."""
    database.with_name(f"{database.name}.mark").unlink()
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    engine.dispose()


def test_the_demo_and_its_second_run_say_that_they_rehearse(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site")
    (stage.root / "readers.csv").write_text(
        (CHECKOUT / "examples" / "subscribers.csv").read_text(encoding="utf-8"), encoding="utf-8"
    )
    stage.run("subscribers", "import", "readers.csv")

    first = stage.run("dispatch", ISSUE, "--yes")
    second = stage.run("dispatch", ISSUE, "--yes")

    assert "20 attempts in this run; 20 planned: 20 accepted" in first
    assert "Nothing to send now; 20 planned: 20 accepted" in second
    for output in (first, second):
        assert finish(output) == (
            "Finished  newsletter status 2022-08  (a rehearsal: nothing was sent to any reader)"
        )


def test_a_rehearsal_that_sleeps_through_the_sending_goes_on_with_nothing_of_it(
    tmp_path: Path, relay: RecordingServer
) -> None:
    """It is stopped for longer than its hold, and the list is longer than it reads at once."""
    stage = make_long_stage(tmp_path, relay, LONG_LIST)
    sleeper = without_relay(stage).start("dispatch", ISSUE, "--yes")
    outbox = stage.root / "outbox"
    await_letters(outbox, 20)
    while not is_asleep(sleeper, stage.root / "newsletter.db"):
        sleeper.send_signal(signal.SIGCONT)
        time.sleep(0.01)
    stage.run("dispatch", ISSUE, "--yes", "--limit", "5", status=4)

    sleeper.send_signal(signal.SIGCONT)
    output, _ = sleeper.communicate(timeout=60)

    status = stage.status()
    assert "Traceback" not in output
    assert (status["accepted"], status["pending"]) == (5, LONG_LIST - 5)
    assert status["rehearsal"] is False
    assert len(relay.taken) == 5


def test_a_rehearsal_that_sleeps_does_not_drop_the_appointment_made_meanwhile(
    tmp_path: Path, relay: RecordingServer
) -> None:
    stage = make_long_stage(tmp_path, relay, 400)
    sleeper = without_relay(stage).start("dispatch", ISSUE, "--yes")
    await_letters(stage.root / "outbox", 5)
    while not is_asleep(sleeper, stage.root / "newsletter.db"):
        sleeper.send_signal(signal.SIGCONT)
        time.sleep(0.01)
    at = appoint(stage)

    sleeper.send_signal(signal.SIGCONT)
    output, _ = sleeper.communicate(timeout=60)

    assert "was set aside in the meantime" in output
    assert sleeper.returncode == 4

    time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()) + 0.1)
    stage.run("dispatch", "--due")
    assert_each_once(relay, 400)


def make_long_stage(folder: Path, relay: RecordingServer, readers: int) -> Stage:
    stage = make_stage(folder / "site", mail_url=relay.url, public_url=PUBLIC_URL)
    write_readers(stage.root / "readers.csv", ko=readers, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    return stage


def is_asleep(sleeper: "subprocess.Popen[str]", database: Path) -> bool:
    """Stop it and let its hold end; False if it was stopped in the middle of a commit."""
    sleeper.send_signal(signal.SIGSTOP)
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(database, timeout=0.1)) as db:
        with db:
            db.execute("UPDATE dispatches SET held_until = '2022-01-01 00:00:00.000000'")
        return True
    return False


def await_letters(outbox: Path, count: int) -> None:
    for _ in range(3000):
        if len(list(outbox.glob("*.eml"))) >= count:
            return
        time.sleep(0.01)
    raise AssertionError("the rehearsal wrote too little in 30 seconds")
