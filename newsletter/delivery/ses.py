"""
Sends letters to Amazon SES (v2) unchanged: raw MIME in JSON, one reader for each request.

SES sets its own reverse-path, and forwards what returns there to the envelope's sender. It
replaces Message-ID and Date, so that no signature of ours may cover them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from newsletter.delivery.aws_signature import AwsKey, Scope, sign_post
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_answers import (
    AnswerTable,
    Fault,
    Told,
    judge,
    read_id,
    read_words,
    sign,
)
from newsletter.delivery.http_posting import MASK, HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.json_request import json_request, to_b64
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Capabilities
from newsletter.delivery.reference import NAME, tag_of
from newsletter.message.envelope import Envelope

PATH: Final = "/v2/email/outbound-emails"


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
        self._url = f"{base_url or f'https://email.{region}.amazonaws.com'}{PATH}"
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
        signed = sign_post(self._url, headers, unsigned.body, self._key, self._scope, self._clock())
        return replace(unsigned, headers=signed)

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer; one to a wrong signature repeats the signed headers."""
        if token := self._key.session_token:
            answer = replace(answer, body=answer.body.replace(token.encode(), MASK))
        return judge(answer, ANSWERS, self.name, now)


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the key and region in *url*; a session token follows the secret."""
    del root
    secret, _, token = url.password.partition(":")
    return HttpPosting(Ses(AwsKey(url.user, secret, token), url.host), caller=caller)
