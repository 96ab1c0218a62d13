"""A reader's whole life in a browser: subscribe, choose, move, leave, and come back."""

import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from newsletter.lang import Lang, Preference
from newsletter.message.links import Purpose
from newsletter.subscribers.subscriber import Standing
from tests.mail_sinks import RecordingServer
from tests.stage.site import ISSUE, PUBLIC_URL, make_stage
from tests.web.browsing import Visit, visit
from tests.web.caught import CaughtMail, Mailboxes, url_here
from tests.web.served import ServedSite
from tests.web.walks import NAMES

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = "List-Unsubscribe=One-Click"

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Manner:
    """How a reader lives."""

    lang: Lang
    width: int  # CSS pixels
    by_keyboard: bool = False
    scripts: bool = True

    def __str__(self) -> str:
        by = "keyboard" if self.by_keyboard else "mouse"
        return f"{self.lang}-{self.width}-{by}{'' if self.scripts else '-no-scripts'}"


MANNERS = (
    Manner(Lang.KO, 375, scripts=False),
    Manner(Lang.KO, 1280, by_keyboard=True),
    Manner(Lang.EN, 375, by_keyboard=True, scripts=False),
    Manner(Lang.EN, 1280),
)


@pytest.mark.parametrize("manner", MANNERS, ids=str)
def test_a_readers_whole_life(browser: Browser, served: ServedSite, manner: Manner) -> None:
    address = f"life.{manner}@example.org"
    with visit(
        browser,
        served,
        manner.lang,
        manner.width,
        by_keyboard=manner.by_keyboard,
        scripts=manner.scripts,
    ) as at:
        subscribe_by_code(at, address)
        choose_both_languages(at, address)
        move_and_move_back(at, address, f"new.{address}")
        leave_by_the_page_and_come_back(at, address)
        leave_by_one_click_and_come_back(at, address)


def subscribe_by_code(at: Visit, address: str) -> None:
    at.open(f"/{at.lang}/subscribe")
    at.press("subscribe_button")
    assert at.page.locator(".summary a").count() == 3  # nothing was filled in

    at.subscribe(address, NAMES[at.lang])
    assert address in at.page.locator("main").inner_text()
    at.write("code", at.served.mail(address).code)
    at.press("code_button")

    assert at.reads("confirmed_title")
    assert address == at.served.mail(address, 2).message["To"]  # the result of consent
    reader = at.served.reader(address)
    assert (reader.standing, reader.name) == (Standing.ACTIVE, NAMES[at.lang])
    assert reader.preference == Preference(at.lang.value)


def choose_both_languages(at: Visit, address: str) -> None:
    at.open(at.served.letter_link(Purpose.PREFERENCES, address))
    assert address not in at.page.content()  # whoever has the letter can see this page

    at.choose("preference-both")
    at.press("settings_save")

    assert at.page.get_by_role("status").inner_text() == at.words["settings_saved"]
    assert at.served.reader(address).preference is Preference.BOTH


def move_and_move_back(at: Visit, address: str, new: str) -> None:
    at.served.pass_time()
    at.press("settings_more_button")
    at.open(at.served.here(at.served.mail(address, 3).links()[0]))
    data = at.page.get_by_role("link", name=at.words["own_data_button"]).get_attribute("href")
    assert at.page.request.get(at.served.url + str(data)).json()["address"] == address
    at.write("name", "이름 Name")
    at.write("address", new)
    at.press("settings_save")
    assert at.reads("own_moving_title")
    assert at.served.reader(address).name == "이름 Name"

    at.open(at.served.here(at.served.mail(new).links()[0]))
    at.press("move_button")
    assert at.reads("moved_title")
    assert at.served.reader(new).standing is Standing.ACTIVE

    at.open(at.served.here(at.served.mail(address, 4).links()[0]))
    at.press("unmove_button")
    assert at.reads("unmoved_title")
    assert at.served.reader(address).standing is Standing.ACTIVE


def leave_by_the_page_and_come_back(at: Visit, address: str) -> None:
    at.open(at.served.letter_link(Purpose.UNSUBSCRIBE, address))
    assert at.served.reader(address).standing is Standing.ACTIVE
    at.write("reason", "너무 자주 옵니다. Too often.")
    at.press("leave_button")

    assert at.reads("left_title")
    assert at.served.reader(address).standing is Standing.UNSUBSCRIBED
    come_back(at, address, at.served.mail(address, 5))
    at.served.mail(address, 6)  # the result of that, before the reader leaves again


def leave_by_one_click_and_come_back(at: Visit, address: str) -> None:
    link = at.served.letter_link(Purpose.UNSUBSCRIBE, address)

    answer = at.page.request.post(link, data=ONE_CLICK, headers={"Content-Type": FORM})

    assert answer.status == 200
    assert at.served.reader(address).standing is Standing.UNSUBSCRIBED
    come_back(at, address, at.served.mail(address, 7))


def come_back(at: Visit, address: str, result: CaughtMail) -> None:
    at.open(f"{at.served.here(result.links()[0])}?lang={at.lang}")
    at.press("undo_button")

    assert at.reads("undone_title")
    assert at.served.reader(address).standing is Standing.ACTIVE


@pytest.mark.parametrize("lang", Lang, ids=str)
def test_whoever_closed_the_page_confirms_by_the_link(
    browser: Browser, served: ServedSite, lang: Lang
) -> None:
    address = f"link.{lang}@example.org"
    with visit(browser, served, lang) as at:
        at.open(f"/{lang}/subscribe")
        at.subscribe(address)
    with visit(browser, served, lang, scripts=False) as at:
        at.open(served.here(served.mail(address).links()[0]))
        assert served.find_reader(address) is None  # opening a link changes nothing

        at.press("confirm_button")

        assert at.reads("confirmed_title")
        assert served.reader(address).standing is Standing.ACTIVE


@pytest.mark.parametrize("lang", Lang, ids=str)
def test_the_first_tab_skips_to_the_page_itself(
    browser: Browser, served: ServedSite, lang: Lang
) -> None:
    with visit(browser, served, lang) as at:
        at.open(f"/{lang}/subscribe")
        at.page.keyboard.press("Tab")
        skip = at.page.get_by_role("link", name=at.words["skip_link"])
        seen = skip.bounding_box()
        assert seen is not None
        assert seen["y"] >= 0

        at.page.keyboard.press("Enter")
        at.page.keyboard.press("Tab")

        assert at.page.evaluate("document.activeElement.id") == "address"


def test_the_served_pages_and_a_real_letter_fit_together(browser: Browser, tmp_path: Path) -> None:
    """A process that serves, a process that dispatches, one mail server, and the real clock."""
    address = "whole@example.org"
    with RecordingServer().running() as server:
        stage = make_stage(tmp_path / "site", mail_url=server.url, public_url=PUBLIC_URL)
        serving = stage.start("serve", "--port", "0")
        try:
            assert serving.stdout is not None
            url = serving.stdout.readline().split()[-1].rstrip("/")
            mails = Mailboxes(server)
            page = browser.new_page(locale="ko")
            page.goto(f"{url}/ko/subscribe")
            page.fill("#address", address)
            page.check("#consent_required")
            page.check("#consent_age")
            page.click("main button")
            page.fill("#code", mails.wait_for(address).code)
            page.click("main button")
            mails.wait_for(address, 2)  # the result of consent
            stage.run("dispatch", ISSUE, "--yes")
            letter = mails.wait_for(address, 3)
            uri = str(letter.message["List-Unsubscribe"]).partition(">")[0].strip("<")

            page.goto(url_here(url, uri))
            assert page.locator("form[method=post] button").count() == 1
            answer = page.request.post(
                url_here(url, uri), data=ONE_CLICK, headers={"Content-Type": FORM}
            )
            result = mails.wait_for(address, 4)
            page.goto(url_here(url, result.links()[0]))
            page.click("main button")
        finally:
            serving.send_signal(signal.SIGTERM)
            rest, _ = serving.communicate(timeout=30)

    assert answer.status == 200
    assert urlsplit(uri).path in letter.html
    assert serving.returncode == 0
    assert urlsplit(uri).path.split("/")[-1] not in rest  # the access log names no token
    assert address in stage.run("subscribers", "list")
