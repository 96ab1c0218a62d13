"""What a request carries of a delivery is what its service's webhook says again."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from newsletter.delivery.aws_signature import AwsKey
from newsletter.delivery.brevo import Brevo
from newsletter.delivery.http_posting import HttpAccount, Request
from newsletter.delivery.mailgun import Mailgun
from newsletter.delivery.postmark import Postmark
from newsletter.delivery.resend import Resend
from newsletter.delivery.sendgrid import SendGrid
from newsletter.delivery.ses import Ses
from newsletter.feedback.event import Proof
from newsletter.feedback.webhooks import ENTRIES
from newsletter.feedback.whose import whose_of_reference
from newsletter.message.envelope import Envelope
from tests.delivery.whole_letters import whole_envelope
from tests.feedback.test_webhook_readings import read

PROVIDERS: Final[Mapping[str, HttpAccount]] = {
    "mailgun": Mailgun("news.example.org", "key"),
    "ses": Ses(AwsKey("id", "secret"), "ap-northeast-2"),
    "postmark": Postmark("token", "broadcast"),
    "resend": Resend("key"),
    "brevo": Brevo("key"),
    "sendgrid": SendGrid("key"),
}
LONG: Final = "2022-08-" + "a" * 50 + f".{'0' * 32}@{'mail.' * 18}example.org"


def event_of(kind: str, request: Request) -> Mapping[str, Any]:
    """Return an event of the letter that a request has sent, as the service writes it."""
    if kind == "mailgun":
        found = re.search(rb"\r\nMessage-ID: <([^>]+)>\r\n", request.body)
        assert found
        return {"event": "delivered", "message": {"headers": {"message-id": found[1].decode()}}}
    body = json.loads(request.body)
    match kind:
        case "ses":
            tags = {one["Name"]: [one["Value"]] for one in body["EmailTags"]}
            return {"eventType": "Delivery", "mail": {"tags": tags}}
        case "postmark":
            return {"RecordType": "Delivery", "Metadata": body["Metadata"]}
        case "resend":
            tags = {one["name"]: one["value"] for one in body["tags"]}
            return {"type": "email.delivered", "data": {"tags": tags, "to": body["to"]}}
        case "brevo":
            return {"event": "delivered", "X-Mailin-custom": body["headers"]["X-Mailin-custom"]}
        case _:
            return {"event": "delivered", **body["personalizations"][0]["custom_args"]}


def envelopes() -> list[Envelope]:
    plain = whole_envelope()
    return [plain, replace(plain, reference=LONG)]


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_webhook_says_the_reference_that_the_request_carried(kind: str) -> None:
    for envelope in envelopes():
        request = PROVIDERS[kind].request(envelope, envelope.recipient)

        found = read(kind, event_of(kind, request)).reference

        in_letter = kind == "mailgun"  # it reports the letter's own Message-ID
        assert found == (envelopes()[0] if in_letter else envelope).reference


def test_a_reference_names_a_letter_or_a_mail_of_the_program_or_nobody() -> None:
    letter = whose_of_reference(LONG)
    mail = whose_of_reference("mail.m" + "a" * 16 + "@example.org")

    assert (letter.proof, letter.message_id) == (Proof.SERVICE, LONG.partition("@")[0])
    assert (mail.proof, mail.mail_name) == (Proof.SERVICE, "m" + "a" * 16)
    for other in ("", "2022-08@example.org", f"x {LONG}", f"{LONG}\n", "mail.n123@example.org"):
        assert whose_of_reference(other).proof is Proof.NONE
