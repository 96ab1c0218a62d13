"""Leaving and the way back; what happens when a key is missing."""

from pathlib import Path
from typing import Final

import pytest

from newsletter.desk import link_keys
from newsletter.lang import Preference
from newsletter.message.keys import LinkKeys
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.book import Selection
from newsletter.subscribers.reader_acts import Change
from newsletter.subscribers.why import Cause
from tests.web.house import READER, House, links_of, parse, shows, text_of


def test_a_reader_leaves_and_gets_the_result_by_mail_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)

    answer = house.post(house.leaving_path(), {"reason": "너무 자주 옵니다\n정말로"})

    assert shows(answer, "left")
    assert house.reader().why.cause is Cause.WITHDREW
    assert house.reader().why.because == "너무 자주 옵니다 정말로"
    mail = house.mail()
    assert (mail["To"], mail["Subject"]) == (READER, "메디컬 경기 e-뉴스 수신 거부 처리 결과")
    assert "2022년 8월 26일" in text_of(mail)
    assert mail["List-Unsubscribe"] is None


def test_leaving_twice_is_told_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = house.leaving_path()
    first = house.post(path)
    house.mail()
    since = house.reader().standing_since
    house.move_clock(days=3)

    again = house.post(path, {"reason": "again"})

    assert (again.status_code, again.text) == (200, first.text)
    assert house.reader().standing_since == since
    assert house.mails() == []


def test_the_result_is_in_the_readers_language(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.site.records.reader_acts(house.site.zone()).change(
        house.reader().names[0], Change(Preference.EN), house.site.clock()
    )

    answer = house.post(house.leaving_path(), headers={"Accept-Language": "ko"})

    assert shows(answer, "left")
    assert house.mail()["Subject"].startswith("You have been unsubscribed")


def test_the_way_back_is_open_for_a_week(tmp_path: Path) -> None:
    house = House(tmp_path)
    consented = house.reader().consented_at
    house.post(house.leaving_path())
    undo = links_of(house.mail())[0]
    house.move_clock(days=6, hours=23)

    house.get(undo)
    assert house.standing() == "unsubscribed"
    assert shows(house.post(undo), "undone")
    assert shows(house.post(undo), "undone")

    assert house.standing() == "active"
    assert house.reader().consented_at == consented


def test_the_way_back_ends_after_a_week(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    undo = links_of(house.mail())[0]
    house.move_clock(days=7, seconds=1)

    assert shows(house.post(undo), "undo_late")
    assert house.standing() == "unsubscribed"


def test_an_old_way_back_does_not_undo_a_later_leaving(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    undo = links_of(house.mail())[0]
    house.post(undo)
    house.move_clock(hours=1)
    house.post(house.leaving_path())

    house.post(undo)

    assert house.standing() == "unsubscribed"


def test_whoever_is_not_on_the_list_has_left_and_is_promised_no_mail(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = house.leaving_path()
    left = house.post(path).text
    token = house.desk.keyring.links.token(Purpose.UNSUBSCRIBE, "raaaaaaaaaaaaaaaa")

    erased = house.post(f"/u/{token}")

    done = "수신 거부가 처리되었습니다"
    assert erased.status_code == 200
    assert done in left
    assert done in erased.text
    assert "메일로 알려" in left
    assert "메일로 알려" not in erased.text


def test_the_link_of_a_test_letter_changes_nothing_and_says_so(tmp_path: Path) -> None:
    house = House(tmp_path)
    token = house.desk.keyring.links.token(Purpose.TEST, "0")

    for path in (f"/u/{token}", f"/p/{token}"):
        assert shows(house.get(path), "test")
        assert shows(house.post(path), "test")


def test_s8_who_leaves_while_a_dispatch_is_planned_gets_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.stage.run("dispatch", "2022-08", "--yes", "--limit", "1", status=4)
    house.open()

    house.post(house.leaving_path("r3@example.org"))
    house.stage.run("dispatch", "2022-08", "--yes")

    assert house.stage.run("status", "2022-08", "--list", "skipped").startswith("r3@example.org")


def test_without_the_newest_letters_key_no_link_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100 valid links after the key was exchanged: told to come back, and then they work."""
    monkeypatch.setattr(link_keys, "READ_AGAIN_S", 0)
    house = House(tmp_path, readers=100)
    house.stage.run("dispatch", "2022-08", "--yes")
    house.open()
    readers = list(house.site.records.book().select(Selection()))
    paths = [house.leaving_path(reader.address) for reader in readers]
    key = (tmp_path / ".secret-key").read_bytes()
    (tmp_path / ".secret-key").write_text("n" * 43 + "\n")
    house.stage.restart()
    house.site = house.stage.site
    house.open()

    answers = [house.post(path) for path in paths]

    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["Retry-After"] for answer in answers} == {"5"}
    assert house.desk.keyring.lacks_newest_key()
    (tmp_path / ".secret-key").write_bytes(b"n" * 43 + b"\n" + key)
    house.move_clock(seconds=11)
    assert {house.post(path).status_code for path in paths} == {200}
    assert {house.standing(reader.address) for reader in readers} == {"unsubscribed"}


KEY: Final = b"Zk3vQ9xW1mR7tY2uB8nC4dF6gH0jL5pSaEoIqT2wXyU"  # hard to guess


def rotate(house: House) -> None:
    file = house.stage.root / ".secret-key"
    file.write_bytes(KEY + b"\n" + file.read_bytes())


def path_by(house: House, key: bytes) -> str:
    """Return the way to leave that is signed with *key*."""
    links = ReaderLinks(LinkKeys(key), house.site.publication.list_id, house.site.public_url)
    return f"/u/{links.token(Purpose.UNSUBSCRIBE, house.reader().names[0])}"


def test_a_server_that_runs_reads_links_of_a_key_that_signs_since_its_start(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    rotate(house)

    house.post(path_by(house, KEY))

    assert house.standing() == "unsubscribed"


def test_a_key_that_was_in_no_line_is_not_read(tmp_path: Path) -> None:
    house = House(tmp_path)
    rotate(house)

    house.post(path_by(house, b"x" * 43))

    assert house.standing() == "active"


@pytest.mark.parametrize("signed", ["letters", "mails"])
def test_a_restore_knows_which_key_has_signed_since_the_backup(
    tmp_path: Path, signed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key's file of the backup was written over the newer one: nobody is lost by that."""
    monkeypatch.setattr(link_keys, "READ_AGAIN_S", 0)
    house = House(tmp_path / "site", mail_url="outbox:outbox?delivers=yes")
    file = tmp_path / "backup.db"
    house.stage.run("backup", str(file))
    before = (house.stage.root / ".secret-key").read_bytes()
    rotate(house)
    after = (house.stage.root / ".secret-key").read_bytes()
    house.stage.restart()
    if signed == "letters":
        house.stage.run("dispatch", "2022-08", "--yes")
    else:
        house.stage.run("subscribers", "remove", "r2@example.org")
        house.stage.run("notices", "send")
    house.stage.restart()
    house.stage.run("restore", str(file), "--yes")
    (house.stage.root / ".secret-key").write_bytes(before)
    house.stage.restart()
    house.site = house.stage.site
    house.open()

    answer = house.post(path_by(house, KEY))

    assert answer.status_code == 503
    assert house.desk.keyring.lacks_newest_key()
    (house.stage.root / ".secret-key").write_bytes(after)
    house.move_clock(seconds=11)
    assert house.post(path_by(house, KEY)).status_code == 200
    assert house.standing() == "unsubscribed"


def test_the_operator_is_told_of_a_missing_key_and_of_many_wrong_links(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)
    wrong = house.leaving_path()[:-3]
    for _ in range(19):
        house.post(wrong)
    assert caplog.records == []
    for _ in range(10):
        house.post(wrong)

    codes = [getattr(record.msg, "code", None) for record in caplog.records]
    assert codes == ["desk.many-wrong-links"]
    assert wrong.rpartition("/")[2] not in caplog.text


def test_links_of_an_older_key_are_read(tmp_path: Path) -> None:
    house = House(tmp_path)
    old = house.desk.keyring.links.token(Purpose.UNSUBSCRIBE, house.reader().names[0])
    key = (tmp_path / ".secret-key").read_bytes()
    (tmp_path / ".secret-key").write_bytes(b"n" * 43 + b"\n" + key)
    house.stage.restart()
    house.site = house.stage.site
    house.open()
    assert isinstance(house.desk.keyring.links, ReaderLinks)

    house.post(f"/u/{old}")

    assert house.standing() == "unsubscribed"


def test_the_page_shows_whose_subscription_it_is_and_another_way(tmp_path: Path) -> None:
    """A letter may be forwarded: whoever follows its link sees that it is not their own."""
    house = House(tmp_path)

    page = parse(house.get(house.leaving_path()).text)

    assert "r•••@example.org" in page.text_content()
    assert READER not in page.text_content()
    [instead] = page.xpath("//p[@class='onward']/a/@href")
    assert shows(house.get(instead), "settings")
