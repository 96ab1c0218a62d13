"""The six mail services over HTTP as their vendors describe them: what each answers, and when."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from newsletter.delivery.aws_signature import AwsKey
from newsletter.delivery.brevo import Brevo
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_posting import HttpAccount, HttpPosting
from newsletter.delivery.mailgun import Mailgun
from newsletter.delivery.postmark import Postmark
from newsletter.delivery.provider import Provider
from newsletter.delivery.resend import Resend
from newsletter.delivery.sendgrid import SendGrid
from newsletter.delivery.ses import Ses
from newsletter.message.envelope import Envelope
from tests.delivery import arrived
from tests.delivery.http_recorder import Answer, HttpRecorder, Recorded
from tests.delivery.mailgun_server import SUCCESS, read_form
from tests.delivery.provider_contract import Bench

SECRET: Final = "s3cr3t-k3y-0123456789"
TOKEN: Final = "s3ss10n-t0k3n/+="  # of a temporary key at Amazon


def told(status: int, body: object = None, **headers: str) -> Answer:
    """Make an answer in JSON; an underscore in a name of *headers* is a hyphen."""
    content = b"" if body is None else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, content, names)


class Opener(Protocol):
    def __call__(self, base_url: str) -> HttpAccount:
        """Make an account whose service is at *base_url*."""


@dataclass(frozen=True)
class Mailer:
    """One service."""

    name: str
    open: Opener
    path: str  # of its requests
    success: Answer
    read: Callable[[Recorded], bytes]  # what arrived, in the form of `form`
    form: Callable[[Envelope], bytes]
    bad_address: Answer
    bad_sender: Answer
    bad_key: Answer
    no_credit: Answer  # a person must act
    too_large: Answer
    suppressed: Answer | None = None  # None: it takes the letter, and reports a bounce
    quota: Answer | None = None  # passes by itself; None: told by the status 429 alone
    repeated: Answer | None = None  # the answer to the same key again, where it is no success
    secrets: tuple[str, ...] = (SECRET,)

    def provider(
        self, base_url: str, *, timeout_s: float = 5, caller: Caller = UNNAMED
    ) -> HttpPosting:
        return HttpPosting(self.open(base_url), timeout_s=timeout_s, caller=caller)


def mime_of(envelope: Envelope) -> bytes:
    return envelope.mime


def mime_at_mailgun(recorded: Recorded) -> bytes:
    return read_form(recorded).fields["message"]


def resend_error(status: int, name: str, message: str) -> Answer:
    return told(status, {"statusCode": status, "name": name, "message": message})


def postmark_error(code: int, message: str, status: int = 422) -> Answer:
    return told(status, {"ErrorCode": code, "Message": message})


def sendgrid_error(status: int, message: str, name: str | None = None) -> Answer:
    return told(status, {"errors": [{"message": message, "field": name, "help": None}]})


def brevo_error(status: int, code: str, message: str) -> Answer:
    return told(status, {"code": code, "message": message})


def ses_error(status: int, name: str, message: str) -> Answer:
    return told(status, {"message": message}, x_amzn_ErrorType=f"{name}:http://internal/")


def open_ses(base_url: str) -> HttpAccount:
    key = AwsKey("AKIAEXAMPLE", SECRET, TOKEN)
    return Ses(key, "ap-northeast-2", base_url, lambda: datetime(2022, 8, 26, 9, 0, tzinfo=UTC))


MAILGUN: Final = Mailer(
    name="mailgun",
    open=lambda base_url: Mailgun("mg.example.org", SECRET, base_url),
    path="/v3/mg.example.org/messages.mime",
    success=SUCCESS,
    read=mime_at_mailgun,
    form=mime_of,
    bad_address=told(400, {"message": "to parameter is not a valid address"}),
    bad_sender=told(403, {"message": "Domain mg.example.org is not allowed to send"}),
    bad_key=Answer(401, b"Forbidden"),
    no_credit=told(402, {"message": "Payment required"}),
    too_large=told(413, {"message": "Request Entity Too Large"}),
    quota=told(420, {"message": "recipient limit exceeded"}),
)
SES: Final = Mailer(
    name="ses",
    open=open_ses,
    path="/v2/email/outbound-emails",
    success=told(200, {"MessageId": "0100018-4e1f"}),
    read=arrived.mime_at_ses,
    form=mime_of,
    bad_address=ses_error(400, "BadRequestException", "Local address contains control"),
    bad_sender=ses_error(
        400,
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in region "
        "AP-NORTHEAST-2: news@example.org",
    ),
    bad_key=ses_error(
        403,
        "InvalidSignatureException",
        f"The request signature we calculated does not match; x-amz-security-token:{TOKEN}",
    ),
    no_credit=ses_error(400, "SendingPausedException", "Sending is paused for this account"),
    too_large=ses_error(400, "BadRequestException", "Message length is more than 10485760 bytes"),
    quota=ses_error(400, "LimitExceededException", "Daily message quota exceeded"),
    secrets=(SECRET, TOKEN),
)
POSTMARK: Final = Mailer(
    name="postmark",
    open=lambda base_url: Postmark(SECRET, "broadcast", base_url),
    path="/email",
    success=told(200, {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a-e38e", "To": "x"}),
    read=arrived.form_at_postmark,
    form=arrived.form_of_mime,
    bad_address=postmark_error(300, "Error parsing 'To': Illegal email domain 'x' in address"),
    bad_sender=postmark_error(400, "The 'From' address you supplied is not a Sender Signature"),
    bad_key=postmark_error(10, "The Server Token you provided is not valid", 401),
    no_credit=postmark_error(405, "You ran out of credits"),
    too_large=told(413, {"Message": "Request Entity Too Large"}),
    suppressed=postmark_error(406, "You tried to send to a recipient that is marked as inactive"),
    quota=postmark_error(429, "Rate limit exceeded", 429),
)
RESEND: Final = Mailer(
    name="resend",
    open=lambda base_url: Resend(SECRET, base_url),
    path="/emails",
    success=told(200, {"id": "49a3999c-0ce1-4ea6"}),
    read=arrived.form_at_resend,
    form=arrived.form_of_mime,
    bad_address=resend_error(422, "validation_error", "Invalid `to` field. The email address"),
    bad_sender=resend_error(403, "validation_error", "The example.org domain is not verified"),
    bad_key=resend_error(401, "validation_error", "API key is invalid"),
    no_credit=resend_error(429, "monthly_quota_exceeded", "You have reached your monthly quota"),
    too_large=resend_error(413, "validation_error", "Payload too large"),
    quota=resend_error(429, "daily_quota_exceeded", "You have reached your daily sending quota"),
    repeated=resend_error(409, "invalid_idempotent_request", "Same key, other payload"),
)
BREVO: Final = Mailer(
    name="brevo",
    open=lambda base_url: Brevo(SECRET, base_url),
    path="/v3/smtp/email",
    success=told(201, {"messageId": "<202208.1@smtp-relay.example.net>"}),
    read=arrived.form_at_brevo,
    form=arrived.form_of_mime,
    bad_address=brevo_error(400, "invalid_parameter", "email is not valid in to"),
    bad_sender=brevo_error(400, "invalid_parameter", "Sending has been rejected: sender not valid"),
    bad_key=brevo_error(401, "unauthorized", "Key not found"),
    no_credit=brevo_error(402, "not_enough_credits", "You do not have enough credits"),
    too_large=brevo_error(413, "invalid_parameter", "Request body is too large"),
    repeated=brevo_error(400, "duplicate_parameter", "idempotencyKey was used before"),
)
SENDGRID: Final = Mailer(
    name="sendgrid",
    open=lambda base_url: SendGrid(SECRET, base_url),
    path="/v3/mail/send",
    success=told(202, None, X_Message_Id="14c5d75ce93.dfd.64b469"),
    read=arrived.form_at_sendgrid,
    form=arrived.form_of_mime,
    bad_address=sendgrid_error(
        400, "Does not contain a valid address.", "personalizations.0.to.0.email"
    ),
    bad_sender=sendgrid_error(
        403, "The from address does not match a verified Sender Identity.", "from"
    ),
    bad_key=sendgrid_error(401, "The provided authorization grant is invalid, expired or revoked"),
    no_credit=sendgrid_error(401, "Maximum credits exceeded"),
    too_large=sendgrid_error(413, "The JSON payload you have included is too large."),
)
MAILERS: Final = (MAILGUN, SES, POSTMARK, RESEND, BREVO, SENDGRID)


@dataclass
class HttpBench:
    """A service's provider, with a stand-in at its other end."""

    mailer: Mailer
    provider: Provider
    server: HttpRecorder = field(repr=False)

    def received(self) -> list[bytes]:
        return [self.mailer.read(one) for one in self.server.requests]

    def form_of(self, envelope: Envelope) -> bytes:
        return self.mailer.form(envelope)

    def sessions(self) -> int | None:
        return self.server.connections


@contextmanager
def http_bench(mailer: Mailer) -> Iterator[Bench]:
    with HttpRecorder(mailer.success) as server:
        yield HttpBench(mailer, mailer.provider(server.base_url), server)


def bench_of(mailer: Mailer) -> Callable[[Path], object]:
    """Make a bench of *mailer*, as those in benches.py are made."""

    def bench(folder: Path) -> object:
        del folder
        return http_bench(mailer)

    bench.__name__ = f"{mailer.name}_bench"
    return bench
