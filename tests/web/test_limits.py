"""No form is a weapon: how many mails strangers can cause, by address, network and in all."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from newsletter.mails.limits import HOUR
from newsletter.storage.mail_tables import mails
from tests.web.house import House, words_of


def begun(house: House) -> list[tuple[str, str]]:
    """Return network and address of each mail that was begun."""
    with house.site.records.database.connect() as connection:
        query = select(mails.c.network, mails.c.address).where(mails.c.begun_at.is_not(None))
        return [(network, address) for network, address in connection.execute(query)]


def peers(count: int) -> Iterator[str]:
    """Yield addresses of as many networks."""
    yield from (f"198.51.{number}.7" for number in range(count))


def test_an_address_gets_three_mails_a_day_five_minutes_apart(tmp_path: Path) -> None:
    house = House(tmp_path)
    sent = []
    for minutes in range(0, 30, 2):
        house.ask(peer=f"198.51.{minutes}.7")
        sent += [minutes] * len(house.mails())
        house.move_clock(minutes=2)

    assert len(sent) == 3
    assert all(later - earlier >= 5 for earlier, later in pairwise(sent))
    house.move_clock(hours=22)
    assert house.mails() == []  # the others wait; one mail answers all of them
    house.move_clock(hours=2)
    assert len(house.mails()) == 1
    house.move_clock(hours=2)
    assert house.mails() == []


def test_a_request_within_five_minutes_gets_its_mail_after_them(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()
    house.mail()
    house.move_clock(minutes=1)
    house.ask()

    assert house.mails() == []
    house.move_clock(minutes=4)
    assert len(house.mails()) == 1


def test_a_mail_that_leaves_later_answers_all_requests_before_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    for _ in range(4):
        house.ask()
        house.move_clock(seconds=1)

    house.mail()
    house.move_clock(minutes=10)

    assert house.mails() == []


def test_a_network_causes_twenty_an_hour_and_the_others_wait(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(25):
        house.ask(address=f"a{number}@example.org", peer=f"198.51.100.{number}")

    assert len(house.mails()) == 20
    house.ask(address="b@example.org", peer="198.51.101.1")
    assert [mail["To"] for mail in house.mails()] == ["b@example.org"]
    house.move_clock(minutes=59)
    assert house.mails() == []
    house.move_clock(minutes=2)
    assert len(house.mails()) == 5


def test_an_ipv6_network_is_a_56(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(25):
        house.ask(address=f"a{number}@example.org", peer=f"2001:db8:0:{number:x}::1")

    assert len(house.mails()) == 20


def test_the_limit_of_all_is_a_setting_and_slides(tmp_path: Path) -> None:
    house = House(tmp_path, confirmations_per_hour="10")
    for number, peer in enumerate(peers(25)):
        house.ask(address=f"a{number}@example.org", peer=peer)
        house.move_clock(minutes=1)
        house.mails()

    assert len(begun(house)) == 10
    times = []
    for _ in range(150):
        times += [house.site.now] * len(house.mails())
        house.move_clock(minutes=1)
    assert len(begun(house)) == 25
    assert all(later - times[at] >= HOUR for at, later in enumerate(times[10:]))


def test_the_window_holds_over_restarts_and_processes(tmp_path: Path) -> None:
    house = House(tmp_path, confirmations_per_hour="3")
    for number, peer in enumerate(peers(6)):
        house.ask(address=f"a{number}@example.org", peer=peer)
    assert len(house.mails()) == 3

    house.site.close()
    house.open()

    assert house.mails() == []


def test_a_request_that_waits_longer_than_a_week_is_dropped(tmp_path: Path) -> None:
    house = House(tmp_path, confirmations_per_hour="0")
    house.ask()
    assert house.mails() == []
    house.move_clock(days=7, seconds=1)

    house.room.delete_old()

    assert house.mails() == []
    assert house.site.records.mails(house.site.zone()).find_due(house.site.now, 10) == []


def test_results_of_leaving_do_not_wait(tmp_path: Path) -> None:
    house = House(tmp_path, confirmations_per_hour="0")
    house.post(house.leaving_path())

    assert len(house.mails()) == 1


def test_the_page_says_that_a_mail_may_take_a_while(tmp_path: Path) -> None:
    house = House(tmp_path)

    assert words_of("ko")["asked_crowded"] in house.get(house.ask()).text


def test_only_trusted_proxies_say_where_a_request_came_from(tmp_path: Path) -> None:
    lied = {"X-Forwarded-For": "203.0.113.9"}
    alone, behind = House(tmp_path / "alone"), House(tmp_path / "behind", trusted_proxies="1")
    for house in (alone, behind):
        house.post(
            "/ko/subscribe",
            {"address": "a@example.org", "preference": "ko"}
            | {"consent_required": "yes", "consent_age": "yes"},
            headers=lied,
            environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
        )
        house.mails()

    assert [network for network, _ in begun(alone)] == ["192.0.2.0/24"]
    assert [network for network, _ in begun(behind)] == ["203.0.113.0/24"]


def test_who_has_just_confirmed_gets_the_link_to_the_settings_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.subscribe()
    house.move_clock(seconds=20)

    house.post("/ko/link", {"address": "new@example.org"})

    assert [mail["To"] for mail in house.mails()] == ["new@example.org"]
