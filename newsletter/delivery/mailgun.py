"""
Sends letters to Mailgun unchanged: raw MIME over HTTPS, one reader for each message.

Mailgun sets its own reverse-path, so `Envelope.sender` is not used here.
"""

from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from urllib3 import encode_multipart_formdata

from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.mailgun_answers import judge
from newsletter.delivery.provider import Capabilities
from newsletter.message.envelope import Envelope

BASE_URLS: Final = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}


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
        login = b64encode(f"api:{self.key}".encode()).decode()
        return Request(
            self._url, body, {"Content-Type": content_type, "Authorization": f"Basic {login}"}
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer."""
        return judge(answer, self._domain, now)


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the domain and region in *url*."""
    del root
    return HttpPosting(Mailgun(url.host, url.user, BASE_URLS[url.options["region"]]), caller=caller)
