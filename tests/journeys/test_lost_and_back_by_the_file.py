"""Whom a restore loses and a file brings back: told once, and how they agreed stays on record."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.journeys.test_notices_after_a_restore import ANSWER, back_up, kinds, send, served
from tests.web.house import House

NEW: Final = "new@example.org"
MOVED: Final = "moved@example.org"
MOVED_ON: Final = "moved.on@example.org"


def agree_on_the_page(house: House) -> None:
    with served(house):
        house.subscribe()


def agree_by_phone(house: House) -> None:
    when = house.site.now.isoformat()
    house.stage.run("subscribers", "add", NEW, "--consented-at", when, "--by", "Kim")


def agree_at_an_event(house: House) -> None:
    file = house.stage.root / "event.csv"
    file.write_text(f"email,consented_at\n{NEW},{house.site.now.date()}\n")
    house.stage.run("subscribers", "import", str(file))


def agree_and_move(house: House) -> None:
    agree_by_phone(house)
    send(house)
    house.move_clock(hours=1)
    for old, new in ((NEW, MOVED), (MOVED, MOVED_ON)):
        house.stage.run("subscribers", "change-address", old, new)


WAYS: Final = [
    (agree_on_the_page, NEW, "by the code"),
    (agree_by_phone, NEW, "by Kim"),
    (agree_at_an_event, NEW, "from event.csv"),
    (agree_and_move, MOVED_ON, "by Kim"),
]
Agree = Callable[[House], None]


def lose_and_return(house: House, backup: Path, lost: Path) -> None:
    lost.unlink(missing_ok=True)
    house.stage.run(
        "restore", str(backup), "--yes", "--lost", str(lost), "--because", "to add them again"
    )
    house.move_clock(hours=1)
    house.stage.run("subscribers", "import", str(lost))


def count_mails(house: House, address: str = NEW) -> int:
    with served(house), house.site.records.database.connect() as connection:
        query = "SELECT count(*) FROM mails WHERE address_key = ? OR address = ?"
        return int(connection.exec_driver_sql(query, (address, address)).scalar_one())


def acts(house: House, address: str) -> list[tuple[str, str]]:
    with served(house):
        found = house.site.records.consents().find(address)
    return sorted((entry.act.value, entry.way.value) for entry, _ in found)


@pytest.mark.parametrize(("agree", "address", "how"), WAYS)
def test_a_result_that_was_told_is_not_told_again_and_how_they_agreed_is_known(
    tmp_path: Path, agree: Agree, address: str, how: str
) -> None:
    house = House(tmp_path / "site")
    file = back_up(house)
    agree(house)
    send(house)
    assert kinds(house) == []
    assert how in house.stage.run("consent", "show", NEW)

    shown = list[list[tuple[str, str]]]()
    for _ in range(3):
        lose_and_return(house, file, tmp_path / "lost.csv")

        house.stage.run(*ANSWER)
        assert kinds(house) == []
        assert send(house) == []
        assert how in house.stage.run("consent", "show", address)
        assert "all as they were recorded" in house.stage.run("consent", "verify")
        shown.append(acts(house, address))
    by_file = [("agreed", "import")]  # each of the files has brought them back, and is on record
    assert shown[1] == sorted(shown[0] + by_file)
    assert shown[2] == sorted(shown[1] + by_file)


def test_a_result_that_was_not_told_yet_is_told_to_who_comes_back(tmp_path: Path) -> None:
    house = House(tmp_path / "site")
    file = back_up(house)
    agree_by_phone(house)

    lose_and_return(house, file, tmp_path / "lost.csv")

    house.stage.run(*ANSWER)
    assert len(send(house)) == 1
    assert kinds(house) == []


def test_a_second_restore_knows_what_the_first_one_kept(tmp_path: Path) -> None:
    """Nobody has imported the file of the first one before."""
    house = House(tmp_path / "site")
    file, lost = back_up(house), tmp_path / "lost.csv"
    agree_by_phone(house)
    assert len(send(house)) == 1
    house.stage.run(
        "restore", str(file), "--yes", "--lost", str(lost), "--because", "to add them again"
    )
    house.move_clock(hours=1)

    house.stage.run("restore", str(file), "--yes")
    house.move_clock(hours=1)
    house.stage.run("subscribers", "import", str(lost))

    house.stage.run(*ANSWER)
    assert kinds(house) == []
    assert send(house) == []


def test_a_backup_that_has_the_record_of_a_lost_reader_gets_the_rest_of_it_once(
    tmp_path: Path,
) -> None:
    house = House(tmp_path / "site")
    file, lost = back_up(house), tmp_path / "lost.csv"
    agree_by_phone(house)
    house.stage.run(
        "restore", str(file), "--yes", "--lost", str(lost), "--because", "to add them again"
    )
    house.move_clock(hours=1)
    later = tmp_path / "later.db"
    house.stage.run("backup", str(later))
    house.stage.run("subscribers", "import", str(lost))
    house.move_clock(hours=1)

    lose_and_return(house, later, lost)

    by_both_files = [("agreed", "import")] * 2
    assert acts(house, NEW) == [*by_both_files, ("agreed", "operator")]
    assert "all as they were recorded" in house.stage.run("consent", "verify")


@pytest.mark.parametrize("state", ["unknown", "refused"])
def test_a_result_that_nothing_proves_is_shown_once_its_reader_is_back(
    tmp_path: Path, state: str
) -> None:
    house = House(tmp_path / "site")
    file, lost = back_up(house), tmp_path / "lost.csv"
    agree_by_phone(house)
    assert len(send(house)) == 1
    with served(house), house.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET state = ?", (state,))

    house.stage.run(
        "restore", str(file), "--yes", "--lost", str(lost), "--because", "to add them again"
    )
    house.move_clock(hours=1)

    assert kinds(house) == []
    house.stage.run("subscribers", "import", str(lost))
    assert kinds(house) == ["agreed"]
    house.stage.run("notices", "settle", NEW, "--because", "by phone")
    assert kinds(house) == []


def leave(house: House) -> None:
    house.stage.run("subscribers", "remove", NEW)


def be_erased(house: House) -> None:
    house.stage.run("subscribers", "erase", NEW, "--yes", "--now")


@pytest.mark.parametrize("end", [leave, be_erased])
@pytest.mark.parametrize("is_before", [True, False])
def test_of_who_has_left_or_was_erased_nothing_is_kept_that_erasing_leaves(
    tmp_path: Path, end: Callable[[House], None], is_before: bool
) -> None:
    house = House(tmp_path / "site")
    file, lost = back_up(house), tmp_path / "lost.csv"
    agree_by_phone(house)
    send(house)
    if is_before:
        end(house)
        send(house)
    house.move_clock(hours=1)

    house.stage.run(
        "restore", str(file), "--yes", "--lost", str(lost), "--because", "to add them again"
    )
    house.move_clock(hours=1)

    if is_before:
        assert NEW not in lost.read_text()
    else:
        assert count_mails(house) == 1
    house.stage.run("subscribers", "erase", NEW, "--yes", "--now")
    assert count_mails(house) == 0
    assert "all as they were recorded" in house.stage.run("consent", "verify")
