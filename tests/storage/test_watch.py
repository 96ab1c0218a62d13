"""A database whose files are taken away in mid-run stops, and nothing is folded into it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.errors import LedgerError
from newsletter.storage.database import close_database, open_database
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.watch import FileWatch, find_harm, holds_journal
from tests.saying import raises
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger

READERS = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder"


@pytest.fixture
def database(folder: Path) -> Iterator[Engine]:
    folder.mkdir()
    engine = open_database("sqlite:///newsletter.db", folder)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(database: Engine) -> SqlLedger:
    return make_planned_ledger(database, READERS)


def remove(journal: Path) -> None:
    journal.unlink()


def replace(journal: Path) -> None:
    shutil.copy(journal, f"{journal}.copy")
    Path(f"{journal}.copy").replace(journal)


def empty(journal: Path) -> None:
    os.truncate(journal, 0)


def shorten(journal: Path) -> None:
    os.truncate(journal, journal.stat().st_size - 1)


def move_away(journal: Path) -> None:
    journal.rename(journal.parent / "elsewhere")


def journal_of(database: Engine) -> Path:
    return Path(f"{database.url.database}-wal")


@pytest.mark.parametrize("harm", [remove, replace, empty, shorten, move_away])
def test_a_journal_that_was_harmed_in_mid_run_stops_the_next_begin(
    database: Engine, ledger: SqlLedger, harm: Callable[[Path], None]
) -> None:
    first, second, *_ = due_ids(ledger)
    assert ledger.begin(first, NOW).wait()
    harm(journal_of(database))

    with pytest.raises(LedgerError, match="the database's journal was"):
        ledger.begin(second, NOW).wait()


@pytest.mark.parametrize("harm", [remove, empty])
def test_a_journal_that_was_harmed_stops_what_a_person_decides_too(
    database: Engine, ledger: SqlLedger, harm: Callable[[Path], None]
) -> None:
    harm(journal_of(database))

    with pytest.raises(LedgerError, match="journal was"):
        SqlDiary(database).pause(ISSUE, "anna", "", NOW)


def test_where_sqlite_says_no_more_than_io_error_the_harm_is_named(
    database: Engine, ledger: SqlLedger
) -> None:
    assert ledger.begin(due_ids(ledger)[0], NOW).wait()
    empty(journal_of(database))

    with raises(LedgerError, "storage.journal-cut") as caught:
        ledger.tally(ISSUE)

    assert "disk I/O error" in str(caught.value.__cause__)


@pytest.mark.parametrize("harm", [empty, shorten])
def test_a_journal_that_was_cut_off_is_never_folded_into_the_file(
    database: Engine, ledger: SqlLedger, harm: Callable[[Path], None]
) -> None:
    """SQLite would fold in what now stands where the pages were."""
    file = Path(str(database.url.database))
    harm(journal_of(database))
    with pytest.raises(LedgerError):
        SqlDiary(database).pause(ISSUE, "anna", "", NOW)
    before = file.read_bytes()
    ledger.close()

    close_database(database)

    assert file.read_bytes() == before
    assert journal_of(database).exists()


def test_no_message_about_a_lost_journal_advises_to_send_again(
    database: Engine, ledger: SqlLedger
) -> None:
    remove(journal_of(database))

    with pytest.raises(LedgerError) as caught:
        SqlDiary(database).pause(ISSUE, "anna", "", NOW)

    assert "run " not in str(caught.value)
    assert "again" not in str(caught.value)
    assert "send nothing before" in str(caught.value)


def test_a_database_that_is_closed_holds_all_of_its_journal(
    database: Engine, ledger: SqlLedger
) -> None:
    for one in due_ids(ledger):
        assert ledger.begin(one, NOW).wait()
    ledger.close()

    close_database(database)

    assert not journal_of(database).exists()
    assert find_harm(database) is None


def test_a_journal_is_there_when_it_holds_a_page(database: Engine, ledger: SqlLedger) -> None:
    file, journal = Path(str(database.url.database)), journal_of(database)
    whole = journal.read_bytes()

    assert holds_journal(file)
    for other in (b"", whole[:32], whole[:500], b"\0" * len(whole)):
        journal.write_bytes(other)
        assert not holds_journal(file)
    journal.unlink()
    assert not holds_journal(file)


def test_a_file_that_is_replaced_while_it_is_opened_is_not_written_to(folder: Path) -> None:
    """'newsletter restore' ends between a command's first look at the file and its connection."""
    folder.mkdir()
    path = folder / "newsletter.db"
    open_database("sqlite:///newsletter.db", folder).dispose()
    watch = FileWatch(str(path))

    shutil.copy(path, folder / "restored")
    (folder / "restored").replace(path)

    with raises(LedgerError, "storage.replaced-meanwhile"):
        watch.open(str(path))
    assert watch.is_broken


def test_the_same_file_may_be_written_to_while_it_is_opened(folder: Path) -> None:
    folder.mkdir()
    path = folder / "newsletter.db"
    open_database("sqlite:///newsletter.db", folder).dispose()
    watch = FileWatch(str(path))

    with path.open("ab") as file:
        file.write(bytes(4096))

    watch.open(str(path))
    watch.check()
