"""
Webhooks of Postmark, which signs nothing: Basic authentication, or a secret in the path.

Its times are not proven either, so there is no window; an event that comes again does nothing.
Source: its pages on the bounce, delivery, spam complaint and subscription change webhooks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from newsletter.delivery.reference import NAME
from newsletter.feedback.event import BounceClass, Kind, Reason, Understood
from newsletter.feedback.webhook import Call, Received, Report
from newsletter.feedback.webhook_fields import Fields, name_of, read_events
from newsletter.feedback.webhook_meanings import (
    accepted,
    bounced,
    complained,
    left,
    refused,
    suppressed,
    unknown,
)
from newsletter.feedback.webhook_secret import check_secret

TOOK: Final = frozenset({"Delivery", "Open", "Click"})
PIECES_MAX: Final = 9  # of a reference in Metadata, each of 80 characters
HARD: Final = frozenset({"HardBounce", "BadEmailAddress"})
SOFT: Final = frozenset({"SoftBounce", "Transient", "DnsError"})
OF_US: Final = frozenset({"Blocked", "DMARCPolicy", "SMTPApiError"})
NO_BOUNCE: Final = {
    "AutoResponder": Kind.AUTOREPLY,
    "AddressChange": Kind.AUTOREPLY,
    "ChallengeVerification": Kind.CHALLENGE,
    "Subscribe": Kind.OTHER,
}


class PostmarkHook:
    """The webhooks of a server, as Postmark calls it, of an account there."""

    kind = "postmark"

    def __init__(self, secrets: Sequence[str]) -> None:
        """*secrets* are what it is told to send along."""
        self._secrets = secrets

    def receive(self, call: Call, now: datetime) -> Received:
        """Check the secret; then read the event."""
        del now
        check_secret(call, self._secrets)
        return Received([_read(one) for one in read_events(call.body)])


def _read(event: Fields) -> Report:
    kind = event.text("RecordType")
    told_at = next(filter(None, map(event.text, ("BouncedAt", "DeliveredAt", "ChangedAt"))), "")
    said = event.text("Details")
    words = said or event.text("Description") or event.text("Type") or kind
    name = name_of(kind, event.text("ID") or event.text("MessageID"), told_at)
    return Report(name, _understand(kind, event, said), _reference(event), words)


def _understand(kind: str, event: Fields, said: str) -> Understood:
    recipient = event.text("Recipient") or event.text("Email")
    match kind:
        case _ if kind in TOOK:
            return accepted(recipient)
        case "Bounce":
            return _bounce(event.text("Type"), recipient, said)
        case "SpamComplaint":
            return complained(recipient)
        case "SubscriptionChange" if event.is_true("SuppressSending"):
            return _suppression(event, recipient)
        case _:
            return unknown(recipient)


def _bounce(kind: str, recipient: str, said: str) -> Understood:
    match kind:
        case _ if kind in HARD:
            return bounced(recipient, said, "", BounceClass.HARD)
        case _ if kind in SOFT:
            return bounced(recipient, said, "", BounceClass.SOFT)
        case _ if kind in OF_US:
            return bounced(recipient, said, "", BounceClass.SENDER, Reason.POLICY)
        case "SpamNotification":
            return refused(recipient, BounceClass.SENDER, Reason.SPAM)
        case "VirusNotification":
            return refused(recipient, BounceClass.MESSAGE, Reason.OTHER)
        case "ManuallyDeactivated":
            return suppressed(recipient)
        case "SpamComplaint":
            return complained(recipient)
        case "Unsubscribe":
            return left(recipient)
        case _ if kind in NO_BOUNCE:
            return Understood(NO_BOUNCE[kind], recipient=recipient)
        case _:
            return bounced(recipient, said, "", BounceClass.UNKNOWN)


def _suppression(event: Fields, recipient: str) -> Understood:
    match event.text("SuppressionReason"):
        case "HardBounce":
            return suppressed(recipient)
        case "SpamComplaint":
            return complained(recipient)
        case _ if event.text("Origin") == "Recipient":
            return left(recipient)
        case _:  # somebody of the office has done it there
            return unknown(recipient)


def _reference(event: Fields) -> str:
    """Return the reference, put together from its pieces; see delivery.postmark.metadata_of."""
    of = event.fields("Metadata")
    pieces = [of.text(f"{NAME}{at if at > 1 else ''}") for at in range(1, PIECES_MAX + 1)]
    return "".join(pieces)
