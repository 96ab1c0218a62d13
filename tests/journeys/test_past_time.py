"""What is past its time goes, and what is due stays due until it is done."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

from newsletter.desk.erasing import erase_due
from newsletter.storage.access_tables import access_reviews, accesses
from newsletter.storage.breach_tables import breach_notices, breaches
from newsletter.storage.feedback_tables import feedback_events
from tests.journeys.leaking import make_house
from tests.postgresql import postgresql
from tests.traces import find_traces
from tests.web.house import House

ASKED: Final = "asked.only@example.net"
ERASE_DUE: Final = ("subscribers", "erase", "--due", "--yes")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    made = make_house(request, tmp_path, monkeypatch)
    yield made
    made.site.close()


def go_to(house: House, *day: int) -> None:
    year, month, number = day
    house.site.now = datetime(year, month, number, 3, tzinfo=UTC)


def duty(house: House, kind: str) -> Mapping[str, Any]:
    said: list[Mapping[str, Any]] = json.loads(house.stage.invoke("duties", "--json").stdout)
    [found] = [one for one in said if one["duty"] == kind]
    return found


def look(house: House) -> None:
    house.stage.run("subscribers", "list", "--because", "a question")


def count(house: House, table: Any) -> int:
    with house.site.records.database.connect() as connection:
        return len(connection.execute(select(table)).all())


def test_each_month_that_nobody_has_reviewed_is_due_until_somebody_does(house: House) -> None:
    for month in (9, 10, 12):  # in November nobody looked
        go_to(house, 2022, month, 10)
        look(house)

    go_to(house, 2023, 1, 5)
    assert duty(house, "review") == {
        "duty": "review",
        "due": 1,
        "overdue": 2,
        "until": "2022-10-31",
        "month": "2022-09",
    }
    said = house.stage.run("duties", status=1)
    assert "the oldest: 2022-09" in said
    assert "Next: newsletter access review --month 2022-09" in said

    done = house.stage.run("access", "review", "--month", "2022-09", "--by", "Kim", "--yes")
    assert done.rstrip().endswith("newsletter access review --month 2022-10")
    house.stage.run("access", "review", "--month", "2022-12", "--by", "Kim", "--yes")
    assert [duty(house, "review")[name] for name in ("due", "overdue", "month")] == [
        *(0, 1, "2022-10")
    ]
    house.stage.run("access", "review", "--month", "2022-10", "--by", "Lee", "--yes")
    assert [duty(house, "review")[name] for name in ("due", "overdue", "month", "until")] == [
        *(0, 0, None, None)
    ]


def test_a_month_is_due_until_its_accesses_are_past_their_time(house: House) -> None:
    go_to(house, 2022, 9, 10)
    look(house)

    go_to(house, 2024, 9, 9)
    assert duty(house, "review")["overdue"] == 1
    go_to(house, 2024, 9, 12)  # nobody has deleted them yet
    assert duty(house, "review")["overdue"] == 0


def test_the_day_of_a_month_is_that_of_the_publication(house: House) -> None:
    house.site.now = datetime(2022, 9, 30, 15, 30, tzinfo=UTC)  # in Seoul it is October
    look(house)

    go_to(house, 2022, 12, 1)
    assert duty(house, "review")["month"] == "2022-10"


def test_accesses_and_reviews_go_after_two_years_though_nobody_looks_any_more(
    house: House,
) -> None:
    go_to(house, 2022, 9, 10)
    look(house)
    go_to(house, 2022, 10, 2)
    house.stage.run("access", "review", "--month", "2022-09", "--by", "Kim", "--yes")

    go_to(house, 2024, 9, 20)
    erase_due(house.site)  # what a server does each day
    assert (count(house, accesses), count(house, access_reviews)) == (0, 1)
    go_to(house, 2024, 10, 4)
    erase_due(house.site)

    assert (count(house, accesses), count(house, access_reviews)) == (0, 0)
    assert duty(house, "review")["due"] == 0


def receive(house: House, *subjects: str) -> None:
    """Let people write to the bounce mailbox, and read that."""
    house.stage.root.chmod(0o700)
    mailbox = house.stage.root / "Maildir"
    for name in ("cur", "new", "tmp"):
        (mailbox / name).mkdir(parents=True)
    for number, words in enumerate(subjects):
        mail = f"From: Some One <w{number}@example.com>\r\nSubject: {words}\r\n\r\n{words}.\r\n"
        (mailbox / "new" / f"{number}.x").write_bytes(mail.encode())
    house.stage.run("feedback", "read", f"maildir:{mailbox}")


@pytest.mark.parametrize("by_server", [True, False])
def test_kept_mails_go_after_90_days_though_nobody_reads_any_more(
    house: House, by_server: bool
) -> None:
    go_to(house, 2022, 8, 26)
    receive(house, "A question", "Please unsubscribe me", "Thank you")
    kept = list((house.stage.root / "feedback").glob("*.eml"))
    assert len(kept) == 3
    kept[0].unlink()  # by hand; who wrote it is in the database

    go_to(house, 2022, 11, 24)
    assert [duty(house, "kept-mails")[name] for name in ("due", "overdue")] == [3, 0]
    go_to(house, 2022, 11, 27)
    assert [duty(house, "kept-mails")[name] for name in ("due", "overdue")] == [0, 3]
    if by_server:
        erase_due(house.site)
    else:
        assert "kept mails past their time: 2" in house.stage.run(*ERASE_DUE)

    assert not list((house.stage.root / "feedback").glob("*.eml"))
    with house.site.records.database.connect() as connection:
        of = feedback_events.c
        assert set(connection.execute(select(of.sender, of.subject))) == {(None, None)}
    assert [duty(house, "kept-mails")[name] for name in ("due", "overdue")] == [0, 0]


def drill(house: House) -> None:
    """Let somebody ask to subscribe, and write a drill to everybody."""
    go_to(house, 2022, 8, 26)
    house.ask(address=ASKED)
    house.mails()
    house.stage.run("breach", "leak.yaml", "--drill")
    for path in (house.stage.root / "outbox").glob("mail.*"):
        path.unlink()


@pytest.mark.parametrize("by_server", [True, False])
def test_whom_a_drill_was_written_to_is_forgotten_after_two_weeks(
    house: House, by_server: bool
) -> None:
    drill(house)
    other = house.stage.root / "outbox" / "notice.of-another@example.org.eml"
    other.write_text("To: somebody@example.org\n\n", encoding="utf-8")
    assert [duty(house, "drills")[name] for name in ("due", "overdue", "until")] == [
        *(3, 0, "2022-09-09")
    ]

    go_to(house, 2022, 9, 8)
    house.stage.run(*ERASE_DUE)
    assert count(house, breach_notices) == 3
    house.move_clock(days=3)
    assert duty(house, "drills")["overdue"] == 3
    if by_server:
        erase_due(house.site)
    else:
        assert "notices of drills: 3" in house.stage.run(*ERASE_DUE)

    assert (count(house, breach_notices), count(house, breaches)) == (0, 1)
    assert list((house.stage.root / "outbox").glob("notice.*")) == [other]
    assert duty(house, "drills") == {"duty": "drills", "due": 0, "overdue": 0, "until": None}


def test_a_notice_in_earnest_is_no_drill_and_stays(house: House) -> None:
    go_to(house, 2022, 8, 26)
    house.stage.run("breach", "leak.yaml", "--yes", "--no-wait")

    house.move_clock(days=400)
    erase_due(house.site)

    assert count(house, breach_notices) == 2
    assert len(list((house.stage.root / "outbox").glob("notice.*"))) == 2


def test_an_ordered_erasure_reaches_a_drill_at_once(house: House) -> None:
    drill(house)

    house.move_clock(hours=1)
    house.stage.run("subscribers", "erase", ASKED, "--yes")

    assert count(house, breach_notices) == 3  # one of nobody
    house.site.records.close()
    assert find_traces(house.stage.root, [ASKED]) == []


def test_what_cannot_be_deleted_is_said(house: House) -> None:
    drill(house)
    outbox = house.stage.root / "outbox"
    (house.stage.root / "feedback").symlink_to(outbox)  # refused, as others may read there

    house.move_clock(days=20)
    said = house.stage.run(*ERASE_DUE)

    assert f"{house.stage.root}/feedback" in said.replace("\n", "")
    assert not list(outbox.glob("notice.*"))
