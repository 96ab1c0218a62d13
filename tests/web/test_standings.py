"""What each standing gets that asks to subscribe: the page never tells, the mail does."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.mails.mail import Skip
from newsletter.storage.mail_tables import mails
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import change_address, suppress
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why
from tests.web.house import READER, House, code_of, links_of, shows

FORM_OF_READER = {"address": READER}


def put(house: House, standing: Standing, cause: Cause | None) -> None:
    """Give a reader a standing, as feedback or a person would."""
    with house.site.records.book().opened() as book:
        [entry] = book.find([READER]).values()
        book.update([replace(entry, standing=standing, why=Why(cause))])
    house.move_clock(minutes=1)


def skipped(house: House) -> list[str | None]:
    """Return why mails were not sent."""
    with house.site.records.database.connect() as connection:
        query = select(mails.c.reason).where(mails.c.state == "skipped").order_by(mails.c.id)
        return list(connection.execute(query).scalars())


def test_an_unknown_address_gets_the_confirmation(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()

    assert code_of(house.mail())


def test_an_active_reader_is_told_so_once_a_day(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.stage.run("subscribers", "add", READER, "--consented-at", "2022-08-25")
    told = []
    for hours in (0, 3, 22):
        house.move_clock(hours=hours)
        house.ask(**FORM_OF_READER)
        told.append(len(house.mails()))

    assert told == [1, 0, 1]
    assert skipped(house) == [Skip.TOLD_TODAY.value]


def test_who_has_left_comes_back_by_confirming(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    house.mails()
    consented = house.reader().consented_at
    house.move_clock(hours=1)
    tab = house.ask(**FORM_OF_READER)
    assert house.standing() == "unsubscribed"

    house.post(tab, {"code": code_of(house.mail())})

    assert house.standing() == "active"
    assert house.reader().consented_at != consented
    assert house.reader().why == Why()


def test_a_mailbox_that_refused_mail_comes_back_by_confirming(tmp_path: Path) -> None:
    house = House(tmp_path)
    put(house, Standing.SUPPRESSED, Cause.BOUNCED)
    tab = house.ask(**FORM_OF_READER)

    house.post(tab, {"code": code_of(house.mail())})

    assert house.standing() == "active"


@pytest.mark.parametrize("cause", [Cause.COMPLAINED, Cause.PERSON, None])
def test_only_a_person_lifts_a_complaint_or_a_suppression(
    tmp_path: Path, cause: Cause | None
) -> None:
    house = House(tmp_path)
    put(house, Standing.SUPPRESSED, cause)

    answer = house.get(house.ask(**FORM_OF_READER))

    assert shows(answer, "asked")
    assert house.mails() == []
    assert skipped(house) == [Skip.BLOCKED.value]


def test_a_complaint_after_the_mail_closes_both_doors(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    tab = house.ask(**FORM_OF_READER)
    mail = next(one for one in house.mails() if re.search("[0-9]{6}", one["Subject"]))
    put(house, Standing.SUPPRESSED, Cause.COMPLAINED)

    answers = [house.post(tab, {"code": code_of(mail)}), house.post(links_of(mail)[0])]

    assert all(shows(one, "closed") for one in answers)
    assert house.standing() == "suppressed"


def test_never_again_ends_all_mail_and_no_form_lifts_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    mail = house.mail()
    never = links_of(mail)[1]
    assert shows(house.get(never), "never")
    assert shows(house.post(never), "never_done")
    assert shows(house.get(never), "never_done")
    house.move_clock(days=2)

    house.ask()
    house.post("/ko/link", {"address": "new@example.org"})

    assert house.mails() == []
    assert not shows(house.post(tab, {"code": code_of(mail)}), "confirmed")
    assert shows(house.post(links_of(mail)[0]), "closed")
    assert house.find("new@example.org") is None


def test_never_again_is_remembered_without_the_address(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()
    house.post(links_of(house.mail())[1])
    house.move_clock(days=8)
    house.room.delete_old()

    with closing(sqlite3.connect(tmp_path / "newsletter.db")) as connection:
        stored = "\n".join(connection.iterdump())

    assert "new@example.org" not in stored
    house.ask()
    assert house.mails() == []


def test_an_address_that_was_left_for_another_gets_the_confirmation(tmp_path: Path) -> None:
    house = House(tmp_path)
    old, new = address_of(READER), address_of("moved@example.org")
    with house.site.records.book().opened() as book:
        change_address(old, new, book, house.site.now, "", "kim")
    house.move_clock(minutes=1)
    tab = house.ask(**FORM_OF_READER)

    house.post(tab, {"code": code_of(house.mail())})

    assert house.standing() == "active"
    assert house.standing("moved@example.org") == "active"


def test_no_form_post_ever_worsens_a_standing(tmp_path: Path) -> None:
    house = House(tmp_path)
    before = house.reader()
    tab = house.ask(name="Someone Else", preference="en", **FORM_OF_READER)

    for path in (tab, "/ko/link", "/en/subscribe", "/en/subscribe/start"):
        house.post(path, {"address": READER, "code": "123456"})
    house.mails()

    assert house.reader() == before


def test_s9_the_page_is_the_same_for_every_address(tmp_path: Path) -> None:
    """Known, unknown, left, suppressed: same status, same page, and the same statement."""
    house = House(tmp_path)
    house.post(house.leaving_path("r2@example.org"))
    with house.site.records.book().opened() as book:
        suppress(address_of("r3@example.org"), book, house.site.now, "", "kim")
    addresses = [READER, "r2@example.org", "r3@example.org", "nobody@example.org"]

    pages = set()
    for address in addresses:
        tab = house.ask(address=address)
        token = tab.rpartition("/")[2]
        pages.add(house.get(tab).text.replace(address, "ADDRESS").replace(token, "TOKEN"))
    links = {house.post("/ko/link", {"address": one}).text for one in addresses}

    assert (len(pages), len(links)) == (1, 1)
