"""S2, S5: a new consent of a reader is recorded, starts the two years anew, and is an answer."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.lang import Preference
from newsletter.subscribers.consent_record import ConsentEntry
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.renewal import Silence
from tests.subscribers.makers import make_row
from tests.web.house import House, code_of, links_of, shows, text_of

NEW: Final = "new@example.org"
DELIVERED: Final = "outbox:outbox?delivers=yes"
TWO_YEARS: Final = timedelta(days=730)


def is_reader(house: House, ago: timedelta | None) -> None:
    """Let somebody have been a reader, who agreed so long ago; None: nobody knows when."""
    now = house.site.now
    agreed = None if ago is None else now - ago
    with house.site.records.book().opened() as page:
        enrol(make_row(NEW, "", Preference.KO, agreed), page, agreed or now - TWO_YEARS)


def by_office(house: House) -> None:
    day = (house.site.now + timedelta(hours=9)).date()
    said = house.stage.run("subscribers", "add", NEW, "--again", "--consented-at", str(day))
    assert "updated" in said
    assert "told the result" in said


def by_file(house: House) -> None:
    file = house.stage.root / "event.csv"
    file.write_text(f"email,consented_at\n{NEW},{(house.site.now + timedelta(hours=9)).date()}\n")
    house.stage.run("subscribers", "import", str(file))


def by_code(house: House) -> None:
    tab = house.ask()
    [mail] = house.mails()
    assert shows(house.post(tab, {"code": code_of(mail)}), "confirmed")


def by_link(house: House) -> None:
    house.ask()
    [mail] = house.mails()
    assert shows(house.post(links_of(mail)[0]), "confirmed")


WAYS: Final = pytest.mark.parametrize("agree", [by_office, by_file, by_code, by_link])


def consents(house: House) -> list[ConsentEntry]:
    found = house.site.records.consents().find(NEW)
    return [one for one, _ in found if one.act == "agreed"]


def kinds(house: House) -> list[str]:
    return [one["kind"] for one in json.loads(house.stage.run("notices", "due", "--json"))]


@WAYS
@pytest.mark.parametrize("silence", Silence)
def test_s5_a_new_consent_answers_an_open_renewal(
    tmp_path: Path, agree: Callable[[House], None], silence: Silence
) -> None:
    house = House(tmp_path, renewal_silence=silence.value, mail_url=DELIVERED)
    is_reader(house, TWO_YEARS - timedelta(days=5))
    house.stage.run("notices", "send")
    keep, *_ = links_of(house.mail())

    agree(house)

    house.room.keep_up()
    house.mails()
    assert [mail["To"] for mail in house.results] == [NEW]
    assert shows(house.post(keep), "renewed")  # nothing is left to do
    house.move_clock(days=40)
    house.room.keep_up()
    assert house.standing(NEW) == "active"
    assert kinds(house) == []
    house.move_clock(days=650)  # until 40 days before two years have passed since
    assert kinds(house) == []
    house.move_clock(days=15)
    assert kinds(house) == ["renewal"]


@WAYS
@pytest.mark.parametrize("ago", [None, TWO_YEARS - timedelta(days=29), 2 * TWO_YEARS])
def test_s2_a_new_consent_of_a_reader_is_recorded(
    tmp_path: Path, agree: Callable[[House], None], ago: timedelta | None
) -> None:
    house = House(tmp_path, mail_url=DELIVERED)
    is_reader(house, ago)
    before = consents(house)

    agree(house)

    [new] = [one for one in consents(house) if one not in before]
    reader = house.reader(NEW)
    assert new.at == reader.consented_at
    assert new.at is not None
    assert house.site.now - new.at < timedelta(days=1)
    assert (new.text is not None) is (agree in {by_code, by_link})
    house.stage.run("consent", "verify")  # exit status 1 where the record and the list differ


def test_a_reader_whose_consent_is_fresh_is_told_that_they_are_subscribed(tmp_path: Path) -> None:
    house = House(tmp_path)
    is_reader(house, timedelta(days=300))

    house.ask()

    assert "이미" in text_of(house.mail())
    assert len(consents(house)) == 1


def test_two_mails_that_were_asked_for_before_somebody_agreed_are_one_consent(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    first = house.ask()
    code = code_of(house.mail())
    house.move_clock(hours=2)
    second = house.ask()
    other = code_of(house.mail())
    house.move_clock(minutes=1)

    house.post(first, {"code": code})
    house.move_clock(minutes=1)
    house.post(second, {"code": other})

    assert len(consents(house)) == 1
    house.mails()
    assert len(house.results) == 1


@pytest.mark.parametrize("again", [(), ("--again",)])
def test_an_older_consent_never_takes_the_place_of_a_later_one(
    tmp_path: Path, again: tuple[str, ...]
) -> None:
    house = House(tmp_path)
    house.stage.run("subscribers", "add", NEW, "--consented-at", "2022-08-20")
    agreed = house.reader(NEW).consented_at

    older = house.stage.invoke("subscribers", "add", NEW, *again, "--consented-at", "2021-08-20")
    file = tmp_path / "old.csv"
    file.write_text(f"email,consented_at\n{NEW},2020-08-20\n")
    said = house.stage.invoke("subscribers", "import", str(file))

    assert "has consented again since, on 2022-08-20" in str(older.exception)
    assert house.reader(NEW).consented_at == agreed
    assert "old.csv:2: new@example.org consented on 2020-08-19 15:00 UTC" in said.output
    assert "Older consents: 1" in said.output
