"""What a reader did before or after a backup stays theirs once it is restored."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.makers import ISSUE_ID
from tests.traces import find_traces
from tests.web.house import House, links_of

OLD, NEW, OTHER = (f"{name}.unmistakable@example.org" for name in ("old", "new", "other"))
NAME = "Minsu Unmistakable"
ENDS = {
    "removed": ["subscribers", "remove", NEW],
    "suppressed": ["subscribers", "suppress", NEW, "--because", "bounced"],
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "site", readers=1)


def go_on(house: House, days: int = 1) -> None:
    house.stage.restart()
    house.site = house.stage.site
    house.site.now += timedelta(days=days)
    house.open()


def run(house: House, *words: str) -> str:
    said = house.stage.run(*words)
    go_on(house)
    return said


def add(house: House, address: str, name: str = NAME) -> None:
    run(house, "subscribers", "add", address, "--name", name, "--consented-at", "2022-08-01")


def backup(house: House, name: str) -> str:
    return str(house.stage.root.parent / name)


def restore(house: House, name: str, *words: str) -> str:
    house.site.close()
    return run(house, "restore", backup(house, name), "--yes", *words)


def is_whole(house: House) -> bool:
    return "all as they were recorded" in run(house, "consent", "verify")


@pytest.mark.parametrize("end", ENDS.values(), ids=list(ENDS))
@pytest.mark.parametrize("restores", [0, 1, 2])
def test_an_address_that_was_left_is_erased_with_its_reader(
    house: House, end: list[str], restores: int
) -> None:
    add(house, OLD)
    run(house, "dispatch", ISSUE_ID, "--yes")
    run(house, "subscribers", "change-address", OLD, NEW)
    run(house, *end)
    run(house, "backup", backup(house, "now.db"))

    for _ in range(restores):
        restore(house, "now.db")
        assert "moved" in run(house, "subscribers", "show", OLD)
    said = run(house, "subscribers", "erase", NEW, "--yes", "--now")

    assert "readers: 1 " in said.replace("\n", " ")
    house.site.close()
    assert find_traces(house.stage.root, ["unmistakable"]) == []
    assert is_whole(house)


@pytest.mark.parametrize("comes_back", [False, True])
def test_who_was_erased_while_a_restore_had_lost_them_has_an_end(
    house: House, comes_back: bool
) -> None:
    lost = backup(house, "lost.csv")
    run(house, "backup", backup(house, "before.db"))
    add(house, NEW)
    restore(house, "before.db", "--lost", lost, "--because", "to add them again")
    run(house, "backup", backup(house, "without.db"))
    if comes_back:
        run(house, "subscribers", "import", lost)
    run(house, "subscribers", "erase", NEW, "--yes", "--now")
    assert is_whole(house)

    for _ in range(2):
        restore(house, "without.db")

        assert is_whole(house)


def test_what_was_asked_at_an_address_goes_with_its_reader(house: House) -> None:
    house.subscribe(address=OLD, name=NAME)
    go_on(house)
    run(house, "subscribers", "change-address", OLD, NEW)
    add(house, OTHER, "Somebody Else")
    run(house, "subscribers", "change-address", OTHER, OLD)
    why = ("--json", "--because", "they asked")

    assert NAME not in run(house, "subscribers", "show", OLD, *why)
    assert NAME in run(house, "subscribers", "show", NEW, *why)
    run(house, "subscribers", "erase", NEW, "--yes", "--now")

    house.site.close()
    assert find_traces(house.stage.root, [NAME]) == []


def test_who_took_leaving_back_after_the_backup_is_a_reader_after_its_restore(
    house: House,
) -> None:
    house.subscribe(address=NEW)
    go_on(house)
    house.post(house.leaving_path(NEW))
    [way_back] = [one for mail in house.mails() for one in links_of(mail) if "/c/" in one][:1]
    go_on(house)
    run(house, "backup", backup(house, "left.db"))
    house.post(way_back)
    assert house.standing(NEW) == "active"
    go_on(house)

    for _ in range(2):
        said = restore(house, "left.db")

        assert house.standing(NEW) == "active"
        assert "not in it" not in said
        assert is_whole(house)


def test_who_left_again_after_taking_it_back_has_left(house: House) -> None:
    house.subscribe(address=NEW)
    go_on(house)
    house.post(house.leaving_path(NEW))
    [way_back] = [one for mail in house.mails() for one in links_of(mail) if "/c/" in one][:1]
    go_on(house)
    run(house, "backup", backup(house, "left.db"))
    house.post(way_back)
    go_on(house)
    run(house, "backup", backup(house, "back.db"))
    run(house, "subscribers", "remove", NEW)

    for name in ("left.db", "back.db"):
        restore(house, name)

        assert house.standing(NEW) == "unsubscribed"
        assert is_whole(house)
