"""A wrong but plausible backup locks nobody out, and what was locked out can be restored."""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest
from sqlalchemy import create_engine

from newsletter.database_url import read_database_url
from newsletter.errors import ContentError, LedgerError
from newsletter.storage.database import HEAD, is_known, tables_at, upgrade
from newsletter.storage.kept_as_it_is import own_tables
from tests.journeys.test_a_server_put_back import standings, url_of
from tests.postgresql import dump, new_database, postgresql, put_back
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

LEAVES: Final = "sora.unmistakable@example.org"
STAYS: Final = "garam.unmistakable@example.org"
LATER: Final = "nari.unmistakable@example.org"
ERASED: Final = "byeol.unmistakable@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")
RESTORED: Final = {LEAVES: "unsubscribed", STAYS: "active"}
NEWER: Final = "9999"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def desk(tmp_path: Path, server: str) -> Iterator[ClockedStage]:
    """A site with a backup of three; since then LEAVES has left, ERASED is gone, LATER has come."""
    url = new_database(server)
    desk = ClockedStage(tmp_path / "site", readers=0, database_url=url)
    for address in (LEAVES, STAYS, ERASED):
        desk.run("subscribers", "add", address, *AGREED)
    desk.site.close()
    dump(url, tmp_path / "good.dump")
    desk.site.now += timedelta(hours=1)
    desk.run("subscribers", "remove", LEAVES)
    desk.run("subscribers", "erase", ERASED, "--yes")
    desk.run("subscribers", "add", LATER, *AGREED)
    desk.restart()
    desk.site.now += timedelta(hours=1)
    yield desk
    desk.site.close()


def dump_with(url: str, file: Path, *options: str) -> None:
    command = ["pg_dump", "--format=custom", *options, f"--file={file}", f"--dbname={url}"]
    subprocess.run(command, check=True, timeout=60)


def ask(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for one in statements:
            connection.execute(one.encode())


def set_revision(url: str, revision: str) -> None:
    ask(url, f"UPDATE alembic_version SET version_num = '{revision}'")


PARTS: Final = {
    "schema": (("--schema-only",), "without its rows"),
    "rows": (("--data-only",), "has no table"),
    "some tables": (
        ("--table=subscribers", "--table=dispatches", "--table=deliveries", "--table=alembic*"),
        "has no table",
    ),
    "no readers": (("--exclude-table-data=subscribers",), "'subscribers' without its rows"),
    "no consents": (("--exclude-table-data=consents",), "'consents' without its rows"),
    "no revision": (("--exclude-table-data=alembic_version",), "without its rows"),
    "all but one": (("--exclude-table=left_names",), "has no table 'left_names'"),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_backup_is_refused_before_anything_is_replaced(
    desk: ClockedStage, tmp_path: Path, part: str
) -> None:
    before, file = standings(desk), tmp_path / "part.dump"
    options, fault = PARTS[part]
    dump_with(url_of(desk), file, *options)

    assert fault in desk.run("restore", str(file), "--yes", status=1)

    assert standings(desk) == before
    assert not list(desk.root.glob("newsletter.db.before-restore-*"))


@pytest.mark.parametrize("revision", [NEWER, "0000", "0025b"])
@pytest.mark.parametrize("options", [(), ("--inserts",), ("--column-inserts",)])
def test_a_backup_of_another_program_is_refused_like_a_file(
    desk: ClockedStage, tmp_path: Path, revision: str, options: tuple[str, ...]
) -> None:
    before, file, other = standings(desk), tmp_path / "newer.dump", tmp_path / "newer.db"
    set_revision(url_of(desk), revision)
    dump_with(url_of(desk), file, *options)
    set_revision(url_of(desk), HEAD)
    small = ClockedStage(tmp_path / "small", readers=1)
    small.run("backup", str(other))
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))

    said = desk.run("restore", str(file), "--yes", status=1)

    assert said.replace("newer.dump", "newer.db") == small.run("restore", str(other), status=1)
    assert f"has revision '{revision}', which this program does not know" in said
    assert standings(desk) == before


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM alembic_version", "does not say which version"),
        ("DROP TABLE left_names", "has no table 'left_names'"),
    ],
)
def test_a_file_without_all_of_a_ledger_is_refused_too(
    tmp_path: Path, statement: str, fault: str
) -> None:
    desk, file = ClockedStage(tmp_path / "site", readers=1), tmp_path / "part.db"
    desk.run("backup", str(file))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)

    assert fault in desk.run("restore", str(file), "--yes", status=1)


def older_dump(server: str, file: Path, revision: str) -> None:
    """Back up a database as an older program has left it, with STAYS and LEAVES."""
    url = new_database(server)
    engine = create_engine(read_database_url(url, file.parent).url)
    with engine.begin() as connection:
        upgrade(connection, revision)
    engine.dispose()
    for address in (STAYS, LEAVES):
        ask(
            url,
            "INSERT INTO subscribers (address, address_key, name, standing, standing_since)"
            f" VALUES ('{address}', '{address}', '', 'active', '2022-08-01')",
        )
    dump(url, file)


@pytest.mark.parametrize("revision", ["0001", "0011", "0024"])
def test_a_backup_of_an_older_program_is_restored_and_migrated(
    desk: ClockedStage, server: str, tmp_path: Path, revision: str
) -> None:
    """The tables that it does not know yet are there, with rows of now."""
    file = tmp_path / "older.dump"
    older_dump(server, file, revision)

    desk.run("restore", str(file), "--yes")

    assert standings(desk)[STAYS] == "active"
    assert own_tables() == tables_at(HEAD)
    desk.run("subscribers", "add", LATER, *AGREED)


def test_a_backup_that_cannot_be_migrated_changes_nothing(
    desk: ClockedStage, server: str, tmp_path: Path
) -> None:
    before, file, url = standings(desk), tmp_path / "older.dump", new_database(server)
    engine = create_engine(read_database_url(url, tmp_path).url)
    with engine.begin() as connection:
        upgrade(connection, "0011")
    engine.dispose()
    ask(url, "ALTER TABLE subscribers RENAME COLUMN address_key TO key")
    dump(url, file)

    said = desk.run("restore", str(file), "--yes", status=3)

    assert "Nothing was changed" in said
    assert "address_key" in said
    assert standings(desk) == before
    assert not list(desk.root.glob("newsletter.db.before-restore-*"))


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda whole: whole[: whole.index(STAYS.encode())], "end of file"),
        (lambda whole: whole[:-3000] + bytes(3000), ""),
        (lambda whole: whole.replace(b"\t2022-08-", b"\t2022-98-"), "out of range"),
    ],
)
def test_a_backup_whose_rows_are_damaged_changes_nothing(
    desk: ClockedStage,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before, file = standings(desk), tmp_path / "damaged.dump"
    dump_with(url_of(desk), file, "--compress=0")
    file.write_bytes(damage(file.read_bytes()))

    result = desk.invoke("restore", str(file), "--yes")

    assert isinstance(result.exception, ContentError | LedgerError)
    assert fault in str(result.exception)
    assert standings(desk) == before
    assert not caplog.text
    assert not list(desk.root.glob("newsletter.db.before-restore-*"))


def newer(desk: ClockedStage, file: Path) -> None:
    """Put back what a newer program has written, with a table that refers to readers."""
    url = url_of(desk)
    ask(
        url,
        "CREATE TABLE visits (id integer REFERENCES subscribers(id), at timestamptz, how int[])",
        "INSERT INTO visits SELECT id, now(), ARRAY[1] FROM subscribers",
        "ALTER TABLE subscribers ADD COLUMN shoes numeric",
    )
    set_revision(url, NEWER)
    dump(url, file)
    put_back(url, file)


def schema_alone(desk: ClockedStage, file: Path) -> None:
    dump_with(url_of(desk), file, "--schema-only")
    put_back(url_of(desk), file)


def older(desk: ClockedStage, file: Path) -> None:
    older_dump(url_of(desk), file, "0011")
    put_back_despite_faults(url_of(desk), file)


def put_back_despite_faults(url: str, file: Path) -> None:
    command = ["pg_restore", "--clean", "--if-exists", f"--dbname={url}", str(file)]
    subprocess.run(command, check=False, timeout=60, capture_output=True)


def without_a_table(desk: ClockedStage, _: Path) -> None:
    ask(url_of(desk), "DROP TABLE left_names")


def without_a_column(desk: ClockedStage, _: Path) -> None:
    ask(url_of(desk), "ALTER TABLE mails DROP COLUMN facts")


def empty(desk: ClockedStage, _: Path) -> None:
    ask(url_of(desk), "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


WRONG: Final = [newer, schema_alone, older, without_a_table, without_a_column, empty]


@pytest.mark.parametrize("go_wrong", WRONG)
@pytest.mark.parametrize("was_kept", [True, False])
def test_whatever_the_database_has_become_a_restore_works(
    desk: ClockedStage,
    tmp_path: Path,
    go_wrong: Callable[[ClockedStage, Path], None],
    was_kept: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What it knew is repeated as far as it can be read, in it or in what was kept before."""
    if was_kept:
        desk.run("restore", "--keep")
    desk.restart()
    go_wrong(desk, tmp_path / "wrong.dump")
    desk.site.now += timedelta(hours=1)
    knows = was_kept or go_wrong in {newer, without_a_table, without_a_column}

    said = desk.run("restore", str(tmp_path / "good.dump"), "--yes")

    found = standings(desk)
    assert ERASED not in found  # it is in the journal, if nowhere else
    if knows:
        assert found == RESTORED
    else:
        assert found == {LEAVES: "active", STAYS: "active"}
    assert ("could not be read" in said) == (go_wrong in {schema_alone, empty})
    assert ("visits" in caplog.text) == (go_wrong is newer)
    assert "all as they were recorded" in desk.run("consent", "verify")
    for words in (("status",), ("duties",), ("subscribers", "list")):
        assert not isinstance(desk.invoke(*words).exception, Exception)


@pytest.mark.parametrize("go_wrong", [newer, without_a_table])
def test_what_a_database_of_other_tables_had_is_kept_and_erased_like_a_copy(
    desk: ClockedStage, tmp_path: Path, go_wrong: Callable[[ClockedStage, Path], None]
) -> None:
    go_wrong(desk, tmp_path / "wrong.dump")
    desk.site.now += timedelta(hours=1)

    desk.run("restore", str(tmp_path / "good.dump"), "--yes")
    [kept] = desk.root.glob("newsletter.db.before-restore-*")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert find_traces(desk.root, [LATER]) == [(kept.name, LATER)]
    if go_wrong is newer:
        with closing(sqlite3.connect(kept)) as connection:
            assert connection.execute("SELECT how FROM visits").fetchall()[0] == ("{1}",)
    desk.run("subscribers", "erase", LATER, "--yes", "--now")

    desk.site.close()
    assert find_traces(desk.root, [LATER]) == []


def test_who_is_only_in_it_is_found_as_well(desk: ClockedStage, tmp_path: Path) -> None:
    newer(desk, tmp_path / "wrong.dump")
    lost = tmp_path / "lost.csv"

    desk.run("restore", str(tmp_path / "good.dump"), "--yes", "--lost", str(lost), "--because", "x")

    assert LATER in lost.read_text()


def test_a_database_that_cannot_be_reached_is_not_replaced(
    desk: ClockedStage, tmp_path: Path
) -> None:
    """Only what its tables are is passed over: not a server that is down, nor a missing right."""
    url = url_of(desk)
    ask(url, "CREATE ROLE nobody_here LOGIN", "ALTER TABLE alembic_version OWNER TO tester")
    desk.environ["NEWSLETTER_DATABASE_URL"] = url.replace("//tester@", "//nobody_here@")
    desk.restart()
    try:
        said = desk.run("restore", str(tmp_path / "good.dump"), "--yes", status=3)
    finally:
        desk.environ["NEWSLETTER_DATABASE_URL"] = url
        desk.restart()
        ask(url, "DROP ROLE nobody_here")

    assert "permission denied" in said
    assert standings(desk) == {LEAVES: "unsubscribed", STAYS: "active", LATER: "active"}


def test_tables_and_views_of_others_stay(
    desk: ClockedStage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = url_of(desk)
    ask(url, "CREATE TABLE lunch (dish text)", "INSERT INTO lunch VALUES ('bibimbap')")
    ask(url, "CREATE VIEW readers AS SELECT address FROM subscribers")

    said = desk.run("restore", str(tmp_path / "good.dump"), "--yes", status=3)
    assert "other objects depend on them" in said
    ask(url, "DROP VIEW readers")
    desk.site.now += timedelta(hours=1)
    desk.run("restore", str(tmp_path / "good.dump"), "--yes")

    assert "lunch" in caplog.text
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT dish FROM lunch").fetchall() == [("bibimbap",)]


def test_what_cannot_be_repeated_is_said_with_the_way_out(
    desk: ClockedStage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk.run("subscribers", "add", STAYS, "--name", "Garam")
    desk.run("restore", "--keep")
    [kept] = desk.root.glob("newsletter.db.before-restore-*")
    with closing(sqlite3.connect(kept)) as connection, connection:  # no server takes this
        connection.execute("UPDATE subscribers SET name = 'G' || char(0)")
    put_back(url_of(desk), tmp_path / "good.dump")

    said = desk.run("subscribers", "list", status=3)
    assert f"move {kept.name} to another folder" in said
    kept.rename(tmp_path / "apart")

    assert standings(desk) == {LEAVES: "active", STAYS: "active"}
    assert "nothing says what it lacks" in caplog.text


def test_a_finished_erasure_is_finished_after_a_restore_on_a_server_too(
    desk: ClockedStage, tmp_path: Path
) -> None:
    desk.run("restore", str(tmp_path / "good.dump"), "--yes")

    assert desk.site.records.erasing().find_open(desk.site.clock()) is None


def test_the_access_record_says_how_many_readers_a_backup_had(
    desk: ClockedStage, tmp_path: Path
) -> None:
    desk.run("restore", str(tmp_path / "good.dump"), "--yes")

    [restored] = [
        one for one in desk.site.records.accesses().find() if one.kind == "backup-restored"
    ]
    assert restored.people == 3


def test_every_revision_of_the_program_is_known() -> None:
    assert is_known(HEAD)
    assert is_known("0001")
    assert not is_known("")
    assert not is_known("0001_ledger_and_subscribers")
