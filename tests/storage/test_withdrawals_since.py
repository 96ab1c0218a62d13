"""A backup that is restored brings nobody back who left, complained or bounced after it."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from newsletter.storage.blocking import block
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause
from tests.stage.clocked import ClockedStage

READERS: Final = [f"r{number}@example.org" for number in (1, 2, 3, 4)]


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path)
    desk.run("backup", str(tmp_path / "early.db"))
    desk.site.now += timedelta(days=2)
    return desk


def restore(desk: ClockedStage) -> str:
    desk.site.records.close()
    said = desk.run("restore", str(desk.root / "early.db"), "--yes")
    desk.restart()
    return said


def standings(desk: ClockedStage) -> list[str]:
    book = desk.site.records.book()
    found = [book.find(address_of(address).key) for address in READERS]
    return ["none" if one is None else one.standing.value for one in found]


def test_who_left_or_was_suppressed_since_stays_so(desk: ClockedStage) -> None:
    desk.run("subscribers", "remove", READERS[0], "--because", "전화로 요청", "--by", "Kim")
    desk.run("subscribers", "suppress", READERS[1], "--because", "반송")

    said = restore(desk)

    assert "2 readers, gone or bounced since the backup" in said
    assert standings(desk) == ["unsubscribed", "suppressed", "active", "active"]
    left = desk.site.records.book().find(address_of(READERS[0]).key)
    assert left is not None
    assert (str(left.why.because), left.why.by) == ("전화로 요청", "Kim")
    assert left.standing_since == desk.site.now
    assert "all as they were recorded" in desk.run("consent", "verify")
    assert "ended" in desk.run("consent", "show", READERS[0])


def test_who_left_and_came_back_before_the_backup_stays_active(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("subscribers", "remove", READERS[0])
    desk.site.now += timedelta(days=1)
    again = (desk.site.now - timedelta(hours=1)).isoformat()
    desk.run("subscribers", "add", READERS[0], "--again", "--consented-at", again)
    desk.run("backup", str(tmp_path / "early.db"))

    assert "left or bounced" not in restore(desk)
    assert standings(desk)[0] == Standing.ACTIVE.value


def test_who_moved_since_is_written_to_where_they_are(desk: ClockedStage) -> None:
    desk.run("subscribers", "change-address", READERS[2], "moved@example.org")

    said = restore(desk)

    assert "1 reader, to the addresses that they have by now" in said
    assert standings(desk)[2] == Standing.UNSUBSCRIBED.value
    moved = desk.site.records.book().find(address_of("moved@example.org").key)
    assert moved is not None
    assert moved.standing is Standing.ACTIVE


def test_who_never_wants_mail_again_still_gets_none(desk: ClockedStage) -> None:
    key = address_of("never@example.org").key
    with desk.site.records.database.begin() as connection:
        block(connection, key, desk.site.now, "reader")

    restore(desk)

    assert desk.site.records.reader_lookup().is_blocked(key)


def test_a_ledger_that_cannot_be_read_keeps_no_backup_from_being_restored(
    desk: ClockedStage,
) -> None:
    desk.site.records.close()
    (desk.root / "newsletter.db").write_bytes(b"no database")

    assert "left or bounced" not in restore(desk)
    assert standings(desk) == ["active"] * 4


def test_s12_the_access_record_goes_on_after_a_restore(desk: ClockedStage) -> None:
    desk.run("subscribers", "show", READERS[0], "--because", "전화 문의")
    desk.run("access", "review", "--month", "2022-07", "--by", "Kim", "--yes")

    restore(desk)
    desk.run("subscribers", "list")

    accesses = desk.site.records.accesses()
    kinds = [one.kind.value for one in accesses.find()]
    assert kinds == ["backup-made", "subscriber-shown", "backup-restored", "list-shown"]
    assert accesses.find_review("2022-07") is not None


def test_who_moved_and_left_there_does_not_come_back_by_the_address_of_before(
    desk: ClockedStage,
) -> None:
    desk.run("subscribers", "change-address", READERS[0], "new@example.org")
    desk.run("subscribers", "change-address", "new@example.org", "newer@example.org")
    desk.run("subscribers", "remove", "newer@example.org")

    said = restore(desk)

    assert "1 reader, gone or bounced since the backup" in said
    assert standings(desk)[0] == Standing.UNSUBSCRIBED.value


def test_who_left_elsewhere_long_ago_by_a_file_stays_so(desk: ClockedStage) -> None:
    file = desk.root.parent / "left.csv"
    rows = f"{READERS[0]},complained,2021-01-01\n{READERS[1]},unsubscribed,2021-02-02\n"
    file.write_text(f"email,status,standing_since\n{rows}")
    desk.run("subscribers", "import", str(file))
    before = standings(desk)

    restore(desk)

    assert standings(desk) == before
    assert "active" not in before[:2]


def test_a_firmer_reason_is_not_forgotten(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("subscribers", "suppress", READERS[0], "--because", "반송")
    desk.run("backup", str(tmp_path / "early.db"))
    desk.site.now += timedelta(days=1)
    desk.run("subscribers", "remove", READERS[0])

    restore(desk)

    assert "unsuppress" not in desk.run("subscribers", "unsuppress", READERS[0], status=1)
    assert standings(desk)[0] == "suppressed"
    desk.run("consent", "verify")


def put(desk: ClockedStage, standing: Standing, since: timedelta, agreed: timedelta) -> None:
    """Let the first reader stand like that in the ledger; times are from the start of the desk."""
    start = desk.site.now
    cause = None if standing is Standing.ACTIVE else Cause.BOUNCED
    values = {
        "standing": standing.value,
        "standing_since": start + since,
        "standing_cause": cause and cause.value,
        "consented_at": start + agreed,
    }
    with desk.site.records.database.begin() as connection:
        its = subscribers.c.address_key == READERS[0]
        connection.execute(update(subscribers).where(its).values(values))


DAY: Final = timedelta(days=1)


@pytest.mark.parametrize("left", [Standing.SUSPENDED, Standing.SUPPRESSED, Standing.UNSUBSCRIBED])
@pytest.mark.parametrize("copied", [Standing.ACTIVE, Standing.SUSPENDED])
@pytest.mark.parametrize("agreed", [-30 * DAY, -5 * DAY])
def test_who_agreed_later_than_they_were_ended_stays_as_the_copy_has_them(
    tmp_path: Path, left: Standing, copied: Standing, agreed: timedelta
) -> None:
    """Then the ledger that is replaced is the older one, however the copy's reader stands."""
    desk = ClockedStage(tmp_path)
    put(desk, copied, -4 * DAY, agreed)
    desk.run("backup", str(tmp_path / "early.db"))
    put(desk, left, -20 * DAY, -40 * DAY)

    restore(desk)

    is_later = agreed > -20 * DAY
    assert standings(desk)[0] == (copied if is_later else left).value


@pytest.mark.parametrize("kept", ["never", "", 20220826])
def test_a_time_that_was_damaged_by_hand_brings_nobody_back(
    desk: ClockedStage, kept: object
) -> None:
    """The ledger that is replaced may be replaced because of that."""
    for reader in READERS[:2]:
        desk.run("subscribers", "remove", reader)
    key = address_of("never@example.org").key
    with desk.site.records.database.begin() as connection:
        block(connection, key, desk.site.now, "reader")
    desk.run("subscribers", "erase", READERS[2], "--yes")
    desk.site.close()
    with closing(sqlite3.connect(desk.root / "newsletter.db")) as database, database:
        for table, column in (
            ("subscribers", "standing_since"),
            ("blocked_addresses", "since"),
            ("erasures", "standing_since"),
            ("accesses", "at"),
            ("mails", "asked_at"),
        ):
            database.execute(f"UPDATE {table} SET {column} = ?", (kept,))
    (desk.root / "newsletter.db.erased").unlink()

    desk.run("restore", str(desk.root / "early.db"), "--yes")
    desk.restart()

    assert standings(desk) == ["unsubscribed", "unsubscribed", "none", "active"]
    assert desk.site.records.reader_lookup().is_blocked(key)
    kinds = {one.kind.value for one in desk.site.records.accesses().find()}
    assert kinds == {"backup-made", "subscriber-changed", "subscriber-erased", "backup-restored"}


@pytest.mark.parametrize("way", ["remove", "suppress"])
def test_whom_the_backup_does_not_know_no_file_brings_back(desk: ClockedStage, way: str) -> None:
    file = desk.root / "event.csv"
    agreed = (desk.site.now - timedelta(days=1)).isoformat()
    file.write_text(f"email,consented_at\nnew@example.org,{agreed}\n", encoding="utf-8")
    desk.run("subscribers", "import", str(file))
    desk.run("subscribers", way, "new@example.org", "--because", "전화로 요청")

    restore(desk)
    desk.run("subscribers", "import", str(file))

    found = desk.site.records.book().find(address_of("new@example.org").key)
    assert found is not None
    assert found.standing is not Standing.ACTIVE
    assert "all as they were recorded" in desk.run("consent", "verify")


def test_who_left_by_an_older_address_is_found_by_the_id_in_links(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("backup", str(tmp_path / "old.db"))
    desk.site.now += timedelta(days=1)
    desk.run("subscribers", "change-address", READERS[0], "moved@example.org")
    desk.run("backup", str(tmp_path / "early.db"))
    desk.site.close()
    shutil.copy(tmp_path / "old.db", desk.root / "newsletter.db")
    desk.restart()
    desk.site.now += timedelta(days=1)
    desk.run("subscribers", "remove", READERS[0])

    restore(desk)

    moved = desk.site.records.book().find(address_of("moved@example.org").key)
    assert moved is not None
    assert moved.standing is Standing.UNSUBSCRIBED


def test_a_suspension_gives_way_to_what_ended_it(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    change = "UPDATE subscribers SET standing = ?, standing_cause = 'bounced' WHERE address = ?"
    for standing in ("suspended", "suppressed"):
        with desk.site.records.database.begin() as connection:
            connection.exec_driver_sql(change, (standing, READERS[0]))
        if standing == "suspended":
            desk.run("backup", str(tmp_path / "early.db"))

    restore(desk)

    assert standings(desk)[0] == Standing.SUPPRESSED.value
