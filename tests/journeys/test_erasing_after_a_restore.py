"""A restored ledger knows less than the site keeps: who is erased there is gone everywhere."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

FIRST: Final = "minsu.unmistakable@example.org"
SECOND: Final = "minsu.unmistakable@example.net"
THIRD: Final = "minsu.unmistakable@example.com"
LATER: Final = "jimin.unmistakable@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")
TERM: Final = timedelta(days=90)


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A site with a backup that knows a reader by the first address, and another not at all."""
    desk = ClockedStage(tmp_path / "site")
    desk.run("subscribers", "add", FIRST, *AGREED)
    desk.run("backup", str(backup_of(desk)))
    return desk


def backup_of(desk: ClockedStage) -> Path:
    return desk.root.parent / "backup.db"


def go_on(desk: ClockedStage, **time: float) -> None:
    desk.restart()
    desk.site.now += timedelta(**time)


def move(desk: ClockedStage) -> None:
    desk.run("subscribers", "change-address", FIRST, SECOND)


def move_twice(desk: ClockedStage) -> None:
    move(desk)
    desk.run("subscribers", "change-address", SECOND, THIRD)


def join(desk: ClockedStage, address: str = LATER) -> None:
    desk.run("subscribers", "add", address, *AGREED)


def restore(desk: ClockedStage) -> str:
    """Restore once the issue has gone to the outbox; then a letter to each reader lies there."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    go_on(desk, minutes=1)
    said = desk.run("restore", str(backup_of(desk)), "--yes")
    go_on(desk, minutes=1)
    return said


def restore_as_before(desk: ClockedStage) -> None:
    """Restore as earlier versions did, which gave nobody the address of now."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    go_on(desk, minutes=1)
    desk.site.close()
    ledger = desk.root / "newsletter.db"
    made_at = f"{desk.site.now:%Y%m%d-%H%M%S}"
    ledger.rename(ledger.with_name(f"{ledger.name}.before-restore-{made_at}"))
    shutil.copy(backup_of(desk), ledger)
    go_on(desk, minutes=1)


def kept(desk: ClockedStage) -> list[Path]:
    return sorted(desk.root.glob("newsletter.db.before-restore-*"))


def standing(desk: ClockedStage, address: str) -> str | None:
    desk.restart()
    found = desk.site.records.book().find(address)
    return None if found is None else found.standing.value


@pytest.mark.parametrize(
    ("act", "asked", "also"),
    [
        (move, FIRST, [SECOND]),
        (move, SECOND, [FIRST]),
        (move_twice, FIRST, [SECOND, THIRD]),
        (move_twice, SECOND, [FIRST, THIRD]),
        (move_twice, THIRD, [FIRST, SECOND]),
    ],
)
def test_who_moved_after_the_backup_is_erased_by_any_address(
    desk: ClockedStage, act: Callable[[ClockedStage], None], asked: str, also: list[str]
) -> None:
    act(desk)
    restore_as_before(desk)
    assert find_traces(desk.root, [also[0]]) != []

    said = desk.run("subscribers", "erase", asked, "--yes")

    assert "the same reader, by another address" in said
    assert all(one in said for one in also)
    assert find_traces(desk.root, [FIRST, SECOND, THIRD]) == []
    assert standing(desk, FIRST) is None
    assert standing(desk, "r1@example.org") == "active"
    assert len(list((desk.root / "outbox").glob("*.eml"))) == 4  # of the others


@pytest.mark.parametrize(("act", "asked"), [(move, SECOND), (move_twice, THIRD)])
def test_who_was_brought_to_the_address_of_now_is_erased_with_those_of_before(
    desk: ClockedStage, act: Callable[[ClockedStage], None], asked: str
) -> None:
    act(desk)
    restore(desk)

    desk.run("subscribers", "erase", asked, "--yes")

    assert find_traces(desk.root, [FIRST, SECOND, THIRD]) == []
    assert standing(desk, "r1@example.org") == "active"


@pytest.mark.parametrize(("way", "address"), [(restore, SECOND), (restore_as_before, FIRST)])
def test_who_moved_after_the_backup_is_erased_everywhere_when_it_is_due(
    desk: ClockedStage, way: Callable[[ClockedStage], object], address: str
) -> None:
    move(desk)
    way(desk)
    desk.run("subscribers", "remove", address)
    go_on(desk, days=29)
    join(desk, "somebody@example.org")
    go_on(desk, days=1, minutes=1)

    desk.run("subscribers", "erase", "--due")

    assert find_traces(desk.root, [FIRST, SECOND]) == []
    assert standing(desk, "somebody@example.org") == "active"


def test_who_has_the_address_of_somebody_who_moved_is_erased_alone(desk: ClockedStage) -> None:
    """The copy says where the one before has moved to, who is still a reader there."""
    move(desk)
    go_on(desk, minutes=1)
    desk.run("backup", str(backup_of(desk)), "--force")
    restore(desk)
    again = desk.site.now.isoformat()
    with desk.site.records.database.begin() as connection:  # the mailbox is another person's now
        connection.exec_driver_sql(
            "UPDATE subscribers SET standing = 'active', standing_cause = NULL,"
            " standing_because = NULL, consented_at = ? WHERE address = ?",
            (again, FIRST),
        )
    desk.restart()

    desk.run("subscribers", "erase", FIRST, "--yes")

    assert standing(desk, FIRST) is None
    assert standing(desk, SECOND) == "active"


def test_who_has_subscribed_anew_by_an_address_of_a_copy_is_erased_alone(
    desk: ClockedStage,
) -> None:
    """In the copy the address is one that a reader has moved to; on the list, another reader's."""
    move(desk)
    restore_as_before(desk)
    join(desk, SECOND)

    desk.run("subscribers", "erase", FIRST, "--yes")

    assert standing(desk, FIRST) is None
    assert standing(desk, SECOND) == "active"


def in_a_copy(desk: ClockedStage) -> None:
    join(desk)
    restore(desk)
    for letter in (desk.root / "outbox").iterdir():
        letter.unlink()


def in_the_outbox(desk: ClockedStage) -> None:
    join(desk)
    restore(desk)
    [copy] = kept(desk)
    copy.unlink()


def in_refused_rows(desk: ClockedStage) -> None:
    file = desk.root / "event.csv"
    file.write_text(f"email,consented_at\n{LATER},never\nr9@example.org,never\n", encoding="utf-8")
    desk.run(
        "subscribers", "import", str(file), "--rejects", str(desk.root / "rejects.csv"), status=1
    )
    file.unlink()


def in_a_kept_mail(desk: ClockedStage) -> None:
    mail = f"From: {LATER}\nTo: press@example.org\nSubject: hello\n\nWho are you?\n"
    folder = desk.root / "feedback"
    folder.mkdir(mode=0o700)
    (folder / f"{'a' * 40}-person.eml").write_text(mail)


@pytest.mark.parametrize(
    ("put", "words"),
    [
        (in_a_copy, "in copies of the database"),
        (in_the_outbox, "emails or refused rows"),
        (in_refused_rows, "emails or refused rows"),
        (in_a_kept_mail, "emails or refused rows"),
    ],
)
def test_whom_the_ledger_does_not_know_is_found_and_erased(
    desk: ClockedStage, put: Callable[[ClockedStage], None], words: str
) -> None:
    put(desk)
    assert find_traces(desk.root, [LATER]) != []

    said = desk.run("subscribers", "erase", LATER, "--yes")

    assert words in said
    assert "nothing was found" not in said
    assert find_traces(desk.root, [LATER]) == []


def test_who_was_only_in_a_copy_is_not_added_again_without_a_new_consent(
    desk: ClockedStage,
) -> None:
    in_a_copy(desk)
    desk.run("subscribers", "erase", LATER, "--yes")

    assert "unsubscribed" in desk.run("subscribers", "add", LATER, *AGREED, status=1)


@pytest.mark.parametrize("put", [in_a_copy, in_the_outbox, in_refused_rows, in_a_kept_mail])
def test_who_is_nowhere_is_not_erased(
    desk: ClockedStage, put: Callable[[ClockedStage], None]
) -> None:
    put(desk)

    said = desk.run("subscribers", "erase", "nobody@example.org", "--yes", status=1)

    assert "not on the list" in said
    assert find_traces(desk.root, [LATER]) != []


def test_a_copy_that_cannot_be_read_is_named(desk: ClockedStage) -> None:
    join(desk)
    restore(desk)
    broken = desk.root / "newsletter.db.before-restore-20220101-000000"
    broken.write_bytes(b"no database")

    said = desk.run("subscribers", "erase", LATER, "--yes")

    assert broken.name in said
    assert find_traces(desk.root, [LATER]) == []


def duty(desk: ClockedStage, status: int = 0) -> dict[str, object]:
    found = json.loads(desk.run("duties", "--json", status=status))
    own: dict[str, object] = {one["duty"]: one for one in found}["copies"]
    return {name: own[name] for name in ("due", "overdue", "until")}


def test_the_ledger_before_a_restore_is_destroyed_in_time(desk: ClockedStage) -> None:
    join(desk)
    said = restore(desk)
    day = (desk.site.now + TERM).astimezone(desk.site.zone()).date()
    assert f"it is destroyed on {day}" in said
    assert duty(desk) == {"due": 1, "overdue": 0, "until": day.isoformat()}

    go_on(desk, days=89)
    desk.run("subscribers", "erase", "--due")
    assert len(kept(desk)) == 1
    go_on(desk, days=3)
    assert duty(desk, status=1) == {"due": 0, "overdue": 1, "until": day.isoformat()}
    said = desk.run("subscribers", "erase", "--due")

    assert "old copies destroyed: 1" in said
    assert kept(desk) == []
    assert find_traces(desk.root, [LATER]) == [
        (f"outbox/{one.name}", LATER)
        for one in (desk.root / "outbox").iterdir()
        if LATER in one.read_text()
    ]
    # Nobody has reviewed the accesses of August, which is overdue.
    assert duty(desk, status=1) == {"due": 0, "overdue": 0, "until": None}


@pytest.mark.parametrize(
    ("name", "made_at", "stays"),
    [
        ("before-0018", datetime(2022, 6, 1, tzinfo=UTC), True),
        ("before-0018", datetime(2022, 5, 1, tzinfo=UTC), False),
        ("before-restore-20220601-000000", datetime(2022, 1, 1, tzinfo=UTC), True),
        ("before-restore-20220501-000000", datetime(2022, 8, 20, tzinfo=UTC), False),
        ("before-restore-20229901-000000", datetime(2022, 8, 20, tzinfo=UTC), True),
        ("before-restore-20229901-000000", datetime(2022, 5, 1, tzinfo=UTC), False),
    ],
)
def test_a_copy_is_as_old_as_its_name_says_or_its_time(
    desk: ClockedStage, name: str, made_at: datetime, stays: bool
) -> None:
    copy = desk.root / f"newsletter.db.{name}"
    copy.write_bytes(backup_of(desk).read_bytes())
    beside = [copy.with_name(f"{copy.name}-{ending}") for ending in ("wal", "shm")]
    for path in beside:
        path.touch()
    os.utime(copy, (made_at.timestamp(), made_at.timestamp()))

    desk.run("subscribers", "erase", "--due")

    assert [path.exists() for path in (copy, *beside)] == [stays] * 3


def test_an_erasure_makes_no_copy_younger(desk: ClockedStage) -> None:
    join(desk)
    restore(desk)
    [copy] = kept(desk)
    own = copy.rename(desk.root / "newsletter.db.before-0018")
    made_at = datetime(2022, 8, 20, tzinfo=UTC).timestamp()
    os.utime(own, (made_at, made_at))

    said = desk.run("subscribers", "erase", LATER, "--yes")

    assert "copies of the database: 1" in said
    assert own.stat().st_mtime == made_at


def test_a_day_is_shown_in_the_zone_of_the_publication(desk: ClockedStage) -> None:
    desk.site.now = datetime(2022, 8, 31, 16, 0, tzinfo=UTC)  # the first of September in Seoul

    restore(desk)

    until = str(duty(desk)["until"])
    assert date.fromisoformat(until) == date(2022, 11, 30)


def test_refused_rows_that_were_written_after_the_backup_are_cleaned(desk: ClockedStage) -> None:
    file, refused = desk.root / "event.csv", desk.root / "refused.csv"
    file.write_text(f"email,name,consented_at\n{FIRST},민수,never\n", encoding="utf-8")
    desk.run("subscribers", "import", str(file), "--rejects", str(refused), status=1)
    file.unlink()
    go_on(desk, minutes=1)
    for _ in range(2):
        desk.run("restore", str(backup_of(desk)), "--yes")
        go_on(desk, minutes=1)
    assert FIRST in refused.read_text(encoding="utf-8")

    desk.run("subscribers", "erase", FIRST, "--yes", "--now")

    assert find_traces(desk.root, [FIRST]) == []
