"""The commands beside readers' pages: blocks, the funnel, limits of networks, mails by a timer."""

import json
from pathlib import Path

from tests.web.house import House, links_of


def block(house: House) -> None:
    house.ask(address="never@example.org")
    house.post(links_of(house.mail())[1])


def test_a_blocked_address_is_not_added_until_a_person_lifts_the_block(tmp_path: Path) -> None:
    house = House(tmp_path)
    block(house)
    add = "subscribers", "add", "never@example.org", "--consented-at", "2022-08-01"

    assert "unblock never@example.org" in house.stage.run(*add, status=1)
    assert "may ask" in house.stage.run("subscribers", "unblock", "NEVER@example.org")
    assert "is not blocked" in house.stage.run(
        "subscribers", "unblock", "never@example.org", status=1
    )
    house.stage.run(*add)

    assert house.standing("never@example.org") == "active"


def test_a_block_outlives_the_keys_of_the_links(tmp_path: Path) -> None:
    """The hash depends on a key in the database, which no change of the link keys touches."""
    house = House(tmp_path)
    block(house)
    house.site.close()
    (tmp_path / ".secret-key").write_text("n" * 43 + "\n", encoding="ascii")  # the old one is gone
    house.stage.restart()

    said = house.stage.run("subscribers", "add", "never@example.org", status=1)

    assert "never wants email again" in said


def test_the_funnel_is_shown_month_by_month(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert "Nobody has asked yet." in house.stage.run("subscribers", "funnel")
    house.open()
    house.subscribe()
    house.ask(address="other@example.org")
    house.mails()

    lines = house.stage.run("subscribers", "funnel").splitlines()
    shown = json.loads(house.stage.run("subscribers", "funnel", "--json"))

    assert lines[1].split() == ["2022-08", "2", "1", "1", "0", "50%"]
    assert shown == [{"month": "2022-08", "asked": 2, "confirmed": 1, "by_code": 1, "by_link": 0}]


def test_a_person_may_allow_the_network_of_an_event_more(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert "No request waits" in house.stage.run("subscribers", "limits")
    house.open()
    for number in range(30):
        house.ask(address=f"a{number}@example.org", peer="203.0.113.5")
    assert len(house.mails()) == 20

    shown = house.stage.run("subscribers", "limits")
    allowed = house.stage.run(
        "subscribers", "limits", "203.0.113.5", "--most", "100", "--by", "kim"
    )
    house.open()

    assert "203.0.113.0/24" in shown
    assert "10 waiting since" in shown
    assert "203.0.113.0/24: at most 100 an hour until" in allowed
    assert len(house.mails()) == 10


def test_a_network_that_is_none_and_a_missing_number_are_named(tmp_path: Path) -> None:
    house = House(tmp_path)

    assert "is not a network" in house.stage.run(
        "subscribers", "limits", "x", "--most", "1", status=2
    )
    assert "--most is missing" in house.stage.run("subscribers", "limits", "10.0.0.0/24", status=2)


def test_a_timer_sends_what_a_server_would(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()
    house.post(house.leaving_path())

    first = house.stage.run("mails", "send")
    again = house.stage.run("mails", "send")

    assert first == "Sent     2; to be tried again: 0; not accepted: 0\n"
    assert again == "Sent     0; to be tried again: 0; not accepted: 0\n"


def test_an_import_refuses_a_blocked_address_after_every_change_of_keys(tmp_path: Path) -> None:
    """Rotate, drop the old key: the hash is made with a key that is never rotated."""
    house = House(tmp_path)
    block(house)
    house.move_clock(days=8)
    house.room.delete_old()
    house.site.close()
    (tmp_path / ".secret-key").write_text("n" * 43 + "\n", encoding="ascii")
    house.stage.restart()
    house.site = house.stage.site
    (tmp_path / "list.csv").write_text(
        "email,name,language,consented_at,status\n"
        "first@example.org,,ko,2022-07-01,active\n"
        "Never@Example.org,누구,ko,2022-07-01,active\n"
        "last@example.org,,ko,2022-07-01,active\n",
        encoding="utf-8",
    )

    said = house.stage.run("subscribers", "import", str(tmp_path / "list.csv"), status=1)

    assert "never wants email again" in said
    assert "3" in said
    found = {name: house.standing(f"{name}@example.org") for name in ("first", "never", "last")}
    assert found == {"first": "active", "never": None, "last": "active"}


def test_a_timer_looks_behind_requests_that_are_skipped(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(150):
        house.post("/en/link", {"address": f"nobody{number}@example.org"})
    house.ask()

    assert "Sent     1;" in house.stage.run("mails", "send")


def test_a_wider_network_and_a_limit_of_nobody_are_refused(tmp_path: Path) -> None:
    house = House(tmp_path)

    wide = house.stage.run("subscribers", "limits", "203.0.0.0/16", "--most", "50", status=2)
    nobody = house.stage.run("subscribers", "limits", "--most", "50", status=2)

    assert "is not a network" in wide
    assert "NETWORK is missing" in nobody
