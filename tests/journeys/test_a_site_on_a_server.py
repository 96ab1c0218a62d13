"""A site that has moved to PostgreSQL: the ledger of before is a copy that erasures reach."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.storage.subscribers import SqlSubscriberBook
from tests.makers import ISSUE_ID
from tests.postgresql import dump, new_database, postgresql, put_back
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

LEAVES: Final = "minsu.unmistakable@example.org"
STAYS: Final = "haneul@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")
FILE: Final = "sqlite:///newsletter.db"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def desk(tmp_path: Path, server: str) -> Iterator[ClockedStage]:
    """A site that is about to move; its new database is empty."""
    desk = ClockedStage(tmp_path / "site", readers=1)
    for address in (LEAVES, STAYS):
        desk.run("subscribers", "add", address, *AGREED)
    desk.environ["SERVER"] = new_database(server)
    yield desk
    desk.site.close()


def use(desk: ClockedStage, url: str) -> None:
    desk.environ["NEWSLETTER_DATABASE_URL"] = url
    desk.restart()


def move(desk: ClockedStage, *without: str, how: tuple[str, ...] = ()) -> None:
    """Move as the page says; whoever is *without* is not among the readers that move."""
    file = desk.root.parent / "readers.csv"
    lines = desk.invoke("subscribers", "export", "--because", "move").stdout.splitlines()
    file.write_text("\n".join(one for one in lines if not any(map(one.__contains__, without))))
    desk.site.now += timedelta(hours=1)
    use(desk, desk.environ["SERVER"])
    desk.run("suppressions", "carry-over", str(desk.root / "newsletter.db"))
    desk.run("subscribers", "import", str(file), *how)
    file.unlink()


def as_it_moved(desk: ClockedStage) -> None:
    move(desk)


def with_a_copy_beside(desk: ClockedStage) -> None:
    move(desk)
    shutil.copy(desk.root / "newsletter.db", desk.root / "newsletter.db.before-0012")


def only_in_the_ledger_of_before(desk: ClockedStage) -> None:
    move(desk, LEAVES)


def only_in_a_copy(desk: ClockedStage) -> None:
    desk.site.close()
    shutil.copy(desk.root / "newsletter.db", desk.root / "newsletter.db.before-0012")
    desk.run("subscribers", "erase", STAYS, "--yes")  # another one: the ledger goes on
    move(desk, LEAVES)
    (desk.root / "newsletter.db").unlink()


def under_another_address_by_now(desk: ClockedStage) -> None:
    move(desk)
    desk.run("subscribers", "change-address", LEAVES, "new.unmistakable@example.org")


@pytest.mark.parametrize(
    ("arrange", "address"),
    [
        (as_it_moved, LEAVES),
        (with_a_copy_beside, LEAVES),
        (only_in_the_ledger_of_before, LEAVES),
        (only_in_a_copy, LEAVES),
        (under_another_address_by_now, "new.unmistakable@example.org"),
    ],
)
def test_an_erasure_reaches_the_ledger_from_before_the_move_and_its_copies(
    desk: ClockedStage, arrange: Callable[[ClockedStage], None], address: str
) -> None:
    arrange(desk)
    was_there = (desk.root / "newsletter.db").exists()

    said = desk.run("subscribers", "erase", address, "--yes")

    assert "copies of the database: " in said
    assert find_traces(desk.root, [LEAVES, address]) == []
    assert (desk.root / "newsletter.db").exists() == was_there
    if was_there:
        use(desk, FILE)
        assert desk.site.records.book().find(STAYS) is not None
        assert "all as they were recorded" in desk.run("consent", "verify")


def test_copies_are_destroyed_after_90_days_and_the_ledger_of_before_is_not(
    desk: ClockedStage,
) -> None:
    copy = desk.root / "newsletter.db.before-restore-20220801-000000"
    desk.site.close()
    shutil.copy(desk.root / "newsletter.db", copy)
    move(desk)
    desk.run("subscribers", "remove", LEAVES)
    desk.site.now += timedelta(days=31)
    desk.run("subscribers", "erase", "--due")
    assert copy.exists()
    assert find_traces(desk.root, [LEAVES]) == []
    desk.site.now += timedelta(days=90)
    duties = desk.invoke("duties").output

    said = desk.run("subscribers", "erase", "--due")

    assert "Copies of the database to be destroyed" in duties
    assert "old copies destroyed: 1" in said
    assert not copy.exists()
    assert (desk.root / "newsletter.db").exists()


def test_a_ledger_of_before_that_is_open_elsewhere_is_named_until_it_is_clean(
    desk: ClockedStage,
) -> None:
    move(desk)
    ledger = desk.root / "newsletter.db"
    with closing(sqlite3.connect(ledger)) as other:
        other.execute("SELECT count(*) FROM subscribers").fetchone()

        said = desk.run("subscribers", "erase", LEAVES, "--yes")

    assert "Remaining" in said
    assert "newsletter.db" in said.rpartition("but not newsletter.db:")[2]
    desk.site.records.finish_erasures(desk.site.clock(), has_files=False)
    assert desk.site.records.erasing().find_open(desk.site.clock()) is None
    assert find_traces(desk.root, [LEAVES]) == []


def test_a_site_on_a_server_from_its_first_day_has_no_copies(desk: ClockedStage) -> None:
    use(desk, desk.environ["SERVER"])
    for file in desk.root.glob("newsletter.db*"):
        file.unlink()
    desk.run("subscribers", "add", LEAVES, *AGREED)

    said = desk.run("subscribers", "erase", LEAVES, "--yes")

    assert "copies" not in said
    assert not list(desk.root.glob("newsletter.db*"))
    assert SqlSubscriberBook(desk.site.records.database).find(LEAVES) is None


def declare_lately(desk: ClockedStage) -> None:
    """One has agreed anew some days ago, and one has left; both were told."""
    agreed = (desk.site.now - timedelta(days=3)).isoformat()
    desk.run("subscribers", "add", STAYS, "--again", "--consented-at", agreed)
    desk.run("subscribers", "remove", LEAVES)
    desk.run("notices", "send")


def begin_a_file_anew(desk: ClockedStage) -> None:
    """Another ledger of this kind, which is filled in the same way."""
    desk.environ["SERVER"] = "sqlite:///newer.db"


def stay_with_the_server(_: ClockedStage) -> None:
    pass


@pytest.mark.parametrize("place", [stay_with_the_server, begin_a_file_anew])
def test_results_that_the_ledger_of_before_has_told_are_not_told_again(
    desk: ClockedStage, place: Callable[[ClockedStage], None]
) -> None:
    desk.environ["NEWSLETTER_MAIL_URL"] = "outbox:outbox?delivers=yes"
    desk.restart()
    declare_lately(desk)
    place(desk)

    move(desk, how=("--results-told",))

    assert "agreed" not in kinds_owed(desk)
    assert "left" not in kinds_owed(desk)
    desk.run("subscribers", "remove", STAYS)
    assert kinds_owed(desk) == ["left"]


def test_without_a_word_of_it_results_of_a_file_are_owed(desk: ClockedStage) -> None:
    desk.environ["NEWSLETTER_MAIL_URL"] = "outbox:outbox?delivers=yes"
    desk.restart()
    declare_lately(desk)

    move(desk)

    assert "agreed" in kinds_owed(desk)


def kinds_owed(desk: ClockedStage) -> list[str]:
    return [one["kind"] for one in json.loads(desk.invoke("notices", "due", "--json").stdout)]


def erase_somebody(desk: ClockedStage) -> None:
    desk.run("subscribers", "add", "gone@example.org", *AGREED)
    desk.run("subscribers", "erase", "gone@example.org", "--yes")


def lose_the_mark(desk: ClockedStage) -> None:
    """Only the erasures tell that the database was put back."""
    erase_somebody(desk)
    desk.site.close()
    for mark in desk.root.glob("*.mark"):
        mark.unlink()


def go_on(_: ClockedStage) -> None:
    pass


@pytest.mark.parametrize("since", [go_on, erase_somebody, lose_the_mark])
def test_nothing_is_sent_again_from_a_database_that_was_put_back_before_somebody_answers(
    desk: ClockedStage, since: Callable[[ClockedStage], None]
) -> None:
    desk.environ["NEWSLETTER_MAIL_URL"] = "outbox:outbox?delivers=yes"
    use(desk, desk.environ["SERVER"])
    for address in (LEAVES, STAYS, "third@example.org"):
        desk.run("subscribers", "add", address, *AGREED)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.run("subscribers", "remove", LEAVES)
    desk.site.close()
    backup = desk.root.parent / "backup.dump"
    dump(desk.environ["SERVER"], backup)
    desk.site.now += timedelta(hours=1)
    desk.run("notices", "send")
    since(desk)
    assert len(take_mails(desk)) == 2  # a letter, and a result
    desk.site.close()
    put_back(desk.environ["SERVER"], backup)
    desk.site.now += timedelta(hours=1)

    said = desk.run("notices", "send")
    refused = desk.invoke("dispatch", ISSUE_ID, "--yes")

    assert "--after-restore" in said
    assert refused.exit_code != 0
    assert take_mails(desk) == []
    assert "this ledger is an older copy" in desk.run("status")
    desk.run("notices", "send", "--after-restore", "--because", "looked into the log")
    assert len(take_mails(desk)) == 1


def take_mails(desk: ClockedStage) -> list[Path]:
    """Take out of the outbox what was sent: a repeated mail would have the name of the first."""
    found = sorted((desk.root / "outbox").rglob("*.eml"))
    for path in found:
        path.unlink()
    return found
