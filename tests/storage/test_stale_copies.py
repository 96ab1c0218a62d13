"""What SQLite leaves of a row in a page that it laid out anew is written anew by an erasure."""

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


@pytest.mark.parametrize("count", [1, FEW + 1])
def test_a_stale_copy_of_a_row_is_gone(tmp_path: Path, count: int) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    keys = [f"unmistakable{number}@example.org" for number in range(count)]
    with SqlSubscriberBook(engine).opened() as book:
        for key in keys:
            enrol(make_row(key), book, NOW)
    erasing, order = SqlErasing(engine), ErasureOrder("kim", ErasureWhy.ASKED, NOW)
    end_erasures(engine, erasing.erase(["other@example.org"], order, {})[0], NOW)  # the VACUUM
    with engine.connect() as connection:  # a page of a row, as it lies unused in the file
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
        connection.exec_driver_sql("CREATE TABLE stale (words TEXT)")
        connection.exec_driver_sql(
            "INSERT INTO stale VALUES (?)", (f"{'x' * 9_000} {keys[-1].upper()}",)
        )
        connection.exec_driver_sql("DROP TABLE stale")
        connection.commit()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(RESTART)")
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    file = tmp_path / "newsletter.db"
    assert keys[-1].upper().encode() in file.read_bytes()

    sought, _, _ = erasing.erase(keys, order, {})
    ended = end_erasures(engine, sought, NOW, (), keys)

    assert ended.remains == frozenset()
    engine.dispose()
    for path in tmp_path.glob("newsletter.db*"):
        assert b"unmistakable" not in path.read_bytes().lower()
