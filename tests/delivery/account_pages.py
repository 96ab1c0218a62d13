"""What the six services tell of an account in order, as their vendors describe it."""

from collections.abc import Mapping
from typing import Any, Final

from tests.delivery.http_recorder import Answer
from tests.delivery.http_services import (
    BREVO,
    MAILGUN,
    POSTMARK,
    RESEND,
    SENDGRID,
    SES,
    Mailer,
    told,
)

Pages = Mapping[str, Answer]
ACCOUNT: Final[Mapping[str, Any]] = {
    "DedicatedIpAutoWarmupEnabled": False,
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1_500.0},
    "SendingEnabled": True,
}
SES_ACCOUNT: Final = "/v2/email/account"
SES_DOMAIN: Final = "/v2/email/identities/example.org"
SES_ADDRESS: Final = "/v2/email/identities/news%40example.org"
VERIFIED: Final = {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True}
MAILGUN_DOMAIN: Final = "/v4/domains/mg.example.org"
POSTMARK_SERVER: Final = "/server"
POSTMARK_STREAM: Final = "/message-streams/broadcast"
SCOPES: Final = "/v3/scopes"
SENDGRID_DOMAINS: Final = "/v3/whitelabel/domains"
RESEND_DOMAINS: Final = "/domains"
BREVO_ACCOUNT: Final = "/v3/account"
BREVO_DOMAINS: Final = "/v3/senders/domains"


def ses_account(**changed: object) -> Answer:
    return told(200, {**ACCOUNT, **changed})


def mailgun_domain(state: str = "active", type_: str = "custom") -> Answer:
    domain = {"name": "mg.example.org", "state": state, "type": type_}
    return told(200, {"domain": domain, "sending_dns_records": []})


def postmark_stream(kind: str = "Broadcasts", handled: str = "None", **more: object) -> Answer:
    management = {"UnsubscribeHandlingType": handled}
    fields = {"ID": "broadcast", "MessageStreamType": kind, "ArchivedAt": None, **more}
    return told(200, {**fields, "SubscriptionManagementConfiguration": management})


def resend_domains(status: str = "verified", name: str = "example.org") -> Answer:
    listed = {"object": "list", "has_more": False, "data": [{"name": name, "status": status}]}
    return told(200, listed, ratelimit_limit="2", ratelimit_remaining="1", ratelimit_reset="1")


def brevo_account(credits_left: int = 9_000) -> Answer:
    plan = [
        {"type": "subscription", "creditsType": "sendLimit", "credits": credits_left},
        {"type": "sms", "creditsType": "sendLimit", "credits": 5},
    ]
    return told(200, {"email": "kim@example.org", "plan": plan})


def brevo_domains(*, authenticated: bool = True) -> Answer:
    domain = {"domain_name": "example.org", "authenticated": authenticated, "verified": True}
    return told(200, {"domains": [domain], "count": 1})


# By service: what is asked, and what a healthy account is answered.
IN_ORDER: Final[Mapping[str, Pages]] = {
    MAILGUN.name: {MAILGUN_DOMAIN: mailgun_domain()},
    SES.name: {SES_ACCOUNT: ses_account(), SES_DOMAIN: told(200, VERIFIED)},
    POSTMARK.name: {
        POSTMARK_SERVER: told(200, {"ID": 1, "Name": "News", "DeliveryType": "Live"}),
        POSTMARK_STREAM: postmark_stream(),
    },
    RESEND.name: {RESEND_DOMAINS: resend_domains()},
    BREVO.name: {BREVO_ACCOUNT: brevo_account(), BREVO_DOMAINS: brevo_domains()},
    SENDGRID.name: {
        SCOPES: told(200, {"scopes": ["mail.send", "whitelabel.read"]}),
        SENDGRID_DOMAINS: told(200, [{"domain": "example.org", "subdomain": "em", "valid": True}]),
    },
}


def pages_of(mailer: Mailer, changed: Pages) -> dict[str, Answer]:
    """Return the pages of a healthy account, with some of them changed."""
    return {**IN_ORDER[mailer.name], **changed}
