"""Whether letters were sent is asked of any ledger, and changes none."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from newsletter.errors import SettingsError
from newsletter.storage.backups import back_up
from newsletter.storage.database import open_database
from newsletter.storage.journal import find_runs_without_journal
from newsletter.storage.looking import look_for_promises
from newsletter.storage.sent import has_sent
from newsletter.storage.tables import rehearsals, rehearsed_deliveries
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger
from tests.storage.test_migrating import make_older, revision

SETTING = "sqlite:///newsletter.db"


def test_where_there_is_no_database_nothing_was_sent_and_none_is_made(tmp_path: Path) -> None:
    assert not has_sent(SETTING, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_has_sent_nothing_and_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").touch()

    assert not has_sent(SETTING, tmp_path)
    assert (tmp_path / "newsletter.db").read_bytes() == b""


@pytest.mark.parametrize("written_by", ["0001", "0002", "0003"])
def test_an_older_ledger_is_asked_and_not_brought_up_to_date(
    tmp_path: Path, written_by: str
) -> None:
    path = make_older(tmp_path, written_by)

    assert has_sent(SETTING, tmp_path)

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE deliveries SET state = 'pending', attempts = 0")
        connection.commit()
    assert not has_sent(SETTING, tmp_path)
    assert revision(path) == written_by


def setting_of(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return SETTING
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_plan_is_no_letter_but_a_begin_is_one_even_when_it_came_back(
    engine: Engine, tmp_path: Path
) -> None:
    ledger = make_planned_ledger(engine, readers=2)
    assert not has_sent(setting_of(engine), tmp_path)

    (first, _) = due_ids(ledger)
    assert ledger.begin(first, NOW).wait()
    assert has_sent(setting_of(engine), tmp_path)

    ledger.put_back(first)
    ledger.close()
    assert has_sent(setting_of(engine), tmp_path)


def test_a_rehearsal_that_was_set_aside_counts_too(engine: Engine, tmp_path: Path) -> None:
    make_planned_ledger(engine, readers=1).close()
    rehearsal = {"id": 1, "issue": "2022-07", "digest": "d", "planned_at": NOW, "because": ""}
    letter = {"id": 1, "rehearsal_id": 1, "subscriber_id": 1, "address_key": "", "address": ""}
    with engine.begin() as connection:
        connection.execute(
            insert(rehearsals).values(**rehearsal, set_aside_at=NOW, set_aside_by="me")
        )
        connection.execute(
            insert(rehearsed_deliveries).values(
                **letter, edition="ko", state="accepted", attempts=1, begun_at=NOW
            )
        )

    assert has_sent(setting_of(engine), tmp_path)


def test_a_database_that_cannot_be_read_is_no_proof_that_nothing_was_sent(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").write_bytes(b"no database, but " * 100)

    with raises(SettingsError, "storage.unanswered"):
        has_sent(SETTING, tmp_path)


def test_a_server_that_is_away_is_no_proof_and_no_password_is_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        has_sent("postgresql://me:hunter2@127.0.0.1:1/x", tmp_path)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("ask", ["has_sent", "back_up", "look_for_promises"])
def test_a_journal_that_a_crash_has_left_is_read_and_stays(tmp_path: Path, ask: str) -> None:
    """Folded in, it would be missed by the next command, which would hold letters back."""
    engine = open_database(SETTING, tmp_path)
    ledger = make_planned_ledger(engine, 2)
    ledger.begin(due_ids(ledger)[0], NOW).wait()
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("newsletter.db", "newsletter.db-wal"):
        shutil.copy(tmp_path / name, crashed / name)
    ledger.close()
    engine.dispose()
    journal = (crashed / "newsletter.db-wal").read_bytes()

    if ask == "has_sent":
        assert has_sent(SETTING, crashed)
    elif ask == "back_up":
        back_up(crashed / "newsletter.db", tmp_path / "copy.db", lambda: None)
        with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
            query = "SELECT count(*) FROM deliveries WHERE state = 'unknown'"
            assert connection.execute(query).fetchone() == (1,)
    else:
        look_for_promises(SETTING, crashed, ISSUE)

    assert (crashed / "newsletter.db-wal").read_bytes() == journal
    assert find_runs_without_journal(crashed / "newsletter.db") == ()
