"""A value that no program writes, in a row that somebody changed by hand, is a plain fault."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import inspect, select

from newsletter.errors import LedgerError
from newsletter.mails.mail import MailKind
from newsletter.storage.database import open_database
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import UtcTime, metadata
from newsletter.storage.transactions import reading
from tests.stage.clocked import ClockedStage
from tests.stage.databases import put_empty_database

READER: Final = "r2@example.org"
READ_EACH_ROW: Final = [
    ("consent", "verify"),
    ("subscribers", "list"),
    ("subscribers", "show", READER),
    ("subscribers", "erase", READER, "--yes"),
    ("subscribers", "remove", READER),
    ("subscribers", "export", "--because", "moves"),
]
COMPARE: Final = [  # and may leave the row out by that
    ("subscribers", "erase", "--due"),
    ("notices", "due"),
    ("notices", "send", "--dry-run"),
    ("duties",),
]


def write(folder: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "newsletter.db")) as connection, connection:
        connection.execute(sql, values)


def assert_named(fault: BaseException | None, column: str, kept: object) -> None:
    assert isinstance(fault, LedgerError)
    said = str(fault)
    assert f"subscribers: in the row with id 2, {column} is {kept}, which no program" in said
    assert "2022-08-26 08:30:00" in said


@pytest.mark.parametrize("column", ["standing_since", "consented_at"])
@pytest.mark.parametrize("kept", ["never", "2022-13-45", "", 20220826])
@pytest.mark.parametrize("command", [*READ_EACH_ROW, *COMPARE])
def test_a_time_that_no_program_writes_is_named_with_its_row(
    tmp_path: Path, command: tuple[str, ...], kept: object, column: str
) -> None:
    desk = ClockedStage(tmp_path)
    desk.site.close()
    sql = "UPDATE subscribers SET standing = 'unsubscribed', standing_cause = 'withdrew',"
    write(tmp_path, f"{sql} {column} = ? WHERE address_key = ?", kept, READER)

    fault = desk.invoke(*command).exception

    if command in READ_EACH_ROW or isinstance(fault, LedgerError):
        assert_named(fault, column, kept)
    else:
        assert fault is None or isinstance(fault, SystemExit)


@pytest.mark.parametrize("command", READ_EACH_ROW)
def test_an_active_readers_consent_that_no_program_writes_is_named(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    desk = ClockedStage(tmp_path)
    desk.site.close()
    write(tmp_path, "UPDATE subscribers SET consented_at = 'never' WHERE address_key = ?", READER)

    assert_named(desk.invoke(*command).exception, "consented_at", "never")


def times() -> list[tuple[str, str]]:
    return [
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UtcTime)
    ]


@pytest.mark.parametrize(("table", "column"), times())
def test_each_column_of_times_is_read_alike(tmp_path: Path, table: str, column: str) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    of = metadata.tables[table]
    required = {
        one.name: 1 for one in of.columns if not one.nullable and not isinstance(one.type, UtcTime)
    }
    words = {"standing": "active", "state": "pending", "edition": "ko"}
    values = {name: words.get(name, value) for name, value in required.items()}
    values |= {one.name: "never" for one in of.columns if isinstance(one.type, UtcTime)}
    with engine.connect() as connection:
        assert column in {one["name"] for one in inspect(connection).get_columns(table)}
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        sql = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(sql, tuple(values.values()))
        connection.commit()

    with pytest.raises(LedgerError, match="never") as caught, reading(engine) as connection:
        connection.execute(select(of.c[column])).all()

    assert "no program writes" in str(caught.value)
    engine.dispose()


@pytest.mark.parametrize(
    ("kept", "moment"),
    [
        ("2022-08-26 08:30:00.000000", "2022-08-26T08:30:00+00:00"),
        ("2022-08-26 08:30:00", "2022-08-26T08:30:00+00:00"),
        ("2022-08-26T17:30:00+09:00", "2022-08-26T08:30:00+00:00"),
        (None, None),
    ],
)
def test_a_time_that_is_one_is_read(tmp_path: Path, kept: str | None, moment: str | None) -> None:
    desk = ClockedStage(tmp_path)
    desk.site.close()
    write(tmp_path, "UPDATE subscribers SET consented_at = ? WHERE address_key = ?", kept, READER)

    found = desk.site.records.book().find(READER)

    assert found is not None
    assert (found.consented_at and found.consented_at.isoformat()) == moment


@pytest.mark.parametrize("column", ["kind", "lang", "form", "door"])
def test_a_word_of_a_mail_that_no_program_writes_is_named(tmp_path: Path, column: str) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("subscribers", "remove", READER)
    write(tmp_path, f"UPDATE mails SET {column} = 'nonsense'")

    fault = desk.invoke("subscribers", "show", READER).exception

    assert isinstance(fault, LedgerError)
    assert f"mails: in the row with id 1, {column} is nonsense, which no program" in str(fault)


@pytest.mark.parametrize(
    ("table", "column", "row", "command"),
    [
        ("subscribers", "standing_cause", "id 2", ("subscribers", "list")),
        ("mails", "kind", "id 1", ("mails", "send")),
        ("accesses", "kind", "id 1", ("access", "list")),
        ("consents", "way", None, ("consent", "verify")),  # has a fault of its own
    ],
)
def test_a_word_that_no_program_writes_is_named_with_its_row(
    tmp_path: Path, table: str, column: str, row: str | None, command: tuple[str, ...]
) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("subscribers", "remove", READER)
    write(tmp_path, f"UPDATE {table} SET {column} = 'nonsense'")
    if row == "id 2":
        write(tmp_path, "UPDATE subscribers SET standing_cause = NULL WHERE id <> 2")

    fault = desk.invoke(*command).exception

    said = f"{table}: in the row with {row}, {column} is nonsense, which no program writes"
    assert (said in str(fault)) is (row is not None)


def test_a_word_whose_row_is_gone_is_told_without_it(tmp_path: Path) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)

    with pytest.raises(LedgerError) as caught, reading(engine):
        read_word(MailKind, metadata.tables["mails"].c.kind, "nonsense")

    assert "mails: in a row, kind is nonsense, which no program writes" in str(caught.value)
    engine.dispose()
