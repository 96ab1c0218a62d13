"""Consent that was given anew after a backup: a restore does not forget it."""

import csv
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.stage.clocked import ClockedStage

WHY: Final = ("--because", "to add them again")
READER: Final = "r1@example.org"
MOVED: Final = "moved@example.org"
LONG_AGO: Final = "2020-08-30"  # confirmed again by the end of August 2022


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path / "site")
    desk.run("subscribers", "add", READER, "--again", "--consented-at", LONG_AGO)
    back_up(desk)
    return desk


def backup_of(desk: ClockedStage) -> Path:
    return desk.root.parent / "backup.db"


def go_on(desk: ClockedStage, **time: float) -> None:
    desk.restart()
    desk.site.now += timedelta(**(time or {"hours": 1}))


def back_up(desk: ClockedStage) -> None:
    desk.run("backup", str(backup_of(desk)), "--force")
    go_on(desk)


def restore(desk: ClockedStage, *words: str) -> str:
    desk.site.close()
    said = desk.run("restore", str(backup_of(desk)), "--yes", *words)
    go_on(desk)
    return said


def by_operator(desk: ClockedStage) -> None:
    when = desk.site.now.isoformat()
    desk.run("subscribers", "add", READER, "--again", "--consented-at", when, "--by", "Kim")


def by_file(desk: ClockedStage) -> None:
    file = desk.root / "event.csv"
    file.write_text(f"email,consented_at\n{READER},{desk.site.now.isoformat()}\n")
    desk.run("subscribers", "import", str(file))


def by_two_files(desk: ClockedStage) -> None:
    by_file(desk)
    go_on(desk)
    by_file(desk)


def after_leaving(desk: ClockedStage) -> None:
    desk.run("subscribers", "remove", READER)
    go_on(desk)
    by_operator(desk)


def with_a_move(desk: ClockedStage) -> None:
    by_operator(desk)
    go_on(desk)
    desk.run("subscribers", "change-address", READER, MOVED)


def consented_at(desk: ClockedStage, address: str = READER) -> datetime | None:
    desk.restart()
    found = desk.site.records.book().find(address)
    assert found is not None
    assert found.standing.value == "active"
    desk.site.close()
    return found.consented_at


def owed(desk: ClockedStage) -> str:
    desk.restart()
    return desk.run("notices", "due")


@pytest.mark.parametrize(
    ("agree", "address", "how"),
    [
        (by_operator, READER, "by Kim"),
        (by_file, READER, "from event.csv"),
        (by_two_files, READER, "from event.csv"),
        (after_leaving, READER, "by Kim"),
        (with_a_move, MOVED, "by Kim"),
    ],
)
def test_a_consent_given_anew_stays_with_its_time_and_how_it_was_given(
    desk: ClockedStage, agree: Callable[[ClockedStage], None], address: str, how: str
) -> None:
    agree(desk)
    given = consented_at(desk, address)
    assert given is not None
    before = owed(desk)

    for _ in range(3):
        restore(desk)

        assert consented_at(desk, address) == given
        assert "confirm" not in owed(desk)
        assert how in desk.run("consent", "show", address)
        assert "all as they were recorded" in desk.run("consent", "verify")
    acts = [one.at for one, _ in desk.site.records.consents().find(address)]
    assert acts.count(given) == 1
    assert "confirm" not in before


def test_over_an_older_ledger_the_later_consent_of_the_backup_stays(desk: ClockedStage) -> None:
    older = desk.root.parent / "older.db"
    shutil.copy(backup_of(desk), older)
    by_operator(desk)
    given = consented_at(desk)
    back_up(desk)
    desk.site.close()
    shutil.copy(older, desk.root / "newsletter.db")

    restore(desk)

    assert consented_at(desk) == given


def test_who_left_after_agreeing_anew_has_left(desk: ClockedStage) -> None:
    by_operator(desk)
    go_on(desk)
    desk.run("subscribers", "remove", READER)
    go_on(desk)

    restore(desk)

    found = desk.site.records.book().find(READER)
    assert found is not None
    assert found.standing.value == "unsubscribed"
    desk.run("consent", "verify")


def test_who_was_erased_and_agreed_anew_is_lost_said_and_comes_back_by_the_file(
    desk: ClockedStage,
) -> None:
    desk.run("subscribers", "erase", READER, "--yes", "--now")
    go_on(desk)
    by_operator(desk)
    given = consented_at(desk)
    lost = desk.root.parent / "lost.csv"
    go_on(desk)

    said = restore(desk, "--lost", str(lost), *WHY)

    assert "1 reader, active now and not in it" in said
    assert [row["email"] for row in csv.DictReader(lost.read_text().splitlines())] == [READER]
    assert desk.site.records.book().find(READER) is None
    go_on(desk)
    desk.run("subscribers", "import", str(lost))
    assert consented_at(desk) == given
    desk.run("consent", "verify")
    assert READER in owed(desk)  # the result of the consent


def withdraw(desk: ClockedStage) -> None:
    desk.run("subscribers", "remove", READER)


def bounce(desk: ClockedStage) -> None:
    desk.run("subscribers", "suppress", READER, "--because", "반송")


def complain(desk: ClockedStage) -> None:
    desk.run("suppressions", "add", READER, "--cause", "complained", "--because", "신고")


@pytest.mark.parametrize("end", [withdraw, complain])
@pytest.mark.parametrize(
    ("agree", "address", "how"),
    [(by_operator, READER, "by Kim"), (with_a_move, MOVED, "by Kim")],
)
def test_who_had_left_in_the_backup_and_has_agreed_since_is_a_reader(
    desk: ClockedStage,
    end: Callable[[ClockedStage], None],
    agree: Callable[[ClockedStage], None],
    address: str,
    how: str,
) -> None:
    end(desk)
    go_on(desk)
    back_up(desk)
    agree(desk)
    given, before = consented_at(desk, address), owed(desk)
    lost = desk.root.parent / "lost.csv"

    for _ in range(2):
        lost.unlink(missing_ok=True)
        said = restore(desk, "--lost", str(lost), *WHY)

        assert "not in it" not in said
        assert READER not in lost.read_text()
        assert consented_at(desk, address) == given
        assert how in desk.run("consent", "show", address)
        assert "all as they were recorded" in desk.run("consent", "verify")
    assert ("agreed" in owed(desk)) <= ("agreed" in before)


def test_who_left_again_after_that_has_left(desk: ClockedStage) -> None:
    withdraw(desk)
    go_on(desk)
    back_up(desk)
    by_operator(desk)
    go_on(desk)
    bounce(desk)
    go_on(desk)

    restore(desk)

    found = desk.site.records.book().find(READER)
    assert found is not None
    assert found.standing.value != "active"


def test_a_withdrawal_that_only_the_backup_knows_stays(desk: ClockedStage) -> None:
    """The ledger is the older one: its reader agreed before they left."""
    older = desk.root.parent / "older.db"
    by_operator(desk)
    go_on(desk)
    back_up(desk)
    shutil.copy(backup_of(desk), older)
    withdraw(desk)
    go_on(desk)
    back_up(desk)
    desk.site.close()
    shutil.copy(older, desk.root / "newsletter.db")
    desk.restart()

    restore(desk)

    found = desk.site.records.book().find(READER)
    assert found is not None
    assert found.standing.value == "unsubscribed"
