"""The readers' side of a small site: its pages without a socket, its mails in an outbox."""

import re
import shutil
from collections.abc import Mapping
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml
from lxml import html
from werkzeug.test import Client, TestResponse

from newsletter.app.reader_pages import make_page_press
from newsletter.desk.mails import MailRoom
from newsletter.desk.reader_desk import open_reader_desk
from newsletter.dispatch.states import State
from newsletter.message.legal_text import LegalName, read_legal_texts
from newsletter.message.links import Purpose
from newsletter.subscribers.address import address_of
from newsletter.subscribers.subscriber import Subscriber
from newsletter.supplies import read_legal_files
from newsletter.web.application import make_application
from newsletter.web.pages import Pages
from tests.stage.clocked import ClockedSite, ClockedStage
from tests.stage.site import CHECKOUT, PUBLIC_URL

FORM: Final = {
    "address": "new@example.org",
    "name": "새독자",
    "preference": "ko",
    "consent_required": "yes",
    "consent_name": "yes",
    "consent_age": "yes",
}
AGREED_HEADINGS: Final = tuple(
    text.heading
    for (name, _), text in read_legal_texts(*read_legal_files(CHECKOUT)).items()
    if name is LegalName.AGREED
)
READER: Final = "r1@example.org"  # one of the readers of `ClockedStage`


class House:
    """A site, its pages, and a clock that the test moves."""

    def __init__(self, folder: Path, readers: int = 4, **settings: str) -> None:
        self.stage = ClockedStage(folder, readers, **settings)
        self.site = self.stage.site
        self._seen: set[str] = set()
        self.results: list[EmailMessage] = []
        self.open()

    def open(self) -> None:
        """Open the pages, as a server does when it starts."""
        site = self.site
        self.desk = open_reader_desk(site)
        self.pages = Pages(make_page_press(site), site.publication)
        trusted = site.settings.trusted_proxies
        public_url = site.settings.public_url
        self.app = make_application(self.desk, self.pages, {}, public_url, trusted)
        self.room = MailRoom(site)
        self.client = Client(self.app)

    def move_to(self, folder: Path) -> None:
        """Go on with a copy of the site in another folder, as on another machine."""
        shutil.copytree(self.stage.root, folder)
        now, self.stage.root = self.site.now, folder
        self.stage.site = self.site = ClockedSite(self.stage.environ, folder)
        self.site.now = now
        self._seen = {path.name for path in (folder / "outbox").glob("mail.*.eml")}
        self.open()

    def move_clock(self, **by: float) -> None:
        """Move the site's clock on, by days, hours, minutes or seconds."""
        self.site.now += timedelta(**by)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page; *path* may be a whole address."""
        return self.client.get(_path(path), base_url=PUBLIC_URL, **options)

    def post(
        self,
        path: str,
        form: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Post a form."""
        return self.client.post(_path(path), base_url=PUBLIC_URL, data=form, **options)

    def ask(self, lang: str = "ko", peer: str = "192.0.2.1", **fields: str) -> str:
        """Send the form to subscribe; return the path of the tab that follows."""
        answer = self.post(
            f"/{lang}/subscribe", {**FORM, **fields}, environ_overrides={"REMOTE_ADDR": peer}
        )
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])

    def mails(self) -> list[EmailMessage]:
        """
        Send what is due, and return the mails that have left since the last call.

        The results of consent are no answers to what a test does: they are in `results`.
        """
        while self.room.deliver_due()[State.ACCEPTED]:
            pass
        found: list[EmailMessage] = []
        for path in sorted((self.stage.root / "outbox").glob("mail.*.eml")):
            if path.name not in self._seen:
                self._seen.add(path.name)
                message = message_from_bytes(path.read_bytes(), policy=default)
                assert isinstance(message, EmailMessage)
                is_result = not set(AGREED_HEADINGS).isdisjoint(text_of(message).splitlines())
                (self.results if is_result else found).append(message)
        return found

    def mail(self) -> EmailMessage:
        """Send what is due, and return the one mail that has left."""
        [mail] = self.mails()
        return mail

    def token(self, purpose: Purpose, address: str = READER) -> str:
        """Return the token of a letter's link to a reader."""
        return self.desk.keyring.links.token(purpose, self.reader(address).names[0])

    def leaving_path(self, address: str = READER) -> str:
        """Return the path of the unsubscribe link to a reader."""
        return f"/u/{self.token(Purpose.UNSUBSCRIBE, address)}"

    def find(self, address: str) -> Subscriber | None:
        """Return a reader as stored."""
        return self.site.records.book().find(address_of(address).key)

    def reader(self, address: str = READER) -> Subscriber:
        """Return a reader who is on the list."""
        found = self.find(address)
        assert found is not None
        return found

    def standing(self, address: str = READER) -> str | None:
        """Return the standing of an address; None if it is not on the list."""
        found = self.find(address)
        return None if found is None else found.standing.value

    def subscribe(self, **fields: str) -> None:
        """Subscribe a new reader, to the end."""
        tab = self.ask(**fields)
        self.post(tab, {"code": code_of(self.mail())})


def parse(text: str) -> Any:
    """Parse a page; lxml's own types say of nothing that it is there."""
    return html.fromstring(text)


def code_of(mail: EmailMessage) -> str:
    """Return the six digits in the subject."""
    found = re.search(r"\b[0-9]{6}\b", mail["Subject"])
    assert found, mail["Subject"]
    return found[0]


def links_of(mail: EmailMessage) -> list[str]:
    """Return the links of a mail's text, in their order."""
    return re.findall(r"https://\S+", text_of(mail))


def text_of(mail: EmailMessage) -> str:
    """Return the text part of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def heading_of(answer: TestResponse) -> str:
    """Return the heading of a page."""
    [heading] = parse(answer.text).xpath("//h1")
    return str(heading.text_content())


def shows(answer: TestResponse, key: str) -> bool:
    """Return whether a page is that of ``KEY_title`` in templates/web/strings.*.yaml."""
    words = words_of(parse(answer.text).get("lang"))
    return heading_of(answer) == words[f"{key}_title"]


@cache
def words_of(lang: str) -> Mapping[str, str]:
    """Return the words of a language as the program has them."""
    path = CHECKOUT / "templates" / "web" / f"strings.{lang}.yaml"
    words: Mapping[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return words


def faults_of(answer: TestResponse) -> list[str]:
    """Return the fields that a page's error summary leads to."""
    links = parse(answer.text).xpath("//div[@class='summary']//a/@href")
    return [str(link).removeprefix("#") for link in links]


def _path(path: str) -> str:
    parts = urlsplit(path)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
