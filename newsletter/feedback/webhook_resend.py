"""
Webhooks of Resend, which Svix sends: HMAC-SHA256 of id, time and body (Standard Webhooks).

Each repetition is signed anew, so a proof is good for five minutes. Source: Resend's pages on
webhooks and Svix's on verifying.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from newsletter.delivery.reference import NAME
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
    untagged,
)

PREFIX: Final = "whsec_"
WINDOW: Final = timedelta(minutes=5)
TOOK: Final = frozenset({"email.sent", "email.delivered", "email.opened", "email.clicked"})
CLASSES: Final = {"Permanent": BounceClass.HARD, "Transient": BounceClass.SOFT}
SIGNATURES_MAX: Final = 10  # while a secret is changed there are two


def read_secret(secret: str) -> bytes:
    """Return the key in a secret; raises a ValueError if it is none."""
    if not secret.startswith(PREFIX):
        raise ValueError(PREFIX)
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except Base64Error as error:
        raise ValueError(PREFIX) from error
    if len(key) < 16:
        raise ValueError(PREFIX)
    return key


class ResendHook:
    """A webhook of an account at Resend."""

    kind = "resend"

    def __init__(self, secrets: Sequence[str]) -> None:
        """*secrets* begin with whsec_."""
        self._keys = [read_secret(one) for one in secrets]

    def receive(self, call: Call, now: datetime) -> Received:
        """Check the signature of the body's bytes; then read the event."""
        name = call.headers.get("svix-id", "")
        self._check(call, name, now)
        event = read_fields(call.body)
        return Received([_read(event, name)])

    def _check(self, call: Call, name: str, now: datetime) -> None:
        signed_at = call.headers.get("svix-timestamp", "")
        said = [
            one.removeprefix("v1,").encode(errors="replace")
            for one in call.headers.get("svix-signature", "").split()[:SIGNATURES_MAX]
            if one.startswith("v1,")
        ]
        signed = f"{name}.{signed_at}.".encode(errors="replace") + call.body
        is_its = False
        for key in self._keys:
            made = b64encode(hmac.digest(key, signed, "sha256"))
            for one in said:
                is_its |= hmac.compare_digest(made, one)
        if not is_its or not name or not signed_at.isdecimal():
            raise RefusedError(Cause.FORGED)
        check_time(int(signed_at), now, WINDOW)


def _read(event: Fields, name: str) -> Report:
    mail, kind = event.fields("data"), event.text("type")
    bounce, failed = mail.fields("bounce"), mail.fields("failed")
    codes = " ".join(bounce.texts("diagnosticCode"))
    words = codes or bounce.text("message") or failed.text("reason") or kind
    return Report(name_of(name), _understand(kind, mail, codes), _reference(mail), words)


def _understand(kind: str, mail: Fields, codes: str) -> Understood:
    """Say what an event is; *codes* are the server's words, without those of Resend itself."""
    recipient = next(iter(mail.texts("to")), "")
    match kind:
        case _ if kind in TOOK:
            return accepted(recipient)
        case "email.delivery_delayed":
            return delayed(recipient, codes)
        case "email.complained":
            return complained(recipient)
        case "email.suppressed":
            return suppressed(recipient)
        case "email.failed":
            return refused(recipient, BounceClass.SENDER, Reason.OTHER)
        case "email.bounced":
            bounce = mail.fields("bounce")
            if "Suppressed" in bounce.text("subType") or "OnAccount" in bounce.text("subType"):
                return suppressed(recipient)
            told = CLASSES.get(bounce.text("type"), BounceClass.UNKNOWN)
            return bounced(recipient, codes, "", told)
        case "contact.updated" if mail.is_true("unsubscribed"):
            return left(mail.text("email"))
        case _:
            return unknown(recipient)


def _reference(mail: Fields) -> str:
    """Return the reference in the tags: an object, and in older events a list."""
    listed = [one.text("value") for one in mail.all("tags") if one.text("name") == NAME]
    return untagged(mail.fields("tags").text(NAME) or next(iter(listed), ""))
