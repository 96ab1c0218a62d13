"""
Sends letters to Brevo, which builds the message from JSON fields; one reader for each request.

It sets its own reverse-path and DKIM signature, and encloses no picture that the HTML can show.
Its idempotency key lives for 15 or 30 minutes: its pages differ. A repetition in that time is not
executed, and its answer does not tell what became of the first request. Tracking is a setting of
the account there: a request cannot switch it off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

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
    read_id,
    read_object,
    read_words,
    sign,
)
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.json_request import has_specials, in_encoded_words, json_request
from newsletter.delivery.letter_fields import LetterFields, read_fields, refuse
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Blame, Capabilities
from newsletter.delivery.reference import memory_of, uuid_of
from newsletter.message.envelope import Envelope

BASE_URL: Final = "https://api.brevo.com"
TEMPLATE_MARKS: Final = ("{{", "{%")  # its template language is read in every letter


def _read(answer: HttpAnswer) -> Told:
    return Told(read_words(answer.body, "code", "message"), read_id(answer.body, "messageId"))


ANSWERS: Final = AnswerTable(
    201,
    _read,
    (
        sign(Fault.REPEAT, "duplicate_parameter|duplicate_request"),
        sign(
            Fault.ACCOUNT, r"not_enough_credits|account_under_validation|not yet activated|suspend"
        ),
        sign(Fault.OTHER, "ip address"),
        sign(Fault.SENDER, r"\bsender\b"),
        sign(Fault.ADDRESS, r"(not valid|invalid) in to\b|\bto\b.{0,40}(not valid|invalid)"),
        sign(Fault.KEY, "unauthorized|key not found|permission_denied"),
    ),
)


class Brevo:
    """An account at Brevo."""

    kind = "brevo"
    name = "Brevo"
    can = Capabilities(
        raw_mime=False,
        own_sender=False,
        unicode_addresses=False,
        inline_pictures=False,
        repeats=timedelta(minutes=7),  # half of 15 minutes
    )

    def __init__(self, key: str, base_url: str = BASE_URL) -> None:
        """*key* is an API key; *base_url* has no path."""
        self.key = key
        self.can = replace(self.can, memory=memory_of(self.kind, key))
        self._base_url = base_url
        self._url = f"{base_url}/v3/smtp/email"

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Post the letter's fields, with a key that is the same for a repetition."""
        fields = read_fields(envelope.mime)
        _refuse_uncarried(fields)
        return json_request(
            self._url,
            {
                "sender": _named(fields.sender_name, fields.sender_address),
                "to": [_named(fields.reader_name, recipient)],
                "replyTo": {"email": fields.reply_to} if fields.reply_to else None,
                "subject": fields.subject,
                "htmlContent": fields.html,
                "textContent": fields.text,
                "headers": {
                    **fields.headers,
                    "X-Mailin-custom": envelope.reference,
                    "idempotencyKey": uuid_of(envelope.reference),
                },
            },
            # Its pages put the key into the body; reports of others, into the request's header.
            {"api-key": self.key, "idempotencyKey": uuid_of(envelope.reference)},
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer."""
        return judge(answer, ANSWERS, self.name, now)

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """Ask for the account and its plan, then for the sender's domain."""
        headers = {"api-key": self.key}
        answer = ask(f"{self._base_url}/v3/account", headers)
        if answer.status != 200:
            yield note_refusal(answer, ANSWERS)
            return
        yield good_key()
        if (left := _count_credits(read_object(answer.body))) is not None:
            yield Allowance(None, left)
        domain = next(domains_above(sender))
        answer = ask(f"{self._base_url}/v3/senders/domains", headers)
        yield _read_domains(answer, domain)


def _refuse_uncarried(fields: LetterFields) -> None:
    if fields.pictures:
        refuse(fields.pictures[0].content_type)
    shown = fields.subject + fields.text + fields.html
    for marks in TEMPLATE_MARKS:
        if marks in shown:  # a reader's own name may have them
            refuse(marks, Blame.TEMPORARY if marks in fields.reader_name else Blame.MESSAGE)


def _named(name: str, address: str) -> dict[str, str]:
    """Return a mailbox; Brevo loses a name that is not ASCII and has a comma, but for this form."""
    if not name.isascii() and has_specials(name):
        name = in_encoded_words(name)
    return {"email": address, "name": name} if name else {"email": address}


def _count_credits(account: Mapping[str, Any]) -> int | None:
    """Return the letters that the plan still allows; None if it does not tell a limit."""
    plans = account.get("plan")
    found = [
        one["credits"]
        for one in (plans if isinstance(plans, list) else [])
        if isinstance(one, dict)
        and one.get("type") != "sms"
        and one.get("creditsType") == "sendLimit"
        and isinstance(one.get("credits"), int | float)
    ]
    return int(sum(found)) if found and min(found) >= 0 else None  # -1: no limit


def _read_domains(answer: HttpAnswer, domain: str) -> AccountNote:
    """Read the account's domains; a sender may be verified without one, by itself."""
    domains = read_object(answer.body).get("domains")
    if answer.status != 200 or not isinstance(domains, list):
        return unseen_sender()
    is_known = any(
        isinstance(one, dict)
        and one.get("domain_name") == domain
        and one.get("authenticated") is True
        for one in domains
    )
    return verified(domain) if is_known else unverified(domain, Standing.DOUBTFUL)


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the key in *url*."""
    del root
    return HttpPosting(Brevo(url.user), caller=caller)
