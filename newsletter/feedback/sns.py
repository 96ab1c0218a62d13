"""
Messages of Amazon SNS over HTTPS: by whom they are signed, and for which topic.

SignatureVersion 2 alone is accepted (RSA over SHA-256): version 1 signs SHA-1. Source: the pages
"HTTP/HTTPS notification JSON format" and "Verifying the signatures of Amazon SNS messages".
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from newsletter.feedback.sns_files import Fetch, SigningKeys
from newsletter.feedback.webhook import Call, Cause, RefusedError, check_time
from newsletter.feedback.webhook_fields import Fields, read_fields

MESSAGE_MAX: Final = 300_000  # octets; SNS sends 256 KB at most, escaped once
# SNS repeats for an hour, with the time and signature of the first attempt.
WINDOW: Final = timedelta(hours=2)
ARN: Final = re.compile(
    r"arn:aws(-cn|-us-gov)?:sns:([a-z0-9-]{1,40}):[0-9]{12}:[A-Za-z0-9_-]{1,256}"
)
FILE: Final = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,100}\.pem")
NOTIFICATION: Final = "Notification"
CONFIRMATION: Final = "SubscriptionConfirmation"
# The fields that are signed, in their order; one that is missing is left out.
SIGNED: Final = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
SIGNED["UnsubscribeConfirmation"] = SIGNED[CONFIRMATION]


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """A message of a topic of ours."""

    kind: str  # one of SIGNED
    id: str  # the same when it is repeated
    text: str


class Topics:
    """Opens the messages of certain topics; thread-safe."""

    def __init__(self, arns: Sequence[str], fetch: Fetch) -> None:
        """
        Pin the topics.

        Args:
            arns: their names, like arn:aws:sns:ap-northeast-2:123456789012:newsletter.
            fetch: gets a file of the topic's host.
        """
        self._hosts = {arn: host_of(arn) for arn in arns}
        self._fetch = fetch
        self._keys = SigningKeys(fetch)

    def open(self, call: Call, now: datetime) -> SnsMessage:
        """
        Return a message after its signature was checked; confirm the subscription of our topics.

        Raises:
            RefusedError: it is not proven, too old, or cannot be checked now.
        """
        if len(call.body) > MESSAGE_MAX:
            raise RefusedError(Cause.MALFORMED)
        fields = read_fields(call.body)  # the signature covers values, and not these bytes
        kind, arn = fields.raw("Type"), fields.raw("TopicArn")
        host = self._hosts.get(arn)
        if host is None or kind not in SIGNED:
            raise RefusedError(Cause.FORGED)
        if fields.text("SignatureVersion") == "1":
            raise RefusedError(Cause.OLD_PROOF, arn)
        check_time(_seconds(fields.raw("Timestamp")), now, WINDOW)
        self._check(fields, kind, host, now)
        if kind == CONFIRMATION:
            self._confirm(host, arn, fields.raw("Token"))
        return SnsMessage(kind, fields.raw("MessageId"), fields.raw("Message"))

    def _check(self, fields: Fields, kind: str, host: str, now: datetime) -> None:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow to load
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        url = fields.raw("SigningCertURL")
        is_known = fields.text("SignatureVersion") == "2"
        if not is_known or FILE.fullmatch(url.removeprefix(f"https://{host}")) is None:
            raise RefusedError(Cause.FORGED)
        try:
            signature = b64decode(fields.raw("Signature"), validate=True)
        except (Base64Error, ValueError):
            raise RefusedError(Cause.FORGED) from None
        if not 128 <= len(signature) <= 512:
            raise RefusedError(Cause.FORGED)
        signed = "".join(
            f"{name}\n{value}\n" for name in SIGNED[kind] if (value := fields.raw(name))
        )
        try:
            self._keys.find(url, now).verify(
                signature, signed.encode(errors="replace"), PKCS1v15(), SHA256()
            )
        except InvalidSignature:
            raise RefusedError(Cause.FORGED) from None

    def _confirm(self, host: str, arn: str, token: str) -> None:
        """Confirm at the pinned host; the URL in the message is not followed."""
        asked = urlencode({"Action": "ConfirmSubscription", "TopicArn": arn, "Token": token})
        try:
            self._fetch(f"https://{host}/?{asked}")
        except OSError:
            raise RefusedError(Cause.LATER) from None


def host_of(arn: str) -> str:
    """Return the only host that a topic's files come from; raises a ValueError for no topic."""
    found = ARN.fullmatch(arn)
    if found is None:
        raise ValueError("no topic")
    ending = ".cn" if found[1] == "-cn" else ""
    return f"sns.{found[2]}.amazonaws.com{ending}"


def _seconds(written: str) -> float:
    """Return a time in ISO 8601 as seconds since 1970."""
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        raise RefusedError(Cause.FORGED) from None
    if when.tzinfo is None:
        raise RefusedError(Cause.FORGED)
    return when.timestamp()
