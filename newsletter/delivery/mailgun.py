"""
Sends letters to Mailgun unchanged: raw MIME over HTTPS, one reader for each message.

Mailgun sets its own reverse-path, so `Envelope.sender` is not used here.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from urllib3 import encode_multipart_formdata

from newsletter.delivery.account_look import (
    AccountNote,
    Allowance,
    Ask,
    Standing,
    good_key,
    note_refusal,
    unseen_sender,
    unverified,
    verified,
)
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_answers import AnswerTable, Told, read_object, read_page
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.mailgun_answers import judge
from newsletter.delivery.provider import Capabilities
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase

BASE_URLS: Final = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
# Of answers to requests that read; those to letters are judged in mailgun_answers.py.
UNNAMED_FAULTS: Final = AnswerTable(200, lambda answer: Told(read_page(answer.body)), ())


class Mailgun:
    """A sending domain at Mailgun."""

    kind = "mailgun"
    can = Capabilities(own_sender=False, may_lack_sender=True)

    def __init__(self, domain: str, key: str, base_url: str = BASE_URLS["us"]) -> None:
        """
        Configure the domain.

        Args:
            domain: the sending domain.
            key: a sending key of the domain, or the account's API key.
            base_url: the URL of the region, without a path.
        """
        self.name = f"Mailgun {domain}"
        self.key = key
        self._domain = domain
        self._base_url = base_url
        self._url = f"{base_url}/v3/{quote(domain, safe='')}/messages.mime"

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Post the letter as a file of a form."""
        body, content_type = encode_multipart_formdata(
            [
                ("to", recipient),
                ("o:tracking", "no"),  # tracking rewrites links, and breaks the signature
                ("message", ("letter.eml", envelope.mime, "message/rfc822")),
            ]
        )
        return Request(
            self._url, body, {"Content-Type": content_type, "Authorization": self._login()}
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer."""
        return judge(answer, self._domain, now)

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """
        Ask for the sending domain.

        Every key but the account's is answered as a wrong one is: 401, or 403.
        """
        del sender  # Mailgun does not compare it with the domain
        url = f"{self._base_url}/v4/domains/{quote(self._domain, safe='')}"
        answer = ask(url, {"Authorization": self._login()})
        if answer.status in (401, 403):
            yield AccountNote(Standing.UNSEEN, phrase("delivery.look-key-or-only-sends"))
        elif answer.status == 404:
            yield good_key()
            yield unverified(self._domain)
        elif answer.status == 200:
            yield good_key()
            yield from _read_domain(self._domain, read_object(answer.body))
        else:
            yield note_refusal(answer, UNNAMED_FAULTS)

    def _login(self) -> str:
        return f"Basic {b64encode(f'api:{self.key}'.encode()).decode()}"


def _read_domain(domain: str, told: Mapping[str, Any]) -> Iterator[AccountNote]:
    """Read what GET /v4/domains/DOMAIN tells."""
    about = told.get("domain")
    about = about if isinstance(about, dict) else {}
    match about.get("state"):
        case "active":
            yield verified(domain)
        case "unverified":
            yield unverified(domain)
        case "disabled":
            panel = phrase("delivery.http-account")
            yield AccountNote(
                Standing.WRONG, phrase("delivery.look-disabled", domain=domain), panel
            )
        case _:
            yield unseen_sender()
    if about.get("type") == "sandbox":
        sandbox = phrase("delivery.look-test-domain", domain=domain)
        yield AccountNote(Standing.WRONG, sandbox, phrase("delivery.look-own-domain"))


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the domain and region in *url*."""
    del root
    return HttpPosting(Mailgun(url.host, url.user, BASE_URLS[url.options["region"]]), caller=caller)
