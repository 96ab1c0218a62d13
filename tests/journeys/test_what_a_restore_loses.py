"""A restore says whom it loses, and forgets neither what people decided nor what is still owed."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.storage.blocking import block
from newsletter.subscribers.subscriber import Standing
from tests.journeys.test_notices_after_a_restore import served
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces
from tests.web.house import READER, House, links_of

WHY: Final = ("--because", "to add them again")
READERS: Final = [f"r{number}@example.org" for number in (1, 2, 3, 4)]
NEW: Final = "new@example.org"
MOVED: Final = "moved@example.org"
AGREED: Final = ("--consented-at", "2022-08-01")
TWO_YEARS: Final = timedelta(days=730)


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path / "site")
    back_up(desk)
    return desk


def backup_of(desk: ClockedStage) -> Path:
    return desk.root.parent / "backup.db"


def lost_of(desk: ClockedStage) -> Path:
    return desk.root.parent / "lost.csv"


def back_up(desk: ClockedStage) -> None:
    desk.run("backup", str(backup_of(desk)), "--force")
    go_on(desk)


def go_on(desk: ClockedStage, **time: float) -> None:
    desk.restart()
    desk.site.now += timedelta(**(time or {"hours": 1}))


def restore(desk: ClockedStage, file: Path | None = None, *words: str) -> str:
    desk.site.close()
    said = desk.run("restore", str(file or backup_of(desk)), "--yes", *words)
    go_on(desk)
    return said


def kept(desk: ClockedStage) -> Path:
    return max(desk.root.glob("newsletter.db.before-restore-*"))


def standing(desk: ClockedStage, address: str) -> str | None:
    desk.restart()
    found = desk.site.records.book().find(address)
    desk.site.close()
    return None if found is None else found.standing.value


def join(desk: ClockedStage) -> None:
    desk.run("subscribers", "add", NEW, *AGREED)


def join_and_move(desk: ClockedStage) -> None:
    join(desk)
    desk.run("subscribers", "change-address", NEW, MOVED)


def move(desk: ClockedStage) -> None:
    desk.run("subscribers", "change-address", READERS[0], MOVED)


def leave(desk: ClockedStage) -> None:
    desk.run("subscribers", "remove", READERS[0])


def join_and_leave(desk: ClockedStage) -> None:
    join(desk)
    desk.run("subscribers", "remove", NEW)


def be_erased(desk: ClockedStage) -> None:
    join(desk)
    desk.run("subscribers", "erase", NEW, "--yes")


def agree_again(desk: ClockedStage) -> None:
    """Leave before the backup, and agree again after it."""
    leave(desk)
    back_up(desk)
    when = desk.site.now.isoformat()
    go_on(desk)
    desk.run("subscribers", "add", READERS[0], "--again", "--consented-at", when)


@pytest.mark.parametrize(
    ("act", "lost"),
    [
        (join, [NEW]),
        (join_and_move, [MOVED]),
        (agree_again, []),
        (move, []),
        (leave, []),
        (join_and_leave, []),
        (be_erased, []),
    ],
)
def test_whom_a_restore_loses_is_counted_and_written_down(
    desk: ClockedStage, act: Callable[[ClockedStage], None], lost: list[str]
) -> None:
    act(desk)

    said = restore(desk, None, "--lost", str(lost_of(desk)), *WHY)

    reader = "reader" if len(lost) == 1 else "readers"
    assert (f"{len(lost)} {reader}, active now and not in it" in said) == bool(lost)
    assert lost_of(desk).stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(lost_of(desk).read_text(encoding="utf-8").splitlines()))
    assert [row["email"] for row in rows] == lost
    for address in lost:
        assert standing(desk, address) != "active"


def test_who_is_lost_comes_back_by_the_file_with_consent_and_links(desk: ClockedStage) -> None:
    join(desk)
    before = desk.site.records.book().find(NEW)
    assert before is not None
    said = restore(desk, None, "--lost", str(lost_of(desk)), *WHY)
    assert "--lost PATH" not in said

    desk.run("subscribers", "import", str(lost_of(desk)))

    after = desk.site.records.book().find(NEW)
    assert after is not None
    assert (after.consented_at, after.names) == (before.consented_at, before.names)


def test_a_file_that_exists_is_not_overwritten_and_nothing_is_restored(desk: ClockedStage) -> None:
    join(desk)
    lost_of(desk).write_text("mine")

    assert "exists already" in desk.run(
        "restore", str(backup_of(desk)), "--yes", "--lost", str(lost_of(desk)), *WHY, status=2
    )
    assert standing(desk, NEW) == "active"
    assert lost_of(desk).read_text() == "mine"


def test_s12_what_is_written_is_an_export_with_its_reason(desk: ClockedStage) -> None:
    join(desk)
    lost = ("--lost", str(lost_of(desk)))

    refused = desk.run("restore", str(backup_of(desk)), "--yes", *lost, status=2)

    assert "--because" in refused
    assert standing(desk, NEW) == "active"
    restore(desk, None, *lost, *WHY)
    kinds = [(one.kind.value, one.people) for one in desk.site.records.accesses().find()]
    assert kinds[-2:] == [("backup-restored", 4), ("list-exported", 1)]


def test_without_the_option_it_is_said_how_to_write_them(desk: ClockedStage) -> None:
    join(desk)

    assert "--lost PATH --because TEXT writes them" in restore(desk)


def test_renewals_that_wait_for_an_answer_are_counted_and_the_answer_is_named(
    tmp_path: Path,
) -> None:
    house = House(tmp_path / "site")
    consented_long_ago(house)

    said = restore_in(house, copy_ledger(house, "backup.db"))

    assert "consent, confirmed again: 0 told since, 1 held until you answer" in said
    assert "notices send --after-restore" in house.stage.run("duties")


def test_of_a_damaged_ledger_nobody_knows_whom_it_loses(desk: ClockedStage) -> None:
    join(desk)
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(b"no database")

    said = restore(desk)

    assert "not in it" not in said
    assert "could not be read" in said


def suppress(desk: ClockedStage) -> None:
    desk.run("subscribers", "suppress", READERS[0], "--because", "반송")
    go_on(desk)


def put_back(desk: ClockedStage) -> None:
    desk.run("subscribers", "unsuppress", READERS[0], "--because", "통화", "--by", "Kim")


def suspend(desk: ClockedStage) -> None:
    _change(desk, "standing = 'suspended', standing_cause = 'bounced'")


def complain(desk: ClockedStage) -> None:
    _change(desk, "standing = 'suppressed', standing_cause = 'complained'")


def _change(desk: ClockedStage, values: str) -> None:
    at = f"{desk.site.now:%Y-%m-%d %H:%M:%S.%f}"
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE subscribers SET {values}, standing_since = ? WHERE address = ?",
            (at, READERS[0]),
        )
    go_on(desk)


@pytest.mark.parametrize("end", [suppress, suspend])
def test_who_was_put_back_between_two_restores_stays_so(
    desk: ClockedStage, end: Callable[[ClockedStage], None]
) -> None:
    end(desk)
    restore(desk)
    assert standing(desk, READERS[0]) != "active"
    put_back(desk)
    go_on(desk)

    said = restore(desk, kept(desk))

    assert standing(desk, READERS[0]) == "active"
    assert "not in it" not in said
    found = desk.site.records.book().find(READERS[0])
    assert found is not None
    assert (str(found.why.because), found.why.by) == ("통화", "Kim")
    restore(desk, kept(desk))  # of the ledger in which they were put back, too
    assert standing(desk, READERS[0]) == "active"
    desk.run("consent", "verify")


@pytest.mark.parametrize("end", [suppress, suspend])
def test_who_was_put_back_in_the_backup_stays_so_over_an_older_ledger(
    desk: ClockedStage, end: Callable[[ClockedStage], None]
) -> None:
    end(desk)
    older = desk.root.parent / "older.db"
    desk.run("backup", str(older))
    put_back(desk)
    back_up(desk)
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(older.read_bytes())

    said = restore(desk)

    assert "left or bounced" not in said
    assert standing(desk, READERS[0]) == "active"


def leave_after_all(desk: ClockedStage) -> None:
    leave(desk)
    go_on(desk)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (suppress, Standing.SUPPRESSED),
        (complain, Standing.SUPPRESSED),
        (leave_after_all, Standing.UNSUBSCRIBED),
    ],
)
def test_who_was_ended_after_they_were_put_back_is_not_put_back_again(
    desk: ClockedStage, end: Callable[[ClockedStage], None], expected: Standing
) -> None:
    suppress(desk)
    put_back(desk)
    older = desk.root.parent / "older.db"
    desk.run("backup", str(older))
    go_on(desk)
    end(desk)
    back_up(desk)
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(older.read_bytes())

    restore(desk)

    assert standing(desk, READERS[0]) == expected.value


def copy_ledger(house: House, name: str) -> Path:
    file = house.stage.root.parent / name
    house.stage.run("backup", str(file))
    house.move_clock(hours=1)
    return file


def restore_in(house: House, file: Path) -> str:
    said = house.stage.run("restore", str(file), "--yes")
    house.move_clock(hours=1)
    return said


def test_who_took_leaving_back_in_the_backup_stays_over_an_older_ledger(tmp_path: Path) -> None:
    house = House(tmp_path / "site")
    with served(house):
        house.post(house.leaving_path())
        links = links_of(house.mail())
    older = copy_ledger(house, "older.db")
    with served(house):
        for link in links:
            house.post(link)
        assert house.standing() == "active"
    file = copy_ledger(house, "backup.db")
    (house.stage.root / "newsletter.db").write_bytes(older.read_bytes())

    restore_in(house, file)

    with served(house):
        assert house.standing() == "active"


def consented_long_ago(house: House) -> None:
    day = (house.site.now - TWO_YEARS + timedelta(days=5)).date().isoformat()
    house.stage.run("subscribers", "add", NEW, "--consented-at", day)


def kinds(house: House) -> list[str]:
    return [one["kind"] for one in json.loads(house.stage.run("notices", "due", "--json"))]


def ask_before(house: House) -> Path:
    """The backup has the question, which is answered after it."""
    house.stage.run("notices", "send")
    return copy_ledger(house, "backup.db")


def ask_after(house: House) -> Path:
    file = copy_ledger(house, "backup.db")
    house.stage.run("notices", "send")
    return file


@pytest.mark.parametrize("ask", [ask_before, ask_after])
def test_a_consent_that_was_confirmed_again_after_the_backup_stays_confirmed(
    tmp_path: Path, ask: Callable[[House], Path]
) -> None:
    house = House(tmp_path / "site", renewal_silence="removed")
    consented_long_ago(house)
    file = ask(house)
    with served(house):
        house.post(links_of(house.mail())[0])
        confirmed = house.reader(NEW).reconfirmed_at

    restore_in(house, file)

    with served(house):
        assert confirmed is not None
        assert house.reader(NEW).reconfirmed_at == confirmed
    assert kinds(house) == []
    assert "confirmed again" in house.stage.run("consent", "show", NEW)
    assert "all as they were recorded" in house.stage.run("consent", "verify")
    restore_in(house, file)
    house.move_clock(days=40)
    house.stage.run("notices", "send")
    with served(house):
        assert house.standing(NEW) == "active"
        acts = [one.act.value for one, _ in house.site.records.consents().find(NEW)]
    assert sorted(acts) == ["agreed", "renewed"]


def leave_by_link(house: House) -> None:
    house.post(house.leaving_path(NEW))


def leave_by_office(house: House) -> None:
    house.stage.run("subscribers", "remove", NEW, "--by", "Kim")


def end_by_office(house: House) -> None:
    house.stage.run("subscribers", "suppress", NEW, "--by", "Kim", "--because", "on the phone")


@pytest.mark.parametrize("end", [leave_by_link, leave_by_office, end_by_office])
@pytest.mark.parametrize("ask", [ask_before, ask_after])
def test_who_confirmed_a_consent_again_and_left_later_has_left(
    tmp_path: Path, ask: Callable[[House], Path], end: Callable[[House], None]
) -> None:
    house = House(tmp_path / "site")
    consented_long_ago(house)
    file = ask(house)
    with served(house):
        house.post(links_of(house.mail())[0])
    house.move_clock(days=3)
    with served(house):
        end(house)
        standing, acts = house.standing(NEW), acts_of(house)

    for _ in range(2):
        restore_in(house, file)

        assert "all as they were recorded" in house.stage.run("consent", "verify")
        with served(house):
            assert house.standing(NEW) == standing
            assert acts_of(house) == acts


def test_who_was_put_back_since_and_confirmed_a_consent_again_is_active(tmp_path: Path) -> None:
    house = House(tmp_path / "site")
    consented_long_ago(house)
    end_by_office(house)
    file = copy_ledger(house, "backup.db")
    house.move_clock(hours=1)
    house.stage.run("subscribers", "unsuppress", NEW, "--by", "Kim", "--because", "asked")
    house.stage.run("notices", "send")
    with served(house):
        house.post(links_of(house.mail())[0])

    for _ in range(2):
        restore_in(house, file)

        assert "all as they were recorded" in house.stage.run("consent", "verify")
        with served(house):
            assert house.standing(NEW) == "active"
            assert acts_of(house).count("renewed") == 1


def acts_of(house: House) -> list[str]:
    return [one.act.value for one, _ in house.site.records.consents().find(NEW)]


def test_what_became_of_results_is_said_by_kind(tmp_path: Path) -> None:
    house = House(tmp_path / "site")
    with served(house):
        house.post(house.leaving_path("r2@example.org"))
    file = copy_ledger(house, "backup.db")
    with served(house):
        house.post(house.leaving_path())
        house.mails()

    first, second = restore_in(house, file), restore_in(house, file)

    for said in (first, second):
        assert "result of unsubscribing: 2 told since, 0 held until you answer" in said
        assert "result of consent" not in said


def test_results_that_wait_in_the_backup_are_said_to_be_held(tmp_path: Path) -> None:
    house = House(tmp_path / "site")
    with served(house):
        house.post(house.leaving_path())

    said = restore_in(house, copy_ledger(house, "backup.db"))

    assert "result of unsubscribing: 0 told since, 1 held until you answer" in said


@pytest.mark.parametrize(
    ("days", "held"),
    [(0, 0), (1, 1), (3, 1)],
)
@pytest.mark.parametrize(
    "restored_at",
    [
        datetime(2022, 8, 25, 23, 0, tzinfo=UTC),  # 08:00 of the 26th in Seoul
        datetime(2022, 8, 26, 14, 0, tzinfo=UTC),  # 23:00
    ],
)
def test_a_result_of_the_day_of_the_restore_is_told_at_once(
    tmp_path: Path, restored_at: datetime, days: int, held: int
) -> None:
    """Only the day is known; what is declared by a day before may have been told already."""
    house = House(tmp_path / "site")
    house.site.now = restored_at
    house.stage.run("backup", str(tmp_path / "backup.db"))
    house.stage.run("restore", str(tmp_path / "backup.db"), "--yes")
    house.move_clock(minutes=10)
    day = house.site.now.astimezone(house.site.zone()).date() - timedelta(days=days)

    house.stage.run("subscribers", "add", NEW, "--consented-at", day.isoformat())

    assert ("Held" in house.stage.run("notices", "due")) == bool(held)
    with served(house):
        house.mails()
    assert len(house.results) == 1 - held


def refuse_rows(desk: ClockedStage) -> Path:
    """Have the reader's row refused to a file, which then cannot be read."""
    file, rejects = desk.root / "event.csv", desk.root / "rejects.csv"
    file.write_text(f"email,consented_at\n{READERS[0]},never\n", encoding="utf-8")
    desk.run("subscribers", "import", str(file), "--rejects", str(rejects), status=1)
    file.unlink()
    return rejects


@pytest.mark.parametrize("others", [False, True])
def test_what_an_unfinished_erasure_owes_is_not_forgotten(desk: ClockedStage, others: bool) -> None:
    rejects = refuse_rows(desk)
    back_up(desk)
    whole = rejects.read_bytes()
    rejects.write_bytes(whole + b"\xff\n")
    assert "files that cannot be changed" in desk.run("subscribers", "erase", READERS[0], "--yes")
    if others:
        desk.run("subscribers", "erase", READERS[1], "--yes")
    go_on(desk)
    restore(desk)
    assert find_traces(desk.root, [READERS[0]]) == [("rejects.csv", READERS[0])]

    rejects.write_bytes(whole)
    desk.run("subscribers", "erase", "--due")

    assert find_traces(desk.root, [READERS[0]]) == []


def test_what_a_dispatch_kept_in_the_ledger_until_now_is_taken_out_of_its_copy(
    desk: ClockedStage,
) -> None:
    """An erasure that waits for a dispatch: its answer may have been recorded afterwards."""
    desk.run("dispatch", ISSUE_ID, "--yes")
    back_up(desk)
    desk.run("subscribers", "erase", READER, "--yes")
    with desk.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE erasures SET done_at = NULL, remains = 'dispatch'")
        connection.exec_driver_sql(
            "UPDATE deliveries SET answer = ? WHERE address = '(erased)'", (f"550 no {READER}",)
        )
    restore(desk)
    assert [name for name, _ in find_traces(desk.root, [READER])] == [kept(desk).name]

    desk.run("subscribers", "erase", "--due")

    assert find_traces(desk.root, [READER]) == []


def never_again(desk: ClockedStage) -> None:
    with desk.site.records.database.begin() as connection:
        block(connection, READERS[0], desk.site.now, "reader")


def suppressed_and_erased(desk: ClockedStage) -> None:
    suppress(desk)
    desk.run("subscribers", "erase", READERS[0], "--yes", "--now")


@pytest.mark.parametrize("close", [never_again, suppressed_and_erased])
def test_who_was_let_ask_again_between_two_restores_may_ask(
    desk: ClockedStage, close: Callable[[ClockedStage], None]
) -> None:
    close(desk)
    go_on(desk)
    back_up(desk)
    desk.run("subscribers", "unblock", READERS[0])
    go_on(desk)

    for _ in range(2):
        restore(desk)

        assert "not blocked" in desk.run("subscribers", "unblock", READERS[0], status=1)
        go_on(desk)


@pytest.mark.parametrize("close", [never_again, suppressed_and_erased])
def test_who_closed_the_address_after_they_were_let_ask_may_not(
    desk: ClockedStage, close: Callable[[ClockedStage], None]
) -> None:
    close(desk)
    go_on(desk)
    desk.run("subscribers", "unblock", READERS[0])
    go_on(desk)
    back_up(desk)
    if close is suppressed_and_erased:
        desk.run("subscribers", "add", READERS[0], "--consented-at", desk.site.now.isoformat())
    close(desk)
    go_on(desk)

    restore(desk)

    assert "may ask" in desk.run("subscribers", "unblock", READERS[0])


def journal_of(desk: ClockedStage) -> Path:
    return desk.root / "newsletter.db.erased"


def test_a_journal_that_was_deleted_is_written_by_the_next_command(desk: ClockedStage) -> None:
    suppressed_and_erased(desk)
    go_on(desk)
    desk.run("subscribers", "list")
    before = journal_of(desk).read_text()
    journal_of(desk).unlink()

    desk.restart()
    desk.run("subscribers", "list")

    assert journal_of(desk).read_text() == before
    assert journal_of(desk).stat().st_mode & 0o777 == 0o600


def test_the_journal_says_who_was_let_ask_again(desk: ClockedStage) -> None:
    """So that they may, also where the ledger is lost with what it knows."""
    suppressed_and_erased(desk)
    go_on(desk)
    desk.run("subscribers", "unblock", READERS[0])
    desk.restart()
    desk.run("subscribers", "list")
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(b"no database")

    restore(desk)

    assert standing(desk, READERS[0]) is None
    assert "not blocked" in desk.run("subscribers", "unblock", READERS[0], status=1)
