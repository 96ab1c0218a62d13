"""A PostgreSQL database that is put back brings nobody back, whoever puts it back."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest
from sqlalchemy import MetaData, create_engine, func, inspect, select

from newsletter.storage.opening import close_ledger, open_ledger
from newsletter.subscribers.book import Selection
from tests.journeys.test_random_histories import History, go_through
from tests.postgresql import dump, new_database, postgresql, put_back
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

LEAVES: Final = "minsu.unmistakable@example.org"
STAYS: Final = "haneul.unmistakable@example.org"
LATER: Final = "bora.unmistakable@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


class ServerHistory(History):
    """A site whose database is a server's."""

    def __init__(self, folder: Path, seed: int, url: str) -> None:
        self.url = url
        super().__init__(folder, seed, database_url=url)

    def write_backup(self, file: Path) -> None:
        self.desk.site.close()
        dump(self.url, file)


@pytest.mark.parametrize("seed", [0, 1, 2, 210, 215])
def test_whatever_happened_a_restore_brings_nobody_back(
    tmp_path: Path, server: str, seed: int
) -> None:
    go_through(ServerHistory(tmp_path, seed, new_database(server)))


class PutBackByHand(ServerHistory):
    """Somebody keeps what the database knows, and puts it back in a way of their own."""

    def restore(self) -> None:
        before, file = self.readers(), self.random.choice(self._backups)
        self.log.append(f"restore {file.name}")
        self.desk.run("restore", "--keep")
        self.desk.site.close()
        put_back(self.url, file)
        self.restores += 1
        self.go_on()
        self.check(before)


@pytest.mark.parametrize("seed", [100, 101, 230])
def test_nor_one_by_hand_after_what_it_knew_was_kept(
    tmp_path: Path, server: str, seed: int
) -> None:
    go_through(PutBackByHand(tmp_path, seed, new_database(server)))


@pytest.fixture
def desk(tmp_path: Path, server: str) -> Iterator[ClockedStage]:
    """A site with a backup that has LEAVES and STAYS; LATER has come, and LEAVES has left since."""
    url = new_database(server)
    desk = ClockedStage(tmp_path / "site", readers=0, database_url=url)
    for address in (LEAVES, STAYS):
        desk.run("subscribers", "add", address, *AGREED)
    desk.site.close()
    dump(url, tmp_path / "old.dump")
    desk.run("subscribers", "remove", LEAVES)
    desk.run("subscribers", "add", LATER, *AGREED)
    desk.restart()
    desk.site.now += timedelta(hours=1)
    yield desk
    desk.site.close()


def url_of(desk: ClockedStage) -> str:
    return desk.environ["NEWSLETTER_DATABASE_URL"]


def standings(desk: ClockedStage) -> dict[str, str]:
    desk.restart()
    found = desk.site.records.book().select(Selection())
    stands = {one.address: one.standing.value for one in found}
    desk.site.close()
    return stands


RESTORED = {LEAVES: "unsubscribed", STAYS: "active"}


def test_who_is_only_in_what_was_kept_is_said_and_written(
    desk: ClockedStage, tmp_path: Path
) -> None:
    said = desk.run("restore", str(tmp_path / "old.dump"), "--yes")
    assert "1 reader, active until now" in said
    assert standings(desk) == RESTORED
    lost = tmp_path / "lost.csv"

    desk.run("restore", "--lost", str(lost), "--because", "to add them again")
    desk.run("subscribers", "import", str(lost))

    assert standings(desk) == {**RESTORED, LATER: "active"}
    assert lost.stat().st_mode & 0o777 == 0o600
    [kept] = desk.root.glob("newsletter.db.before-restore-*")
    assert kept.stat().st_mode & 0o777 == 0o600
    exports = [one for one in desk.site.records.accesses().find() if one.people == 1]
    assert "to add them again" in {one.because for one in exports}


def test_a_copy_from_before_a_move_to_the_server_is_none_of_it(
    desk: ClockedStage, tmp_path: Path
) -> None:
    """The SQLite ledger of before, and what its restores kept, lie under the same names."""
    other = ClockedStage(tmp_path / "other", readers=1)
    other.site.close()
    shutil.copy(
        other.root / "newsletter.db", desk.root / "newsletter.db.before-restore-20990101-000000"
    )

    lost = tmp_path / "lost.csv"

    said = desk.run("restore", "--lost", str(lost), "--because", "to add them", status=2)

    assert "no copy from before a restore" in said
    assert not lost.exists()


def test_they_are_written_at_once_where_a_file_is_named(desk: ClockedStage, tmp_path: Path) -> None:
    lost = tmp_path / "lost.csv"

    desk.run("restore", str(tmp_path / "old.dump"), "--yes", "--lost", str(lost), "--because", "x")

    assert LATER in lost.read_text()
    assert STAYS not in lost.read_text()


def test_a_restore_that_was_cut_off_is_finished_by_the_next_command(
    desk: ClockedStage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The database was put back, and the process ended before it repeated anything."""

    def cut_off(setting: str, _: Path, file: Path) -> None:
        put_back(setting, file)
        raise KeyboardInterrupt

    monkeypatch.setattr("newsletter.storage.dumps.put_back", cut_off)
    desk.run("restore", str(tmp_path / "old.dump"), "--yes", status=1)

    assert standings(desk) == RESTORED
    [kept] = desk.root.glob("newsletter.db.before-restore-*")
    assert f"from {kept.name} was repeated" in caplog.text
    assert f"readers who are only in {kept.name}: 1;" in caplog.text
    caplog.clear()
    assert standings(desk) == RESTORED
    assert not caplog.text  # once


def test_commands_that_see_it_at_once_repeat_it_once(
    desk: ClockedStage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk.run("restore", "--keep")
    desk.site.close()
    put_back(url_of(desk), tmp_path / "old.dump")

    def look(_: int) -> None:
        close_ledger(open_ledger(url_of(desk), desk.root))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(4)))

    assert caplog.text.count("was repeated what it lacks") == 1
    assert standings(desk) == RESTORED
    assert "all as they were recorded" in desk.run("consent", "verify")


def test_a_database_that_is_put_back_without_a_word_is_told_and_held(
    desk: ClockedStage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk.site.close()
    put_back(url_of(desk), tmp_path / "old.dump")

    assert standings(desk) == {LEAVES: "active", STAYS: "active"}
    assert "nothing says what it lacks" in caplog.text
    assert "this ledger is an older copy" in desk.run("status")


def test_what_was_kept_is_not_repeated_in_what_was_made_after_it(
    desk: ClockedStage, tmp_path: Path
) -> None:
    """Whoever has agreed anew after a restore stays, if a later backup is put back."""
    desk.run("restore", "--keep")
    desk.site.close()
    put_back(url_of(desk), tmp_path / "old.dump")
    desk.site.now += timedelta(hours=1)
    desk.run("subscribers", "add", LEAVES, "--again", "--consented-at", "2022-08-26T09:30")
    desk.site.close()
    dump(url_of(desk), tmp_path / "new.dump")
    desk.run("subscribers", "add", LATER, *AGREED)
    desk.site.close()
    put_back(url_of(desk), tmp_path / "new.dump")

    assert standings(desk) == {LEAVES: "active", STAYS: "active"}


def test_nobody_is_disconnected(desk: ClockedStage, tmp_path: Path) -> None:
    before = standings(desk)
    with psycopg.connect(url_of(desk)):
        said = desk.run("restore", str(tmp_path / "old.dump"), "--yes", status=3)

    assert "1 other connections use the database" in said
    assert standings(desk) == before
    assert not list(desk.root.glob("newsletter.db.before-restore-*"))


def test_what_is_no_backup_is_refused(desk: ClockedStage, tmp_path: Path) -> None:
    words, other = tmp_path / "words.dump", tmp_path / "other.dump"
    words.write_text("no backup of anything")
    dump(new_database(url_of(desk)), other)

    assert "is no backup by pg_dump" in desk.run("restore", str(words), "--yes", status=1)
    assert "has no table" in desk.run("restore", str(other), "--yes", status=1)
    assert "no such file" in desk.run("restore", str(tmp_path / "none"), "--yes", status=1)


def test_a_copy_has_every_table_and_row(desk: ClockedStage) -> None:
    desk.run("restore", "--keep")
    engine = desk.site.records.database
    [kept] = desk.root.glob("newsletter.db.before-restore-*")
    there = create_engine(f"sqlite:///{kept}")

    names = set(inspect(engine).get_table_names())
    assert names == set(inspect(there).get_table_names())
    metadata = MetaData()
    metadata.reflect(there)
    with there.connect() as copy, engine.connect() as server:
        for table in metadata.sorted_tables:
            query = select(func.count()).select_from(table)
            assert copy.execute(query).scalar() == server.execute(query).scalar(), table.name
    there.dispose()
    assert find_traces(desk.root, [LATER]) == [(kept.name, LATER)]


def test_an_erasure_reaches_what_was_kept(desk: ClockedStage, tmp_path: Path) -> None:
    desk.run("restore", str(tmp_path / "old.dump"), "--yes")
    desk.restart()

    desk.run("subscribers", "erase", STAYS, "--yes", "--now")
    desk.run("subscribers", "erase", LATER, "--yes", "--now")

    desk.site.close()
    assert find_traces(desk.root, [STAYS, LATER]) == []
    assert "all as they were recorded" in desk.run("consent", "verify")


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "name the backup"),
        (("--keep", "old.dump"), "--keep does nothing else"),
        (("--lost", "{}/x.csv", "--because", "y"), "no copy from before a restore"),
    ],
)
def test_what_makes_no_order_is_refused(
    desk: ClockedStage, tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    here = [one.format(tmp_path) for one in words]

    assert fault in desk.run("restore", *here, status=2)
