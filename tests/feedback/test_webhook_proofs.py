"""What proves that a service has sent a request: vendors' own examples, and what resembles them."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.errors import SettingsError
from newsletter.feedback.sns import host_of
from newsletter.feedback.webhook import Call, Cause, Hook, RefusedError
from newsletter.feedback.webhook_resend import ResendHook
from newsletter.feedback.webhook_secret import check_secret
from newsletter.feedback.webhook_sendgrid import SendGridHook
from newsletter.feedback.webhook_ses import SesHook
from newsletter.feedback.webhooks import ENTRIES, SETTINGS, read_secrets
from newsletter.settings import DEFAULTS
from tests.feedback.webhook_services import (
    CERTIFICATE,
    SERVICES,
    SNS,
    TOPIC,
    Mailgun,
    Post,
    SendGrid,
    Ses,
    sns_key,
)

NOW = datetime(2022, 8, 26, tzinfo=UTC)
# Of SendGrid's libraries (MIT).
BODY = b'{"category":"example_payload","event":"test_event","message_id":"message_id"}'
SIGNED = {
    "x-twilio-email-event-webhook-signature": (
        "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2"
        "j/0="
    ),
    "x-twilio-email-event-webhook-timestamp": "1588788367",
}
OTHER_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo"
    "7aNDthvj+y7GjUuFDb/R1NGe1OPzpA=="
)
# Of the specification Standard Webhooks, whose scheme Svix uses.
MESSAGE = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def call_of(post: Post) -> Call:
    return Call(post.body, {name.lower(): value for name, value in post.headers.items()})


def cause_of(hook: Hook, call: Call, now: datetime = NOW) -> Cause | None:
    """Return why a request is refused; None: it is not."""
    try:
        hook.receive(call, now)
    except RefusedError as refused:
        return refused.cause
    return None


def test_the_example_of_sendgrids_libraries_is_accepted() -> None:
    hook, now = SendGridHook([SendGrid.other_setting]), datetime.fromtimestamp(1588788367, UTC)
    other = SIGNED | {"x-twilio-email-event-webhook-timestamp": "1588788368"}
    spaced = json.dumps(json.loads(BODY)).encode()

    assert cause_of(hook, Call(BODY, SIGNED), now) is None
    assert cause_of(hook, Call(BODY, SIGNED), now + timedelta(hours=24)) is None  # repeated
    assert cause_of(hook, Call(BODY, SIGNED), now + timedelta(hours=26)) is Cause.STALE
    assert cause_of(hook, Call(BODY, other), now) is Cause.FORGED
    assert cause_of(hook, Call(spaced, SIGNED), now) is Cause.FORGED
    assert cause_of(SendGridHook([OTHER_KEY]), Call(BODY, SIGNED), now) is Cause.FORGED
    both = SendGridHook([OTHER_KEY, SendGrid.other_setting])  # while a key is changed
    assert cause_of(both, Call(BODY, SIGNED), now) is None


def test_the_example_of_standard_webhooks_is_accepted() -> None:
    hook = ResendHook(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    body, now = b'{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)

    assert cause_of(hook, Call(body, MESSAGE), now) is None
    for name, value in (
        ("svix-id", "msg_other"),
        ("svix-timestamp", "1614265331"),
        ("svix-timestamp", ""),
        ("svix-signature", MESSAGE["svix-signature"].replace("v1,", "v2,")),
        ("svix-signature", MESSAGE["svix-signature"].removeprefix("v1,")),
        ("svix-signature", ""),
    ):
        assert cause_of(hook, Call(body, MESSAGE | {name: value}), now) is Cause.FORGED
    assert cause_of(hook, Call(body, MESSAGE), now + timedelta(minutes=6)) is Cause.STALE


@pytest.mark.parametrize(
    ("authorization", "path", "is_its"),
    [
        ("Basic " + b64encode(b"anybody:s-1234567890123456789012").decode(), "", True),
        ("basic " + b64encode(b":s-1234567890123456789012").decode(), "", True),
        ("Bearer s-1234567890123456789012", "", True),
        ("", "s-1234567890123456789012", True),
        ("", "s-0987654321098765432109", True),  # the one before
        ("Basic " + b64encode(b"anybody:s-123456789012345678901").decode(), "", False),
        ("Basic " + b64encode(b"s-1234567890123456789012").decode(), "", False),
        ("Basic s-1234567890123456789012", "", False),
        ("Basic \xff", "", False),
        ("s-1234567890123456789012", "", False),
        ("", "", False),
    ],
)
def test_a_secret_is_sent_in_one_of_three_ways(authorization: str, path: str, is_its: bool) -> None:
    call = Call(b"", {"authorization": authorization}, path)
    secrets = ["s-1234567890123456789012", "s-0987654321098765432109"]

    if is_its:
        check_secret(call, secrets)
    else:
        with pytest.raises(RefusedError):
            check_secret(call, secrets)


class Aws:
    """What SNS has at its host, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False
        self.hook = SesHook([TOPIC], self.fetch)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.is_away:
            raise OSError("away")
        return sns_key()[1] if url == CERTIFICATE else b"none"


def sns(**changed: str) -> Call:
    return call_of(Ses().write(json.dumps({"eventType": "Send"}), NOW, "1", **changed))


def test_a_message_of_the_topic_is_accepted_and_its_certificate_fetched_once() -> None:
    aws = Aws()

    for _ in range(3):
        assert cause_of(aws.hook, sns()) is None

    assert aws.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "changed",
    [
        {"TopicArn": TOPIC.replace("1234", "4321")},
        {"TopicArn": ""},
        {"Type": "Other"},
        {"SignatureVersion": "3"},
        {"SigningCertURL": CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": CERTIFICATE.replace("ap-northeast-2", "us-east-1")},
        {"SigningCertURL": CERTIFICATE.replace("amazonaws.com", "amazonaws.com.example.com")},
        {"SigningCertURL": CERTIFICATE.replace(".com/", ".com@example.com/")},
        {"SigningCertURL": CERTIFICATE.replace(".com/", ".com:8443/")},
        {"SigningCertURL": CERTIFICATE.replace(".com/", ".com/../")},
        {"SigningCertURL": f"{CERTIFICATE}?x"},
        {"SigningCertURL": CERTIFICATE.replace("https://sns", "https://s3")},
        {"SigningCertURL": ""},
        {"Timestamp": "yesterday"},
        {"Timestamp": "2022-08-26T00:00:00.000"},
    ],
)
def test_a_message_that_is_not_of_the_topic_asks_for_no_file(changed: dict[str, str]) -> None:
    aws = Aws()

    assert cause_of(aws.hook, sns(**changed)) is Cause.FORGED

    assert aws.asked == []


def test_forged_messages_ask_for_files_every_few_seconds_at_most() -> None:
    aws = Aws()
    assert cause_of(aws.hook, sns()) is None
    others = [CERTIFICATE.replace("abcdef.", f"{number:06}.") for number in range(500)]

    causes = {cause_of(aws.hook, sns(SigningCertURL=url)) for url in others}
    changed = sns().body.replace(b"Send", b"Sent")

    assert causes == {Cause.LATER}
    assert cause_of(aws.hook, Call(changed, {})) is Cause.FORGED
    assert cause_of(aws.hook, sns()) is None
    assert aws.asked == [CERTIFICATE]


def test_signature_version_1_is_refused_and_the_topic_is_told() -> None:
    with pytest.raises(RefusedError) as refused:
        Aws().hook.receive(sns(SignatureVersion="1"), NOW)

    assert (refused.value.cause, refused.value.about) == (Cause.OLD_PROOF, TOPIC)


def test_an_unreachable_certificate_is_for_later() -> None:
    aws = Aws()
    aws.is_away = True

    assert cause_of(aws.hook, sns()) is Cause.LATER


def test_a_subscription_is_confirmed_at_the_pinned_host_whatever_url_the_message_names() -> None:
    aws, elsewhere = Aws(), "https://example.com/?Action=ConfirmSubscription"
    asks = {"Type": "SubscriptionConfirmation", "Token": "t&TopicArn=x", "SubscribeURL": elsewhere}

    assert cause_of(aws.hook, sns(**asks, TopicArn=f"{TOPIC}2")) is Cause.FORGED
    assert cause_of(aws.hook, Call(sns(**asks).body.replace(b"t&", b"u&"), {})) is Cause.FORGED
    assert aws.asked == [CERTIFICATE]
    assert cause_of(aws.hook, sns(**asks)) is None

    arn = TOPIC.replace(":", "%3A")
    asked = f"{SNS}/?Action=ConfirmSubscription&TopicArn={arn}&Token=t%26TopicArn%3Dx"
    assert aws.asked == [CERTIFICATE, asked]


def test_the_host_of_a_topic_is_that_of_its_region() -> None:
    assert host_of("arn:aws-cn:sns:cn-north-1:123456789012:a") == "sns.cn-north-1.amazonaws.com.cn"
    with pytest.raises(ValueError, match="topic"):
        host_of("arn:aws:sns:ap-northeast-2@example.com:123456789012:a")


def test_a_token_of_mailgun_is_bound_to_its_body() -> None:
    [first, second] = (
        Mailgun().write({"event": "delivered", "id": name}, NOW, "token") for name in ("1", "2")
    )
    hook = ENTRIES["mailgun"].open([Mailgun.setting], Aws().fetch)

    received = [hook.receive(call_of(one), NOW).once for one in (first, second)]

    assert [one and one.content for one in received] == [first.body, second.body]
    assert received[0] is not None
    assert received[1] is not None
    assert received[0].token == received[1].token


def test_settings_are_read_whole_and_none_is_repeated() -> None:
    right = {one.kind: one().setting for one in SERVICES}

    assert read_secrets(right) == {kind: (value,) for kind, value in right.items()}
    assert read_secrets({**dict.fromkeys(right, ""), "resend": " , "}) == {}
    both = {"ses": f"{TOPIC}, {TOPIC}2"}
    assert read_secrets(both) == {"ses": (TOPIC, f"{TOPIC}2")}
    with pytest.raises(SettingsError) as raised:
        read_secrets(dict.fromkeys(right, "wrong-value"))
    assert len(raised.value.said) == len(right)
    assert "wrong-value" not in str(raised.value)


def test_every_webhook_has_a_setting() -> None:
    assert {name for name in DEFAULTS if "WEBHOOK" in name} == set(SETTINGS.values())
