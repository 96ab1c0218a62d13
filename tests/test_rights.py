"""What holds addresses is its owner's alone from the first byte; what is not, is told."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.delivery.outbox import Outbox
from newsletter.errors import ProviderError, SettingsError
from newsletter.rights import explain_rights, find_open, make_private, make_private_folder
from newsletter.storage.database import open_database

NOBODY = 65534


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_new_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    make_private(tmp_path / "new")
    (tmp_path / "link").symlink_to("behind")
    make_private(tmp_path / "link")
    make_private_folder(tmp_path / "a" / "b")

    assert mode_of(tmp_path / "new") == mode_of(tmp_path / "behind") == 0o600
    assert mode_of(tmp_path / "a" / "b") == 0o700


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("kept")
    path.chmod(0o644)

    make_private(path)

    assert (path.read_text(), mode_of(path)) == ("kept", 0o644)


def test_what_others_may_read_is_told_with_the_command(tmp_path: Path) -> None:
    names = {"a": 0o600, "b c": 0o644, "d": 0o660}
    for name, mode in names.items():
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    (tmp_path / "folder").mkdir(mode=0o755)

    told = find_open([tmp_path / name for name in (*names, "folder", "missing")], "it")

    assert str(told).startswith("b c, d, folder: other users of this computer can read it; run: ")
    subprocess.run(["sh", "-c", str(told).partition("run: ")[2]], check=True)
    assert mode_of(tmp_path / "b c") == mode_of(tmp_path / "d") == 0o600
    assert mode_of(tmp_path / "folder") == 0o700
    assert find_open([tmp_path / name for name in (*names, "folder")], "it") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_who_may_not_write_is_told_whose_it_is_and_who_asks() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "newsletter.db").write_text("")
        places = [Path(folder) / "newsletter.db", Path(folder)]
        os.seteuid(NOBODY)
        try:
            told = explain_rights(places)
        finally:
            os.seteuid(0)

        assert str(told) == (
            f"{folder}/newsletter.db belongs to root, but you are nobody; run: "
            f"sudo chown nobody {folder}/newsletter.db {folder}"
        )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_ledger_of_somebody_else_is_named_with_its_owner() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        open_database("sqlite:///newsletter.db", Path(folder)).dispose()
        os.seteuid(NOBODY)
        try:
            with pytest.raises(SettingsError) as kept:
                open_database("sqlite:///newsletter.db", Path(folder))
            with pytest.raises(SettingsError) as new:
                open_database("sqlite:///other.db", Path(folder))
            with pytest.raises(ProviderError) as outbox:
                Outbox(Path(folder) / "outbox").connect()
        finally:
            os.seteuid(0)

    assert "newsletter.db belongs to root, but you are nobody; run: sudo chown nobody" in str(
        kept.value
    )
    for fault in (new, outbox):
        assert (
            f"{folder} belongs to root, but you are nobody; run: sudo chown nobody {folder}"
            in str(fault.value)
        )


def test_who_may_write_is_told_nothing(tmp_path: Path) -> None:
    assert explain_rights([tmp_path, tmp_path / "missing"]) == ""
