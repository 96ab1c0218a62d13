"""Kept mails: private, each once, for some time, and never more than there is room for."""

import errno
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest

from newsletter.feedback.kept_mails import BY_PEOPLE, KeptMails

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def make(folder: Path, days: int = 90, limit: int = 1_000) -> KeptMails:
    return KeptMails(folder / "feedback", days * DAY, limit)


def keep(kept: KeptMails, name: str, at: datetime, *, machine: bool = True, size: int = 10) -> str:
    return kept.keep(name * 40, b"x" * size, is_of_machine=machine, now=at)


def test_a_mail_is_for_its_owner_alone_and_kept_once(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept = make(tmp_path)
        name = keep(kept, "a", NOW)
        assert keep(kept, "a", NOW + DAY) == name
    finally:
        os.umask(before)

    [file] = (tmp_path / "feedback").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert kept.read(name) == b"x" * 10
    assert [one.at for one in kept.find_all()] == [NOW]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", ".hidden", "gone.eml"])
def test_nothing_else_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("s")
    kept = make(tmp_path)
    keep(kept, "a", NOW)

    assert kept.read(name) is None


def test_mails_go_after_their_time_and_are_told_a_week_before(tmp_path: Path) -> None:
    kept = make(tmp_path, days=90)
    first = keep(kept, "a", NOW, machine=False)
    keep(kept, "b", NOW + 10 * DAY)

    assert kept.look_around(NOW + 82 * DAY).soon == 0
    assert kept.look_around(NOW + 84 * DAY).soon == 1
    assert kept.find_old(NOW + 90 * DAY) == []
    assert kept.find_old(NOW + 90 * DAY + timedelta(seconds=1)) == [first]
    kept.delete([first])
    assert kept.read(first) is None


def test_of_too_many_the_oldest_of_machines_go_first(tmp_path: Path) -> None:
    kept = make(tmp_path, limit=250)
    person = keep(kept, "a", NOW, machine=False, size=100)
    machines = [keep(kept, one, NOW + DAY * at, size=60) for at, one in enumerate("bcde", 1)]

    assert kept.look_around(NOW).is_nearly_full
    assert kept.find_old(NOW + 5 * DAY) == machines[:2]
    kept.delete(machines)
    keep(kept, "f", NOW + 6 * DAY, machine=False, size=200)
    assert kept.find_old(NOW + 7 * DAY) == [person]


def test_what_is_half_written_or_foreign_is_left_alone(tmp_path: Path) -> None:
    kept = make(tmp_path)
    keep(kept, "a", NOW)
    (tmp_path / "feedback" / ".x.eml.1.part").write_bytes(b"half")
    (tmp_path / "feedback" / "notes.txt").write_bytes(b"of a person")

    assert len(kept.find_all()) == 1
    assert make(tmp_path / "nowhere").find_all() == []


def test_what_a_crash_left_half_written_goes_after_an_hour(tmp_path: Path) -> None:
    kept = make(tmp_path)
    name = keep(kept, "a", NOW)
    part = tmp_path / "feedback" / f".{name}.7.part"
    part.write_bytes(b"half")
    os.utime(part, (NOW.timestamp(), NOW.timestamp()))

    assert kept.find_old(NOW + timedelta(minutes=59)) == []
    assert kept.find_old(NOW + timedelta(minutes=61)) == [part.name]
    kept.delete([part.name])
    assert [path.name for path in (tmp_path / "feedback").iterdir()] == [name]


@pytest.mark.parametrize("place", ["elsewhere", "nowhere", ""])
def test_a_folder_that_is_a_link_or_a_file_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "feedback"
    if place:
        folder.symlink_to(place)
    else:
        folder.touch()
    kept = make(tmp_path)
    uses: list[Callable[[], object]] = [
        lambda: keep(kept, "a", NOW),
        kept.find_all,
        kept.find_parts,
        lambda: kept.read(f"a{BY_PEOPLE}"),
        lambda: kept.delete([f"a{BY_PEOPLE}"]),
        lambda: kept.is_tidy(NOW),
        lambda: kept.mark_tidy(NOW),
    ]

    for use in uses:
        with pytest.raises(OSError, match="feedback") as raised:
            use()
        assert raised.value.errno == (errno.ELOOP if place else errno.ENOTDIR)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("mode", [0o777, 0o750, 0o701])
def test_others_are_shut_out_of_a_folder_that_is_there(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "feedback"
    folder.mkdir()
    folder.chmod(mode)

    keep(make(tmp_path), "a", NOW)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_is_tidied_now_and_then(tmp_path: Path) -> None:
    kept = make(tmp_path)
    assert kept.is_tidy(NOW)  # nothing is there
    keep(kept, "a", NOW)
    assert not kept.is_tidy(NOW)

    kept.mark_tidy(NOW)

    assert kept.is_tidy(NOW + timedelta(minutes=59))
    assert not kept.is_tidy(NOW + timedelta(minutes=60))
    assert not kept.is_tidy(NOW - timedelta(seconds=1))  # the clock was wrong


def test_very_many_mails_are_looked_at_soon(tmp_path: Path) -> None:
    kept = make(tmp_path)
    (tmp_path / "feedback").mkdir()
    for number in range(10_000):
        (tmp_path / "feedback" / f"{number}{BY_PEOPLE}").touch()
    begun = process_time()

    assert len(kept.find_old(datetime.now(UTC) + 365 * DAY)) == 10_000
    assert process_time() - begun < 3
