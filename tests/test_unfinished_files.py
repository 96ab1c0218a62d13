"""What a killed process left unfinished is told from what is just being written."""

import errno
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from newsletter.unfinished_files import BESIDE, being_written, delete_unfinished

WRITER: Final = """
import sys, time
from pathlib import Path
from newsletter.unfinished_files import being_written
with being_written(Path(sys.argv[1])) as part:
    part.write_text("everybody")
    print("begun", flush=True)
    time.sleep(60)
"""


@contextmanager
def writer_of(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run another process that writes a file, from when it has begun."""
    command = [sys.executable, "-c", WRITER, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_another_process_writes_stays_until_that_is_killed(tmp_path: Path) -> None:
    part = tmp_path / "copy.part"
    with writer_of(part) as process:
        for ending in BESIDE:
            part.with_name(f"{part.name}{ending}").write_text("everybody")

        assert not delete_unfinished(part)
        assert part.read_text() == "everybody"
        with pytest.raises(OSError, match=str(part)) as fault, being_written(part):
            pass
        assert fault.value.errno == errno.EBUSY

        process.send_signal(signal.SIGKILL)
        process.wait()
    assert delete_unfinished(part)
    assert list(tmp_path.iterdir()) == []


def test_a_writer_begins_anew_where_a_killed_one_had_begun(tmp_path: Path) -> None:
    part = tmp_path / "copy.part"
    with writer_of(part):
        pass
    part.with_name(f"{part.name}-journal").write_text("of another file")

    with being_written(part):
        assert [path.name for path in tmp_path.iterdir()] == [part.name]
        assert part.read_bytes() == b""
        assert part.stat().st_mode & 0o777 == 0o600
        part.replace(tmp_path / "copy")

    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


@pytest.mark.parametrize("ending", BESIDE)
def test_what_sqlite_kept_beside_a_file_that_is_gone_goes_too(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"copy.part{ending}").write_text("everybody")

    assert delete_unfinished(tmp_path / "copy.part")

    assert list(tmp_path.iterdir()) == []


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    part = tmp_path / "copy.part"

    def fail() -> None:
        with being_written(part):
            part.with_name(f"{part.name}-wal").write_text("everybody")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_that_took_its_place_stays(tmp_path: Path) -> None:
    part = tmp_path / "copy.part"

    with being_written(part):
        part.unlink()
        part.write_text("another's")

    assert part.read_text() == "another's"


def test_many_processes_that_begin_at_once_get_it_one_at_a_time(tmp_path: Path) -> None:
    part, script = tmp_path / "copy.part", WRITER.replace("sleep(60)", "sleep(0.2)")
    command = [sys.executable, "-c", script, str(part)]
    found = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(4)]
    deadline = time.monotonic() + 30
    while any(one.poll() is None for one in found):
        delete_unfinished(part)
        assert time.monotonic() < deadline

    assert any(one.returncode == 0 for one in found)
    assert list(tmp_path.iterdir()) == []
