"""
Sends letters to SendGrid (v3), which builds the message from JSON fields; one reader a request.

It sets its own reverse-path and DKIM signature, and answers 202 with an empty body.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from newsletter.delivery.account_look import (
    AccountNote,
    Allowance,
    Ask,
    Standing,
    domains_above,
    good_key,
    note_refusal,
    unseen_sender,
    unverified,
    verified,
)
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_answers import (
    AnswerTable,
    Fault,
    Told,
    judge,
    read_list,
    read_object,
    read_page,
    sign,
)
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.json_request import in_quotes, json_request, to_b64
from newsletter.delivery.letter_fields import LetterFields, read_fields
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Capabilities
from newsletter.delivery.reference import NAME
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase

BASE_URLS: Final = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
NO_TRACKING: Final = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}


def _read(answer: HttpAnswer) -> Told:
    """Read an answer; the letter's id is in a header."""
    errors = read_object(answer.body).get("errors")
    faults = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    words = [str(one[name]) for one in faults for name in ("field", "message") if one.get(name)]
    told = " ".join(words) or read_page(answer.body)
    return Told(told, answer.headers.get("x-message-id", "").strip())


ANSWERS: Final = AnswerTable(
    202,
    _read,
    (
        sign(Fault.ACCOUNT, r"credits|suspend|billing|under review|account (is )?disabled"),
        sign(Fault.SENDER, r"sender identity|from address|^from\b"),
        sign(Fault.ADDRESS, r"personalizations\.\d+\.to\b"),
        sign(Fault.KEY, "authorization grant|access forbidden|permission"),
    ),
)


class SendGrid:
    """An account at SendGrid."""

    kind = "sendgrid"
    name = "SendGrid"
    can = Capabilities(raw_mime=False, own_sender=False, unicode_addresses=False)

    def __init__(self, key: str, base_url: str = BASE_URLS["global"]) -> None:
        """*key* is an API key that may send; *base_url* is the region's, without a path."""
        self.key = key
        self._base_url = base_url
        self._url = f"{base_url}/v3/mail/send"

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Post the letter's fields."""
        fields = read_fields(envelope.mime)
        return json_request(
            self._url,
            {
                "personalizations": [
                    {
                        "to": [_reader(fields.reader_name, recipient)],
                        "custom_args": {NAME: envelope.reference},
                    }
                ],
                "from": _named(fields.sender_name, fields.sender_address),
                "reply_to": {"email": fields.reply_to} if fields.reply_to else None,
                "subject": fields.subject,
                "content": _contents(fields),
                "attachments": [
                    {
                        "content": to_b64(one.content),
                        "type": one.content_type,
                        "filename": one.name,
                        "disposition": "inline",
                        "content_id": one.content_id,
                    }
                    for one in fields.pictures
                ],
                "headers": fields.headers,
                "tracking_settings": NO_TRACKING,
            },
            {"Authorization": f"Bearer {self.key}"},
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer."""
        return judge(answer, ANSWERS, self.name, now)

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """Ask for the key's rights, which every key may, then for the sender's domain."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = ask(f"{self._base_url}/v3/scopes", headers)
        scopes = read_object(answer.body).get("scopes")
        if answer.status != 200 or not isinstance(scopes, list):
            yield note_refusal(answer, ANSWERS, "access forbidden")
            return
        if "mail.send" not in scopes:
            may_not = phrase("delivery.look-may-not-send")
            yield AccountNote(Standing.WRONG, may_not, phrase("delivery.http-key"))
            return
        yield good_key()
        answer = ask(f"{self._base_url}/v3/whitelabel/domains?limit=500", headers)
        yield _read_domains(answer, sender)


def _contents(fields: LetterFields) -> list[dict[str, str]]:
    """Return text and HTML, in the order that is asked for; an empty one is refused there."""
    both = (("text/plain", fields.text), ("text/html", fields.html))
    return [{"type": kind, "value": value} for kind, value in both if value]


def _named(name: str, address: str) -> dict[str, str]:
    return {"email": address, "name": name} if name else {"email": address}


def _reader(name: str, address: str) -> dict[str, str]:
    """Return a reader; in a personalization a comma or semicolon would divide an unquoted name."""
    if "," in name or ";" in name:
        name = in_quotes(name)
    return _named(name, address)


def _read_domains(answer: HttpAnswer, sender: str) -> AccountNote:
    """Read the authenticated domains; a sender may be verified without one, by itself."""
    domains = read_list(answer.body)
    if answer.status != 200 or domains is None:
        return unseen_sender()
    valid = {str(one.get("domain")).lower() for one in domains if one.get("valid") is True}
    for domain in domains_above(sender):
        if domain in valid:
            return verified(domain)
    return unverified(sender, Standing.DOUBTFUL)


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the key and region in *url*."""
    del root
    return HttpPosting(SendGrid(url.user, BASE_URLS[url.options["region"]]), caller=caller)
