"""
Webhooks of Mailgun: HMAC-SHA256 of a time and a token, in the body and not over it.

So whoever has seen one request could send others with its proof: the token is accepted with one
body alone (`Once`). Source: its user manual, "Securing webhooks" and "Webhook payloads".
"""

import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from newsletter.feedback.book import Once
from newsletter.feedback.event import BounceClass, Reason, Understood
from newsletter.feedback.webhook import Call, Cause, Received, RefusedError, Report, check_time
from newsletter.feedback.webhook_fields import Fields, name_of, read_fields
from newsletter.feedback.webhook_meanings import (
    accepted,
    bounced,
    complained,
    delayed,
    left,
    refused,
    suppressed,
    unknown,
)

# It repeats for 8 hours, and does not say that it signs anew.
WINDOW: Final = timedelta(hours=9)
PROOF: Final = re.compile(rb'"signature"\s{0,20}:\s{0,20}(\{[^{}]{1,1000}\})')
TOOK: Final = frozenset({"accepted", "delivered", "opened", "clicked"})
SMTP_CODE: Final = re.compile(r"[45]\d\d")


class MailgunHook:
    """The webhooks of an account at Mailgun."""

    kind = "mailgun"

    def __init__(self, secrets: Sequence[str]) -> None:
        """*secrets* are the account's HTTP webhook signing keys."""
        self._keys = [one.encode() for one in secrets]

    def receive(self, call: Call, now: datetime) -> Received:
        """Check the proof, which is looked for without reading the rest; then read the event."""
        proof = self._check(call.body, now)
        event = read_fields(call.body).fields("event-data")
        if not event:
            raise RefusedError(Cause.MALFORMED)
        return Received([_read(event)], proof)

    def _check(self, body: bytes, now: datetime) -> Once:
        found = PROOF.search(body)
        if found is None:
            raise RefusedError(Cause.FORGED)
        try:
            proof = Fields(json.loads(found[1]))
        except ValueError:
            raise RefusedError(Cause.FORGED) from None
        signed_at, token = proof.text("timestamp"), proof.text("token")
        said, is_its = proof.text("signature").encode(errors="replace"), False
        for key in self._keys:  # to the end, so that the time does not tell which one fits
            made = hmac.digest(key, f"{signed_at}{token}".encode(), "sha256").hex().encode()
            is_its |= hmac.compare_digest(made, said)
        if not is_its or not token:
            raise RefusedError(Cause.FORGED)
        check_time(proof.number("timestamp"), now, WINDOW)
        return Once(self.kind, token, body, now + 2 * WINDOW)


def _read(event: Fields) -> Report:
    status = event.fields("delivery-status")
    said, code = status.text("message"), status.text("code")
    said = f"{code} {said}".strip() if SMTP_CODE.fullmatch(code) else said
    return Report(
        name_of(event.text("id") or event.text("timestamp")),
        _understand(event, said),
        event.fields("message").fields("headers").text("message-id"),
        said or status.text("description") or event.text("reason") or event.text("event"),
    )


def _understand(event: Fields, said: str) -> Understood:
    recipient, enhanced = event.text("recipient"), event.fields("delivery-status")
    match event.text("event"):
        case kind if kind in TOOK:
            return accepted(recipient)
        case "failed" if event.text("severity") == "temporary":
            return delayed(recipient, said, enhanced.text("enhanced-code"))
        case "failed":
            return _failed(event, said)
        case "complained":
            return complained(recipient)
        case "unsubscribed":
            return left(recipient)
        case "rejected":
            return refused(recipient, BounceClass.SENDER, Reason.POLICY)
        case _:
            return unknown(recipient)


def _failed(event: Fields, said: str) -> Understood:
    recipient = event.text("recipient")
    match event.text("reason"):
        case "suppress-complaint":
            return complained(recipient)
        case "suppress-bounce" | "suppress-unsubscribe":
            return suppressed(recipient)
        case "old":
            return bounced(recipient, said, "", BounceClass.SOFT, Reason.EXPIRED)
        case _:
            enhanced = event.fields("delivery-status").text("enhanced-code")
            return bounced(recipient, said, enhanced, BounceClass.UNKNOWN)
