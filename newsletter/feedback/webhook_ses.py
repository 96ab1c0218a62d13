"""
Webhooks of Amazon SES, which come through a topic of Amazon SNS: see sns.py for their proof.

Source: its pages "Contents of event data that Amazon SES publishes to Amazon SNS" and the examples
of it, and those on notifications of an identity, which have no tags.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from newsletter.delivery.reference import NAME
from newsletter.delivery.replies import one_line
from newsletter.feedback.event import BounceClass, Reason, Understood
from newsletter.feedback.sns import NOTIFICATION, Topics
from newsletter.feedback.sns_files import Fetch
from newsletter.feedback.webhook import Call, Received, RefusedError, Report
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

TOOK: Final = frozenset({"Send", "Delivery", "Open", "Click"})
CLASSES: Final = {"Permanent": BounceClass.HARD, "Transient": BounceClass.SOFT}
OF_MESSAGE: Final = frozenset({"MessageTooLarge", "ContentRejected", "AttachmentRejected"})
SUPPRESSED: Final = frozenset({"Suppressed", "OnAccountSuppressionList", "UnsubscribedRecipient"})


class SesHook:
    """The topics of an account at Amazon SES."""

    kind = "ses"

    def __init__(self, secrets: Sequence[str], fetch: Fetch) -> None:
        """*secrets* are the topics' ARNs, which are no secrets; *fetch* gets files of SNS."""
        self._topics = Topics(secrets, fetch)

    def receive(self, call: Call, now: datetime) -> Received:
        """Check the signature and the topic; then read the event."""
        message = self._topics.open(call, now)
        if message.kind != NOTIFICATION:
            return Received([])
        try:
            event = read_fields(message.text)
        except RefusedError:  # such as the line that SES writes when a topic is set up
            event = Fields(None)
        words = one_line(message.text)
        otherwise = Report(name_of(message.id), unknown(), words=words)
        return Received(list(_read(event, message.id)) or [otherwise])


def _read(event: Fields, name: str) -> Iterator[Report]:
    """Yield what is told of each recipient; nothing if it is no event."""
    kind = event.text("eventType") or event.text("notificationType")
    reference = _reference(event.fields("mail"))
    for number, (found, words) in enumerate(_understand(kind, event)):
        yield Report(name_of(name, str(number)), found, reference, words or kind)


def _understand(kind: str, event: Fields) -> Iterator[tuple[Understood, str]]:
    """Yield what is told of each recipient, and the words; every letter of ours has one."""
    recipients = event.fields("mail").texts("destination")
    first = next(iter(recipients), "")
    match kind:
        case _ if kind in TOOK:
            yield accepted(first), ""
        case "Bounce":
            yield from _bounces(event.fields("bounce"))
        case "Complaint":
            for one in event.fields("complaint").all("complainedRecipients"):
                yield complained(one.text("emailAddress")), ""
        case "DeliveryDelay":
            for one in event.fields("deliveryDelay").all("delayedRecipients"):
                words = one.text("diagnosticCode")
                yield delayed(one.text("emailAddress"), words, one.text("status")), words
        case "Reject":
            words = event.fields("reject").text("reason")
            yield refused(first, BounceClass.MESSAGE, Reason.OTHER), words
        case "Subscription" if _has_left(event.fields("subscription")):
            yield left(first), ""
        case "":
            return
        case _:
            yield unknown(first), ""


def _bounces(bounce: Fields) -> Iterator[tuple[Understood, str]]:
    detail = bounce.text("bounceSubType")
    told = CLASSES.get(bounce.text("bounceType"), BounceClass.UNKNOWN)
    for one in bounce.all("bouncedRecipients"):
        address, words = one.text("emailAddress"), one.text("diagnosticCode") or detail
        if detail in SUPPRESSED:
            yield suppressed(address), words
        elif detail in OF_MESSAGE:
            yield refused(address, BounceClass.MESSAGE, Reason.OTHER), words
        else:
            yield bounced(address, words, one.text("status"), told), words


def _has_left(subscription: Fields) -> bool:
    wished = subscription.fields("newTopicPreferences")
    topics = wished.all("topicSubscriptionStatus")
    return wished.is_true("unsubscribeAll") or any(
        one.text("subscriptionStatus").lower() == "optout" for one in topics
    )


def _reference(mail: Fields) -> str:
    """Return the reference in the tags; where there are none, the letter's own Message-ID."""
    tags = mail.fields("tags").texts(NAME)
    if tags:
        return untagged(tags[0])
    named = (one for one in mail.all("headers") if one.text("name").lower() == "message-id")
    return next((one.text("value") for one in named), "")
