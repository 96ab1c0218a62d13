"""An address that changed hands after a backup: a restore follows the reader, not the address."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.subscribers.book import Selection
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

WHY: Final = ("--because", "to add them again")
NAMES: Final = {"bob": "Bob Unmistakable", "carl": "Carl Unmistakable", "dora": "Dora Unmistakable"}
# Moves after the backup, and where everybody is by then.
ONWARD: Final = (("bob", "bob2"),)
HANDED: Final = (("bob", "bob2"), ("carl", "bob"))
CHAIN: Final = (("bob", "bob2"), ("carl", "bob"), ("dora", "carl"))
EXCHANGED: Final = (("bob", "meanwhile"), ("carl", "bob"), ("meanwhile", "carl"))
ROUND: Final = (("bob", "bob2"), ("carl", "bob"), ("dora", "carl"), ("bob2", "dora"))
THERE_AND_BACK: Final = (("bob", "bob2"), ("bob2", "bob"))
EACH: Final = {
    "onward": ONWARD,
    "handed": HANDED,
    "chain": CHAIN,
    "exchanged": EXCHANGED,
    "round": ROUND,
    "there and back": THERE_AND_BACK,
}
Moves = Sequence[tuple[str, str]]


def at(name: str) -> str:
    return f"{name}@example.org"


def after(moves: Moves) -> dict[str, str]:
    """Return where each reader is after *moves*."""
    places = {name: name for name in NAMES}
    for old, new in moves:
        [who] = [name for name, place in places.items() if place == old]
        places[who] = new
    return places


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path / "site")
    for name, full in NAMES.items():
        words = ("--name", full, "--consented-at", "2022-08-01")
        desk.run("subscribers", "add", at(name), *words)
    back_up(desk)
    return desk


def backup_of(desk: ClockedStage, name: str = "backup.db") -> Path:
    return desk.root.parent / name


def go_on(desk: ClockedStage) -> None:
    desk.restart()
    desk.site.now += timedelta(hours=1)


def back_up(desk: ClockedStage, name: str = "backup.db") -> None:
    desk.run("backup", str(backup_of(desk, name)))
    go_on(desk)


def restore(desk: ClockedStage, name: str = "backup.db", *words: str) -> str:
    desk.site.close()
    said = desk.run("restore", str(backup_of(desk, name)), "--yes", *words)
    go_on(desk)
    return said


def move(desk: ClockedStage, moves: Moves) -> None:
    for old, new in moves:
        desk.run("subscribers", "change-address", at(old), at(new))
        go_on(desk)


def active(desk: ClockedStage) -> dict[str, str]:
    """Return where each reader is written to."""
    full = {name: who for who, name in NAMES.items()}
    found = desk.site.records.book().select(Selection())
    places = {
        full[one.name]: one.address.removesuffix("@example.org")
        for one in found
        if one.name in full and one.standing.value == "active"
    }
    go_on(desk)
    return places


@pytest.fixture(params=EACH.values(), ids=list(EACH))
def moves(request: pytest.FixtureRequest, desk: ClockedStage) -> Moves:
    found: Moves = request.param
    move(desk, found)
    return found


def test_everybody_is_written_to_where_they_are(desk: ClockedStage, moves: Moves) -> None:
    lost = desk.root.parent / "lost.csv"

    for number in range(2):
        said = restore(desk, "backup.db", "--lost", str(lost.with_suffix(f".{number}")), *WHY)

        assert "not in it" not in said
        assert active(desk) == after(moves)
        assert "all as they were recorded" in desk.run("consent", "verify")
        assert len(lost.with_suffix(f".{number}").read_text().splitlines()) == 1  # the heading
    assert "+" not in desk.run("subscribers", "list")


@pytest.mark.parametrize("who", NAMES)
def test_who_was_erased_does_not_come_back_and_nobody_else_goes(
    desk: ClockedStage, moves: Moves, who: str
) -> None:
    places = after(moves)
    desk.run("subscribers", "erase", at(places.pop(who)), "--yes", "--now")

    for _ in range(2):
        said = restore(desk)

        assert "not in it" not in said
        assert "until now" not in said.split("Kept")[0]
        assert active(desk) == places
        assert find_traces(desk.root, [NAMES[who]]) == []
        assert "all as they were recorded" in desk.run("consent", "verify")


@pytest.mark.parametrize("who", NAMES)
def test_who_left_stays_so_and_nobody_else_does(desk: ClockedStage, moves: Moves, who: str) -> None:
    places = after(moves)
    place = places.pop(who)
    desk.run("subscribers", "remove", at(place))
    go_on(desk)

    for _ in range(2):
        restore(desk)

        assert active(desk) == places
        left = desk.site.records.book().find(at(place))
        assert left is not None
        assert (left.name, left.standing.value) == (NAMES[who], "unsubscribed")
        go_on(desk)


def test_over_an_older_ledger_nobody_is_moved_back(desk: ClockedStage, moves: Moves) -> None:
    back_up(desk, "later.db")
    desk.site.close()
    shutil.copy(backup_of(desk), desk.root / "newsletter.db")
    desk.restart()

    restore(desk, "later.db")

    assert active(desk) == after(moves)


def test_a_new_reader_at_an_address_that_was_left_is_lost_and_said(desk: ClockedStage) -> None:
    move(desk, ONWARD)
    desk.run("subscribers", "add", at("eve"), "--name", "Eve", "--consented-at", "2022-08-01")
    move(desk, (("eve", "bob"),))
    lost = desk.root.parent / "lost.csv"

    said = restore(desk, "backup.db", "--lost", str(lost), *WHY)

    assert "1 reader, active now and not in it" in said
    assert at("bob") in lost.read_text()
    assert active(desk) == after(ONWARD)


@pytest.mark.parametrize("moves", [HANDED, CHAIN, EXCHANGED], ids=["handed", "chain", "exchanged"])
@pytest.mark.parametrize("who", NAMES)
def test_a_copy_that_has_them_where_another_is_by_now_is_cleaned_too(
    desk: ClockedStage, moves: Moves, who: str
) -> None:
    restore(desk)  # leaves a copy of the ledger beside it
    move(desk, moves)
    places = after(moves)

    desk.run("subscribers", "erase", at(places.pop(who)), "--yes", "--now")

    assert find_traces(desk.root, [NAMES[who]]) == []
    assert find_traces(desk.root, [NAMES[one] for one in places]) != []
    assert active(desk) == places


@pytest.mark.parametrize("again", [[], ["backup.db"], ["later.db", "backup.db"]])
def test_an_address_that_the_erased_had_left_for_another_is_the_others(
    desk: ClockedStage, again: list[str]
) -> None:
    move(desk, ONWARD)
    back_up(desk, "later.db")
    move(desk, HANDED[len(ONWARD) :])
    desk.run("subscribers", "erase", at("bob2"), "--yes", "--now")
    places = after(HANDED)
    del places["bob"]

    for name in ["later.db", *again]:
        restore(desk, name)

        assert active(desk) == places
        assert "all as they were recorded" in desk.run("consent", "verify")
        assert find_traces(desk.root, [NAMES["bob"]]) == []


def test_an_address_that_was_erased_for_who_had_it_is_the_others_in_the_next_backup(
    desk: ClockedStage,
) -> None:
    """The first restore erases the address, too, because the copy has the erased reader there."""
    move(desk, HANDED)
    desk.run("subscribers", "erase", at("bob2"), "--yes", "--now")
    back_up(desk, "later.db")
    places = after(HANDED)
    del places["bob"]

    for name in ("backup.db", "later.db", "backup.db", "later.db"):
        restore(desk, name)

        assert active(desk) == places
        assert "all as they were recorded" in desk.run("consent", "verify")


@pytest.mark.parametrize("middle", [ONWARD, EXCHANGED, ROUND], ids=["onward", "exchanged", "round"])
def test_who_moved_back_stays_there_whichever_backups_are_restored(
    desk: ClockedStage, middle: Moves
) -> None:
    move(desk, middle)
    back_up(desk, "later.db")
    back = [(new, old) for old, new in reversed(middle)]
    move(desk, back)

    for name in ("backup.db", "later.db", "backup.db", "later.db"):
        restore(desk, name)

        assert active(desk) == after([*middle, *back]) == {name: name for name in NAMES}


def test_by_the_journal_alone_the_erased_does_not_come_back(desk: ClockedStage) -> None:
    """Who has the address by now is known to nobody then."""
    move(desk, CHAIN)
    desk.run("subscribers", "erase", at("bob"), "--yes", "--now")
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(b"no database")

    restore(desk)

    assert active(desk).keys() == {"dora"}
