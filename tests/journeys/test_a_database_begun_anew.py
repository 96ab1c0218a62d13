"""A database that is begun anew has another key: nobody comes back who was erased or blocked."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.storage.blocking import block
from newsletter.subscribers.address import address_of
from tests.postgresql import postgresql
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

ERASED: Final = "minsu.unmistakable@example.org"
BLOCKED: Final = "jimin.unmistakable@example.org"
STRANGER: Final = "sora.unmistakable@example.org"  # blocked, and on no list
STAYS: Final = "haneul@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")
EVERYBODY: Final = (ERASED, BLOCKED, STAYS)


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A site with a backup from before its database was begun anew."""
    desk = ClockedStage(tmp_path / "site")
    for address in EVERYBODY:
        desk.run("subscribers", "add", address, *AGREED)
    desk.run("backup", str(backup_of(desk)))
    return desk


def backup_of(desk: ClockedStage) -> Path:
    return desk.root.parent / "backup.db"


def earlier(desk: ClockedStage) -> Path:
    return desk.root.parent / "earlier.db"


def go_on(desk: ClockedStage) -> None:
    desk.restart()
    desk.site.now += timedelta(hours=1)


def end_them(desk: ClockedStage) -> None:
    """Erase one reader; block another, and somebody who is on no list."""
    desk.run("subscribers", "erase", ERASED, "--yes")
    with desk.site.records.database.begin() as connection:
        for address in (BLOCKED, STRANGER):
            block(connection, address_of(address).key, desk.site.now, "reader")
    go_on(desk)


def begin_anew(desk: ClockedStage) -> None:
    """Put the ledger away, and begin another one at the same place."""
    desk.site.close()
    for path in desk.root.glob("newsletter.db-*"):
        path.unlink()
    shutil.move(desk.root / "newsletter.db", earlier(desk))
    go_on(desk)


def begin_anew_with_a_list(desk: ClockedStage) -> None:
    begin_anew(desk)
    for address in EVERYBODY:
        desk.run("subscribers", "add", address, *AGREED)


def standing(desk: ClockedStage, address: str) -> str | None:
    desk.restart()
    found = desk.site.records.book().find(address)
    return None if found is None else found.standing.value


def is_kept_out(desk: ClockedStage, address: str) -> bool:
    """Return whether neither a file nor the form brings an address back."""
    file = desk.root.parent / "old.csv"
    file.write_text(f"email,consented_at\n{address},2022-08-01\n", encoding="utf-8")
    desk.invoke("subscribers", "import", str(file))
    return standing(desk, address) != "active"


def restore(desk: ClockedStage) -> None:
    desk.site.close()
    desk.run("restore", str(backup_of(desk)), "--yes")
    go_on(desk)


def restore_twice(desk: ClockedStage) -> None:
    """The second backup is of the ledger that has both keys."""
    restore(desk)
    desk.run("backup", str(backup_of(desk)), "--force")
    desk.run("restore", str(backup_of(desk)), "--yes")
    go_on(desk)


def restore_the_same_twice(desk: ClockedStage) -> None:
    """The ledger that is replaced the second time knows the erasure by both keys."""
    restore(desk)
    restore(desk)


@pytest.mark.parametrize("way", [restore, restore_twice, restore_the_same_twice])
def test_what_the_ledger_begun_anew_knows_is_repeated_in_a_backup_of_before(
    desk: ClockedStage, way: Callable[[ClockedStage], None]
) -> None:
    begin_anew_with_a_list(desk)
    end_them(desk)

    way(desk)

    assert standing(desk, ERASED) is None
    assert find_traces(desk.root, [ERASED]) == []
    assert standing(desk, STAYS) == "active"
    lookup = desk.site.records.reader_lookup()
    assert [lookup.is_blocked(one) for one in (BLOCKED, STRANGER, STAYS)] == [True, True, False]
    assert is_kept_out(desk, ERASED)
    assert is_kept_out(desk, STRANGER)
    assert "all as they were recorded" in desk.run("consent", "verify")


def test_who_agreed_again_in_the_backup_stays_whichever_key_the_erasure_had(
    desk: ClockedStage,
) -> None:
    begun = desk.site.now
    desk.run("subscribers", "remove", ERASED)
    desk.site.now += timedelta(days=2)
    again = desk.site.now.isoformat()
    desk.run("subscribers", "add", ERASED, "--again", "--consented-at", again)
    desk.run("backup", str(backup_of(desk)), "--force")
    begin_anew(desk)
    desk.site.now = begun + timedelta(days=1)
    desk.run("subscribers", "add", ERASED, *AGREED)
    desk.run("subscribers", "remove", ERASED)
    desk.site.now += timedelta(days=31)
    desk.run("subscribers", "erase", "--due")
    assert standing(desk, ERASED) is None

    restore(desk)

    assert standing(desk, ERASED) == "active"
    desk.run("subscribers", "remove", STAYS)
    assert standing(desk, ERASED) == "active"  # after further commands, too


def lose(ledger: Path) -> None:
    ledger.unlink()


def damage(ledger: Path) -> None:
    ledger.write_bytes(b"\0" * 5000)


@pytest.mark.parametrize("harm", [lose, damage])
def test_erasures_that_no_key_finds_are_said_and_nothing_is_restored(
    desk: ClockedStage, harm: Callable[[Path], None]
) -> None:
    begin_anew_with_a_list(desk)
    end_them(desk)
    desk.site.close()
    ledger = desk.root / "newsletter.db"
    harm(ledger)
    before = ledger.read_bytes() if ledger.exists() else None

    refused = desk.run("restore", str(backup_of(desk)), "--yes", status=1)

    assert "that cannot be repeated in this backup (1)" in refused
    assert (ledger.read_bytes() if ledger.exists() else None) == before
    assert not list(desk.root.glob("newsletter.db.*restor*"))
    said = desk.run("restore", str(backup_of(desk)), "--yes", "--despite-other-keys")
    assert "could not be read" in said
    assert standing(desk, ERASED) == "active"


@pytest.mark.parametrize("harm", [lose, damage])
def test_erasures_by_the_key_of_the_backup_are_repeated_without_the_ledger(
    desk: ClockedStage, harm: Callable[[Path], None]
) -> None:
    end_them(desk)
    desk.site.close()
    harm(desk.root / "newsletter.db")

    restore(desk)

    assert standing(desk, ERASED) is None


def test_a_journal_of_an_earlier_database_is_told_once(
    desk: ClockedStage, caplog: pytest.LogCaptureFixture
) -> None:
    end_them(desk)
    begin_anew(desk)

    desk.run("subscribers", "list")
    told = [one for one in caplog.messages if "carry-over" in one]
    desk.run("subscribers", "list")

    assert len(told) == 1
    assert [one for one in caplog.messages if "carry-over" in one] == told


def anew(desk: ClockedStage) -> None:
    begin_anew(desk)


def anew_with_a_key(desk: ClockedStage) -> None:
    begin_anew(desk)
    desk.run("subscribers", "add", "first@example.org", *AGREED)


def anew_without_a_journal(desk: ClockedStage) -> None:
    begin_anew(desk)
    (desk.root / "newsletter.db.erased").unlink()


@pytest.mark.parametrize("begin", [anew, anew_with_a_key, anew_without_a_journal])
def test_what_is_carried_over_keeps_people_out(
    desk: ClockedStage, begin: Callable[[ClockedStage], None]
) -> None:
    end_them(desk)
    begin(desk)

    said = desk.run("suppressions", "carry-over", str(earlier(desk)))
    again = desk.run("suppressions", "carry-over", str(earlier(desk)))

    assert "known from there: 1" in said
    assert "new here: 2" in said
    assert "new here: 0" in again
    for address in (ERASED, BLOCKED, STRANGER):
        assert is_kept_out(desk, address)
    assert not is_kept_out(desk, "somebody@example.org")


def test_whom_an_import_has_brought_back_already_is_erased_by_carrying_over(
    desk: ClockedStage,
) -> None:
    end_them(desk)
    begin_anew(desk)
    for address in (ERASED, STAYS):
        desk.run("subscribers", "add", address, *AGREED)

    said = desk.run("suppressions", "carry-over", str(earlier(desk)))

    assert "readers who were on this list: 1" in said
    assert standing(desk, ERASED) is None
    assert standing(desk, STAYS) == "active"
    assert find_traces(desk.root, [ERASED]) == []


def test_a_copy_with_another_key_keeps_no_details_of_a_consent(desk: ClockedStage) -> None:
    desk.run("subscribers", "remove", ERASED, "--by", "Kim")
    begin_anew(desk)
    copy = desk.root / "newsletter.db.before-restore-20220825-000000"
    shutil.copy(earlier(desk), copy)
    desk.run("subscribers", "add", ERASED, *AGREED)

    desk.run("subscribers", "erase", ERASED, "--yes")

    with closing(sqlite3.connect(copy)) as connection:
        [ended] = connection.execute(
            "SELECT details FROM consents WHERE act = 'ended' AND details_hash IS NOT NULL"
        )
    assert ended == (None,)


def test_what_is_no_ledger_is_not_carried_over(desk: ClockedStage) -> None:
    file = desk.root / "readers.csv"
    file.write_text("email\n")

    assert "cannot be read as a ledger" in desk.run(
        "suppressions", "carry-over", str(file), status=1
    )


def test_a_move_to_postgresql_keeps_out_who_was_erased_or_blocked(desk: ClockedStage) -> None:
    end_them(desk)
    file = desk.root.parent / "readers.csv"
    exported = desk.invoke("subscribers", "export", "--because", "move").stdout
    file.write_text(exported, encoding="utf-8")
    before = desk.root / "newsletter.db"
    with postgresql() as url:
        desk.environ["NEWSLETTER_DATABASE_URL"] = url
        desk.restart()

        said = desk.run("suppressions", "carry-over", str(before))
        desk.invoke("subscribers", "import", str(file))  # the blocked one is refused

        assert "known from there: 1" in said
        assert standing(desk, STAYS) == "active"
        assert is_kept_out(desk, ERASED)
        assert is_kept_out(desk, STRANGER)
        assert desk.site.records.reader_lookup().is_blocked(address_of(BLOCKED).key)
        desk.site.close()
