"""
Sends letters to Amazon SES (v2) unchanged: raw MIME in JSON, one reader for each request.

SES sets its own reverse-path, and forwards what returns there to the envelope's sender. It
replaces Message-ID and Date, so that no signature of ours may cover them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

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
from newsletter.delivery.aws_signature import AwsKey, Scope, Unsigned, sign_request
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
from newsletter.delivery.http_posting import MASK, HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.json_request import json_request, to_b64
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Capabilities
from newsletter.delivery.reference import NAME, tag_of
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase

PATH: Final = "/v2/email/outbound-emails"
ONLY_SENDS: Final = "AccessDenied|not authorized to perform"  # it lacks a right that reads


def _read(answer: HttpAnswer) -> Told:
    """Read an answer; the name of a fault is in a header, before a colon and a URL."""
    name = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
    said = read_words(answer.body, "__type", "message", "Message")
    return Told(f"{name} {said}".strip(), read_id(answer.body, "MessageId"))


ANSWERS: Final = AnswerTable(
    200,
    _read,
    (
        sign(Fault.CLOCK, r"signature (has )?expired|not yet current|RequestTimeTooSkewed"),
        sign(
            Fault.KEY,
            "UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature"
            "|MissingAuthenticationToken|ExpiredToken|AccessDenied|InvalidClientTokenId"
            "|not authorized|security token",
        ),
        sign(Fault.RATE, "TooManyRequests|Throttling|sending rate|message quota"),
        sign(Fault.ACCOUNT, "AccountSuspended|SendingPaused|LimitExceededException"),
        sign(Fault.SENDER, "MailFromDomainNotVerified|not verified"),
        sign(
            Fault.ADDRESS,
            r"local address|domain (contains|name)|missing (final|local|domain)|illegal address"
            r"|invalid (domain|email|address)|address is not valid",
        ),
        sign(Fault.OTHER, "NotFoundException"),
    ),
)


class Ses:
    """An account at Amazon SES, in one region."""

    kind = "ses"
    can = Capabilities(unicode_addresses=False)

    def __init__(
        self,
        key: AwsKey,
        region: str,
        base_url: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Configure the account.

        Args:
            key: an access key with the right ses:SendEmail.
            region: such as ap-northeast-2.
            base_url: without a path; "": the region's own.
            clock: returns aware UTC, for signatures.
        """
        self.name = f"Amazon SES {region}"
        self.key = key.secret
        self._key = key
        self._scope = Scope(region, "ses")
        self._base_url = base_url or f"https://email.{region}.amazonaws.com"
        self._url = f"{self._base_url}{PATH}"
        self._clock = clock

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Post the letter's bytes; the address comes from the envelope, not from the header."""
        unsigned = json_request(
            self._url,
            {
                "Destination": {"ToAddresses": [recipient]},
                "FeedbackForwardingEmailAddress": envelope.sender,
                "Content": {"Raw": {"Data": to_b64(envelope.mime)}},
                "EmailTags": [{"Name": NAME, "Value": tag_of(envelope.reference)}],
            },
            {},
        )
        headers = {name: str(value) for name, value in unsigned.headers.items()}
        return replace(
            unsigned, headers=self._sign(Unsigned("POST", self._url, headers, unsigned.body))
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer."""
        return judge(self._masked(answer), ANSWERS, self.name, now)

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """Ask for the account's limits (ses:GetAccount), then for the sender's identity."""
        answer = self._get(ask, "/v2/email/account")
        if answer.status == 200:
            yield from _read_account(read_object(answer.body))
        else:
            refusal = note_refusal(answer, ANSWERS, ONLY_SENDS)
            yield refusal
            if refusal.standing is Standing.WRONG:
                return
        yield self._look_at_sender(ask, sender)

    def _look_at_sender(self, ask: Ask, sender: str) -> AccountNote:
        """Look for the identity that lets *sender* send: its address, or a domain it lies in."""
        for identity in (sender, *domains_above(sender)):
            answer = self._get(ask, f"/v2/email/identities/{quote(identity, safe='')}")
            if answer.status not in (200, 404):
                return unseen_sender()
            if read_object(answer.body).get("VerifiedForSendingStatus") is True:
                return verified(identity)
        return unverified(sender)

    def _get(self, ask: Ask, path: str) -> HttpAnswer:
        url = f"{self._base_url}{path}"
        return self._masked(ask(url, self._sign(Unsigned("GET", url, {}))))

    def _sign(self, asked: Unsigned) -> dict[str, str]:
        return sign_request(asked, self._key, self._scope, self._clock())

    def _masked(self, answer: HttpAnswer) -> HttpAnswer:
        """Return an answer without the session token; a wrong signature's has the headers."""
        if token := self._key.session_token:
            return replace(answer, body=answer.body.replace(token.encode(), MASK))
        return answer


def _read_account(account: Mapping[str, Any]) -> Iterator[AccountNote | Allowance]:
    """Read what GetAccount tells."""
    yield good_key()
    control_panel = phrase("delivery.http-account")
    if account.get("SendingEnabled") is False:
        yield AccountNote(Standing.WRONG, phrase("delivery.look-paused"), control_panel)
    if account.get("ProductionAccessEnabled") is False:
        sandbox = phrase("delivery.look-sandbox")
        yield AccountNote(Standing.WRONG, sandbox, phrase("delivery.look-leave-sandbox"))
    match account.get("EnforcementStatus"):
        case "SHUTDOWN":
            yield AccountNote(Standing.WRONG, phrase("delivery.look-shut-down"), control_panel)
        case "PROBATION":
            yield AccountNote(Standing.DOUBTFUL, phrase("delivery.look-probation"), control_panel)
        case _:
            pass
    quota = account.get("SendQuota")
    if isinstance(quota, dict):
        most, sent, rate = (
            _number(quota.get(name)) for name in ("Max24HourSend", "SentLast24Hours", "MaxSendRate")
        )
        is_limited = most is not None and most >= 0  # -1: no limit
        left = max(0, int(most - (sent or 0))) if most is not None and is_limited else None
        yield Allowance(rate or None, left)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the key and region in *url*; a session token follows the secret."""
    del root
    secret, _, token = url.password.partition(":")
    return HttpPosting(Ses(AwsKey(url.user, secret, token), url.host), caller=caller)
