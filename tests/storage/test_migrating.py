"""A ledger of an older program is brought up to date, and nothing of it can be lost."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select

from newsletter.dispatch.states import State
from newsletter.errors import SettingsError
from newsletter.lang import EditionKind
from newsletter.phrases import phrase
from newsletter.storage import database
from newsletter.storage.database import HEAD, open_database
from newsletter.storage.doubts import SqlDoubts
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.tables import dispatches, subscribers
from tests.saying import raises

SETTING = "sqlite:///newsletter.db"
ROWS = """
INSERT INTO subscribers (id, address, address_key, name, standing, standing_since) VALUES
  (1, 'a@example.org', 'a@example.org', '', 'active', '2022-08-01 00:00:00.000000'),
  (2, 'b@example.org', 'b@example.org', '', 'active', '2022-08-01 00:00:00.000000');
INSERT INTO dispatches (issue, digest, parts, planned_at) VALUES
  ('2022-08', 'd', '{}', '2022-08-26 00:00:00.000000');
INSERT INTO deliveries (issue, subscriber_id, address_key, address, edition, state, attempts) VALUES
  ('2022-08', 1, 'a@example.org', 'a@example.org', 'ko', 'accepted', 1),
  ('2022-08', 2, 'b@example.org', 'b@example.org', 'en', 'unknown', 1);
"""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    return make_older(tmp_path, "0002")


def make_older(folder: Path, revision: str, rows: str = ROWS) -> Path:
    """Make a database as a program of that revision left it, with a dispatch under way."""
    path = folder / "newsletter.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection_:
        connection_.executescript(f"PRAGMA journal_mode=WAL; {rows}")
    path.chmod(0o640)
    return path


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize("written_by", ["0001", "0002"])
def test_a_ledger_of_an_older_program_goes_on_where_it_was(tmp_path: Path, written_by: str) -> None:
    older = make_older(tmp_path, written_by)

    engine = open_database(SETTING, tmp_path)

    tally = SqlLedger(engine).tally("2022-08")
    with engine.connect() as connection:
        row = connection.execute(select(dispatches)).one()
    engine.dispose()

    assert (tally.of(State.ACCEPTED), tally.of(State.UNKNOWN)) == (1, 1)
    assert tally.planned_for(EditionKind.KO) == 1
    assert (row.paused_at, row.cancelled_at, row.is_limited) == (None, None, False)
    assert revision(older) == HEAD


def test_a_newer_ledger_is_refused_before_anything_is_copied(older: Path) -> None:
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with raises(SettingsError, "storage.newer-database"):
        open_database(SETTING, older.parent)

    assert list(older.parent.glob("newsletter.db.before-*")) == []


def test_what_waited_in_an_older_ledger_is_not_late_because_nobody_noted_looks_then(
    older: Path,
) -> None:
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("UPDATE deliveries SET state = 'pending', attempts = 0")
    engine = open_database(SETTING, older.parent)

    found = SqlDoubts(engine).look(datetime.now(UTC))

    engine.dispose()
    assert found == []


def test_a_copy_from_before_is_put_beside_it_whole_and_no_more_readable(
    older: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    open_database(SETTING, older.parent).dispose()

    copy = older.with_name(f"newsletter.db.before-{HEAD}")
    assert revision(copy) == "0002"
    assert copy.stat().st_mode & 0o777 == 0o640
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM deliveries").fetchone() == (2,)
    assert "newsletter.db.before-" in caplog.text
    assert sorted(path.name for path in older.parent.iterdir()) == ["newsletter.db", copy.name]


def test_a_copy_holds_what_only_the_write_ahead_log_holds(older: Path) -> None:
    """Another process has the ledger open, and what it wrote last is not yet in its file."""
    with closing(sqlite3.connect(older)) as other:
        other.execute("PRAGMA wal_autocheckpoint=0")
        other.execute("UPDATE deliveries SET state = 'accepted' WHERE state = 'unknown'")
        other.commit()
        assert older.with_name("newsletter.db-wal").stat().st_size > 0

        open_database(SETTING, older.parent).dispose()

    with closing(sqlite3.connect(older.with_name(f"newsletter.db.before-{HEAD}"))) as copy:
        found = copy.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()
    assert found == [("accepted", 2)]


def test_what_cannot_be_copied_is_not_changed(older: Path) -> None:
    (older.parent / f"newsletter.db.before-{HEAD}.part").mkdir()  # nothing can be written there

    with raises(SettingsError, "storage.no-copy-before"):
        open_database(SETTING, older.parent)

    assert revision(older) == "0002"


def test_a_ledger_with_rows_that_refer_to_none_is_not_brought_up_to_date(older: Path) -> None:
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("DELETE FROM subscribers WHERE id = 2")

    with pytest.raises(SettingsError) as caught:
        open_database(SETTING, older.parent)

    assert caught.value.phrase == phrase(
        "storage.unopened",
        database=f"sqlite:///{older}",
        fault=phrase("storage.orphan-rows", rows=1, table="deliveries"),
        remedy=phrase("storage.check-database"),
    )
    assert revision(older) == "0002"


def test_a_new_ledger_is_made_without_a_copy(tmp_path: Path) -> None:
    open_database(SETTING, tmp_path).dispose()

    assert [path.name for path in tmp_path.iterdir()] == ["newsletter.db"]


def test_the_list_knows_who_confirmed_a_consent_by_a_mail_before_it_said_so(tmp_path: Path) -> None:
    older = make_older(tmp_path, "0019", "")
    names = ("never", "once", "twice", "before a new consent", "at an address of before")
    with closing(sqlite3.connect(older)) as connection, connection:
        for number, name in enumerate(names, 1):
            agreed = f"20{18 + 2 * (number == 4)}-01-01 00:00:00.000000"
            connection.execute(
                "INSERT INTO subscribers (id, address, address_key, name, standing,"
                " standing_since, consented_at) VALUES (?, ?, ?, '', 'active', ?, ?)",
                (number, name, name, agreed, agreed),
            )
        for number, kind, used in (
            (1, "renewal", None),
            (1, "left", "2019-12-20 00:00:00.000000"),
            (2, "renewal", "2019-12-20 00:00:00.000000"),
            (3, "renewal", "2021-12-20 00:00:00.000000"),
            (3, "renewal", "2019-12-20 00:00:00.000000"),
            (4, "renewal", "2019-12-20 00:00:00.000000"),
            (5, "renewal", "2019-12-20 00:00:00.000000"),
        ):
            connection.execute(
                "INSERT INTO mails (name, kind, lang, address, address_key, subscriber_id, facts,"
                " asked_at, state, attempts, tries, used_at) VALUES (hex(randomblob(8)), ?, 'ko',"
                " 'a', 'a', ?, '{}', '2019-12-10 00:00:00.000000', 'accepted', 1, 0, ?)",
                (kind, number, used),
            )

    engine = open_database(SETTING, tmp_path)

    of = subscribers.c
    with engine.connect() as connection_:
        query = select(of.address, of.reconfirmed_at)
        found = {row.address: row.reconfirmed_at for row in connection_.execute(query)}
    engine.dispose()
    years = {name: at and at.year for name, at in found.items()}
    assert years == dict(zip(names, (None, 2019, 2021, None, 2019), strict=True))
