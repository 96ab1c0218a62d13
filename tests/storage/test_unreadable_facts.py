"""Facts of a mail that no program writes, in a row changed by hand, are a plain fault."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from newsletter.errors import LedgerError
from newsletter.storage.database import HEAD
from tests.journeys.test_notices_after_a_restore import served
from tests.stage.clocked import ClockedStage
from tests.web.house import READER, House

DAMAGED: Final = ["", "{", "never", "[]", "null", "7", '"since"', '{"since": ']
DAMAGED_VALUES: Final = [
    *('{"since": "never"}', '{"since": "2022-08-26T08:30:00"}', '{"since": 7}', '{"since": null}'),
    *('{"agreed": "2022-02-30T00:00:00+00:00"}', '{"due": "tomorrow"}', '{"preference": "fr"}'),
]
COMMANDS: Final = [
    ("notices", "due"),
    ("notices", "send"),
    ("subscribers", "erase", READER, "--yes"),
    ("subscribers", "show", READER, "--json", "--because", "x"),
]


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A site whose reader has left; the result waits."""
    house = House(tmp_path / "site")
    with served(house):
        house.post(house.leaving_path())
    house.stage.run("backup", str(tmp_path / "backup.db"))
    return house.stage


def damage(file: Path, facts: str) -> int:
    with closing(sqlite3.connect(file)) as connection, connection:
        [(number,)] = connection.execute("SELECT id FROM mails").fetchall()
        connection.execute("UPDATE mails SET facts = ?", (facts,))
    return int(number)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("facts", [*DAMAGED, *DAMAGED_VALUES])
def test_facts_that_no_program_writes_are_named_with_their_row(
    desk: ClockedStage, command: tuple[str, ...], facts: str
) -> None:
    desk.site.close()
    number = damage(desk.root / "newsletter.db", facts)

    fault = desk.invoke(*command).exception

    assert isinstance(fault, LedgerError)
    assert f"mails: in the row with id {number}, facts is not what a program writes" in str(fault)
    assert '{"since": "2022-08-26T08:30:00+00:00"}' in str(fault)


def test_facts_without_what_their_kind_needs_are_named(desk: ClockedStage) -> None:
    desk.site.close()
    number = damage(desk.root / "newsletter.db", '{"other": 1}')

    fault = desk.invoke("notices", "due").exception

    assert isinstance(fault, LedgerError)
    assert f"mails: in the row with id {number}" in str(fault)


def in_the_ledger(desk: ClockedStage) -> Path:
    return desk.root / "newsletter.db"


def in_the_backup(desk: ClockedStage) -> Path:
    return desk.root.parent / "backup.db"


@pytest.mark.parametrize("place", [in_the_ledger, in_the_backup])
def test_damaged_facts_keep_no_backup_from_being_restored(
    desk: ClockedStage, place: Callable[[ClockedStage], Path]
) -> None:
    desk.run("subscribers", "erase", "r2@example.org", "--yes")
    desk.restart()
    desk.site.close()
    damage(place(desk), "{")

    desk.run("restore", str(in_the_backup(desk)), "--yes")

    assert desk.site.records.book().find("r2@example.org") is None


def test_a_copy_with_damaged_facts_is_named_by_an_erasure(desk: ClockedStage) -> None:
    desk.site.close()
    copy = desk.root / f"newsletter.db.before-{HEAD}"
    copy.write_bytes(in_the_backup(desk).read_bytes())
    damage(copy, "{")

    assert copy.name in desk.run("subscribers", "erase", READER, "--yes")


def test_damaged_facts_of_one_mail_keep_no_other_from_being_told(tmp_path: Path) -> None:
    house = House(tmp_path / "site")
    house.stage.run("backup", str(tmp_path / "backup.db"))
    with served(house):
        for address in (READER, "r2@example.org"):
            house.post(house.leaving_path(address))
        house.mails()
    with closing(sqlite3.connect(house.stage.root / "newsletter.db")) as ledger, ledger:
        ledger.execute("UPDATE mails SET facts = '{' WHERE address = ?", (READER,))

    said = house.stage.run("restore", str(tmp_path / "backup.db"), "--yes")

    assert "result of unsubscribing: 1 told since, 0 held until you answer" in said
