"""Who has confirmed a consent stays confirmed on whatever list the office goes on with."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter.lang import Preference
from tests.journeys.test_notices import DELIVERED, NEW, TWO_YEARS, consented
from tests.journeys.test_notices_after_a_restore import served
from tests.web.house import House, links_of


def open_house(folder: Path) -> House:
    return House(folder, renewal_silence="removed", mail_url=DELIVERED)


def confirm(house: House) -> None:
    """Ask all readers of nearly two years, and let the new one answer."""
    house.stage.run("notices", "send")
    with served(house):
        mails = {mail["To"]: mail for mail in house.mails()}
        house.post(links_of(mails[NEW])[0])


def confirmed_at(house: House, address: str = NEW) -> datetime | None:
    with served(house):
        found = house.find(address)
    return None if found is None else found.reconfirmed_at


def by_export(house: House, folder: Path) -> House:
    """Move as docs/operating.md says: export, and import into an empty database."""
    file = folder / "readers.csv"
    exported = house.stage.invoke("subscribers", "export", "--because", "move")
    file.write_text(exported.stdout)
    other = open_house(folder / "other")
    other.site.now = house.site.now
    other.stage.run("subscribers", "import", str(file))
    return other


def by_lost_readers(house: House, folder: Path) -> House:
    """Restore a backup from before the reader came, and import whom it lost."""
    lost = folder / "lost.csv"
    house.stage.run(
        "restore",
        str(folder / "early.db"),
        "--yes",
        "--lost",
        str(lost),
        "--because",
        "to add them again",
    )
    house.move_clock(hours=1)
    with served(house):
        assert house.standing(NEW) is None
    house.stage.run("subscribers", "import", str(lost))
    return house


@pytest.mark.parametrize(
    ("go_on", "answer"),
    [(by_export, ()), (by_lost_readers, ("--after-restore", "--because", "the log was read"))],
)
def test_s5_who_has_confirmed_is_asked_by_no_other_list_and_stays(
    tmp_path: Path, go_on: Callable[[House, Path], House], answer: tuple[str, ...]
) -> None:
    house = open_house(tmp_path / "site")
    house.stage.run("backup", str(tmp_path / "early.db"))
    for address in (NEW, "silent@example.org"):
        consented(house, address, TWO_YEARS - timedelta(days=5), Preference.KO)
    confirm(house)
    confirmed = confirmed_at(house)
    assert confirmed == house.site.now

    house = go_on(house, tmp_path)

    assert confirmed_at(house) == confirmed
    due = json.loads(house.stage.run("notices", "due", "--json"))
    assert [one["address"] for one in due if one["kind"] == "renewal"] == ["silent@example.org"]
    assert "confirmed again" in house.stage.run("consent", "show", NEW)
    assert "all as they were recorded" in house.stage.run("consent", "verify")
    shown = json.loads(house.stage.run("subscribers", "show", NEW, "--json", "--because", "x"))
    assert shown["reconfirmed_at"] == confirmed.isoformat()
    said = house.stage.run("subscribers", "show", NEW)
    assert "confirmed" in said
    page = tmp_path / "page.html"
    house.stage.run(
        "subscribers", "show", NEW, "--page", str(page), "--because", "x", "--lang", "en"
    )
    assert "Consent last confirmed" in page.read_text()
    house.stage.run("notices", "send", *answer)
    with served(house):
        house.mails()
        house.move_clock(days=40)
        house.room.keep_up()
        assert house.standing(NEW) == "active"
        assert house.standing("silent@example.org") == "unsubscribed"


@pytest.mark.parametrize("is_sent", [False, True])
def test_s5_a_confirmation_on_another_list_answers_the_question_that_was_asked_here(
    tmp_path: Path, is_sent: bool
) -> None:
    house = open_house(tmp_path / "site")
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    assert len(house.mails()) == 1
    if not is_sent:
        with house.site.records.database.begin() as connection:
            again = "UPDATE mails SET state = 'pending', attempts = 0, begun_at = NULL, form = NULL"
            assert connection.exec_driver_sql(again).rowcount == 1
    confirmed = house.site.now.isoformat()
    file = tmp_path / "readers.csv"
    file.write_text(f"이메일,재확인일\n{NEW},{confirmed}\n")

    house.stage.run("subscribers", "import", str(file))
    house.mails()
    with house.site.records.database.connect() as connection:
        found = connection.exec_driver_sql("SELECT state, attempts FROM mails").all()
    house.move_clock(days=9)
    house.room.keep_up()

    assert found == [("accepted", 1) if is_sent else ("skipped", 0)]
    assert house.standing(NEW) == "active"


@pytest.mark.parametrize("state", ["unknown", "refused"])
def test_s5_a_question_that_nothing_proves_is_settled_by_a_confirmation_on_another_list(
    tmp_path: Path, state: str
) -> None:
    house = open_house(tmp_path / "site")
    consented(house, NEW, TWO_YEARS - timedelta(days=5), Preference.KO)
    house.stage.run("notices", "send")
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET state = ?", (state,))
    before = json.loads(house.stage.run("notices", "due", "--json"))
    file = tmp_path / "readers.csv"
    file.write_text(f"email,reconfirmed_at\n{NEW},{house.site.now.isoformat()}\n")

    house.stage.run("subscribers", "import", str(file))

    assert [one["kind"] for one in before] == ["renewal"]
    assert json.loads(house.stage.run("notices", "due", "--json")) == []
