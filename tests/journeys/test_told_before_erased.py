"""S4, S10: a result is sent before its reader is erased, wherever both are done."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from newsletter.desk.erasing import erase_due
from newsletter.web.mail_thread import AFTER_A_FAULT_S, LAST_AFTER, Chore, MailThread
from tests.web.house import READER, House

DELIVERED: Final = "outbox:outbox?delivers=yes"
EVERY: Final = timedelta(days=1)


def open_thread(house: House) -> MailThread:
    """Open the thread of a server, whose steps the test takes."""
    last = (Chore(EVERY, partial(erase_due, house.site)),)
    return MailThread(house.room, (Chore(EVERY, house.room.keep_up),), last)


def duty(house: House, name: str) -> dict[str, object]:
    found = json.loads(house.stage.invoke("duties", "--json").stdout)
    return next(one for one in found if one["duty"] == name)


def addresses(house: House) -> list[str]:
    with house.site.records.database.connect() as connection:
        rows = connection.exec_driver_sql("SELECT address FROM mails WHERE kind = 'left'")
        return [row.address for row in rows]


@pytest.mark.parametrize("days", [31, 45, 400])
def test_s4_s10_a_server_that_was_down_tells_before_it_erases(tmp_path: Path, days: int) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    house.post(house.leaving_path())
    house.move_clock(days=days)

    open_thread(house)._send()
    assert [mail["To"] for mail in house.mails()] == [READER]
    assert duty(house, "erasures")["overdue"] == 0
    house.move_clock(days=1)
    open_thread(house)._send()

    assert house.find(READER) is None
    assert addresses(house) == []


def test_s4_s10_a_crowd_is_told_before_anybody_is_erased(tmp_path: Path) -> None:
    house = House(tmp_path, readers=150, mail_url=DELIVERED)
    for number in range(1, 151):
        house.post(house.leaving_path(f"r{number}@example.org"))
    house.move_clock(days=31)
    thread = open_thread(house)

    assert thread._send() == 0.0
    assert len(addresses(house)) == 150
    while thread._send() == 0.0:
        pass

    assert len(house.mails()) == 150
    assert len(addresses(house)) == 150
    house.move_clock(days=1)
    open_thread(house)._send()
    assert addresses(house) == []


def test_s4_s10_while_no_mail_leaves_nobody_is_erased_for_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path, mail_url="smtp://127.0.0.1:1")  # nobody listens there
    house.post(house.leaving_path())
    house.move_clock(days=31)
    thread = open_thread(house)

    assert thread._send() == AFTER_A_FAULT_S
    assert addresses(house) == [READER]
    monkeypatch.setattr("newsletter.web.mail_thread.LAST_AFTER", -LAST_AFTER)  # a day has passed
    thread._send()

    assert addresses(house) == []


def test_s4_s10_a_short_time_to_erasure_waits_for_the_result(tmp_path: Path) -> None:
    house = House(tmp_path, mail_url=DELIVERED, erase_after="1")
    house.post(house.leaving_path())
    house.move_clock(days=4)

    said = house.stage.run("subscribers", "erase", "--due")
    assert "not told yet that they are unsubscribed, or only within the last hour: 1" in said
    assert duty(house, "erasures")["overdue"] == 0
    assert [mail["To"] for mail in house.mails()] == [READER]
    assert duty(house, "erasures")["overdue"] == 0
    house.move_clock(hours=2)
    assert duty(house, "erasures")["overdue"] == 1
    said = house.stage.run("subscribers", "erase", "--due")

    assert "not told yet" not in said
    assert house.find(READER) is None


@pytest.mark.parametrize(("days", "is_erased"), [(13, False), (14, False), (15, True)])
def test_s4_s10_a_result_that_is_late_keeps_nobody(
    tmp_path: Path, days: int, *, is_erased: bool
) -> None:
    house = House(tmp_path, mail_url=DELIVERED, erase_after="1")
    house.post(house.leaving_path())

    house.move_clock(days=days)
    house.stage.run("subscribers", "erase", "--due")

    assert (house.find(READER) is None) is is_erased


def test_s10_a_person_who_orders_an_erasure_is_told_what_goes_with_it(tmp_path: Path) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    house.post(house.leaving_path())

    said = house.stage.run("subscribers", "erase", READER, "--yes")

    assert "1 notices were not sent yet" in said
    assert "the erasure removes them" in said
    assert house.find(READER) is None
