"""The kinds of round: what is done to a dispatch, its server or its database."""

import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.crash.forgetting import forget_relay, lose_journal, put_back, sleep_and_wake
from tests.crash.scene import UNKNOWN_MAX, Fault, Scene

LONG_STALL_S = 25.0  # a server that answers within 30 s costs no unknown delivery
SOME_ROOM = 1_200_000  # bytes: enough for a while


def kill_dispatch(scene: Scene) -> None:
    """Kill the dispatch with -9, often several times in a row."""
    for _ in range(scene.times()):
        with scene.unknown_within(UNKNOWN_MAX):
            process = scene.start()
            scene.wait_for(scene.moment(), process)
            scene.kill(process)
            scene.let_server_finish()


def kill_server(scene: Scene) -> None:
    """Kill the server with -9 under a running dispatch, and start it again."""
    process = scene.start()
    for _ in range(scene.times()):
        if not scene.wait_for(scene.moment(), process):
            break
        scene.office.kill()
        scene.struck_at.append(scene.office.count())
        time.sleep(scene.chance.choice([0, scene.chance.uniform(0, 0.3)]))
        scene.office.start()
    scene.end(process)


def kill_both(scene: Scene) -> None:
    """Kill dispatch and server in the same instant, as a machine that stops does."""
    process = scene.start()
    with scene.unknown_within(UNKNOWN_MAX):
        scene.wait_for(scene.moment(), process)
        scene.office.kill()
        scene.kill(process)
        scene.office.start()


def refuse_writes(scene: Scene) -> None:
    """Let the system refuse every write beyond some size of file (RLIMIT_FSIZE)."""
    process = scene.start()
    at = 0
    with scene.unknown_within(UNKNOWN_MAX):
        if scene.wait_for(scene.moment(), process):
            wal = Path(f"{scene.database}-wal")
            size = wal.stat().st_size if wal.exists() else 0
            limit = 0 if scene.is_short else scene.chance.choice([0, 0, 1, 4096, size // 2, size])
            with suppress(ProcessLookupError):  # it has just ended
                _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
                resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, hard))
            at = scene.office.count()
        _end_with_ledger_fault(scene, process, at)


def fill_disk(scene: Scene) -> None:
    """Fill the disk that the database lies on, but for a few bytes."""
    process = scene.start()
    filler = scene.database.parent / "filler"
    at = 0
    with scene.unknown_within(UNKNOWN_MAX):
        if scene.wait_for(scene.moment(before=400), process):
            room = 0 if scene.is_short else scene.chance.choice([0, 0, 4096, 20_000, SOME_ROOM])
            _fill(filler, room)
            at = scene.office.count()
        _end_with_ledger_fault(scene, process, at)
        filler.unlink(missing_ok=True)


def move_database(scene: Scene) -> None:
    """Move the database away under a running dispatch, and bring it back when it has ended."""
    away = scene.database.parent / "away"
    away.mkdir()
    process = scene.start()
    with scene.unknown_within(UNKNOWN_MAX):
        # From the first letter on: a dispatch that finds no database says so, and sends nothing.
        if scene.wait_for(max(1, scene.moment()), process):
            _move_all(scene.database, away)
            at = scene.office.count()
            if _end_with_ledger_fault(scene, process, at) != 3:
                scene.struck_at.append(at)  # it went on with the files it had open
            for stray in scene.database.parent.glob(f"{scene.database.name}*"):
                stray.unlink()
            _move_all(away / scene.database.name, scene.database.parent)
        else:
            scene.end(process)


def terminate(scene: Scene) -> None:
    """Send SIGTERM, mostly while the server takes its time; nothing may become unknown."""
    for _ in range(scene.times()):
        process = scene.start()
        with scene.unknown_within(0):
            before = scene.office.count()
            is_running = scene.wait_for(scene.moment(), process)
            stall_s = scene.chance.choice([0, 0.5, scene.chance.uniform(0, 3)])
            if scene.faults == 0 and scene.chance.random() < 0.15 and not scene.is_short:
                stall_s = LONG_STALL_S
            scene.office.hold_up()
            with suppress(ProcessLookupError):  # it has just ended
                process.send_signal(signal.SIGTERM)
            if is_running:
                scene.struck_at.append(scene.office.count())
            time.sleep(stall_s)
            scene.office.go_on()
            status, words = scene.end(process)
        # Before its first letter and after its last a dispatch may end as any command does.
        is_orderly = status in {0, 4} or scene.office.count() in {before, scene.letters_due}
        if not is_orderly:
            scene.wrongs.append(f"SIGTERM ended a dispatch with {status}: {words[-500:]}")


def send_twice(scene: Scene) -> None:
    """Start two dispatches at once, and kill one that is at work."""
    both = [scene.start()]
    time.sleep(scene.chance.choice([0, scene.chance.uniform(0, 1.5)]))
    both.append(scene.start())
    scene.chance.shuffle(both)
    with scene.unknown_within(UNKNOWN_MAX):
        scene.wait_for(scene.moment(), *both)
        other, victim = sorted(both, key=_count_threads)
        scene.kill(victim)
        status, words = scene.end(other)
        scene.let_server_finish()
    if status not in {0, 3, 4}:
        scene.wrongs.append(f"the other dispatch ended with {status}: {words[-500:]}")


KINDS: Mapping[str, Fault] = {
    "dispatch killed": kill_dispatch,
    "server killed": kill_server,
    "both killed": kill_both,
    "writes refused": refuse_writes,
    "disk full": fill_disk,
    "database moved away": move_database,
    "SIGTERM": terminate,
    "two at once, one killed": send_twice,
    "asleep, and woken late": sleep_and_wake,
    "journal lost": lose_journal,
    "ledger put back": put_back,
    "run without its relay": forget_relay,
}
WEIGHTS: Mapping[str, int] = {"dispatch killed": 3, "server killed": 2}  # the others 1


def _count_threads(process: "subprocess.Popen[str]") -> int:
    """Count a dispatch's threads: the one at work has one a connection; 0 when it has ended."""
    if process.poll() is not None:
        return 0
    return sum(1 for _ in Path(f"/proc/{process.pid}/task").iterdir())


def _end_with_ledger_fault(scene: Scene, process: "subprocess.Popen[str]", at: int) -> int:
    """Wait for the end; count a fault that was met *at* so many letters, and see it named."""
    status, words = scene.end(process)
    scene.is_record_cut = True
    if status == 3:
        scene.struck_at.append(at)
        if not any(one in words for one in ("ledger", "database file", "NEWSLETTER_DATABASE_URL")):
            scene.wrongs.append(f"the fault of the database is not named: {words[-500:]}")
    elif status not in {0, 4}:
        scene.wrongs.append(f"dispatch ended with status {status}: {words[-500:]}")
    return status


def _fill(filler: Path, but: int) -> None:
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    os.write(handle, bytes(size))
            except OSError:  # full to this grain
                continue
        os.ftruncate(handle, max(0, os.fstat(handle).st_size - but))
    finally:
        os.close(handle)


def _move_all(database: Path, folder: Path) -> None:
    """Move a database with its journal, the journal first."""
    for path in sorted(database.parent.glob(f"{database.name}*"), reverse=True):
        path.rename(folder / path.name)
