"""What SQLite leaves of a row in a page that it laid out anew is written anew by an erasure."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.storage.database import open_database
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import end_erasures
from newsletter.storage.old_pages import FEW
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
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


@pytest.mark.parametrize("count", [1, FEW, FEW + 1])
def test_a_stale_copy_of_a_row_is_gone(tmp_path: Path, count: int) -> None:
    put_empty_database(tmp_path)
    keys = [f"unmistakable{number}@example.org" for number in range(count)]
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    with SqlSubscriberBook(engine).opened() as book:
        for key in keys:
            enrol(make_row(key), book, NOW)
    sought, _, _ = SqlErasing(engine).erase(["other@example.org"], ASKED, {})
    end_erasures(engine, sought, NOW)  # writes the file anew, once for a database
    engine.dispose()
    leave_in_a_page(tmp_path / "newsletter.db", keys[-1].upper().encode())
    engine = open_database("sqlite:///newsletter.db", tmp_path)

    sought, _, _ = SqlErasing(engine).erase(keys, ASKED, {})
    ended = end_erasures(engine, sought, NOW, (), keys)

    assert ended.remains == frozenset()
    engine.dispose()
    for path in tmp_path.glob("newsletter.db*"):
        assert b"unmistakable" not in path.read_bytes().lower()
