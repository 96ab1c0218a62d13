"""What SQLite leaves of a row in a page that it laid out anew is written anew by an erasure."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.storage.database import open_database
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import end_erasures, finish_open
from newsletter.storage.old_pages import FEW
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy, Remains
from tests.stage.databases import put_empty_database
from tests.subscribers.makers import make_row

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ASKED = ErasureOrder("kim", ErasureWhy.ASKED, NOW)


def leave_in_a_page(database: Path, words: bytes) -> None:
    """Write *words* to the unused part of a page that is in use: of a table without rows."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'bounce_checks'"
        [page], [size] = (connection.execute(one).fetchone() for one in (root, "PRAGMA page_size"))
    with database.open("r+b") as file:
        file.seek((page - 1) * size + size // 2)
        file.write(words)


def open_with_a_clean_file(tmp_path: Path, keys: list[str]) -> Engine:
    """Return a database with readers, whose file was written anew already: once is enough."""
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    with SqlSubscriberBook(engine).opened() as book:
        for key in keys:
            enrol(make_row(key), book, NOW)
    sought, _, _ = SqlErasing(engine).erase(["other@example.org"], ASKED, {})
    end_erasures(engine, sought, NOW)
    return engine


def holds_them(tmp_path: Path) -> bool:
    files = tmp_path.glob("newsletter.db*")
    return any(b"unmistakable" in path.read_bytes().lower() for path in files)


@pytest.mark.parametrize("count", [1, FEW, FEW + 1])
def test_a_stale_copy_of_a_row_is_gone(tmp_path: Path, count: int) -> None:
    keys = [f"unmistakable{number}@example.org" for number in range(count)]
    engine = open_with_a_clean_file(tmp_path, keys)
    engine.dispose()
    leave_in_a_page(tmp_path / "newsletter.db", keys[-1].upper().encode())
    engine = open_database("sqlite:///newsletter.db", tmp_path)

    sought, _, _ = SqlErasing(engine).erase(keys, ASKED, {})
    ended = end_erasures(engine, sought, NOW, (), keys)

    assert ended.remains == frozenset()
    engine.dispose()
    assert not holds_them(tmp_path)


def test_one_of_an_erasure_that_is_finished_later_is_gone_too(tmp_path: Path) -> None:
    """Nobody knows the address by then, only its hash."""
    key = "unmistakable@example.org"
    open_with_a_clean_file(tmp_path, [key]).dispose()
    leave_in_a_page(tmp_path / "newsletter.db", key.encode())
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    sought, _, _ = SqlErasing(engine).erase([key], ASKED, {})
    SqlErasing(engine).end(sought, {Remains.DISPATCH}, NOW)  # as the process that erased has ended

    finish_open(engine, NOW)

    assert SqlErasing(engine).find_open(NOW) is None
    engine.dispose()
    assert not holds_them(tmp_path)
