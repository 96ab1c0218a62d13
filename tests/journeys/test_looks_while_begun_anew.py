"""A restore carries over every look at readers' data, also of a database that was begun anew."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest

from newsletter.storage.accesses_since import read_accesses, repeat_accesses
from tests.postgresql import dump, new_database, postgresql
from tests.stage.clocked import ClockedStage

EARLY: Final = "minsu@example.org"
LATE: Final = "bora@example.org"
GONE: Final = "sora@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")
LOOK: Final = "looked while it was anew"


class Place:
    """A site with a backup, whose database can be lost."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.url, self.backup = url, folder / "backup"
        settings = {} if url is None else {"database_url": url}
        self.desk = ClockedStage(folder / "site", readers=0, **settings)
        self.desk.run("subscribers", "add", EARLY, *AGREED)
        for number in range(12):
            self.desk.run("subscribers", "show", EARLY, "--because", f"early {number}")
        self.write_backup(self.backup)

    def write_backup(self, file: Path) -> None:
        self.desk.site.close()
        if self.url is None:
            self.desk.run("backup", str(file))
        else:
            dump(self.url, file)
        self.go_on()

    def begin_anew(self) -> None:
        """Lose the database, and go on in an empty one at the same place."""
        self.desk.site.close()
        if self.url is None:
            for path in self.desk.root.glob("newsletter.db*"):
                path.unlink()
        else:
            server, _, name = self.url.rpartition("/")
            with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}"')
                connection.execute(f'CREATE DATABASE "{name}"')
        self.go_on()

    def restore(self) -> None:
        self.desk.restart()
        self.desk.run("restore", str(self.backup), "--yes")
        self.go_on()

    def go_on(self) -> None:
        self.desk.restart()
        self.desk.site.now += timedelta(hours=1)

    def looks(self) -> list[tuple[str, str]]:
        """Return what was done and why, by time, but for the backups and restores themselves."""
        found = self.desk.site.records.accesses().find()
        self.desk.site.close()
        return [
            (one.kind.value, one.because)
            for one in found
            if not one.kind.value.startswith("backup")
        ]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    is_server = request.param == "postgresql"
    made = Place(tmp_path, new_database(request.getfixturevalue("server")) if is_server else None)
    yield made
    made.desk.site.close()


def work_anew(place: Place) -> None:
    """Look, add and erase in a database that was begun anew."""
    place.begin_anew()
    for address in (LATE, GONE):
        place.desk.run("subscribers", "add", address, *AGREED)
    place.desk.run("subscribers", "show", LATE, "--because", LOOK)
    place.desk.run("subscribers", "show", LATE, "--because", LOOK)  # at the same moment
    place.desk.run("subscribers", "erase", GONE, "--yes")
    place.go_on()


def test_all_that_was_done_meanwhile_is_on_record_once(place: Place) -> None:
    early = place.looks()
    work_anew(place)
    anew = place.looks()
    assert [kind for kind, _ in anew].count("subscriber-erased") == 1

    place.restore()

    assert place.looks() == [*early, *anew]
    place.restore()
    assert place.looks() == [*early, *anew]


def test_a_second_loss_keeps_what_both_have_known(place: Place) -> None:
    early = place.looks()
    work_anew(place)
    anew = place.looks()
    place.restore()
    place.backup = place.backup.with_name("second")
    place.write_backup(place.backup)
    place.begin_anew()
    place.desk.run("subscribers", "show", LATE, "--because", "again", status=1)
    place.desk.run("subscribers", "add", LATE, *AGREED)
    again = place.looks()

    place.restore()

    assert place.looks() == [*early, *anew, *again]


def test_a_reader_is_found_by_the_hash_of_either_database(place: Place) -> None:
    work_anew(place)
    place.desk.run("subscribers", "add", EARLY, *AGREED)
    place.desk.run("subscribers", "show", EARLY, "--because", "the other hash")
    place.restore()

    listed = place.desk.run("access", "list")
    theirs = place.desk.run("access", "list", "--whose", EARLY)

    assert "under another hash" in listed
    assert "the other hash" in theirs
    assert "early 11" in theirs
    assert LOOK not in theirs
    assert LOOK in place.desk.run("access", "list", "--whose", LATE)


def test_reviews_are_carried_over_and_a_month_with_more_accesses_is_due_again(
    place: Place,
) -> None:
    # The backup has all of August but what was done anew; both are reviewed, each by itself.
    place.desk.site.now += timedelta(days=8)
    place.desk.run("access", "review", "--month", "2022-08", "--by", "Kim", "--yes")
    place.write_backup(place.backup.with_name("reviewed"))
    place.backup = place.backup.with_name("reviewed")
    place.desk.site.now -= timedelta(days=8)
    work_anew(place)
    place.desk.site.now += timedelta(days=8)
    place.desk.run("access", "review", "--month", "2022-08", "--by", "Lee", "--yes")
    review = place.desk.site.records.accesses().find_review("2022-08")
    assert review is not None
    place.go_on()

    place.restore()

    record = place.desk.site.records.accesses()
    found = record.find_review("2022-08")
    assert found is not None
    assert (found.by, found.at, found.entries) == ("Lee", review.at, review.entries)
    assert "newsletter access review --month 2022-08" in place.desk.run("duties")
    place.desk.run("access", "review", "--month", "2022-08", "--by", "Kim", "--yes")
    assert "access review --month 2022-08" not in place.desk.invoke("duties").output


def test_what_is_repeated_again_after_a_cut_off_restore_is_not_doubled(place: Place) -> None:
    work_anew(place)
    place.restore()
    once = place.looks()
    [kept] = place.desk.root.glob("newsletter.db.before-restore-*")

    for _ in range(2):
        repeat_accesses(place.desk.site.records.database, read_accesses(kept))

    assert place.looks() == once


def test_an_entry_whose_time_somebody_has_damaged_is_carried_over_once(tmp_path: Path) -> None:
    place = Place(tmp_path)
    work_anew(place)
    place.desk.site.close()
    with closing(sqlite3.connect(place.desk.root / "newsletter.db")) as connection, connection:
        connection.execute("UPDATE accesses SET at = 'nonsense' WHERE because = ?", (LOOK,))

    place.restore()
    once = place.looks()
    place.restore()

    assert place.looks() == once
    assert once.count(("subscriber-shown", LOOK)) == 2
    assert len(once) == 13 + 5
