"""A backup that is too old is restored, readers are erased there, and the right one comes back."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

ADDRESS: Final = "minsu.unmistakable@example.org"
MOVED: Final = "minsu.unmistakable@example.net"
LEFT_FOR_GOOD: Final = "jimin.unmistakable@example.org"


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A site whose readers had left when the old backup was made, and one agreed again later."""
    desk = ClockedStage(tmp_path / "site")
    for address in (ADDRESS, LEFT_FOR_GOOD):
        desk.run("subscribers", "add", address, "--consented-at", "2022-08-01")
        desk.run("subscribers", "remove", address)
    go_on(desk, 1)
    desk.run("backup", str(old(desk)))
    go_on(desk, 1)
    return desk


def old(desk: ClockedStage) -> Path:
    return desk.root.parent / "old.db"


def right(desk: ClockedStage) -> Path:
    return desk.root.parent / "right.db"


def go_on(desk: ClockedStage, days: int) -> None:
    desk.restart()
    desk.site.now += timedelta(days=days, minutes=1)


def agree(desk: ClockedStage) -> None:
    when = desk.site.now.isoformat()
    desk.run("subscribers", "add", ADDRESS, "--again", "--consented-at", when)


def agree_and_move(desk: ClockedStage) -> None:
    agree(desk)
    desk.run("subscribers", "change-address", ADDRESS, MOVED)


def agree_and_leave_again(desk: ClockedStage) -> None:
    agree(desk)
    go_on(desk, 1)
    desk.run("subscribers", "remove", ADDRESS)


def from_backup(desk: ClockedStage) -> None:
    desk.run("restore", str(right(desk)), "--yes")


def from_what_was_kept(desk: ClockedStage) -> None:
    [kept] = desk.root.glob("newsletter.db.before-restore-*")
    desk.run("restore", str(kept), "--yes")


def by_hand(desk: ClockedStage) -> None:
    desk.site.close()
    for path in desk.root.glob("newsletter.db-*"):
        path.unlink()
    shutil.copy(right(desk), desk.root / "newsletter.db")


def erase_in_the_wrong_one(desk: ClockedStage, *words: str) -> None:
    desk.run("backup", str(right(desk)))
    desk.run("restore", str(old(desk)), "--yes")
    go_on(desk, 30)
    desk.run("subscribers", "erase", *words)


def standing(desk: ClockedStage, address: str) -> str | None:
    desk.restart()
    found = desk.site.records.book().find(address)
    return None if found is None else found.standing.value


WAYS: Final = pytest.mark.parametrize("way", [from_backup, from_what_was_kept, by_hand])


@WAYS
@pytest.mark.parametrize(
    ("act", "address", "expected"),
    [
        (agree, ADDRESS, "active"),
        (agree_and_move, MOVED, "active"),
        (agree_and_leave_again, ADDRESS, None),  # for the later withdrawal, which a restore keeps
    ],
)
def test_who_agreed_after_that_withdrawal_is_not_erased(
    desk: ClockedStage,
    act: Callable[[ClockedStage], None],
    address: str,
    expected: str | None,
    way: Callable[[ClockedStage], None],
) -> None:
    act(desk)
    erase_in_the_wrong_one(desk, "--due")

    way(desk)

    assert standing(desk, address) == expected
    assert standing(desk, LEFT_FOR_GOOD) is None
    desk.run("consent", "verify")
    assert standing(desk, address) == expected  # after each further command, too


@WAYS
def test_who_did_not_agree_again_is_erased_there_too(
    desk: ClockedStage, way: Callable[[ClockedStage], None]
) -> None:
    erase_in_the_wrong_one(desk, "--due")

    way(desk)

    assert standing(desk, ADDRESS) is None
    assert find_traces(desk.root, [ADDRESS, LEFT_FOR_GOOD]) == []


@WAYS
def test_who_asked_to_be_erased_is_erased_whatever_they_agreed_to_before(
    desk: ClockedStage, way: Callable[[ClockedStage], None]
) -> None:
    agree(desk)
    erase_in_the_wrong_one(desk, ADDRESS, "--yes")

    way(desk)

    assert standing(desk, ADDRESS) is None
    assert find_traces(desk.root, [ADDRESS]) == []


@WAYS
def test_who_stays_is_erased_once_they_withdraw_again(
    desk: ClockedStage, way: Callable[[ClockedStage], None]
) -> None:
    agree(desk)
    erase_in_the_wrong_one(desk, "--due")
    way(desk)

    desk.run("subscribers", "remove", ADDRESS)
    go_on(desk, 31)
    desk.run("subscribers", "erase", "--due")

    assert standing(desk, ADDRESS) is None
    assert find_traces(desk.root, [ADDRESS]) == []


@WAYS
def test_who_was_entered_late_with_a_consent_from_before_is_erased(
    tmp_path: Path, way: Callable[[ClockedStage], None]
) -> None:
    """The paper came to the office that nobody knew to be withdrawn by then."""
    desk = ClockedStage(tmp_path / "site")
    desk.run("backup", str(right(desk)))
    desk.run("subscribers", "add", ADDRESS, "--consented-at", "2022-08-01")
    desk.run("subscribers", "remove", ADDRESS)
    desk.run("backup", str(old(desk)))
    by_hand(desk)
    right(desk).unlink()
    go_on(desk, 1)
    desk.run("subscribers", "add", ADDRESS, "--consented-at", "2022-08-01")
    erase_in_the_wrong_one(desk, "--due")

    way(desk)

    assert standing(desk, ADDRESS) is None
    assert find_traces(desk.root, [ADDRESS]) == []
