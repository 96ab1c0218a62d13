"""S4: a backup that is restored neither tells a reader the same result twice, nor never."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest

from tests.web.house import READER, House

NEW: Final = "new@example.org"
ANSWER: Final = ("notices", "send", "--after-restore", "--because", "the relay's log was read")


def back_up(house: House) -> Path:
    file = house.stage.root / "early.db"
    house.stage.run("backup", str(file))
    house.move_clock(hours=1)
    return file


@contextmanager
def served(house: House) -> Iterator[House]:
    """Serve the pages in a process of their own, which has the ledger open no longer afterwards."""
    house.stage.restart()
    house.site = house.stage.site
    house.open()
    yield house
    house.site.close()


def restore(house: House, file: Path) -> None:
    house.stage.run("restore", str(file), "--yes")
    house.move_clock(hours=1)


def put_back(house: House, file: Path) -> None:
    """Copy an older ledger over the newest, as `newsletter restore` never does."""
    for path in house.stage.root.glob("newsletter.db-*"):
        path.unlink()
    shutil.copy(file, house.stage.root / "newsletter.db")
    house.move_clock(hours=1)


def send(house: House) -> list[EmailMessage]:
    """Send what is due, as a server does; return all mails that have left."""
    with served(house):
        house.room.keep_up()
        before = len(house.results)
        return [*house.mails(), *house.results[before:]]


def kinds(house: House) -> list[str]:
    found: list[Mapping[str, Any]] = json.loads(house.stage.run("notices", "due", "--json"))
    return [one["kind"] for one in found]


def leave(house: House, address: str = READER) -> None:
    with served(house):
        house.post(house.leaving_path(address))


def leave_by_office(house: House) -> None:
    house.stage.run("subscribers", "remove", READER, "--by", "Kim")


def agree(house: House) -> None:
    house.stage.run("subscribers", "add", NEW, "--consented-at", house.site.now.isoformat())


DECLARED: Final = pytest.mark.parametrize("declare", [leave, leave_by_office, agree])


@DECLARED
@pytest.mark.parametrize("way", [restore, put_back])
def test_a_result_that_waits_in_the_backup_is_told_once_a_person_has_answered(
    tmp_path: Path, declare: Callable[[House], None], way: Callable[[House, Path], None]
) -> None:
    house = House(tmp_path)
    declare(house)
    file = back_up(house)
    [kind] = kinds(house)

    way(house, file)

    assert send(house) == []
    assert kinds(house) == [kind]
    assert "--after-restore" in house.stage.run("notices", "due")
    house.stage.run(*ANSWER)
    assert len(send(house)) == 1
    assert kinds(house) == []
    assert send(house) == []


@DECLARED
def test_a_result_that_waited_in_the_backup_and_was_told_since_is_not_told_again(
    tmp_path: Path, declare: Callable[[House], None]
) -> None:
    house = House(tmp_path)
    declare(house)
    file = back_up(house)
    assert len(send(house)) == 1

    restore(house, file)

    assert kinds(house) == []
    house.stage.run(*ANSWER)
    assert send(house) == []


@pytest.mark.parametrize("declare", [leave, leave_by_office])
def test_a_result_that_was_declared_and_told_since_is_not_told_again(
    tmp_path: Path, declare: Callable[[House], None]
) -> None:
    house = House(tmp_path)
    file = back_up(house)
    declare(house)
    assert len(send(house)) == 1

    restore(house, file)

    assert house.standing() == "unsubscribed"
    assert kinds(house) == []
    house.stage.run(*ANSWER)
    assert send(house) == []


def test_a_result_of_an_import_that_was_told_since_is_not_told_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    rows = tmp_path / "event.csv"
    rows.write_text(f"email,consented_at\n{NEW},{house.site.now.date()}\n")
    house.stage.run("subscribers", "import", str(rows))
    file = back_up(house)
    assert len(send(house)) == 1

    restore(house, file)

    assert kinds(house) == []
    house.stage.run(*ANSWER)
    assert send(house) == []


def test_a_result_that_was_told_to_an_address_before_a_move_is_not_told_again(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    file = back_up(house)
    house.stage.run("subscribers", "change-address", READER, "moved@example.org")
    leave(house, "moved@example.org")
    send(house)

    restore(house, file)

    assert house.standing() == "unsubscribed"
    assert kinds(house) == []


def test_what_readers_declare_after_the_restore_is_told_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    restore(house, back_up(house))

    leave(house)
    agree(house)

    assert len(send(house)) == 2


def test_a_result_that_nobody_answers_for_is_overdue_after_14_days(tmp_path: Path) -> None:
    house = House(tmp_path)
    leave(house)
    restore(house, back_up(house))
    assert send(house) == []

    house.move_clock(days=16)

    duties = json.loads(house.stage.run("duties", "--json", status=1))
    assert {one["duty"]: one["overdue"] for one in duties}["results"] == 1


def test_results_that_an_earlier_version_dropped_are_owed_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    leave(house)
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET state = 'skipped', reason = 'in doubt'")

    assert kinds(house) == ["left"]
    assert len(send(house)) == 1


def test_held_mails_keep_no_other_waiting(tmp_path: Path) -> None:
    house = House(tmp_path, readers=150)
    with served(house):
        for number in range(1, 150):
            house.post(house.leaving_path(f"r{number}@example.org"))
    restore(house, back_up(house))

    leave(house, "r150@example.org")

    assert len(send(house)) == 1


def test_an_answer_without_a_doubt_or_a_reason_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert "leave the option out" in house.stage.run(*ANSWER, status=2)
    leave(house)

    restore(house, back_up(house))

    assert "needs a reason" in house.stage.run("notices", "send", "--after-restore", status=2)
    assert send(house) == []
