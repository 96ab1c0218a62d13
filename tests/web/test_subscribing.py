"""Subscribing: two doors, the same page for everybody, and nobody is lost on the way."""

from pathlib import Path

import pytest

from newsletter.lang import Preference
from newsletter.subscribers.subscriber import Standing
from tests.web.house import (
    FORM,
    House,
    code_of,
    faults_of,
    links_of,
    parse,
    shows,
    text_of,
    words_of,
)


def test_a_reader_subscribes_by_the_code_in_the_tab_that_asked(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    mail = house.mail()

    answer = house.post(tab, {"code": code_of(mail)})

    assert shows(answer, "confirmed")
    reader = house.reader("new@example.org")
    assert (reader.standing, reader.name) == (Standing.ACTIVE, "새독자")
    assert reader.preference is Preference.KO
    assert reader.consented_at == house.site.now


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", " {0}{1} ", "{0}\u3000{1}"])
def test_a_code_is_read_as_people_type_it(tmp_path: Path, typed: str) -> None:
    house = House(tmp_path)
    tab = house.ask()
    code = code_of(house.mail())

    house.post(tab, {"code": typed.format(code[:3], code[3:])})

    assert house.standing("new@example.org") == "active"


def test_s1_only_the_post_of_the_button_confirms_by_the_link(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask("en", preference="both")
    [link, _] = links_of(house.mail())

    for _ in range(3):
        shown = house.get(link)
        assert house.standing("new@example.org") is None
    answer = house.post(link)

    assert shows(shown, "confirm")
    assert shows(answer, "confirmed")
    assert house.reader("new@example.org").preference is Preference.BOTH


def test_s1_a_request_alone_subscribes_nobody(tmp_path: Path) -> None:
    house = House(tmp_path)

    house.get(house.ask())
    house.mails()

    assert house.find("new@example.org") is None


def test_the_mail_says_which_click_counts_and_comes_from_a_machine(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask("en")

    mail = house.mail()

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert code_of(mail) in text_of(mail).splitlines()[2]  # the first line below the heading
    page = mail.get_body(("html",))
    assert page is not None
    bold = parse(page.get_content()).xpath("//p/strong")[0].text_content()
    assert bold == words_of("en")["confirmation_link"]
    assert "192.0.2" not in text_of(mail)


def test_later_mails_never_end_earlier_codes_or_links(tmp_path: Path) -> None:
    house = House(tmp_path)
    first_tab = house.ask()
    first = house.mail()
    house.move_clock(minutes=6)
    second_tab = house.ask()
    house.mail()

    answer = house.post(second_tab, {"code": code_of(first)})

    assert shows(answer, "confirmed")
    assert shows(house.get(links_of(first)[0]), "already")
    assert shows(house.post(first_tab, {"code": code_of(first)}), "already")


def test_a_code_is_valid_for_a_day_and_the_link_for_a_week(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    mail = house.mail()
    house.move_clock(hours=24, seconds=1)

    assert shows(house.post(tab, {"code": code_of(mail)}), "gone")
    assert house.standing("new@example.org") is None
    house.move_clock(days=5)
    assert shows(house.post(links_of(mail)[0]), "confirmed")


def test_five_wrong_codes_close_the_tab_and_the_link_still_works(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    mail = house.mail()
    wrong = "000000" if code_of(mail) != "000000" else "000001"

    for _ in range(5):
        house.post(tab, {"code": wrong})
    refused = house.post(tab, {"code": code_of(mail)})

    assert words_of("ko")["error_code_tries"] in parse(refused.text).text_content()
    assert house.standing("new@example.org") is None
    assert shows(house.post(links_of(mail)[0]), "confirmed")


def test_who_asks_often_may_not_guess_often(tmp_path: Path) -> None:
    house = House(tmp_path)
    tabs = [house.ask() for _ in range(7)]
    mail = house.mails()[0]
    wrong = "000000" if code_of(mail) != "000000" else "000001"
    for tab in tabs[:6]:
        for _ in range(5):
            house.post(tab, {"code": wrong})

    house.post(tabs[6], {"code": code_of(mail)})

    assert house.standing("new@example.org") is None


def test_what_is_no_code_is_no_try(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    code = code_of(house.mail())

    for typed in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\0", "9" * 10_000):
        assert faults_of(house.post(tab, {"code": typed})) == ["code"]
    house.post(tab, {"code": code})

    assert house.standing("new@example.org") == "active"


def test_s3_every_consent_is_a_box_of_its_own_and_none_is_ticked(tmp_path: Path) -> None:
    house = House(tmp_path)

    for lang in ("ko", "en"):
        page = parse(house.get(f"/{lang}/subscribe").text)
        boxes = page.xpath("//input[@type='checkbox']")
        assert [box.get("name") for box in boxes] == [
            "consent_required",
            "consent_name",
            "consent_age",
        ]
        assert [box for box in boxes if box.get("checked") is not None] == []
        assert len(page.xpath("//section[@class='notice']//dt")) == 4  # PIPA, Art. 15(2)


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"address": ""}, ["address"]),
        ({"address": "no address"}, ["address"]),
        ({"address": "a@b"}, ["address"]),
        ({"address": "new@example.org\r\nBcc: x@example.org"}, ["address"]),
        ({"address": "\0@example.org"}, ["address"]),
        ({"name": "a\r\nBcc: x@example.org"}, ["name"]),
        ({"name": "n" * 201}, ["name"]),
        ({"preference": ""}, ["preference"]),
        ({"preference": "fr"}, ["preference"]),
        ({"address": "", "preference": "", "name": "\x1b"}, ["address", "preference", "name"]),
    ],
)
def test_all_faults_of_a_form_are_said_at_once_and_nothing_is_stored(
    tmp_path: Path, fields: dict[str, str], faults: list[str]
) -> None:
    house = House(tmp_path)

    answer = house.post("/en/subscribe", {**FORM, **fields})

    assert answer.status_code == 422
    assert faults_of(answer) == faults
    page = parse(answer.text)
    assert all(page.get_element_by_id(field) is not None for field in faults)
    assert house.mails() == []


@pytest.mark.parametrize("box", ["consent_required", "consent_age"])
def test_s3_without_a_required_consent_nothing_is_stored(tmp_path: Path, box: str) -> None:
    house = House(tmp_path)

    answer = house.post("/ko/subscribe", {key: one for key, one in FORM.items() if key != box})

    assert faults_of(answer) == [box]


def test_s3_the_optional_consent_may_be_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    form = {key: one for key, one in FORM.items() if key != "consent_name"}

    named = house.post("/ko/subscribe", form)
    nameless = house.post("/ko/subscribe", {**form, "name": ""})

    assert faults_of(named) == ["consent_name"]
    assert nameless.status_code == 303


def test_a_form_elsewhere_carries_only_the_address_to_ours(tmp_path: Path) -> None:
    house = House(tmp_path)

    answer = house.post(
        "/en/subscribe/start",
        {"address": "new@example.org", "consent_required": "yes"},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://www.example.org"},
    )

    page = parse(answer.text)
    assert page.get_element_by_id("address").get("value") == "new@example.org"
    assert page.xpath("//input[@type='checkbox'][@checked]") == []
    assert faults_of(answer) == []
    assert house.mails() == []


def test_unconfirmed_requests_are_deleted_after_a_week(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()
    link = links_of(house.mail())[0]
    house.move_clock(days=7, seconds=1)

    assert house.room.delete_old() == 1

    assert house.get(link).status_code == 404
    assert shows(house.post(link), "gone")
    assert house.find("new@example.org") is None


def test_confirming_twice_changes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.ask()
    link = links_of(house.mail())[0]
    house.post(link)
    before = house.reader("new@example.org")
    house.move_clock(hours=1)

    answer = house.post(link)

    assert shows(answer, "already")
    assert house.reader("new@example.org") == before


def test_an_old_confirmation_does_not_bring_back_who_has_left_since(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    mail = house.mail()
    house.post(tab, {"code": code_of(mail)})
    house.post(house.leaving_path("new@example.org"))
    house.move_clock(hours=2)

    house.post(links_of(mail)[0])
    house.post(tab, {"code": code_of(mail)})

    assert house.standing("new@example.org") == "unsubscribed"


def test_the_funnel_counts_people_and_doors(tmp_path: Path) -> None:
    house = House(tmp_path)
    for number in range(3):
        house.ask(address=f"a{number}@example.org")
    links = {mail["To"]: links_of(mail)[0] for mail in house.mails()}
    house.post(links["a0@example.org"])
    house.move_clock(minutes=10)
    tab = house.ask(address="a1@example.org")
    house.post(tab, {"code": code_of(house.mail())})

    [month] = house.site.records.crowds().funnel()

    assert (month.month, month.asked, month.by_code, month.by_link) == ("2022-08", 3, 1, 1)


def test_a_link_is_good_for_its_own_purpose_only(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask().rpartition("/")[2]
    link = links_of(house.mail())[0].rpartition("/")[2]

    assert house.post(f"/c/{tab}").status_code == 404
    assert house.get(f"/ko/subscribe/{link}").status_code == 404
    assert house.standing("new@example.org") is None


def test_who_confirms_by_two_mails_is_counted_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    tab = house.ask()
    first = house.mail()
    house.move_clock(minutes=6)
    house.ask()
    second = house.mail()
    house.post(tab, {"code": code_of(first)})
    house.post(links_of(second)[0])

    [month] = house.site.records.crowds().funnel()

    assert (month.asked, month.confirmed) == (1, 1)
