"""Who leaves by a link while the list does not have them has left, whatever brings them back."""

from pathlib import Path

import pytest

from tests.journeys.test_who_is_whose_after_a_restore import (
    NAME,
    NEW,
    backup,
    go_on,
    is_whole,
    restore,
    run,
)
from tests.web.house import House

LOST = ("--lost", "lost.csv", "--because", "to add them again")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A site that has lost a reader by a restore; a newer backup and a file have them."""
    house = House(tmp_path / "site", readers=1)
    run(house, "backup", backup(house, "old.db"))
    house.subscribe(address=NEW, name=NAME)
    go_on(house)
    run(house, "backup", backup(house, "new.db"))
    path = house.leaving_path(NEW)
    restore(house, "old.db", "--lost", backup(house, "lost.csv"), *LOST[2:])
    assert NEW not in run(house, "subscribers", "list")
    answer = house.post(path)
    assert answer.status_code == 200
    assert "메일로" not in answer.text  # nobody can be told the result
    go_on(house)
    return house


def test_a_file_does_not_make_them_a_reader_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    run(house, "subscribers", "import", backup(house, "lost.csv"))

    assert "had left by a link while the list did not have them" in caplog.text
    assert house.standing(NEW) == "unsubscribed"
    assert is_whole(house)


def test_a_later_backup_does_not_either(house: House) -> None:
    for name in ("new.db", "old.db", "new.db"):
        restore(house, name)

        if name == "new.db":
            assert house.standing(NEW) == "unsubscribed"
        assert is_whole(house)


def test_who_subscribes_anew_is_a_reader(house: House) -> None:
    house.subscribe(address=NEW, name=NAME)
    go_on(house)
    run(house, "subscribers", "import", backup(house, "lost.csv"))

    assert house.standing(NEW) == "active"
    assert is_whole(house)
