"""A restore gives readers the names and languages of now, and no name back that was removed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from newsletter.lang import Preference
from newsletter.message.links import Purpose
from tests.journeys.leaking import make_house
from tests.postgresql import PROGRAMS, dump, postgresql
from tests.traces import find_traces
from tests.web.house import House, links_of

R1, R2, R3 = "r1@example.org", "r2@example.org", "r3@example.org"
NAME: Final = "Zebraname"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    monkeypatch.setenv("PATH", PROGRAMS)
    made = make_house(request, tmp_path / "site", monkeypatch)
    made.site.now = datetime(2022, 8, 26, 3, tzinfo=UTC)
    yield made
    made.site.close()


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "site", readers=2)
    yield made
    made.site.close()


def name(house: House, address: str, called: str, language: str) -> None:
    house.stage.run("subscribers", "add", address, "--name", called, "--language", language)
    house.open()


def back_up(house: House, called: str = "backup") -> Path:
    file = house.stage.root.parent / called
    house.site.close()
    url = house.stage.environ.get("NEWSLETTER_DATABASE_URL", "")
    if url.startswith("postgresql"):
        dump(url, file)
    else:
        house.stage.run("backup", str(file))
    house.move_clock(hours=1)
    house.open()
    return file


def restore(house: House, file: Path) -> str:
    house.move_clock(hours=1)
    house.site.close()
    said = house.stage.run("restore", str(file), "--yes")
    house.move_clock(hours=1)
    house.open()
    return said


def details(house: House, address: str) -> tuple[str, Preference | None]:
    reader = house.reader(address)
    return reader.name, reader.preference


def remove_on_own_page(house: House, address: str) -> None:
    """Let a reader remove the name, and choose English."""
    house.post(f"/p/{house.token(Purpose.PREFERENCES, address)}/link")
    house.move_clock(minutes=1)
    link = [links_of(mail)[0] for mail in house.mails() if mail["To"] == address][-1]
    assert house.post(link, {"name": "", "preference": "en", "address": ""}).status == "200 OK"


def facts_of(house: House) -> str:
    with house.site.records.database.connect() as connection:
        found = connection.exec_driver_sql("SELECT facts FROM mails").scalars()
        return json.dumps([str(one) for one in found])


def test_a_restore_gives_readers_the_names_and_languages_of_now(house: House) -> None:
    house.subscribe(address=R3, name=NAME)
    name(house, R2, "Old Name", "ko")
    file = back_up(house)
    remove_on_own_page(house, R3)
    name(house, R2, "New Name", "en")

    said = restore(house, file)

    assert details(house, R3) == ("", Preference.EN)
    assert details(house, R2) == ("New Name", Preference.EN)
    assert "Corrected 2 readers, with the name and language of now" in said
    assert NAME not in facts_of(house)


def test_a_name_that_was_removed_is_removed_from_what_its_reader_asked_for(house: House) -> None:
    house.subscribe(address=R3, name=NAME)
    house.move_clock(hours=1)
    assert NAME in facts_of(house)

    remove_on_own_page(house, R3)

    assert NAME not in facts_of(house)


def test_the_office_removes_a_name_there_too(house: House) -> None:
    house.subscribe(address=R3, name=NAME)

    said = house.stage.run("subscribers", "add", R3, "--name", "")

    house.open()
    assert said.startswith(f"{R3}: updated")
    assert house.reader(R3).name == ""
    assert NAME not in facts_of(house)


def test_a_file_that_changes_a_name_changes_it_there_too(house: House) -> None:
    house.subscribe(address=R3, name=NAME)
    file = house.stage.root.parent / "list.csv"
    file.write_text(f"email,name\n{R3},Another\n", encoding="utf-8")
    house.site.close()

    house.stage.run("subscribers", "import", str(file), "--consented-at", "2022-08-01")

    house.open()
    assert house.reader(R3).name == "Another"
    assert NAME not in facts_of(house)


def test_an_address_added_again_without_a_name_keeps_it(sqlite_house: House) -> None:
    name(sqlite_house, R2, "Old Name", "ko")

    sqlite_house.stage.run("subscribers", "add", R2, "--language", "en")

    sqlite_house.open()
    assert details(sqlite_house, R2) == ("Old Name", Preference.EN)


def test_whoever_was_erased_gets_no_name_back(house: House) -> None:
    name(house, R2, NAME, "ko")
    file = back_up(house)
    name(house, R2, f"{NAME} Two", "ko")
    house.stage.run("subscribers", "erase", R2, "--yes", "--now")

    said = restore(house, file)

    assert "Corrected" not in said
    house.site.close()
    assert find_traces(house.stage.root, [NAME]) == []


def test_a_backup_that_is_newer_than_the_ledger_keeps_its_names(sqlite_house: House) -> None:
    house = sqlite_house
    name(house, R2, NAME, "ko")
    old = back_up(house, "old")
    name(house, R2, "New Name", "en")
    newer = back_up(house, "newer")
    house.site.close()
    (house.stage.root / "newsletter.db").write_bytes(old.read_bytes())

    said = restore(house, newer)

    assert details(house, R2) == ("New Name", Preference.EN)
    assert "Corrected" not in said


def test_a_correction_after_a_restore_stays_when_the_replaced_ledger_is_put_back(
    house: House,
) -> None:
    """The restored ledger has all that the other one knew, so it is the later one from then on."""
    name(house, R2, NAME, "ko")
    old = back_up(house, "old")
    for _ in range(3):
        name(house, R2, "Wrong Name", "ko")
        house.stage.run("subscribers", "add", R1, "--name", "More Commands")
    wrong = back_up(house, "wrong")
    restore(house, old)
    name(house, R2, "Right Name", "en")

    restore(house, wrong)

    assert details(house, R2) == ("Right Name", Preference.EN)


@pytest.mark.parametrize(("is_later", "expected"), [(False, "New Name"), (True, "Old Name")])
def test_of_ledgers_that_cannot_be_compared_that_is_later_which_knows_a_later_act(
    sqlite_house: House, is_later: bool, expected: str
) -> None:
    house = sqlite_house
    name(house, R2, "Old Name", "ko")
    file = back_up(house)
    name(house, R2, "New Name", "ko")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE ledger_marks SET id = 'another'")
        if is_later:
            later = "UPDATE subscribers SET consented_at = '2022-08-30 00:00:00.000000'"
            connection.execute(f"{later} WHERE address = ?", (R2,))

    restore(house, file)

    assert house.reader(R2).name == expected
