"""S4: a result is owed until it is told, or until a person has settled it: no time ends that."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from newsletter.subscribers.address import address_of
from tests.web.house import READER, House

NEW: Final = "new@example.org"
SERVER: Final = "smtp://mx.example.org"
DELIVERED: Final = "outbox:outbox?delivers=yes"
AGES: Final = pytest.mark.parametrize("days", [15, 61, 400])


def owed(house: House) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = json.loads(house.stage.run("notices", "due", "--json"))
    return [one for one in found if one["kind"] != "renewal"]


def overdue(house: House, duty: str = "results") -> int:
    """Return how many of a duty are overdue, which the exit status has to say, too."""
    result = house.stage.invoke("duties", "--json")
    found = {one["duty"]: one for one in json.loads(result.stdout)}
    assert result.exit_code == int(any(one["overdue"] for one in found.values()))
    return int(found[duty]["overdue"])


def set_way(house: House, mail_url: str) -> None:
    house.stage.environ["NEWSLETTER_MAIL_URL"] = mail_url
    house.stage.restart()
    house.site = house.stage.site
    house.open()


def take_in(house: House, heading: str, rows: Mapping[str, int | None], name: str = "a") -> None:
    """Import a file: addresses, and how many days ago each of them did what *heading* says."""
    today = (house.site.now + timedelta(hours=9)).date()  # in Seoul
    days = {who: "" if n is None else str(today - timedelta(days=n)) for who, n in rows.items()}
    file = house.stage.root / f"{name}.csv"
    file.write_text("\n".join([heading, *(f"{who},{day}" for who, day in days.items()), ""]))
    house.stage.run("subscribers", "import", str(file))


def execute(house: House, statement: str) -> None:
    with house.site.records.database.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount


@AGES
def test_s4_the_result_of_a_files_consent_stays_owed(tmp_path: Path, days: int) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    take_in(house, "email,consented_at", {NEW: 3})

    house.move_clock(days=days)

    assert overdue(house) == 1
    house.stage.run("notices", "send")
    house.mails()
    assert [mail["To"] for mail in house.results] == [NEW]
    assert (overdue(house), owed(house)) == (0, [])


@AGES
def test_s4_the_result_of_a_files_withdrawal_of_a_reader_stays_owed(
    tmp_path: Path, days: int
) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    away = {READER: 3, "r3@example.org": 20, "elsewhere@example.org": 1}
    take_in(house, "email,unsubscribed_at", away)
    file = house.stage.root / "today.csv"
    file.write_text("email,status\nr2@example.org,unsubscribed\nstranger@example.org,left\n")
    house.stage.run("subscribers", "import", str(file))

    house.move_clock(days=days)

    assert [(one["address"], one["kind"]) for one in owed(house)] == [
        ("r3@example.org", "left"),
        (READER, "left"),
        ("r2@example.org", "left"),
    ]
    assert overdue(house) == 3
    house.stage.run("notices", "send")
    told = sorted(mail["To"] for mail in house.mails())
    assert told == [READER, "r2@example.org", "r3@example.org"]
    assert (overdue(house), owed(house)) == (0, [])


@pytest.mark.parametrize("again", [1, 20, 100])
def test_s4_a_file_that_is_imported_again_hides_nothing_that_is_owed(
    tmp_path: Path, again: int
) -> None:
    house = House(tmp_path)
    take_in(house, "email,consented_at", {NEW: 3})
    take_in(house, "email,unsubscribed_at", {READER: 3}, "left")
    house.move_clock(days=again)

    agreed = (house.site.now + timedelta(hours=9)).date() - timedelta(days=3 + again)
    file = house.stage.root / "again.csv"
    file.write_text(f"email,consented_at,name\n{NEW},{agreed},Renamed\n")
    house.stage.run("subscribers", "import", str(file))
    take_in(house, "email,unsubscribed_at", {READER: 3 + again}, "left")
    house.move_clock(days=40)

    assert {(one["address"], one["kind"]) for one in owed(house)} == {
        (NEW, "agreed"),
        (READER, "left"),
    }
    assert overdue(house) == 2


@pytest.mark.parametrize("days", [0, 1, 15, 61, 400])
@pytest.mark.parametrize("file_before", [False, True])
def test_s4_an_old_list_that_is_taken_over_owes_no_results(
    tmp_path: Path, days: int, *, file_before: bool
) -> None:
    house = House(tmp_path)
    if file_before:
        take_in(house, "email,consented_at", {"first@example.org": 30}, "first")
        house.move_clock(days=800)
    ages = {f"a{age}@example.org": age for age in (15, 16, 200, 700)}
    take_in(house, "email,consented_at", ages | {"undated@example.org": None})
    take_in(house, "email,unsubscribed_at", {"b1@example.org": 0, "b2@example.org": 300}, "left")

    house.move_clock(days=days)

    assert owed(house) == []
    take_in(house, "email,consented_at", {who: age + days for who, age in ages.items()})
    assert owed(house) == []


@AGES
def test_s4_a_result_that_exists_only_in_a_folder_stays_owed(tmp_path: Path, days: int) -> None:
    house = House(tmp_path)
    house.subscribe()
    house.post(house.leaving_path())
    house.mails()
    assert owed(house) == []  # as long as mails go there

    set_way(house, SERVER)
    house.move_clock(days=days)

    assert {(one["address"], one["kind"]) for one in owed(house)} == {
        (NEW, "agreed"),
        (READER, "left"),
    }
    assert overdue(house) == 2


@AGES
def test_s4_a_result_that_somebody_asked_for_stays_owed(tmp_path: Path, days: int) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    house.post(house.leaving_path())

    house.move_clock(days=days)

    assert [one["state"] for one in owed(house)] == ["pending"]
    assert overdue(house) == 1


@pytest.mark.parametrize("state", ["pending", "refused", "unknown", "came back"])
@pytest.mark.parametrize("declared", ["agreed", "left"])
@pytest.mark.parametrize("way", [DELIVERED, "outbox:outbox"])
def test_s4_what_did_not_arrive_is_listed_until_a_person_settles_it(
    tmp_path: Path, state: str, declared: str, way: str
) -> None:
    house = House(tmp_path, mail_url=way)
    address = NEW if declared == "agreed" else READER
    did_not_arrive(house, declared, state)
    duty = "results" if state == "pending" else "unproven"
    assert overdue(house, duty) == 0
    assert [one["address"] for one in owed(house)] == [address]

    house.move_clock(days=100)

    assert overdue(house, duty) == 1
    assert house.stage.invoke("notices", "settle", address).exit_code  # says no reason
    assert house.stage.invoke("notices", "settle", "r2@example.org", "--because", "x").exit_code
    assert overdue(house, duty) == 1
    house.stage.run("notices", "settle", address, "--because", "by telephone", "--by", "Kim")
    assert (overdue(house, duty), owed(house)) == (0, [])
    house.stage.run("notices", "send")
    assert (house.mails(), owed(house)) == ([], [])
    [seen] = house.site.records.accesses().find_about(address_of(address).key)[-1:]
    assert (seen.kind, seen.because) == ("notices-settled", "by telephone")
    set_way(house, SERVER)
    assert owed(house) == []


def did_not_arrive(house: House, declared: str, state: str) -> None:
    if declared == "agreed":
        house.subscribe()
    else:
        house.post(house.leaving_path())
    if state == "pending":
        return
    house.mails()
    if state == "came back":
        execute(house, CAME_BACK.format(kind=declared))
    else:
        execute(house, f"UPDATE mails SET state = '{state}' WHERE kind = '{declared}'")


CAME_BACK: Final = (
    "INSERT INTO feedback_events (source, raw_id, received_at, kind, bounce_class, proof,"
    " mail_name, action) SELECT 'mail', 'x', begun_at, 'bounce', 'hard', 'address', name, 'note'"
    " FROM mails WHERE kind = '{kind}'"
)


def test_s4_a_notice_that_only_waits_on_its_way_has_not_come_back(tmp_path: Path) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    did_not_arrive(house, "left", "came back")
    execute(house, "UPDATE feedback_events SET kind = 'delay'")

    assert owed(house) == []


@pytest.mark.parametrize("state", ["refused", "unknown", "came back"])
def test_s4_what_a_reader_declares_later_is_what_counts(tmp_path: Path, state: str) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    did_not_arrive(house, "agreed", state)
    house.post(house.leaving_path(NEW))
    house.mails()

    house.move_clock(days=20)

    assert owed(house) == []


@pytest.mark.parametrize("state", ["refused", "unknown", "came back"])
def test_s4_whoever_complained_is_owed_nothing_more(tmp_path: Path, state: str) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    did_not_arrive(house, "agreed", state)
    execute(
        house,
        "UPDATE subscribers SET standing = 'suppressed', standing_cause = 'complained'"
        f" WHERE address_key = '{NEW}'",
    )

    assert owed(house) == []


@pytest.mark.parametrize("what", ["waits", "settled"])
@pytest.mark.parametrize("in_backup", ["nothing", "pending", "refused"])
def test_s4_a_restore_neither_forgets_what_is_owed_nor_what_was_settled(
    tmp_path: Path, what: str, in_backup: str
) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    file = house.stage.root / "early.db"
    if in_backup == "nothing":
        house.stage.run("backup", str(file))
    house.stage.run("subscribers", "remove", READER, "--by", "Kim")
    if in_backup != "nothing":
        execute(house, f"UPDATE mails SET state = '{in_backup}'")
        house.stage.run("backup", str(file))
    house.move_clock(hours=1)
    if what == "settled":
        house.stage.run("notices", "settle", READER, "--because", "by telephone")
    house.move_clock(hours=1)
    house.site.records.close()

    house.stage.run("restore", str(file), "--yes")
    house.move_clock(days=20)

    kinds: Sequence[str] = [one["kind"] for one in owed(house)]
    assert kinds == (["left"] if what == "waits" else [])
    assert overdue(house, "unproven" if in_backup == "refused" else "results") == len(kinds)
