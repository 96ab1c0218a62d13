"""
Sends letters to Resend, which builds the message from JSON fields; one reader for each request.

It sets its own reverse-path and DKIM signature. The same Idempotency-Key within 24 hours sends
nothing again. Tracking is a setting of the domain there: a request cannot switch it off.
"""

import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from newsletter.delivery.account_look import (
    AccountNote,
    Allowance,
    Ask,
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
    read_id,
    read_object,
    read_words,
    sign,
)
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.json_request import (
    has_specials,
    in_encoded_words,
    json_request,
    to_b64,
)
from newsletter.delivery.letter_fields import Picture, read_fields, refuse
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Capabilities
from newsletter.delivery.reference import NAME, key_of, memory_of, tag_of
from newsletter.message.envelope import Envelope

BASE_URL: Final = "https://api.resend.com"
# Its "from" takes neither a quoted name nor encoded-words, and refuses these marks in a bare one.
NAME_MARKS: Final = '()<>[]:;@\\,"'
# The draft of IETF that it follows (6): a number, in a window of one second unless it names one.
RATE_LIMIT: Final = re.compile(r"\s*([0-9]{1,6})(?:\s*[,;].*?\bw=([1-9][0-9]{0,5}))?")
PARTLY: Final = ("partially_verified", "partially_failed")  # for sending, or for receiving


def _read(answer: HttpAnswer) -> Told:
    return Told(read_words(answer.body, "name", "message"), read_id(answer.body, "id"))


ANSWERS: Final = AnswerTable(
    200,
    _read,
    (
        sign(Fault.REPEAT, "invalid_idempotent_request|concurrent_idempotent_requests"),
        sign(Fault.ACCOUNT, "monthly_quota_exceeded|suspended"),
        sign(Fault.RATE, "daily_quota_exceeded|rate_limit_exceeded"),
        sign(Fault.KEY, r"api_key|api key"),
        sign(Fault.SENDER, r"invalid[_ `]+from|domain is not verified|testing (emails|domain)"),
        sign(Fault.ADDRESS, r"invalid[_ `]+to\b"),
    ),
)


class Resend:
    """An account at Resend."""

    kind = "resend"
    name = "Resend"
    can = Capabilities(
        raw_mime=False,
        own_sender=False,
        unicode_addresses=False,
        refused_name_marks=NAME_MARKS,
        repeats=timedelta(hours=12),  # half of the 24 hours
    )

    def __init__(self, key: str, base_url: str = BASE_URL) -> None:
        """*key* is an API key that may send; *base_url* has no path."""
        self.key = key
        self.can = replace(self.can, memory=memory_of(self.kind, key))
        self._base_url = base_url
        self._url = f"{base_url}/emails"

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Post the letter's fields, with a key that is the same for a repetition."""
        fields = read_fields(envelope.mime)
        if not set(NAME_MARKS).isdisjoint(fields.sender_name):
            refuse(f"From: {fields.sender_name}")
        return json_request(
            self._url,
            {
                "from": _mailbox(fields.sender_name, fields.sender_address),
                "to": [_reader(fields.reader_name, recipient)],
                "reply_to": fields.reply_to,
                "subject": fields.subject,
                "text": fields.text,
                "html": fields.html,
                "headers": fields.headers,
                "attachments": [_attach(one) for one in fields.pictures],
                "tags": [{"name": NAME, "value": tag_of(envelope.reference)}],
            },
            {
                "Authorization": f"Bearer {self.key}",
                "Idempotency-Key": key_of(envelope.reference),
            },
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer; its header tells the rate of the whole account."""
        verdict = judge(answer, ANSWERS, self.name, now)
        return replace(verdict, per_second=read_rate(answer.headers))

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """Ask for the domains; the rate of the whole account stands in the answer's header."""
        url = f"{self._base_url}/domains?limit=100"
        answer = ask(url, {"Authorization": f"Bearer {self.key}"})
        if rate := read_rate(answer.headers):
            yield Allowance(rate)
        if answer.status != 200:
            yield note_refusal(answer, ANSWERS, "restricted_api_key|restricted to only send")
            return
        yield good_key()
        yield _read_domains(read_object(answer.body), sender)


def _mailbox(name: str, address: str) -> str:
    return f"{name} <{address}>" if name else address


def _reader(name: str, address: str) -> str:
    """Return the reader's mailbox; a quoted name is refused there, encoded-words are not."""
    return _mailbox(in_encoded_words(name) if has_specials(name) else name, address)


def _attach(picture: Picture) -> dict[str, str]:
    # A picture whose name contradicts its type is dropped with the whole message.
    if mimetypes.guess_type(picture.name)[0] != picture.content_type:
        refuse(f"{picture.content_type} {picture.name}")
    return {
        "content": to_b64(picture.content),
        "filename": picture.name,
        "content_type": picture.content_type,
        "content_id": picture.content_id,
    }


def _read_domains(told: Mapping[str, Any], sender: str) -> AccountNote:
    """Read the domains: a letter's From must be in one of them itself."""
    listed = told.get("data")
    domains = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    domain = next(domains_above(sender))
    for one in domains:
        if one.get("name") == domain:
            if one.get("status") in PARTLY:
                return unseen_sender()
            return verified(domain) if one.get("status") == "verified" else unverified(domain)
    return unseen_sender() if told.get("has_more") else unverified(domain)


def read_rate(headers: Mapping[str, str]) -> float | None:
    """Return the requests a second that `ratelimit-limit` allows; None if it is not told."""
    found = RATE_LIMIT.match(headers.get("ratelimit-limit", ""))
    if found is None or not int(found[1]):
        return None
    return int(found[1]) / int(found[2] or 1)


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the key in *url*."""
    del root
    return HttpPosting(Resend(url.user), caller=caller)
