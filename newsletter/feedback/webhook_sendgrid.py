"""
Webhooks of SendGrid: a list of events, signed by ECDSA (P-256, SHA-256) over time and body.

Source: its pages "Event Webhook Reference" and "Event Webhook Security Features".
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from newsletter.delivery.reference import NAME
from newsletter.feedback.event import BounceClass, Reason, Understood
from newsletter.feedback.webhook import Call, Cause, Received, RefusedError, Report, check_time
from newsletter.feedback.webhook_fields import Fields, name_of, read_events
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

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

# It repeats for a day, and does not say that it signs anew. A repetition does nothing twice.
WINDOW: Final = timedelta(hours=25)
TOOK: Final = frozenset({"processed", "delivered", "open", "click"})
SIGNATURE_MAX: Final = 200  # characters


def read_key(secret: str) -> "EllipticCurvePublicKey":
    """Return the key in a setting (base64 of DER); raises a ValueError if it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        key = load_der_public_key(b64decode(secret, validate=True))
    except (Base64Error, UnsupportedAlgorithm, TypeError) as error:
        raise ValueError("no key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ValueError("another kind of key")
    return key


class SendGridHook:
    """The event webhook of an account at SendGrid."""

    kind = "sendgrid"

    def __init__(self, secrets: Sequence[str]) -> None:
        """*secrets* are its verification keys, which are public."""
        self._keys = [read_key(one) for one in secrets]

    def receive(self, call: Call, now: datetime) -> Received:
        """Check the signature of the body's bytes; then read the events."""
        self._check(call, now)
        return Received([_read(one) for one in read_events(call.body)])

    def _check(self, call: Call, now: datetime) -> None:
        signed_at = call.headers.get("x-twilio-email-event-webhook-timestamp", "")
        said = call.headers.get("x-twilio-email-event-webhook-signature", "")
        if not signed_at.isdecimal() or not 0 < len(said) <= SIGNATURE_MAX:
            raise RefusedError(Cause.FORGED)
        try:
            signature = b64decode(said, validate=True)
        except (Base64Error, ValueError):
            raise RefusedError(Cause.FORGED) from None
        if not any(_fits(key, signature, signed_at.encode() + call.body) for key in self._keys):
            raise RefusedError(Cause.FORGED)
        check_time(int(signed_at), now, WINDOW)


def _fits(key: "EllipticCurvePublicKey", signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        key.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _read(event: Fields) -> Report:
    words = event.text("reason") or event.text("response") or event.text("event")
    name = event.text("sg_event_id") or name_of(
        event.text("event"), event.text("email"), event.text("timestamp")
    )
    return Report(name_of(name), _understand(event, words), event.text(NAME), words)


def _understand(event: Fields, words: str) -> Understood:
    recipient, status = event.text("email"), event.text("status")
    match event.text("event"):
        case kind if kind in TOOK:
            return accepted(recipient)
        case "deferred":
            return delayed(recipient, words)
        case "bounce":
            is_blocked = event.text("type") == "blocked"
            told = BounceClass.SENDER if is_blocked else BounceClass.HARD
            return bounced(recipient, words, status, told)
        case "dropped":
            return _dropped(recipient, event.text("reason"))
        case "spamreport":
            return complained(recipient)
        case "unsubscribe" | "group_unsubscribe":
            return left(recipient)
        case _:
            return unknown(recipient)


def _dropped(recipient: str, reason: str) -> Understood:
    """Say what a letter is that was not sent: the address, or what is wrong with us."""
    match reason.lower():
        case "spam reporting address":
            return complained(recipient)
        case "bounced address" | "unsubscribed address" | "invalid":
            return suppressed(recipient)
        case "spam content":
            return refused(recipient, BounceClass.MESSAGE, Reason.SPAM)
        case _:
            return refused(recipient, BounceClass.SENDER, Reason.OTHER)
