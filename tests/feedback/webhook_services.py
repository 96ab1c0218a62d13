"""Six mail services, as far as their webhooks go: they write events as their vendors document."""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from newsletter.delivery.postmark import metadata_of
from newsletter.delivery.reference import tag_of
from newsletter.feedback.event import Kind

TOPIC: Final = "arn:aws:sns:ap-northeast-2:123456789012:newsletter"
SNS: Final = "https://sns.ap-northeast-2.amazonaws.com"
CERTIFICATE: Final = f"{SNS}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
SAID: Final = "550 5.1.1 <nobody@example.org>: no such user"
STRANGE: Final = "strange"  # an event that no program knows yet


@dataclass(frozen=True)
class Told:
    """What a service is to tell of a letter."""

    kind: Kind | str
    reference: str  # as the service was given it
    recipient: str
    name: str  # of the event


@dataclass(frozen=True)
class Post:
    """A request of a service."""

    path: str
    body: bytes
    headers: Mapping[str, str]


class Hooked(Protocol):
    """A service with a webhook."""

    kind: str
    setting: str
    other_setting: str  # of the same form, with another secret
    signs_time: bool

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        """Write what the service tells, in as few requests as it makes of it."""

    def cut_off(self, told: Told, now: datetime) -> Post:
        """Write a request with a valid proof whose JSON ends too early."""


class Mailgun:
    """One event a request; the proof is in the body."""

    kind = "mailgun"
    setting = "0123456789abcdef0123456789abcdef"
    other_setting = "fedcba9876543210fedcba9876543210"
    signs_time = True
    events: Final[Mapping[str, Mapping[str, Any]]] = {
        Kind.ACCEPTED: {"event": "delivered"},
        Kind.BOUNCE: {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": SAID.removeprefix("550 ")},
        },
        Kind.DELAY: {
            "event": "failed",
            "severity": "temporary",
            "delivery-status": {"code": 452, "message": "4.2.2 mailbox full"},
        },
        Kind.COMPLAINT: {"event": "complained"},
        Kind.UNSUBSCRIBE: {"event": "unsubscribed"},
        STRANGE: {"event": "stored"},
    }

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        return [self.write(self._event(one), now, one.name) for one in told]

    def cut_off(self, told: Told, now: datetime) -> Post:
        [post] = self.posts([told], now)
        return Post(post.path, post.body[:-9], {})

    def write(self, event: object, now: datetime, token: str) -> Post:
        """Write a request with a proof of its own."""
        at, long_token = str(int(now.timestamp())), token.rjust(50, "0")
        signed = hmac.digest(self.setting.encode(), f"{at}{long_token}".encode(), "sha256")
        proof = {"timestamp": at, "token": long_token, "signature": signed.hex()}
        body = json.dumps({"signature": proof, "event-data": event})
        return Post("/webhooks/mailgun", body.encode(), {})

    def _event(self, told: Told) -> object:
        return {
            "id": told.name,
            "recipient": told.recipient,
            "timestamp": 1521472262.9,
            "message": {"headers": {"message-id": told.reference, "to": told.recipient}},
            **self.events[told.kind],
        }


class Ses:
    """One event a message of Amazon SNS, with a certificate that is made here."""

    kind = "ses"
    setting = TOPIC
    other_setting = TOPIC.replace("newsletter", "another")
    signs_time = True
    events: Final[Mapping[str, Mapping[str, Any]]] = {
        Kind.ACCEPTED: {"eventType": "Delivery", "delivery": {"smtpResponse": "250 ok"}},
        Kind.BOUNCE: {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [
                    {
                        "emailAddress": "RECIPIENT",
                        "action": "failed",
                        "status": "5.1.1",
                        "diagnosticCode": f"smtp; {SAID}",
                    }
                ],
            },
        },
        Kind.DELAY: {
            "eventType": "DeliveryDelay",
            "deliveryDelay": {
                "delayType": "MailboxFull",
                "delayedRecipients": [
                    {
                        "emailAddress": "RECIPIENT",
                        "status": "4.2.2",
                        "diagnosticCode": "smtp; 452 4.2.2 mailbox full",
                    }
                ],
            },
        },
        Kind.COMPLAINT: {
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": [{"emailAddress": "RECIPIENT"}],
                "complaintFeedbackType": "abuse",
            },
        },
        Kind.UNSUBSCRIBE: {
            "eventType": "Subscription",
            "subscription": {
                "contactList": "list",
                "newTopicPreferences": {"unsubscribeAll": True, "topicSubscriptionStatus": []},
            },
        },
        STRANGE: {"eventType": "Rendering Failure", "failure": {"errorMessage": "no attribute"}},
    }

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        return [self.write(self._event(one), now, one.name) for one in told]

    def cut_off(self, told: Told, now: datetime) -> Post:
        """Cut the message of SNS off: nothing that it signs can then be found."""
        [post] = self.posts([told], now)
        return Post(post.path, post.body[:-9], post.headers)

    def write(self, text: str, now: datetime, name: str, **changed: str) -> Post:
        """Write a message of SNS and sign it; what is *changed* is signed too."""
        fields = {
            "Type": "Notification",
            "MessageId": name,
            "TopicArn": TOPIC,
            "Message": text,
            "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "SignatureVersion": "2",
            "SigningCertURL": CERTIFICATE,
            "UnsubscribeURL": f"{SNS}/?Action=Unsubscribe",
            **changed,
        }
        names = "Message MessageId SubscribeURL Subject Timestamp Token TopicArn Type".split()
        signed = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
        key, _ = sns_key()
        signature = key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        fields["Signature"] = b64encode(signature).decode()
        headers = {"Content-Type": "text/plain; charset=UTF-8"}  # as SNS really sends it
        headers["x-amz-sns-message-type"] = fields["Type"]
        return Post("/webhooks/ses", json.dumps(fields).encode(), headers)

    def _event(self, told: Told) -> str:
        mail = {
            "messageId": "0102015d-000000",
            "destination": [told.recipient],
            "tags": {"ses:configuration-set": ["default"], "delivery": [tag_of(told.reference)]},
        }
        event = json.dumps({**self.events[told.kind], "mail": mail})
        return event.replace('"RECIPIENT"', json.dumps(told.recipient))


class Postmark:
    """One event a request; nothing is signed."""

    kind = "postmark"
    setting = "a-password.of_one~0123456789"
    other_setting = "b-password.of_two~0123456789"
    signs_time = False
    events: Final[Mapping[str, Mapping[str, Any]]] = {
        Kind.ACCEPTED: {"RecordType": "Delivery", "DeliveredAt": "2022-08-26T00:00:00Z"},
        Kind.BOUNCE: {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "TypeCode": 1,
            "Details": f"smtp;{SAID}",
            "BouncedAt": "2022-08-26T00:00:00Z",
        },
        Kind.DELAY: {"RecordType": "Bounce", "Type": "AutoResponder"},  # it has no delays
        Kind.COMPLAINT: {"RecordType": "SpamComplaint", "Type": "SpamComplaint"},
        Kind.UNSUBSCRIBE: {
            "RecordType": "SubscriptionChange",
            "Origin": "Recipient",
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        },
        STRANGE: {"RecordType": "SomethingNew"},
    }

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        return [self.write(json.dumps(self._event(one)).encode()) for one in told]

    def cut_off(self, told: Told, now: datetime) -> Post:
        return self.write(json.dumps(self._event(told)).encode()[:-9])

    def write(self, body: bytes) -> Post:
        login = b64encode(f"postmark:{self.setting}".encode()).decode()
        return Post("/webhooks/postmark", body, {"Authorization": f"Basic {login}"})

    def _event(self, told: Told) -> object:
        place = "Email" if told.kind in (Kind.BOUNCE, Kind.COMPLAINT) else "Recipient"
        return {
            "ID": told.name,
            "MessageID": f"message-{told.name}",
            "ServerID": 23,
            place: told.recipient,
            "Metadata": metadata_of(told.reference),
            **self.events[told.kind],
        }


class Resend:
    """One event a request, signed by Svix."""

    kind = "resend"
    setting = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the specification's examples
    other_setting = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    signs_time = True
    events: Final[Mapping[str, Mapping[str, Any]]] = {
        Kind.ACCEPTED: {"type": "email.delivered"},
        Kind.BOUNCE: {
            "type": "email.bounced",
            "bounce": {
                "message": "The recipient's server has refused it.",
                "type": "Permanent",
                "subType": "General",
                "diagnosticCode": [f"smtp; {SAID}"],
            },
        },
        Kind.DELAY: {"type": "email.delivery_delayed"},
        Kind.COMPLAINT: {"type": "email.complained"},
        Kind.UNSUBSCRIBE: {"type": "contact.updated", "unsubscribed": True},
        STRANGE: {"type": "domain.created"},
    }

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        return [self.write(json.dumps(self._event(one)).encode(), now, one.name) for one in told]

    def cut_off(self, told: Told, now: datetime) -> Post:
        return self.write(json.dumps(self._event(told)).encode()[:-9], now, told.name)

    def write(self, body: bytes, now: datetime, name: str) -> Post:
        at = str(int(now.timestamp()))
        key = bytes.fromhex("31f290f6bf0629 8aab4f08d43c3f08 2cf648a362da2da4b0".replace(" ", ""))
        signed = b64encode(hmac.digest(key, f"{name}.{at}.".encode() + body, "sha256")).decode()
        headers = {"svix-id": name, "svix-timestamp": at, "svix-signature": f"v1,old v1,{signed}"}
        return Post("/webhooks/resend", body, headers)

    def _event(self, told: Told) -> object:
        event = dict(self.events[told.kind])
        kind = event.pop("type")
        letter = {
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
            "to": [told.recipient],
            "tags": {"delivery": tag_of(told.reference)},
        }
        data = {"email": told.recipient} if told.kind == Kind.UNSUBSCRIBE else letter
        return {"type": kind, "created_at": "2022-08-26", "data": {**data, **event}}


class Brevo:
    """One event a request, or several; nothing is signed, a token is sent."""

    kind = "brevo"
    setting = "0123456789abcdefghijklmn"
    other_setting = "nmlkjihgfedcba9876543210"
    signs_time = False
    events: Final[Mapping[str, Mapping[str, Any]]] = {
        Kind.ACCEPTED: {"event": "delivered"},
        Kind.BOUNCE: {"event": "hard_bounce", "reason": f" RecipientError: {SAID}"},
        Kind.DELAY: {"event": "deferred", "reason": "452 4.2.2 mailbox full"},
        Kind.COMPLAINT: {"event": "spam"},
        Kind.UNSUBSCRIBE: {"event": "unsubscribed"},
        STRANGE: {"event": "list_addition"},
    }

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        return [self.write(json.dumps([self._event(one) for one in told]).encode())]

    def cut_off(self, told: Told, now: datetime) -> Post:
        return self.write(json.dumps(self._event(told)).encode()[:-9])

    def write(self, body: bytes) -> Post:
        return Post("/webhooks/brevo", body, {"Authorization": f"Bearer {self.setting}"})

    def _event(self, told: Told) -> object:
        return {
            "id": 9999999,  # of the account, and not of the event
            "email": told.recipient,
            "message-id": f"<{told.name}@smtp-relay.example.net>",
            "ts_event": 1520331023,
            "ts_epoch": 1520363423000,
            "X-Mailin-custom": told.reference,
            **self.events[told.kind],
        }


class SendGrid:
    """A list of events, signed with a key that is made here."""

    kind = "sendgrid"
    other_setting = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQG"
        "hHPTnlvFYPAZFceEu/1FwCM/QmGUhA=="
    )  # of the vendor's examples
    signs_time = True
    events: Final[Mapping[str, Mapping[str, Any]]] = {
        Kind.ACCEPTED: {"event": "delivered", "response": "250 OK"},
        Kind.BOUNCE: {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": SAID},
        Kind.DELAY: {"event": "deferred", "response": "452 4.2.2 mailbox full", "attempt": "5"},
        Kind.COMPLAINT: {"event": "spamreport"},
        Kind.UNSUBSCRIBE: {"event": "group_unsubscribe", "asm_group_id": 10},
        STRANGE: {"event": "account_status_change"},
    }

    def __init__(self) -> None:
        key = sendgrid_key().public_key()
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.setting = b64encode(der).decode()

    def posts(self, told: Sequence[Told], now: datetime) -> Sequence[Post]:
        # Its own spacing: a body that was read and written again has another signature.
        body = json.dumps([self._event(one) for one in told], separators=(",", ":"))
        return [self.write(body.replace("},{", "},\r\n{").encode(), now)]

    def cut_off(self, told: Told, now: datetime) -> Post:
        return self.write(json.dumps([self._event(told)]).encode()[:-9], now)

    def write(self, body: bytes, now: datetime) -> Post:
        at = str(int(now.timestamp()))
        signature = sendgrid_key().sign(at.encode() + body, ec.ECDSA(SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": at,
        }
        return Post("/webhooks/sendgrid", body, headers)

    def _event(self, told: Told) -> object:
        return {
            "email": told.recipient,
            "timestamp": 1513299569,
            "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
            "sg_event_id": told.name,
            "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
            "delivery": told.reference,
            **self.events[told.kind],
        }


SERVICES: Final = (Mailgun, Ses, Postmark, Resend, Brevo, SendGrid)


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    """Make SendGrid's key."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def sns_key() -> tuple[rsa.RSAPrivateKey, bytes]:
    """Make a key of SNS, and its certificate (PEM)."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, SHA256())
    )
    return key, made.public_bytes(Encoding.PEM)
