"""Every page and every mail, in every state, in both languages: all can read and use them."""

from collections.abc import Iterator
from itertools import product
from urllib.parse import urljoin

import pytest
from lxml import html
from playwright.sync_api import Browser

from newsletter.lang import Lang
from newsletter.mails.mail import MailForm
from tests.web.browsing import Visit, visit
from tests.web.looks import HEIGHT, faults_of_mail, faults_of_page
from tests.web.served import ServedSite
from tests.web.walks import MAILS_OF, WALKS, Stop

ABOVE_THE_FOLD = ("leave", "confirm", "undo", "move", "unmove", "never", "damaged")

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "walk"), [*product(Lang, WALKS)], ids=str)
def test_pages_and_mails_can_be_read_and_used_by_everyone(
    browser: Browser, served: ServedSite, lang: Lang, walk: str
) -> None:
    faults: list[str] = []
    with visit(browser, served, lang) as at:
        for stop in WALKS[walk](at):
            found = [*faults_at(at, stop), *faults_of_page(at.page, lang)]
            faults += [f"{stop.name}: {fault}" for fault in found]
        ending = f".{lang}@example.org"
        for mail in served.mailboxes.wait_for_forms(MAILS_OF[walk], at.words, ending):
            faults += [f"{mail.subject}: {fault}" for fault in faults_of_mail(at.page, mail.html)]

    assert "\n".join(faults) == ""


def faults_at(at: Visit, stop: Stop) -> Iterator[str]:
    """Yield what is wrong with a page as a stop of a walk."""
    if not at.reads(stop.title):
        yield f"is {at.heading()!r}"
    if stop.name in ABOVE_THE_FOLD:
        button = at.page.locator("main button").bounding_box()
        if button is None or button["y"] + button["height"] > HEIGHT:
            yield f"has its button at {button}"
    link = at.page.locator("nav a").get_attribute("href") or ""
    [other] = [lang for lang in Lang if lang is not at.lang]
    lang, heading = fetch_twin(at, urljoin(at.page.url, link))
    if lang != other:
        yield f"has a twin in {lang}, not in {other}"
    if stop.has_twin and heading != at.served.words[other][stop.title]:
        yield f"has a twin with the heading {heading!r}"


def fetch_twin(at: Visit, url: str) -> tuple[str, str]:
    """Return language and heading of the page at *url*."""
    answer = at.page.request.get(url)
    assert answer.status in (200, 404, 503), f"{answer.status} for {url}"
    page = html.fromstring(answer.text())
    return page.get("lang", ""), str(page.xpath("string(//h1)"))


def test_the_walks_bring_every_mail_there_is() -> None:
    assert {form for forms in MAILS_OF.values() for form in forms} == set(MailForm)
