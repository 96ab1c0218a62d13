"""What each service's events mean, by the examples and lists that their vendors publish."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from newsletter.feedback.event import BounceClass, Kind, Reason
from newsletter.feedback.webhook import Call, Report
from newsletter.feedback.webhooks import ENTRIES
from tests.feedback.webhook_services import (
    SERVICES,
    Brevo,
    Mailgun,
    Post,
    Postmark,
    Resend,
    SendGrid,
    Ses,
    sns_key,
)

NOW: Final = datetime(2022, 8, 26, tzinfo=UTC)
HARD, SOFT = BounceClass.HARD, BounceClass.SOFT
SENDER, MESSAGE, UNKNOWN = BounceClass.SENDER, BounceClass.MESSAGE, BounceClass.UNKNOWN


def write(kind: str, event: Mapping[str, Any]) -> Post:
    """Write a request of a service."""
    body = json.dumps(event).encode()
    match kind:
        case "mailgun":
            return Mailgun().write(event, NOW, "token")
        case "ses":
            return Ses().write(json.dumps(event), NOW, "message")
        case "postmark":
            return Postmark().write(body)
        case "resend":
            return Resend().write(body, NOW, "msg_1")
        case "brevo":
            return Brevo().write(body)
        case _:
            return SendGrid().write(json.dumps([event]).encode(), NOW)


def read(kind: str, event: Mapping[str, Any]) -> Report:
    """Return what is read of one event."""
    setting = next(one().setting for one in SERVICES if one.kind == kind)
    hook = ENTRIES[kind].open([setting], lambda _url: sns_key()[1])
    post = write(kind, event)
    call = Call(post.body, {name.lower(): value for name, value in post.headers.items()})
    [report] = hook.receive(call, NOW).reports
    return report


def of_ses(kind: str, sub: str, said: str, status: str = "") -> dict[str, Any]:
    one = {"emailAddress": "a@example.org", "status": status, "diagnosticCode": said}
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [one]}
    return {"eventType": "Bounce", "bounce": bounce, "mail": {"destination": ["a@example.org"]}}


def of_mailgun(code: int, said: str, **more: Any) -> dict[str, Any]:
    status = {"code": code, "message": said}
    return {"event": "failed", "severity": "permanent", "delivery-status": status, **more}


def of_resend(kind: str, sub: str, *codes: str) -> dict[str, Any]:
    bounce = {
        "type": kind,
        "subType": sub,
        "diagnosticCode": codes,
        "message": "It was refused; your reputation.",
    }
    return {"type": "email.bounced", "data": {"to": ["a@example.org"], "bounce": bounce}}


@pytest.mark.parametrize(
    ("kind", "event", "bounce_class", "reason"),
    [
        ("mailgun", of_mailgun(550, "5.1.1 no such user"), HARD, Reason.USER_UNKNOWN),
        ("mailgun", of_mailgun(552, "5.2.2 mailbox full"), SOFT, Reason.MAILBOX_FULL),
        ("mailgun", of_mailgun(550, "5.7.1 blocked, see our policy"), SENDER, Reason.POLICY),
        ("mailgun", of_mailgun(602, "Too old", reason="old"), SOFT, Reason.EXPIRED),
        (
            "mailgun",
            of_mailgun(605, "", reason="suppress-bounce", description="Blocked."),
            HARD,
            Reason.OTHER,
        ),
        ("mailgun", {"event": "rejected"}, SENDER, Reason.POLICY),
        ("ses", of_ses("Permanent", "General", "", "5.1.1"), HARD, Reason.USER_UNKNOWN),
        ("ses", of_ses("Permanent", "General", ""), HARD, Reason.OTHER),
        (
            *("ses", of_ses("Permanent", "General", "smtp; 552 5.2.2 mailbox full")),
            *(SOFT, Reason.MAILBOX_FULL),
        ),
        ("ses", of_ses("Permanent", "OnAccountSuppressionList", ""), HARD, Reason.OTHER),
        ("ses", of_ses("Transient", "MailboxFull", ""), SOFT, Reason.OTHER),
        ("ses", of_ses("Transient", "General", "smtp; 550 4.4.7 expired"), SOFT, Reason.EXPIRED),
        (
            *("ses", of_ses("Transient", "General", "smtp; 550 5.1.1 no such user", "5.1.1")),
            *(SOFT, Reason.USER_UNKNOWN),  # what it calls temporary is never hard
        ),
        ("ses", of_ses("Transient", "MessageTooLarge", ""), MESSAGE, Reason.OTHER),
        ("ses", of_ses("Undetermined", "Undetermined", ""), UNKNOWN, Reason.OTHER),
        (
            *("postmark", {"RecordType": "Bounce", "Type": "HardBounce", "Details": ""}),
            *(HARD, Reason.OTHER),
        ),
        (
            "postmark",
            {"RecordType": "Bounce", "Type": "SoftBounce", "Description": "Blocked."},
            SOFT,
            Reason.OTHER,
        ),
        ("postmark", {"RecordType": "Bounce", "Type": "DnsError"}, SOFT, Reason.OTHER),
        ("postmark", {"RecordType": "Bounce", "Type": "Blocked"}, SENDER, Reason.POLICY),
        ("postmark", {"RecordType": "Bounce", "Type": "SpamNotification"}, SENDER, Reason.SPAM),
        ("postmark", {"RecordType": "Bounce", "Type": "Unknown"}, UNKNOWN, Reason.OTHER),
        ("resend", of_resend("Permanent", "General"), HARD, Reason.OTHER),
        (
            *("resend", of_resend("Permanent", "General", "smtp; 550 5.1.1 no such user")),
            *(HARD, Reason.USER_UNKNOWN),
        ),
        ("resend", of_resend("Permanent", "Suppressed"), HARD, Reason.OTHER),
        ("resend", of_resend("Transient", "General"), SOFT, Reason.OTHER),
        ("resend", of_resend("Undetermined", "Undetermined"), UNKNOWN, Reason.OTHER),
        ("resend", {"type": "email.failed", "data": {}}, SENDER, Reason.OTHER),
        ("brevo", {"event": "hard_bounce", "reason": ""}, HARD, Reason.OTHER),
        (
            *("brevo", {"event": "soft_bounce", "reason": "452 4.2.2 mailbox full"}),
            *(SOFT, Reason.MAILBOX_FULL),
        ),
        ("brevo", {"event": "invalid_email"}, HARD, Reason.USER_UNKNOWN),
        ("brevo", {"event": "blocked", "reason": "blacklisted"}, HARD, Reason.OTHER),
        ("brevo", {"event": "error"}, SENDER, Reason.OTHER),
        (
            *("sendgrid", {"event": "bounce", "type": "bounce", "status": "5.0.0"}),
            *(HARD, Reason.OTHER),
        ),
        ("sendgrid", {"event": "bounce", "type": "blocked"}, SENDER, Reason.OTHER),
        (
            *("sendgrid", {"event": "bounce", "type": "bounce", "reason": "552 5.2.2 over quota"}),
            *(SOFT, Reason.MAILBOX_FULL),
        ),
        ("sendgrid", {"event": "dropped", "reason": "Bounced Address"}, HARD, Reason.OTHER),
        ("sendgrid", {"event": "dropped", "reason": "Unsubscribed Address"}, HARD, Reason.OTHER),
        ("sendgrid", {"event": "dropped", "reason": "Spam Content"}, MESSAGE, Reason.SPAM),
        (
            *("sendgrid", {"event": "dropped", "reason": "Recipient List over Package Quota"}),
            *(SENDER, Reason.OTHER),
        ),
    ],
)
def test_whom_a_bounce_counts_against(
    kind: str, event: Mapping[str, Any], bounce_class: BounceClass, reason: Reason
) -> None:
    found = read(kind, event).found

    assert found.kind is Kind.BOUNCE
    assert found.diagnosis is not None
    assert (found.diagnosis.bounce_class, found.diagnosis.reason) == (bounce_class, reason)


@pytest.mark.parametrize(
    ("kind", "event", "expected"),
    [
        ("mailgun", of_mailgun(607, "", reason="suppress-complaint"), Kind.COMPLAINT),
        ("mailgun", {"event": "opened"}, Kind.ACCEPTED),
        ("ses", {"eventType": "Send", "mail": {}}, Kind.ACCEPTED),
        ("ses", {"notificationType": "Delivery", "mail": {}}, Kind.ACCEPTED),
        (
            "ses",
            {
                "eventType": "Subscription",
                "subscription": {
                    "newTopicPreferences": {
                        "unsubscribeAll": False,
                        "topicSubscriptionStatus": [
                            {"topicName": "news", "subscriptionStatus": "OptOut"}
                        ],
                    }
                },
            },
            Kind.UNSUBSCRIBE,
        ),
        (
            "ses",
            {
                "eventType": "Subscription",
                "subscription": {"newTopicPreferences": {"unsubscribeAll": False}},
            },
            Kind.OTHER,
        ),
        ("postmark", {"RecordType": "Bounce", "Type": "AutoResponder"}, Kind.AUTOREPLY),
        ("postmark", {"RecordType": "Bounce", "Type": "ChallengeVerification"}, Kind.CHALLENGE),
        ("postmark", {"RecordType": "Bounce", "Type": "Unsubscribe"}, Kind.UNSUBSCRIBE),
        ("postmark", {"RecordType": "Open"}, Kind.ACCEPTED),
        (
            "postmark",
            {"RecordType": "SubscriptionChange", "SuppressSending": False, "Origin": "Recipient"},
            Kind.OTHER,  # whoever comes back there has not agreed here
        ),
        (
            "postmark",
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "Origin": "Customer"},
            Kind.OTHER,  # the office itself
        ),
        (
            "postmark",
            {
                "RecordType": "SubscriptionChange",
                "SuppressSending": True,
                "Origin": "Recipient",
                "SuppressionReason": "SpamComplaint",
            },
            Kind.COMPLAINT,
        ),
        ("resend", {"type": "contact.updated", "data": {"unsubscribed": False}}, Kind.OTHER),
        ("brevo", {"event": "complaint"}, Kind.COMPLAINT),
        ("brevo", {"event": "unique_proxy_open"}, Kind.ACCEPTED),
        ("sendgrid", {"event": "processed"}, Kind.ACCEPTED),
        ("sendgrid", {"event": "dropped", "reason": "Spam Reporting Address"}, Kind.COMPLAINT),
        ("sendgrid", {"event": "unsubscribe"}, Kind.UNSUBSCRIBE),
        ("sendgrid", {"event": "group_resubscribe"}, Kind.OTHER),
    ],
)
def test_what_an_event_is(kind: str, event: Mapping[str, Any], expected: Kind) -> None:
    assert read(kind, event).found.kind is expected


def test_older_tags_of_resend_and_letters_of_ses_without_tags_are_known() -> None:
    listed = {"tags": [{"name": "delivery", "value": "MUBleGFtcGxlLm9yZw"}], "to": []}
    headers = [
        {"name": "Subject", "value": "x"},
        {"name": "Message-ID", "value": "<1@example.org>"},
    ]
    event = {"notificationType": "Delivery", "mail": {"headers": headers}}

    assert read("resend", {"type": "email.sent", "data": listed}).reference == "1@example.org"
    assert read("ses", event).reference == "<1@example.org>"


@pytest.mark.parametrize("kind", ENTRIES)
def test_fields_of_any_other_type_are_as_if_they_were_missing(kind: str) -> None:
    names = (
        "event RecordType eventType Type reason type data bounce mail tags Metadata message"
        " delivery-status bouncedRecipients recipient Recipient email to sg_event_id id words"
    ).split()
    strange: object
    for strange in (None, 1, 1.5, True, "x\0\ud800\n", [], [[]], [1], {}, {"a": {"b": []}}):
        report = read(kind, dict.fromkeys(names, strange))

        assert report.name.isascii()
        assert report.words.isprintable()
        assert report.found.recipient.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "Successfully validated SNS topic for event publishing.",
        "[1]",
        json.dumps({"eventType": "Bounce", "bounce": {"bouncedRecipients": []}}),
        json.dumps({"eventType": "Complaint"}),
        "{}",
    ],
)
def test_what_ses_tells_of_nobody_is_kept(text: str) -> None:
    hook = ENTRIES["ses"].open([Ses.setting], lambda _url: sns_key()[1])
    post = Ses().write(text, NOW, "1")

    [report] = hook.receive(Call(post.body, {}), NOW).reports

    assert (report.found.kind, report.words) == (Kind.OTHER, text)
