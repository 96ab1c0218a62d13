"""Links that were followed before, and links between the languages."""

from pathlib import Path

from werkzeug.test import TestResponse

from newsletter.lang import Lang
from newsletter.message.links import Purpose
from tests.web.house import House, links_of, parse, shows


def has_form(answer: TestResponse) -> bool:
    return bool(parse(answer.text).xpath("//main//form"))


def test_a_link_of_whoever_left_says_so_and_has_no_button(tmp_path: Path) -> None:
    """A button would look as if leaving had failed: the other language is a link away."""
    house = House(tmp_path)
    assert shows(house.get(house.leaving_path()), "leave")
    house.post(house.leaving_path())

    for lang in Lang:
        again = house.get(f"{house.leaving_path()}?lang={lang}")

        assert shows(again, "left")
        assert not has_form(again)


def test_a_link_that_undid_leaving_says_so_until_its_reader_leaves_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    undo = links_of(house.mail())[0]
    house.post(undo)

    assert shows(house.get(undo), "undone")
    house.post(house.leaving_path())
    assert shows(house.get(undo), "undo_late")
    assert shows(house.post(undo), "undo_late")


def test_links_of_a_new_address_say_what_they_have_done(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(f"/p/{house.token(Purpose.PREFERENCES)}/link")
    own = {"name": "", "preference": "ko", "address": "moved@example.org"}
    house.post(links_of(house.mail())[0], own)
    confirm = links_of(house.mail())[0]
    house.post(confirm)
    undo = links_of(house.mail())[0]

    assert shows(house.get(confirm), "moved")
    assert shows(house.get(undo), "unmove")
    house.post(undo)
    assert shows(house.get(undo), "unmoved")


def test_an_undo_that_is_too_late_has_no_button(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path())
    undo = links_of(house.mail())[0]
    house.move_clock(days=7, seconds=1)

    answer = house.get(undo)

    assert shows(answer, "undo_late")
    assert not has_form(answer)


def test_pages_that_only_follow_a_post_lead_back_in_the_other_language(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = f"/p/{house.token(Purpose.PREFERENCES)}"

    sent = house.get(f"{path}/link?lang=en")
    start = house.get("/en/subscribe/start")

    assert (sent.status_code, sent.headers["Location"]) == (302, f"{path}?lang=en")
    assert (start.status_code, start.headers["Location"]) == (302, "/en/subscribe")
    assert house.mails() == []


def test_a_page_that_does_not_exist_does_so_in_both_languages(tmp_path: Path) -> None:
    house = House(tmp_path)

    for lang in Lang:
        answer = house.get(f"/ko/nothing-here?lang={lang}")

        assert parse(answer.text).get("lang") == lang
        assert answer.status_code == 404
