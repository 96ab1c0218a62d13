"""Each fault of an account is named, nothing else is; and only reading requests are made."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import pytest

from newsletter.delivery.account_look import Allowance, Look, Standing, look_at_account
from newsletter.delivery.caller import Caller
from newsletter.delivery.outbox import Outbox
from newsletter.delivery.resend import read_rate
from newsletter.phrases import Phrase
from tests.delivery import account_pages as pages
from tests.delivery.account_pages import Pages, pages_of
from tests.delivery.certificates import make_authority
from tests.delivery.http_recorder import Answer, HttpRecorder
from tests.delivery.http_services import (
    BREVO,
    MAILERS,
    MAILGUN,
    POSTMARK,
    RESEND,
    SECRET,
    SENDGRID,
    SES,
    TOKEN,
    Mailer,
    brevo_error,
    postmark_error,
    resend_error,
    sendgrid_error,
    ses_error,
    told,
)

SENDER: Final = "news@example.org"
GOOD, WRONG, DOUBTFUL, UNSEEN = Standing
PAGE: Final = Answer(403, b"<html><body>Please log in to api.example.org</body></html>")
UNPAID: Final = told(402, {"message": "Payment required"})


@contextmanager
def serving(mailer: Mailer, changed: Pages) -> Iterator[HttpRecorder]:
    with HttpRecorder(mailer.success) as server:
        server.pages = pages_of(mailer, changed)
        yield server


def look(mailer: Mailer, server: HttpRecorder, sender: str = SENDER) -> Look:
    found = look_at_account(mailer.provider(server.base_url), sender, lambda: datetime.now(UTC))
    assert found is not None
    return found


def codes(found: Look, *standings: Standing) -> list[str]:
    return [
        one.said.code
        for one in found.notes
        if one.standing in standings and isinstance(one.said, Phrase)
    ]


@pytest.mark.parametrize("mailer", MAILERS, ids=lambda one: one.name)
def test_an_account_in_order_is_told_so_and_nothing_is_sent(mailer: Mailer) -> None:
    with serving(mailer, {}) as server:
        found = look(mailer, server)

    assert codes(found, WRONG, DOUBTFUL) == []
    assert codes(found, UNSEEN) == (["delivery.look-sender-unseen"] if mailer is POSTMARK else [])
    assert "delivery.look-key" in codes(found, GOOD)
    assert server.requests == []
    assert all(SECRET not in one.path for one in server.reads)


@pytest.mark.parametrize(
    ("mailer", "changed", "standing", "code"),
    [
        (SES, {pages.SES_ACCOUNT: SES.bad_key}, WRONG, "refused"),
        (
            SES,
            {pages.SES_ACCOUNT: ses_error(403, "SignatureDoesNotMatch", "Signature expired: it")},
            WRONG,
            "refused",
        ),
        (SES, {pages.SES_ACCOUNT: pages.ses_account(SendingEnabled=False)}, WRONG, "paused"),
        (
            SES,
            {pages.SES_ACCOUNT: pages.ses_account(ProductionAccessEnabled=False)},
            WRONG,
            "sandbox",
        ),
        (
            SES,
            {pages.SES_ACCOUNT: pages.ses_account(EnforcementStatus="SHUTDOWN")},
            WRONG,
            "shut-down",
        ),
        (
            SES,
            {pages.SES_ACCOUNT: pages.ses_account(EnforcementStatus="PROBATION")},
            DOUBTFUL,
            "probation",
        ),
        (SES, {pages.SES_DOMAIN: Answer(404)}, WRONG, "unverified"),
        (
            SES,
            {pages.SES_DOMAIN: told(200, {"VerifiedForSendingStatus": False})},
            WRONG,
            "unverified",
        ),
        (
            SES,
            {
                pages.SES_ACCOUNT: ses_error(
                    *(403, "AccessDeniedException"),
                    "User: arn:aws:iam::1:user/news is not authorized to perform: ses:GetAccount",
                )
            },
            UNSEEN,
            "only-sends",
        ),
        (SES, {pages.SES_ADDRESS: Answer(403)}, UNSEEN, "sender-unseen"),
        (SES, {pages.SES_ACCOUNT: Answer(503)}, UNSEEN, "unclear"),
        (MAILGUN, {pages.MAILGUN_DOMAIN: MAILGUN.bad_key}, UNSEEN, "key-or-only-sends"),
        (MAILGUN, {pages.MAILGUN_DOMAIN: Answer(404)}, WRONG, "unverified"),
        (MAILGUN, {pages.MAILGUN_DOMAIN: UNPAID}, WRONG, "refused"),
        (
            MAILGUN,
            {pages.MAILGUN_DOMAIN: pages.mailgun_domain("unverified")},
            WRONG,
            "unverified",
        ),
        (MAILGUN, {pages.MAILGUN_DOMAIN: pages.mailgun_domain("disabled")}, WRONG, "disabled"),
        (
            MAILGUN,
            {pages.MAILGUN_DOMAIN: pages.mailgun_domain(type_="sandbox")},
            WRONG,
            "test-domain",
        ),
        (MAILGUN, {pages.MAILGUN_DOMAIN: told(200, [])}, UNSEEN, "sender-unseen"),
        (POSTMARK, {pages.POSTMARK_SERVER: POSTMARK.bad_key}, WRONG, "refused"),
        (
            POSTMARK,
            {pages.POSTMARK_SERVER: told(200, {"DeliveryType": "Sandbox"})},
            WRONG,
            "sandbox-server",
        ),
        (
            POSTMARK,
            {pages.POSTMARK_STREAM: postmark_error(1226, "The stream does not exist")},
            WRONG,
            "no-stream",
        ),
        (
            POSTMARK,
            {pages.POSTMARK_STREAM: pages.postmark_stream(ArchivedAt="2022-08-01T00:00:00Z")},
            WRONG,
            "no-stream",
        ),
        (
            POSTMARK,
            {pages.POSTMARK_STREAM: pages.postmark_stream("Transactional")},
            WRONG,
            "other-stream",
        ),
        (
            POSTMARK,
            {pages.POSTMARK_STREAM: pages.postmark_stream(handled="Postmark")},
            DOUBTFUL,
            "two-links",
        ),
        (RESEND, {pages.RESEND_DOMAINS: RESEND.bad_key}, WRONG, "refused"),
        (
            RESEND,
            {
                pages.RESEND_DOMAINS: resend_error(
                    401, "restricted_api_key", "This API key is restricted to only send emails."
                )
            },
            UNSEEN,
            "only-sends",
        ),
        (RESEND, {pages.RESEND_DOMAINS: pages.resend_domains("pending")}, WRONG, "unverified"),
        (
            RESEND,
            {pages.RESEND_DOMAINS: pages.resend_domains(name="example.net")},
            WRONG,
            "unverified",
        ),
        (
            RESEND,
            {pages.RESEND_DOMAINS: pages.resend_domains("partially_failed")},
            UNSEEN,
            "sender-unseen",
        ),
        (RESEND, {pages.RESEND_DOMAINS: RESEND.quota or Answer(429)}, UNSEEN, "unclear"),
        (BREVO, {pages.BREVO_ACCOUNT: BREVO.bad_key}, WRONG, "refused"),
        (
            BREVO,
            {
                pages.BREVO_ACCOUNT: brevo_error(
                    401, "unauthorized", "We have detected you are using an unrecognised IP address"
                )
            },
            WRONG,
            "refused",
        ),
        (
            BREVO,
            {pages.BREVO_DOMAINS: pages.brevo_domains(authenticated=False)},
            DOUBTFUL,
            "unverified",
        ),
        (SENDGRID, {pages.SCOPES: SENDGRID.bad_key}, WRONG, "refused"),
        (SENDGRID, {pages.SCOPES: told(200, {"scopes": ["stats.read"]})}, WRONG, "may-not-send"),
        (SENDGRID, {pages.SCOPES: sendgrid_error(403, "access forbidden")}, UNSEEN, "only-sends"),
        (
            SENDGRID,
            {pages.SENDGRID_DOMAINS: told(200, [{"domain": "example.org", "valid": False}])},
            DOUBTFUL,
            "unverified",
        ),
        (
            SENDGRID,
            {pages.SENDGRID_DOMAINS: sendgrid_error(403, "access forbidden")},
            UNSEEN,
            "sender-unseen",
        ),
    ],
    ids=lambda one: (
        one.name if isinstance(one, Mailer) else str(one) if isinstance(one, str) else ""
    ),
)
def test_what_the_service_tells_of_a_fault_is_named(
    mailer: Mailer, changed: Pages, standing: Standing, code: str
) -> None:
    with serving(mailer, changed) as server:
        found = look(mailer, server)

    assert f"delivery.look-{code}" in codes(found, standing)
    assert not (standing is UNSEEN and codes(found, WRONG, DOUBTFUL))
    said = repr(found)
    assert SECRET not in said
    assert TOKEN not in said


@pytest.mark.parametrize("mailer", MAILERS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "answer", [PAGE, Answer(200, b"<html>"), Answer(302, b"", {"Location": "/x"}), Answer(500)]
)
def test_what_another_server_answers_is_no_fault_of_the_account(
    mailer: Mailer, answer: Answer
) -> None:
    every = dict.fromkeys(pages.IN_ORDER[mailer.name], answer)
    with serving(mailer, every) as server:
        found = look(mailer, server)

    assert codes(found, WRONG) == []


@pytest.mark.parametrize("mailer", MAILERS, ids=lambda one: one.name)
def test_a_service_that_does_not_answer_is_unseen(mailer: Mailer) -> None:
    cut = dict.fromkeys(pages.IN_ORDER[mailer.name], Answer(cuts=True))
    with serving(mailer, cut) as server:
        found = look(mailer, server)

    assert codes(found, UNSEEN) == ["delivery.http-unreachable"]
    assert codes(found, WRONG) == []


def test_a_certificate_of_another_host_is_wrong(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    with HttpRecorder(RESEND.success, tls=authority.issue("127.0.0.2")) as server:
        caller = Caller(certificates=authority.pem)
        provider = RESEND.provider(server.base_url, caller=caller)
        found = look_at_account(provider, SENDER, lambda: datetime.now(UTC))

    assert found is not None
    assert codes(found, WRONG) == ["delivery.http-tls"]


@pytest.mark.parametrize("mailer", MAILERS, ids=lambda one: one.name)
def test_each_request_bears_the_key_as_letters_do(mailer: Mailer) -> None:
    with serving(mailer, {}) as server:
        look(mailer, server)

    names = {"postmark": "X-Postmark-Server-Token", "brevo": "api-key"}
    login = b64encode(f"api:{SECRET}".encode()).decode()
    begins = {
        "mailgun": f"Basic {login}",
        "ses": "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/",
        "postmark": SECRET,
        "brevo": SECRET,
    }
    proofs = [one.headers[names.get(mailer.name, "Authorization")] for one in server.reads]
    assert all(one.startswith(begins.get(mailer.name, f"Bearer {SECRET}")) for one in proofs)


def test_the_time_and_the_limits_of_the_service_are_told() -> None:
    there = datetime.now(UTC) + timedelta(minutes=9)
    answer = pages.ses_account()
    dated = Answer(200, answer.body, {"Date": format_datetime(there, usegmt=True)})
    with serving(SES, {pages.SES_ACCOUNT: dated}) as server:
        found = look(SES, server)

    assert found.there is not None
    assert found.here is not None
    assert timedelta(minutes=8) < found.there - found.here < timedelta(minutes=10)
    assert found.allowance == Allowance(14.0, 48_500)


@pytest.mark.parametrize(
    ("mailer", "changed", "allowance"),
    [
        (RESEND, {}, Allowance(2)),
        (BREVO, {}, Allowance(None, 9_000)),
        (BREVO, {pages.BREVO_ACCOUNT: pages.brevo_account(-1)}, Allowance()),
        (MAILGUN, {}, Allowance()),
        (
            SES,
            {
                pages.SES_ACCOUNT: pages.ses_account(
                    SendQuota={"Max24HourSend": -1, "MaxSendRate": 90, "SentLast24Hours": 7}
                )
            },
            Allowance(90),
        ),
    ],
)
def test_what_the_account_is_allowed_is_read(
    mailer: Mailer, changed: Pages, allowance: Allowance
) -> None:
    with serving(mailer, changed) as server:
        assert look(mailer, server).allowance == allowance


@pytest.mark.parametrize(
    ("header", "rate"),
    [("2", 2), ("100, 100;w=10", 10), ("", None), ("0", None), ("soon", None)],
)
def test_the_rate_header_of_resend_is_read(header: str, rate: float | None) -> None:
    assert read_rate({"ratelimit-limit": header}) == rate


def test_the_domain_above_verifies_a_sender_at_amazon() -> None:
    """Amazon: what is verified for a domain is verified for every domain below it."""
    with serving(SES, {}) as server:
        found = look(SES, server, "news@mail.example.org")

    assert codes(found, WRONG, DOUBTFUL, UNSEEN) == []


def test_a_folder_has_no_account(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)

    assert look_at_account(outbox, SENDER, lambda: datetime.now(UTC)) is None
