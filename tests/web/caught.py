"""Mails that a real SMTP server was given, as their readers see them."""

import re
import time
from collections.abc import Iterable
from email.message import EmailMessage
from typing import Final

from lxml import html

from newsletter.mails.mail import MailForm
from newsletter.message.legal_text import LegalName, read_legal_texts
from newsletter.message.reader_words import ReaderWords
from newsletter.supplies import read_legal_files
from tests.mail_sinks import RecordingServer
from tests.stage.site import CHECKOUT, PUBLIC_URL

PATIENCE_S: Final = 20.0
CODE: Final = re.compile(r"\[(\d{6})\]")


class CaughtMail:
    """One mail."""

    def __init__(self, message: EmailMessage) -> None:
        self.message: Final = message
        self.subject: Final = str(message["Subject"])
        self.html: Final = _content(message, "html")

    @property
    def code(self) -> str:
        """The six digits in the subject."""
        found = CODE.search(self.subject)
        assert found, self.subject
        return found[1]

    @property
    def heading(self) -> str:
        """The heading, as a text."""
        return str(html.fromstring(self.html).xpath("string(//h1)"))

    def links(self) -> list[str]:
        """Return every link to the readers' pages, in order."""
        found = [link.get("href", "") for link in html.fromstring(self.html).iter("a")]
        return [link for link in found if link.startswith(PUBLIC_URL)]


class Mailboxes:
    """Everybody's mailbox."""

    def __init__(self, server: RecordingServer) -> None:
        self._server = server

    def wait_for(self, address: str, number: int = 1) -> CaughtMail:
        """Wait for the mail with this number among those to *address*, from 1, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while len(its := [message for to, message in self._server.taken if to == address]) < number:
            assert time.monotonic() < deadline, f"{address} has {len(its)} mails, not {number}"
            time.sleep(0.01)
        return CaughtMail(its[number - 1])

    def wait_for_forms(
        self, forms: Iterable[MailForm], words: ReaderWords, ending: str
    ) -> list[CaughtMail]:
        """Wait for a mail of each form to any address with this ending, and return them."""
        wanted = {heading_of(form, words) for form in forms}
        deadline = time.monotonic() + PATIENCE_S
        while True:
            mails = {mail.heading: mail for mail in self._ending(ending)}
            if wanted <= mails.keys():
                return [mails[heading] for heading in sorted(wanted)]
            assert time.monotonic() < deadline, f"no mails with {wanted - mails.keys()}"
            time.sleep(0.01)

    def _ending(self, ending: str) -> list[CaughtMail]:
        return [CaughtMail(message) for to, message in self._server.taken if to.endswith(ending)]


def heading_of(form: MailForm, words: ReaderWords) -> str:
    """Return the heading of a mail: of a notice, or one of the words."""
    notice = next((name for name in LegalName if name.value == form.value), None)
    if notice is None:
        return words[f"{form}_heading"]
    texts = read_legal_texts(*read_legal_files(CHECKOUT))
    return texts[notice, words.lang].heading


def url_here(url: str, link: str) -> str:
    """Return the address of a link in a mail at the server with address *url*."""
    assert link.startswith(PUBLIC_URL + "/"), link
    return url + link.removeprefix(PUBLIC_URL)


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())
