"""Mails about a move name two addresses; either may be somebody else's when it is erased."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from newsletter.message.links import Purpose
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import metadata
from tests.postgresql import dump, new_database, postgresql
from tests.traces import find_traces
from tests.web.house import READER, House, links_of, text_of

FURTHER: Final = "further.zq@example.net"
THIRD: Final = "third.zq@example.com"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    settings = dict[str, str]()
    if request.param == "postgresql":
        settings["database_url"] = new_database(request.getfixturevalue("server"))
    made = House(tmp_path / "site", readers=1, **settings)
    yield made
    made.site.close()


def ask_to_move(house: House, old: str, new: str) -> str:
    """Ask by the pages for another address; return the link that confirms it."""
    house.mails()
    house.post(f"/p/{house.token(Purpose.PREFERENCES, old)}/link")
    form = {"name": "", "preference": "ko", "address": new}
    house.post(link_in(house.mail()), form)
    return link_in(house.mail())


def link_in(mail: EmailMessage) -> str:
    return next(one for one in links_of(mail) if "/c/" in one)


def move(house: House, old: str, new: str) -> EmailMessage:
    """Move a reader; return the mail that tells the old address."""
    house.post(ask_to_move(house, old, new))
    return house.mail()


def desk(house: House, *words: str) -> str:
    """Run a command while no page is open."""
    house.site.close()
    said = house.stage.run(*words)
    reopen(house)
    return said


def take(house: House, address: str) -> None:
    """Let somebody else have an address from now on."""
    other = f"other-{address.partition('@')[0]}@example.com"
    desk(house, "subscribers", "add", other)
    desk(house, "subscribers", "change-address", other, address)


def back_up(house: House, file: Path) -> str:
    url = house.stage.environ.get("NEWSLETTER_DATABASE_URL", "")
    if url.startswith("postgresql:"):
        house.site.close()
        dump(url, file)
        reopen(house)
    else:
        desk(house, "backup", str(file))
    return str(file)


def reopen(house: House) -> None:
    now = house.site.now
    house.stage.restart()
    house.site = house.stage.site
    house.site.now = now + timedelta(hours=1)
    house.open()


def traces_of(house: House, address: str) -> list[str]:
    """Return the files and tables that have an address."""
    with house.site.records.database.connect() as connection:
        rows = [
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            if address in str(row).casefold()
        ]
    house.site.close()
    return rows + [name for name, _ in find_traces(house.stage.root, [address])]


def test_the_address_that_a_reader_has_left_is_anothers_who_is_erased(house: House) -> None:
    move(house, READER, FURTHER)
    take(house, READER)

    desk(house, "subscribers", "erase", READER, "--yes", "--now")

    assert house.find(FURTHER) is not None
    assert traces_of(house, READER) == []


def test_a_request_to_move_from_an_address_that_is_erased_moves_nobody(house: House) -> None:
    link = ask_to_move(house, READER, FURTHER)
    desk(house, "subscribers", "change-address", READER, THIRD)
    take(house, READER)

    desk(house, "subscribers", "erase", READER, "--yes", "--now")
    house.post(link)

    assert house.find(FURTHER) is None
    assert house.reader(THIRD).standing.value == "active"
    assert traces_of(house, READER) == []


def test_who_has_moved_is_erased_and_another_has_their_first_address(house: House) -> None:
    told = move(house, READER, FURTHER)
    assert FURTHER in text_of(told)
    take(house, READER)

    desk(house, "subscribers", "erase", FURTHER, "--yes", "--now")

    assert house.reader(READER).standing.value == "active"
    assert traces_of(house, FURTHER) == []


def test_a_notice_names_where_its_reader_is_if_the_address_is_erased(house: House) -> None:
    house.post(ask_to_move(house, READER, FURTHER))  # the notice waits
    desk(house, "subscribers", "change-address", FURTHER, THIRD)
    take(house, READER)
    take(house, FURTHER)

    desk(house, "subscribers", "erase", FURTHER, "--yes", "--now")
    [told] = [one for one in house.mails() if one["To"] == READER]

    assert THIRD in text_of(told)
    assert traces_of(house, FURTHER) == []


def test_a_backup_that_is_restored_has_it_no_more(house: House, tmp_path: Path) -> None:
    move(house, READER, FURTHER)
    take(house, READER)
    backup = back_up(house, tmp_path / "backup")
    desk(house, "subscribers", "erase", READER, "--yes", "--now")

    desk(house, "restore", backup, "--yes")

    with house.site.records.database.connect() as connection:
        asked = connection.execute(select(mails.c.kind, mails.c.facts)).all()
    assert asked
    assert traces_of(house, READER) == []
