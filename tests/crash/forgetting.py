"""Rounds in which somebody knows less than happened: a sleeper, a ledger, a settings file."""

import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.storage.recorder import FRESH_S
from tests.crash.scene import Scene
from tests.stage.site import ISSUE

LONG_AGO = timedelta(minutes=10)  # longer than anybody waits for a run
ASLEEP_S = FRESH_S + 0.5  # minutes in truth: until then a ledger's answer counts
STOPS_MAX = 200
ANSWER = ("--after-restore", "--because", "the log was read")


def sleep_and_wake(scene: Scene) -> None:
    """
    Stop the dispatch past its lease; settle, send by another, and let it go on.

    The time is not waited for, but for a moment: the signs of life are written back by ten minutes.
    """
    sleeper = scene.start()
    if not scene.wait_for(max(1, scene.moment()), sleeper) or not _stop(scene, sleeper):
        scene.end(sleeper)
        return
    scene.struck_at.append(scene.office.count())
    scene.is_record_cut = True
    time.sleep(ASLEEP_S)
    scene.let_server_finish()
    _let_time_pass(scene.database)
    scene.settle_by_log()
    scene.stage.run("resolve", ISSUE, "--unknown", "resend", "--because", "not in it", "--yes")
    other = scene.start()
    scene.wait_for(scene.moment(), other)
    if scene.chance.random() < 0.5:
        scene.end(other)
    with suppress(ProcessLookupError):
        sleeper.send_signal(signal.SIGCONT)
    for process in [one for one in (other, sleeper) if one in scene.running]:
        status, words = scene.end(process)
        if status not in {0, 4}:
            scene.wrongs.append(f"a dispatch ended with {status}: {words[-500:]}")


def lose_journal(scene: Scene) -> None:
    """Kill the dispatch, and lose the journal before anybody has looked at it."""
    process = scene.start()
    scene.wait_for(scene.moment(), process)
    scene.kill(process)
    scene.let_server_finish()
    journal = Path(f"{scene.database}-wal")
    if not journal.exists():  # killed before it had begun, or after it had ended
        return
    for path in (journal, Path(f"{scene.database}-shm")):
        path.unlink(missing_ok=True)
    if scene.office.count():
        _must_ask(scene, "its journal")


def put_back(scene: Scene) -> None:
    """Put a backup, made in mid-run, in the place of the newest ledger."""
    process = scene.start()
    scene.wait_for(scene.moment(), process)
    backup = scene.database.parent / "backup.db"
    scene.office.hold_up()  # a backup takes as long as a thousand letters
    try:
        scene.stage.run("backup", str(backup))
    finally:
        scene.office.go_on()
    is_running = (
        process.poll() is None if scene.is_short else scene.wait_for(scene.moment(), process)
    )
    at = scene.office.count()
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    scene.end(process)
    if is_running:
        scene.struck_at.append(at)
    scene.is_record_cut = True
    back: Callable[[Scene, Path], None] = scene.chance.choice([_restore, _copy_over, _move_over])
    back(scene, backup)
    if at:
        _must_ask(scene, "the ledger")
    elif back is _restore:  # nobody was sent anything, but a ledger cannot know that
        scene.end(scene.start(*ANSWER))


def forget_relay(scene: Scene) -> None:
    """Kill the dispatch, and run it again where nobody has set its relay."""
    process = scene.start()
    scene.wait_for(max(1, scene.moment()), process)
    scene.kill(process)
    scene.let_server_finish()
    settings = dict(scene.stage.settings)
    del settings["NEWSLETTER_MAIL_URL"]
    before = scene.stage.status()
    commands: list[tuple[str, ...]] = [("dispatch", ISSUE, "--yes")]
    if before["pending"] or before["deferred"]:  # something for a timer to go on with
        commands.append(("dispatch", "--due"))
    for arguments in commands:
        ended = replace(scene.stage, settings=settings).run_to_its_end(*arguments)
        if ended.returncode != 3 or "NEWSLETTER_MAIL_URL" not in ended.stderr:
            scene.wrongs.append(f"{arguments} without a relay: {ended.returncode} {ended.stderr}")
    if scene.stage.status() != before or (scene.stage.root / "outbox").exists():
        scene.wrongs.append("a run without its relay counted or wrote something")


def _must_ask(scene: Scene, what: str) -> None:
    """See that nothing is sent before a person has answered; then answer as the log says."""
    before = scene.office.count()
    for arguments in (("dispatch", ISSUE, "--yes"), ("dispatch", "--due")):
        process = scene.stage.start(*arguments)
        words, _ = process.communicate(timeout=120)
        if process.returncode not in {0, 4} or scene.office.count() != before:
            scene.wrongs.append(f"{arguments} was not held back: {process.returncode} {words}")
        elif "Nothing to send now" in words:  # the copy is of the end
            return
        elif arguments[-1] != "--due" and (process.returncode != 4 or what not in words):
            scene.wrongs.append(f"what is doubted is not said: {process.returncode} {words}")
    scene.settle_by_log()
    status, words = scene.end(scene.start(*ANSWER))
    if status not in {0, 4}:
        scene.wrongs.append(f"the answer was not taken: {status} {words}")


def _stop(scene: Scene, process: "subprocess.Popen[str]") -> bool:
    """Stop a process at an instant at which it holds no lock; False if it has ended."""
    for _ in range(STOPS_MAX):
        if process.poll() is not None:
            return False
        process.send_signal(signal.SIGSTOP)
        if _is_free(scene.database):
            time.sleep(0.05)  # a thread that was in a system call stops behind it, perhaps with it
            if _is_free(scene.database):
                return process.poll() is None
        process.send_signal(signal.SIGCONT)
        time.sleep(0.005)
    scene.wrongs.append("the dispatch never let go of the ledger")
    process.send_signal(signal.SIGCONT)
    return False


def _is_free(database: Path) -> bool:
    """Say whether nobody holds the lock to write."""
    with closing(sqlite3.connect(database, timeout=0.2)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
        except sqlite3.OperationalError:
            return False
    return True


def _let_time_pass(database: Path) -> None:
    long_ago = f"{datetime.now(UTC) - LONG_AGO:%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.execute("UPDATE runs SET seen_at = ? WHERE ended_at IS NULL", [long_ago])
        connection.execute("UPDATE dispatches SET held_until = ?", [long_ago])
        connection.commit()


def _restore(scene: Scene, backup: Path) -> None:
    scene.stage.run("restore", str(backup), "--yes")


def _copy_over(scene: Scene, backup: Path) -> None:
    _remove_journal(scene.database)
    shutil.copyfile(backup, scene.database)


def _move_over(scene: Scene, backup: Path) -> None:
    _remove_journal(scene.database)
    backup.replace(scene.database)


def _remove_journal(database: Path) -> None:
    for ending in ("-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
