"""A look at a ledger makes none, changes none, and folds no journal in."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text, update

from newsletter.dispatch.control import Appointment
from newsletter.dispatch.promise import Bond
from newsletter.errors import SettingsError
from newsletter.proof.approval import Approval
from newsletter.storage.approvals import SqlApprovals
from newsletter.storage.database import open_database
from newsletter.storage.diary import SqlDiary
from newsletter.storage.looking import has_tables, look_for_promises
from newsletter.storage.tables import deliveries
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, make_planned_ledger
from tests.storage.test_migrating import make_older, revision
from tests.storage.test_sent import SETTING, setting_of


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def promise(engine: Engine) -> None:
    SqlDiary(engine).appoint(Appointment(ISSUE, "a" * 64, {}, NOW, "Kim", NOW))
    SqlApprovals(engine).record_approval(Approval(ISSUE, "b" * 64, {}, "Lee", NOW, 0, 0))


def test_what_was_appointed_approved_and_begun_is_found(engine: Engine, tmp_path: Path) -> None:
    make_planned_ledger(engine, readers=1).close()
    promise(engine)

    found = look_for_promises(setting_of(engine), tmp_path, ISSUE)

    assert {one.bond: one.digest[:1] for one in found} == {
        Bond.APPOINTMENT: "a",
        Bond.APPROVAL: "b",
        Bond.DISPATCH: "d",
    }
    assert look_for_promises(setting_of(engine), tmp_path, "2021-01") == []


def test_an_issue_that_everybody_has_is_bound_by_no_approval(
    engine: Engine, tmp_path: Path
) -> None:
    make_planned_ledger(engine, readers=1).close()
    promise(engine)
    with engine.begin() as connection:
        connection.execute(update(deliveries).values(state="accepted"))

    found = look_for_promises(setting_of(engine), tmp_path, ISSUE)

    assert [one.bond for one in found] == [Bond.APPOINTMENT]


def test_a_cancelled_issue_is_bound_by_nothing_but_an_appointment(engine: Engine) -> None:
    make_planned_ledger(engine, readers=1).close()
    promise(engine)
    SqlDiary(engine).cancel(ISSUE, "Kim", "a typo", NOW)

    assert [one.bond for one in SqlDiary(engine).promises(ISSUE)] == [Bond.APPOINTMENT]


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path) -> None:
    assert look_for_promises(SETTING, tmp_path, ISSUE) == ()
    assert files_of(tmp_path) == {}


def test_an_empty_file_promises_nothing_and_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db").touch()

    assert look_for_promises(SETTING, tmp_path, ISSUE) == ()
    assert files_of(tmp_path) == {"newsletter.db": b""}


def test_tables_are_there_once_a_command_has_made_them(tmp_path: Path, postgresql_url: str) -> None:
    """A look makes none, in a file or on a server."""
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE looked_at"))
    engine.dispose()
    server = postgresql_url.replace("/postgres", "/looked_at")
    for setting in (SETTING, server):
        for _ in range(2):
            assert not has_tables(setting, tmp_path)
            assert look_for_promises(setting, tmp_path, ISSUE) == ()
        open_database(setting, tmp_path).dispose()

        assert has_tables(setting, tmp_path)


@pytest.mark.parametrize("written_by", ["0001", "0002", "0003"])
def test_an_older_ledger_is_refused_and_not_brought_up_to_date(
    tmp_path: Path, written_by: str
) -> None:
    path = make_older(tmp_path, written_by)
    before = files_of(tmp_path)

    with raises(SettingsError, "storage.unread"):
        look_for_promises(SETTING, tmp_path, ISSUE)

    assert files_of(tmp_path) == before
    assert revision(path) == written_by


def test_what_is_no_database_and_a_server_that_is_away_are_refused_in_one_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "newsletter.db").write_bytes(b"no database, but " * 100)

    for setting in (SETTING, "postgresql://me:hunter2@127.0.0.1:1/x"):
        with raises(SettingsError, "storage.unread") as caught:
            look_for_promises(setting, tmp_path, ISSUE)
        assert "\n" not in str(caught.value)
        assert "hunter2" not in str(caught.value)


def test_a_journal_that_a_crash_left_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    """Folded in, it would be missed by the next command: a run was cut off there."""
    engine = open_database(SETTING, tmp_path)
    promise(engine)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("newsletter.db", "newsletter.db-wal"):
        shutil.copy(tmp_path / name, crashed)
    engine.dispose()
    before = files_of(crashed)

    found = look_for_promises(SETTING, crashed, ISSUE)

    after = files_of(crashed)
    assert [one.bond for one in found] == [Bond.APPOINTMENT, Bond.APPROVAL]
    assert {name: after[name] for name in before} == before
