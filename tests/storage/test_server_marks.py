"""A PostgreSQL database that is put back is noticed, as a file is; its mark is in the folder."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection, Engine, select, text

from newsletter.dispatch.doubt import DoubtCause
from newsletter.lang import Preference
from newsletter.storage.database import open_database
from newsletter.storage.doubts import SqlDoubts
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import end_erasures
from newsletter.storage.marks import ensure_mark
from newsletter.storage.opening import close_ledger, open_ledger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import ledger_marks
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from tests.postgresql import dump, new_database, put_back
from tests.subscribers.makers import NOW, make_row

COMMAND = """
import sys
from pathlib import Path
from tests.storage.test_server_marks import Desk
for number in range(4):
    Desk(sys.argv[1], Path(sys.argv[2])).change(f"{sys.argv[3]}.{number}")
"""


class Desk:
    """Commands of a site whose database is a server's."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.backup = folder / "backup.dump"
        self.mark = folder / f"{url.rpartition('/')[2]}.mark"

    def change(self, name: str) -> None:
        """Do what a command does that writes."""
        engine = open_ledger(self.url, self.folder)
        with SqlSubscriberBook(engine).opened() as page:
            enrol(make_row(f"{name}@example.org", "", Preference.KO), page, NOW)
        close_ledger(engine)

    def erase(self, name: str, *, is_killed: bool = False) -> None:
        engine = open_ledger(self.url, self.folder)
        order = ErasureOrder("kim", ErasureWhy.ASKED, NOW + timedelta(hours=1))
        sought, _, _ = SqlErasing(engine).erase([f"{name}@example.org"], order)
        end_erasures(engine, sought, NOW)
        if is_killed:
            engine.dispose()
        else:
            close_ledger(engine)

    def look(self) -> list[tuple[DoubtCause, str]]:
        """Do what a command does that only reads; return what is doubted, with its facts."""
        engine = open_ledger(self.url, self.folder)
        found = [(one.sign.cause, one.sign.facts) for one in SqlDoubts(engine).standing()]
        close_ledger(engine)
        return found

    def ends(self) -> object:
        return json.loads(self.mark.read_text())["ends"]


@pytest.fixture
def desk(postgresql_url: str, tmp_path: Path) -> Desk:
    """A site with a backup of its database, which is the newest so far."""
    desk = Desk(new_database(postgresql_url), tmp_path)
    desk.change("first")
    dump(desk.url, desk.backup)
    return desk


def test_a_database_that_is_put_back_is_doubted_once_for_all_that_is_missing(desk: Desk) -> None:
    desk.change("second")
    desk.change("third")
    put_back(desk.url, desk.backup)

    found = desk.look()
    desk.change("fourth")

    assert found == [(DoubtCause.PUT_BACK, "2")]
    assert desk.look() == found


def test_a_newest_database_is_never_doubted(desk: Desk) -> None:
    put_back(desk.url, desk.backup)  # nothing was written since
    assert desk.look() == []
    before = desk.ends()
    assert desk.look() == []
    assert desk.ends() == before  # who only reads counts nothing

    desk.change("second")
    desk.erase("second")

    assert desk.look() == []
    assert desk.mark.stat().st_mode & 0o777 == 0o600


def test_another_database_in_its_place_is_doubted(desk: Desk, postgresql_url: str) -> None:
    other = Desk(new_database(postgresql_url), desk.folder / "other")
    other.folder.mkdir()
    other.change("somebody")
    dump(other.url, other.backup)
    put_back(desk.url, other.backup)

    assert desk.look() == [(DoubtCause.REPLACED, "")]


@pytest.mark.parametrize("is_known", [True, False])
def test_forgotten_erasures_are_a_sign_where_the_mark_says_nothing(
    desk: Desk, *, is_known: bool
) -> None:
    """The reader is in the backup or was added since; the command that erased them was killed."""
    name = "first" if is_known else "second"
    desk.change("second")
    desk.mark.unlink()
    desk.erase(name, is_killed=True)
    put_back(desk.url, desk.backup)

    found = desk.look()

    assert found == [(DoubtCause.PUT_BACK, "")]
    assert desk.look() == found


def test_a_database_begun_anew_is_no_older_copy(desk: Desk, postgresql_url: str) -> None:
    desk.erase("first")
    anew = Desk(new_database(postgresql_url), desk.folder)
    for ending in ("mark", "erased"):
        name = f"{desk.mark.stem}.{ending}"
        (desk.folder / name).rename(desk.folder / f"{anew.mark.stem}.{ending}")
    anew.mark.unlink()

    assert anew.look() == []


@pytest.mark.parametrize("harm", ["", "{", '{"id": "x"}'])
def test_a_mark_that_is_broken_is_no_sign(desk: Desk, harm: str) -> None:
    desk.change("second")
    desk.mark.write_text(harm)
    put_back(desk.url, desk.backup)

    assert desk.look() == []


def test_first_commands_that_end_at_the_same_time_leave_no_doubt(
    postgresql_url: str, tmp_path: Path
) -> None:
    desk = Desk(new_database(postgresql_url), tmp_path)
    words = [sys.executable, "-c", COMMAND, desk.url, str(desk.folder)]
    running = [subprocess.Popen([*words, name]) for name in ("a", "b", "c")]
    assert [one.wait(timeout=120) for one in running] == [0, 0, 0]

    assert desk.look() == []
    assert desk.ends() == 12


def test_two_commands_that_are_the_first_give_a_database_one_id(
    postgresql_url: str, tmp_path: Path
) -> None:
    engine = open_database(new_database(postgresql_url), tmp_path)
    with engine.begin() as connection:
        connection.execute(ledger_marks.delete())
    other = Thread(target=_give_an_id, args=(engine,))

    with engine.begin() as connection:
        ensure_mark(connection)
        other.start()
        for _ in range(1_000):
            if not other.is_alive() or _is_one_waiting(connection):
                break
            other.join(timeout=0.02)
    other.join()

    with engine.connect() as connection:
        assert len(connection.execute(select(ledger_marks)).all()) == 1
    engine.dispose()


def _give_an_id(engine: Engine) -> None:
    with engine.begin() as connection:
        ensure_mark(connection)


def _is_one_waiting(connection: Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    return bool(connection.execute(text(waiting)).scalar_one())
