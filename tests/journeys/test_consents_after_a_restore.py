"""A restored ledger proves each consent that was given, and how it ended, as the one before did."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from newsletter.storage.erasure_tables import erasures
from tests.journeys.leaking import make_house
from tests.journeys.test_notices_after_a_restore import served
from tests.postgresql import dump, postgresql, put_back
from tests.web.house import House, links_of

FORM, FILE, STAYS = "form@example.org", "file@example.org", "r1@example.org"
AWAY: Final = "away@example.net"
BECAUSE: Final = ("--because", "전화로 그만")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    made = make_house(request, tmp_path / "site", monkeypatch)
    made.stage.run("subscribers", "add", STAYS, "--again", "--consented-at", "2020-09-01")
    with served(made):
        made.mails()
    back_up(made)
    yield made
    made.site.close()


def url_of(house: House) -> str:
    url = house.stage.environ.get("NEWSLETTER_DATABASE_URL", "")
    return url if url.startswith("postgresql:") else ""


def backup_of(house: House) -> Path:
    return house.stage.root.parent / "before.bak"


def go_on(house: House) -> None:
    house.stage.restart()
    house.site = house.stage.site
    house.site.now += timedelta(minutes=10)


def back_up(house: House) -> None:
    house.site.close()
    if url_of(house):
        dump(url_of(house), backup_of(house))
    else:
        house.stage.run("backup", str(backup_of(house)))
    go_on(house)


def restore(house: House) -> None:
    house.site.close()
    go_on(house)
    house.stage.run("restore", str(backup_of(house)), "--yes")
    go_on(house)


def restore_twice(house: House) -> None:
    restore(house)
    restore(house)


def put_back_by_hand(house: House) -> None:
    """On a server, the next command repeats what was kept; a file has no such way."""
    if not url_of(house):
        restore(house)
        return
    house.site.close()
    go_on(house)
    house.stage.run("restore", "--keep")
    house.site.close()
    put_back(url_of(house), backup_of(house))
    go_on(house)
    house.stage.run("status")
    go_on(house)


def agree_by_form(house: House) -> None:
    with served(house):
        house.subscribe(address=FORM)
        house.mails()
    house.move_clock(hours=1)


def leave_by_link(house: House) -> None:
    agree_by_form(house)
    with served(house):
        house.post(house.leaving_path(FORM))
        house.mails()


def be_erased(house: House) -> None:
    agree_by_form(house)
    house.stage.run("subscribers", "erase", FORM, "--yes", "--by", "박담당")


def be_suppressed(house: House) -> None:
    agree_by_form(house)
    house.stage.run("subscribers", "suppress", FORM, *BECAUSE)


def move_and_leave(house: House) -> None:
    agree_by_form(house)
    house.stage.run("subscribers", "change-address", FORM, AWAY)
    house.move_clock(hours=1)
    house.stage.run("subscribers", "remove", AWAY, "--by", "박담당")


def take_leaving_back(house: House) -> None:
    agree_by_form(house)
    with served(house):
        house.post(house.leaving_path(FORM))
        for link in links_of(house.mail()):
            house.post(link)


def come_by_file(house: House) -> None:
    file = house.stage.root.parent / "list.csv"
    file.write_text(f"email,consented_at\n{FILE},2022-08-20\n", encoding="utf-8")
    house.stage.run("subscribers", "import", str(file))
    house.move_clock(hours=1)


def come_by_file_and_leave(house: House) -> None:
    come_by_file(house)
    house.stage.run("subscribers", "remove", FILE)


def come_by_file_and_be_suppressed(house: House) -> None:
    come_by_file(house)
    house.stage.run("suppressions", "add", FILE, *BECAUSE)


def agree_anew_and_leave(house: House) -> None:
    house.stage.run("subscribers", "add", STAYS, "--again", "--consented-at", "2022-08-20")
    house.move_clock(hours=1)
    house.stage.run("subscribers", "remove", STAYS, "--by", "박담당")


def agree_anew_and_be_suppressed(house: House) -> None:
    house.stage.run("subscribers", "remove", STAYS)
    house.move_clock(hours=1)
    with served(house):
        house.mails()
        house.subscribe(address=STAYS)
        house.mails()
    house.move_clock(hours=1)
    house.stage.run("subscribers", "suppress", STAYS, *BECAUSE)


WHAT: Final[tuple[Callable[[House], None], ...]] = (
    leave_by_link,
    be_erased,
    be_suppressed,
    move_and_leave,
    take_leaving_back,
    come_by_file_and_leave,
    come_by_file_and_be_suppressed,
    agree_anew_and_leave,
    agree_anew_and_be_suppressed,
)
WAYS: Final = (restore, restore_twice, put_back_by_hand)


def shown(house: House) -> list[tuple[int, str]]:
    """Return what is shown of everybody."""
    found = (house.stage.invoke("consent", "show", one) for one in (FORM, FILE, AWAY, STAYS))
    return [(one.exit_code, one.output) for one in found]


@pytest.mark.parametrize("what", WHAT)
def test_each_consent_is_shown_as_before_the_restore(
    house: House, what: Callable[[House], None]
) -> None:
    what(house)
    go_on(house)
    expected = shown(house), house.stage.run("consent", "verify")
    assert "newsletter" not in str(expected[0])

    restore(house)

    assert (shown(house), house.stage.run("consent", "verify")) == expected


@pytest.mark.parametrize("way", WAYS)
def test_all_of_it_together_is_shown_as_before(house: House, way: Callable[[House], None]) -> None:
    for what in (be_suppressed, come_by_file_and_leave, agree_anew_and_leave):
        what(house)
    go_on(house)
    expected = shown(house), house.stage.run("consent", "verify")

    way(house)

    assert (shown(house), house.stage.run("consent", "verify")) == expected


@pytest.mark.parametrize("way", WAYS)
def test_an_erasure_says_who_has_asked_for_it(house: House, way: Callable[[House], None]) -> None:
    of = erasures.c
    query = select(of.address_hash, of.asked_at, of.asked_by, of.account).order_by(of.asked_at)
    be_erased(house)
    with house.site.records.database.connect() as connection:
        expected = connection.execute(query).all()
    assert expected[-1].asked_by == "박담당"
    assert expected[-1].account

    way(house)

    with house.site.records.database.connect() as connection:
        assert connection.execute(query).all() == expected
    journal = next(house.stage.root.glob("*.erased"))
    assert "박담당" not in journal.read_text(encoding="utf-8")


def test_who_was_ended_and_is_put_back_after_a_restore_has_a_consent(house: House) -> None:
    come_by_file_and_be_suppressed(house)
    restore(house)
    house.stage.run("suppressions", "remove", FILE, "--because", "다시 받겠다고 전화함")

    assert "agreed" in house.stage.run("consent", "show", FILE)
    assert "all as they were recorded" in house.stage.run("consent", "verify")


def test_a_record_that_cannot_be_read_is_said_to_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house = House(tmp_path / "site")
    back_up(house)
    house.site.close()
    (house.stage.root / "newsletter.db").write_bytes(b"no database" * 1_000)

    said = house.stage.run("restore", str(backup_of(house)), "--yes")

    assert "the record of the ledger until now could not be read" in said
