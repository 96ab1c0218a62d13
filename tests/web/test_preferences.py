"""Settings: what a forwarded letter may change, and what only the owner of the mailbox may."""

import json
from pathlib import Path

from newsletter.lang import Preference
from newsletter.message.links import Purpose
from tests.web.house import READER, House, faults_of, links_of, shows, text_of, words_of

OWN = {"name": "김새로", "preference": "both", "address": ""}


def path_of(house: House) -> str:
    """Return the path of the settings in the reader's letters."""
    return f"/p/{house.token(Purpose.PREFERENCES)}"


def fresh_link(house: House) -> str:
    """Ask for a link to the reader's own data, and take it from the mail."""
    house.post(f"{path_of(house)}/link")
    return links_of(house.mail())[0]


def test_the_letters_link_changes_the_language_and_shows_no_address(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = path_of(house)

    shown = house.get(path)
    saved = house.post(path, {"preference": "en", "name": "Mallory", "address": "m@example.org"})
    after = house.get(saved.headers["Location"])

    assert READER not in shown.text
    assert "r•••@example.org" in shown.text
    assert words_of("en")["settings_saved"] in house.get(f"{path}?lang=en&saved=yes").text
    assert after.status_code == 200
    reader = house.reader()
    assert (reader.preference, reader.name) == (Preference.EN, "")


def test_a_language_that_is_none_is_a_fault(tmp_path: Path) -> None:
    house = House(tmp_path)
    before = house.reader()

    for value in ("", "fr", "ko' OR 1=1 --", "KO"):
        assert faults_of(house.post(path_of(house), {"preference": value})) == ["preference"]

    assert house.reader() == before


def test_the_fresh_link_goes_to_the_subscribed_address(tmp_path: Path) -> None:
    house = House(tmp_path)

    answer = house.post(f"{path_of(house)}/link", {"address": "mallory@example.org"})

    assert READER not in answer.text
    mail = house.mail()
    assert mail["To"] == READER
    assert words_of("ko")["settings_note"] in text_of(mail)


def test_a_fresh_link_works_once_and_for_an_hour(tmp_path: Path) -> None:
    house = House(tmp_path)
    late = fresh_link(house)
    house.move_clock(minutes=61)
    assert shows(house.get(late), "settings_gone")
    assert house.post(late, OWN).status_code == 404
    link = fresh_link(house)

    assert shows(house.get(link), "own")
    assert shows(house.post(link, OWN), "own_saved")

    assert house.reader().name == "김새로"
    assert shows(house.get(link), "settings_gone")
    assert house.post(link, {**OWN, "name": "다른 이름"}).status_code == 404
    assert house.get(f"{link}/data").status_code == 404
    assert house.reader().name == "김새로"


def test_a_form_with_faults_leaves_the_link_valid(tmp_path: Path) -> None:
    house = House(tmp_path)
    link = fresh_link(house)

    wrong = house.post(link, {"name": "a\nb", "preference": "", "address": "none"})

    assert faults_of(wrong) == ["name", "preference", "address"]
    assert shows(house.post(link, OWN), "own_saved")


def test_the_reader_sees_everything_that_is_stored(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.stage.run("dispatch", "2022-08", "--yes")
    house.stage.run("subscribers", "show", READER, "--because", "전화 문의")
    house.open()
    link = fresh_link(house)

    answer = house.get(f"{link}/data")

    shown = json.loads(answer.text)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="newsletter.json"'
    assert (shown["address"], shown["standing"], shown["language"]) == (READER, "active", "ko")
    assert [one["issue"] for one in shown["deliveries"]] == ["2022-08"]
    [request] = shown["requests"]
    assert (request["kind"], request["address"]) == ("settings", READER)
    assert [one["act"] for one in shown["consents"]] == ["agreed"]
    [access] = shown["accesses"]
    assert (access["what"], access["because"]) == ("subscriber-shown", "전화 문의")
    assert "account" not in access


def test_a_new_address_is_confirmed_there_and_the_old_one_can_undo_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    before = house.reader()

    answer = house.post(fresh_link(house), {**OWN, "address": "moved@example.org"})
    asked = house.mail()
    assert shows(answer, "own_moving")
    assert (asked["To"], house.standing()) == ("moved@example.org", "active")
    confirm = links_of(asked)[0]
    house.get(confirm)
    assert house.find("moved@example.org") is None
    assert shows(house.post(confirm), "moved")

    told = house.mail()
    moved = house.reader("moved@example.org")
    assert (told["To"], moved.names[0]) == (READER, before.names[0])
    assert house.standing() == "unsubscribed"
    house.move_clock(days=6)
    assert shows(house.post(links_of(told)[0]), "unmoved")
    assert (house.standing(), house.reader().names[0]) == ("active", before.names[0])
    assert house.standing("moved@example.org") == "unsubscribed"
    assert shows(house.post(links_of(told)[0]), "unmoved")
    assert house.standing() == "active"


def test_a_move_cannot_be_undone_after_a_week(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(fresh_link(house), {**OWN, "address": "moved@example.org"})
    house.post(links_of(house.mail())[0])
    undo = links_of(house.mail())[0]
    house.move_clock(days=7, seconds=1)

    assert shows(house.post(undo), "undo_late")
    assert house.standing("moved@example.org") == "active"


def test_an_address_of_another_reader_is_not_taken(tmp_path: Path) -> None:
    house = House(tmp_path)

    answer = house.post(fresh_link(house), {**OWN, "address": "r2@example.org"})

    assert shows(answer, "own_moving")  # nobody learns who is subscribed
    assert house.mails() == []
    assert house.standing("r2@example.org") == "active"


def test_an_address_that_was_taken_meanwhile_is_not_taken(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(fresh_link(house), {**OWN, "address": "moved@example.org"})
    confirm = links_of(house.mail())[0]
    house.stage.run("subscribers", "add", "moved@example.org", "--consented-at", "2022-08-01")
    house.open()

    assert shows(house.post(confirm), "taken")
    assert house.standing() == "active"


def test_nobody_asks_for_a_new_address_of_somebody_who_never_wants_mail(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask(address="never@example.org")
    house.post(links_of(house.mail())[1])

    house.post(fresh_link(house), {**OWN, "address": "never@example.org"})

    assert house.mails() == []


def test_who_has_left_has_no_settings(tmp_path: Path) -> None:
    house = House(tmp_path)
    path, link = path_of(house), fresh_link(house)
    house.post(house.leaving_path())
    house.mails()

    for answer in (
        house.get(path),
        house.post(path, {"preference": "en"}),
        house.post(f"{path}/link"),
    ):
        assert shows(answer, "settings_none")
    assert house.get(link).status_code == 404
    assert house.mails() == []


def test_a_link_to_the_settings_ends_with_the_address_that_it_was_mailed_to(tmp_path: Path) -> None:
    """The old address may have another owner by now, who must not see or change the reader's."""
    house = House(tmp_path)
    first = fresh_link(house)
    house.move_clock(minutes=6)
    second = fresh_link(house)
    house.post(first, {**OWN, "address": "moved@example.org"})
    house.post(links_of(house.mail())[0])
    house.mails()
    tab = house.ask(address=READER, name="다른 사람")
    house.post(tab, {"code": house.mail()["Subject"].split("]")[0].strip("[")})

    shown, changed = house.get(second), house.post(second, {**OWN, "name": "Mallory"})

    assert (shown.status_code, changed.status_code) == (404, 404)
    assert "moved@" not in shown.text
    assert house.reader().name == "다른 사람"
    assert house.reader("moved@example.org").name == "김새로"
