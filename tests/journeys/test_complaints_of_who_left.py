"""Whoever has left and then complained hears nothing more, whichever way the complaint came."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.errors import ContentError
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.decisions import suppress_for, withdraw
from newsletter.subscribers.why import Cause, Why
from tests.postgresql import new_database, postgresql
from tests.web.house import READER, House

EARNEST: Final = "outbox:outbox?delivers=yes"
COMPLAINT: Final = ("--cause", "complained", "--because", "by telephone: spam", "--by", "Kim")
NEW: Final = "r1.new@example.org"
Way = Callable[[House, str], None]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    settings = {"mail_url": EARNEST}
    if request.param == "postgresql":
        settings["database_url"] = new_database(request.getfixturevalue("server"))
    made = House(tmp_path, readers=2, **settings)
    yield made
    made.site.close()


def by_add(house: House, address: str) -> None:
    said = house.stage.run("suppressions", "add", address, *COMPLAINT)
    assert "the address is blocked, by Kim" in said
    assert f"newsletter subscribers unblock {address}" in said


def by_import(house: House, address: str) -> None:
    file = house.stage.root / "complaints.csv"
    file.write_text(f"email\n{address}\n", encoding="utf-8")
    house.stage.run("suppressions", "import", str(file), *COMPLAINT[:4])


def by_readers_file(house: House, address: str) -> None:
    file = house.stage.root / "readers.csv"
    file.write_text(f"email,standing\n{address},complaint\n", encoding="utf-8")
    house.stage.run("subscribers", "import", str(file))


@pytest.mark.parametrize("way", [by_add, by_import, by_readers_file])
def test_the_result_that_waits_is_not_sent_and_the_form_writes_no_more(
    house: House, way: Way
) -> None:
    house.post(house.leaving_path())
    house.move_clock(minutes=5)

    way(house, READER)

    assert house.mails() == []
    house.ask(address=READER)
    house.move_clock(hours=3)
    assert house.mails() == []
    assert house.results == []


def test_of_a_reader_who_complains_it_is_said_that_a_consent_alone_ends_it(house: House) -> None:
    said = house.stage.run("suppressions", "add", READER, *COMPLAINT)

    assert f"newsletter subscribers add {READER} --again --consented-at" in said
    assert "To undo it" not in said
    assert house.standing() == "suppressed"


def test_whoever_left_is_still_erased_in_time(house: House) -> None:
    house.post(house.leaving_path())
    by_add(house, READER)

    house.move_clock(days=31)
    house.stage.run("subscribers", "erase", "--due", "--yes")

    assert house.find(READER) is None
    house.ask(address=READER)
    assert house.mails() == []


def test_a_second_complaint_changes_nothing(house: House) -> None:
    house.post(house.leaving_path())
    by_add(house, READER)

    again = house.stage.run("suppressions", "add", READER, *COMPLAINT)

    assert "nothing was changed" in again
    assert "To undo it" not in again


@pytest.mark.parametrize("cause", ["bounced", "person"])
def test_what_is_no_complaint_leaves_the_way_back_open(house: House, cause: str) -> None:
    """As an import does: whoever has left is told the result, and may ask again."""
    house.post(house.leaving_path())

    said = house.stage.run("suppressions", "add", READER, "--cause", cause, "--because", "x")

    assert "nothing was changed" in said
    assert len(house.mails()) == 1
    house.ask(address=READER)
    assert len(house.mails()) == 1


def test_a_complaint_of_somebody_erased_keeps_the_form_from_writing(house: House) -> None:
    house.post(house.leaving_path())
    house.mails()
    house.stage.run("subscribers", "erase", READER, "--yes")

    by_add(house, READER)

    house.ask(address=READER)
    assert house.mails() == []
    house.stage.run("subscribers", "unblock", READER)
    house.ask(address=READER, peer="198.51.100.7")
    assert len(house.mails()) == 1


def test_a_complaint_at_an_address_that_was_left_names_the_one_of_now(house: House) -> None:
    house.stage.run("subscribers", "change-address", READER, NEW)

    refused = house.stage.invoke("suppressions", "add", READER, *COMPLAINT)

    assert isinstance(refused.exception, ContentError)
    assert NEW in str(refused.exception)
    assert house.standing(NEW) == "active"


def test_who_withdrew_after_a_bounce_and_complains_is_not_put_back(house: House) -> None:
    now, address = house.site.now, address_of(READER)
    with house.site.records.book().opened(Occasion(ConsentWay.OPERATOR, now)) as book:
        suppress_for(address, book, now, Why(Cause.BOUNCED, "550", "Kim"))
        withdraw(address, book, now + timedelta(minutes=1))

    house.stage.run("suppressions", "add", READER, *COMPLAINT)

    assert house.reader().why.cause is Cause.COMPLAINED
    house.ask(address=READER)
    assert house.mails() == []


@pytest.mark.parametrize("cause", ["complained", "bounced"])
def test_a_file_says_of_the_erased_what_one_address_does(house: House, cause: str) -> None:
    """Whoever was erased and then complained is blocked; a bounce says nothing new of them."""
    house.stage.run("subscribers", "erase", READER, "--yes")
    file = house.stage.root / "complaints.csv"
    file.write_text(f"email\n{READER}\nsomebody@example.net\n", encoding="utf-8")
    order = ("suppressions", "import", str(file), "--cause", cause, "--because", "by their service")

    house.stage.run(*order, "--dry-run")
    assert not is_blocked(house)
    for _ in range(2):  # it may come again
        said = house.stage.run(*order)
        assert "others, on the list or not: 2" in said

    assert is_blocked(house) == (cause == "complained")
    assert house.find(READER) is None
    house.ask(address=READER)
    assert len(house.mails()) == (cause == "bounced")


def is_blocked(house: House) -> bool:
    key = address_of(READER).key
    with house.site.records.book().opened() as book:
        return key in book.find_blocked([key])
