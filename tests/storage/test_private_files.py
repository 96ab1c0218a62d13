"""A SQLite ledger is its owner's alone from the first byte, with its journal and copies."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.storage.copies import copy_beside
from newsletter.storage.database import open_database
from tests.saying import raises

SETTING = "sqlite:///newsletter.db"


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_a_new_ledger_and_its_journal_are_their_owners_alone(tmp_path: Path) -> None:
    engine = open_database(SETTING, tmp_path)

    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE one (two)")
        found = modes(tmp_path)

    assert {"newsletter.db", "newsletter.db-wal", "newsletter.db-shm"} <= set(found)
    assert set(found.values()) == {0o600}
    engine.dispose()


def test_a_ledger_that_others_may_read_is_told_once_and_left_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_database(SETTING, tmp_path).dispose()
    (tmp_path / "newsletter.db").chmod(0o644)
    (tmp_path / "newsletter.db.before-0003").write_text("")

    with caplog.at_level(logging.WARNING):
        open_database(SETTING, tmp_path).dispose()

    (told,) = caplog.messages
    assert "newsletter.db, newsletter.db.before-0003: other users" in told
    assert f"chmod 600 {tmp_path}/newsletter.db" in told
    assert (tmp_path / "newsletter.db").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(("mode", "copied"), [(0o600, 0o600), (0o640, 0o640), (0o644, 0o600)])
def test_a_copy_is_never_for_everybody(tmp_path: Path, mode: int, copied: int) -> None:
    database = tmp_path / "newsletter.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE one (two)")
    database.chmod(mode)

    copy = copy_beside(database, "before-0009")

    assert copy.stat().st_mode & 0o777 == copied


def test_a_ledger_in_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with raises(SettingsError, "storage.unopened"):
        open_database("sqlite:///nowhere/newsletter.db", tmp_path)
