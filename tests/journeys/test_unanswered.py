"""S5: nobody is written to after the day on which they were told that their subscription ends."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from newsletter.lang import Preference
from newsletter.subscribers.decisions import enrol
from tests.subscribers.makers import make_row
from tests.web.house import House, links_of

DELIVERED: Final = "outbox:outbox?delivers=yes"
SILENT: Final = "silent@example.net"
ANSWERS: Final = "answers@example.net"
ASKED: Final = datetime(2022, 8, 1, 3, tzinfo=UTC)
CONSENTED: Final = datetime(2020, 8, 20, 3, tzinfo=UTC)  # until 19 August 2022
ISSUE: Final = "2022-08"


def asked(folder: Path, silence: str = "removed", mail_url: str = DELIVERED) -> House:
    """Ask two readers, of whom one answers."""
    house = House(folder, renewal_silence=silence, mail_url=mail_url)
    house.site.now = ASKED
    for address in (SILENT, ANSWERS):
        with house.site.records.book().opened() as page:
            enrol(make_row(address, "", Preference.KO, CONSENTED), page, house.site.now)
    house.stage.run("notices", "send")
    mails = {mail["To"]: mail for mail in house.mails()}
    house.post(links_of(mails[ANSWERS])[0])
    return house


def unanswered(house: House) -> dict[str, Any]:
    result = house.stage.invoke("duties", "--json")
    found = {one["duty"]: one for one in json.loads(result.stdout)}
    is_overdue = any(one["overdue"] for one in found.values())
    assert result.exit_code == int(is_overdue)
    duty: dict[str, Any] = found["unanswered"]
    return duty


def sent_to(house: House) -> set[str]:
    query = "SELECT address FROM deliveries WHERE state = 'accepted'"
    with house.site.records.database.connect() as connection:
        return {row.address for row in connection.exec_driver_sql(query)}


def on(house: House, day: int) -> None:
    house.site.now = ASKED.replace(day=day)


def test_s5_whoever_has_not_answered_is_named_until_the_subscription_ends(tmp_path: Path) -> None:
    house = asked(tmp_path)
    on(house, 19)
    assert (unanswered(house)["due"], unanswered(house)["overdue"]) == (0, 0)

    on(house, 20)
    assert (unanswered(house)["due"], unanswered(house)["overdue"]) == (1, 0)
    on(house, 21)
    assert (unanswered(house)["due"], unanswered(house)["overdue"]) == (0, 1)

    assert "Subscriptions not confirmed in time" in house.stage.run("duties", status=1)
    [listed] = json.loads(house.stage.run("notices", "due", "--json"))
    assert (listed["address"], listed["unanswered_since"]) == (SILENT, "2022-08-19")
    assert listed["overdue"] is False
    said = house.stage.run("notices", "due")
    assert "not answered" in said
    assert "1 subscriptions that nobody confirmed in time" in said
    said = house.stage.run("notices", "send", "--dry-run")
    assert "1 subscriptions that nobody confirmed in time" in said
    assert house.standing(SILENT) == "active"
    assert "Ended" in house.stage.run("notices", "send")
    assert (house.standing(SILENT), house.standing(ANSWERS)) == ("unsubscribed", "active")
    assert (unanswered(house)["due"], unanswered(house)["overdue"]) == (0, 0)
    assert json.loads(house.stage.run("notices", "due", "--json")) == []


@pytest.mark.parametrize("day", [19, 20, 26])
def test_s5_a_dispatch_ends_first_what_has_to_end(tmp_path: Path, day: int) -> None:
    house = asked(tmp_path)
    on(house, day)
    dry = house.stage.run("dispatch", ISSUE, "--dry-run")
    assert house.standing(SILENT) == "active"

    said = house.stage.run("dispatch", ISSUE, "--yes")

    has_ended = day > 19
    assert ("they end first and get no email" in dry) is has_ended
    assert ("they end first and get no email" in said) is has_ended
    assert (SILENT in sent_to(house)) is not has_ended
    assert ANSWERS in sent_to(house)
    assert house.standing(SILENT) == ("unsubscribed" if has_ended else "active")


def test_s5_a_dispatch_that_goes_on_after_the_day_leaves_them_out(tmp_path: Path) -> None:
    house = asked(tmp_path)
    on(house, 19)
    house.stage.run("dispatch", ISSUE, "--yes", "--limit", "1", status=4)
    assert SILENT not in sent_to(house)

    on(house, 20)
    house.stage.run("dispatch", ISSUE, "--yes")

    assert SILENT not in sent_to(house)
    assert ANSWERS in sent_to(house)
    assert house.standing(SILENT) == "unsubscribed"


def test_s5_an_appointment_ends_them_at_its_time(tmp_path: Path) -> None:
    house = asked(tmp_path)
    house.site.now = datetime(2022, 8, 19, 14, 50, tzinfo=UTC)  # 23:50 in Seoul
    house.stage.run("dispatch", ISSUE, "--at", "2022-08-20 00:10", "--yes", "--no-wait")
    assert house.standing(SILENT) == "active"

    house.move_clock(minutes=30)
    house.stage.run("dispatch", "--due")

    assert SILENT not in sent_to(house)
    assert ANSWERS in sent_to(house)


@pytest.mark.parametrize(
    ("silence", "mail_url"), [("kept", DELIVERED), ("removed", "outbox:outbox")]
)
def test_s5_nobody_is_left_out_whom_nobody_has_told_so(
    tmp_path: Path, silence: str, mail_url: str
) -> None:
    house = asked(tmp_path, silence, mail_url)
    house.site.now += timedelta(days=40)

    house.stage.run("dispatch", ISSUE, "--yes")

    assert unanswered(house)["overdue"] == 0
    assert SILENT in sent_to(house)
    assert house.standing(SILENT) == "active"
