"""
Webhooks of Brevo, which signs nothing: Basic authentication, a bearer's token or a secret path.

Its times are not proven either, so there is no window; it has no name of an event, so the event's
own fields are it. Source: its page "Transactional webhooks" and reports of others.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from newsletter.feedback.event import BounceClass, Reason, Understood
from newsletter.feedback.webhook import Call, Received, Report
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
from newsletter.feedback.webhook_secret import check_secret

TOOK: Final = frozenset(
    "request sent delivered opened unique_opened proxy_open unique_proxy_open click".split()
)
NAMED_BY: Final = ("event", "message-id", "email", "ts_event", "ts_epoch", "reason")


class BrevoHook:
    """A webhook for transactional mail of an account at Brevo."""

    kind = "brevo"

    def __init__(self, secrets: Sequence[str]) -> None:
        """*secrets* are what it is told to send along."""
        self._secrets = secrets

    def receive(self, call: Call, now: datetime) -> Received:
        """Check the secret; then read the event, or the events of a batch."""
        del now
        check_secret(call, self._secrets)
        return Received([_read(one) for one in read_events(call.body)])


def _read(event: Fields) -> Report:
    kind, words = event.text("event"), event.text("reason") or event.text("event")
    return Report(
        name_of("\n".join(map(event.text, NAMED_BY))),
        _understand(kind, event.text("email"), words),
        event.text("X-Mailin-custom"),
        words,
    )


def _understand(kind: str, recipient: str, words: str) -> Understood:
    match kind:
        case _ if kind in TOOK:
            return accepted(recipient)
        case "deferred":
            return delayed(recipient, words)
        case "hard_bounce":
            return bounced(recipient, words, "", BounceClass.HARD)
        case "soft_bounce":
            return bounced(recipient, words, "", BounceClass.SOFT)
        case "invalid_email":
            return bounced(recipient, words, "", BounceClass.HARD, Reason.USER_UNKNOWN)
        case "blocked":
            return suppressed(recipient)
        case "error":
            return refused(recipient, BounceClass.SENDER, Reason.OTHER)
        case "spam" | "complaint":
            return complained(recipient)
        case "unsubscribed":
            return left(recipient)
        case _:
            return unknown(recipient)
