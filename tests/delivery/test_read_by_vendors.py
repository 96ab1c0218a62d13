"""Requests as the vendors' own descriptions and libraries would have them."""

import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import botocore.session
import pytest
import yaml
from botocore.config import Config
from brevo import Brevo as BrevoLibrary
from httpx import Client
from moto.backends import get_backend
from moto.server import ThreadedMotoServer
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest
from postmarker.core import PostmarkClient

from newsletter.delivery.aws_signature import AwsKey
from newsletter.delivery.http_posting import HttpPosting
from newsletter.delivery.provider import Accepted
from newsletter.delivery.ses import Ses
from newsletter.lang import EditionKind
from newsletter.message.envelope import Envelope
from tests.delivery.http_recorder import HttpRecorder, Recorded
from tests.delivery.http_services import BREVO, POSTMARK, RESEND, SECRET, SENDGRID, SES, Mailer
from tests.delivery.makers import deliver_all, make_envelope
from tests.delivery.whole_letters import whole_envelope

SPECIFICATIONS: Final = Path(__file__).parents[1] / "specs"
REGION: Final = "ap-northeast-2"
LETTERS: Final = (
    make_envelope(1),
    *(whole_envelope(2 + at, kind) for at, kind in enumerate(EditionKind)),
    whole_envelope(5, name='홍, 길동; "독자"'),
    whole_envelope(6, name=""),
    whole_envelope(7, subject="Plain subject", sender_name="Gyeonggi-do"),
)
WITH_PICTURES: Final = whole_envelope(8, has_pictures=True)


def record(mailer: Mailer, *envelopes: Envelope) -> list[Recorded]:
    with HttpRecorder(mailer.success) as server:
        connection = mailer.provider(server.base_url).connect()
        receipts = deliver_all(connection, envelopes)
        connection.close()
    assert all(isinstance(one.outcome, Accepted) for one in receipts)
    assert len(server.requests) == len(envelopes)
    return server.requests


def ask(server: str, recorded: Recorded, body: bytes) -> MockRequest:
    return MockRequest(
        server,
        "post",
        recorded.path,
        headers=dict(recorded.headers.items()),
        data=body,
        content_type="application/json",
    )


@pytest.mark.parametrize(
    ("mailer", "name", "schema"),
    [
        (RESEND, "resend_emails.yaml", ("schemas", "SendEmailRequest")),
        (SENDGRID, "sendgrid_mail_send.yaml", ("requestBodies", "PostMailSend")),
    ],
    ids=["resend", "sendgrid"],
)
def test_the_specification_finds_no_fault(
    mailer: Mailer, name: str, schema: tuple[str, str]
) -> None:
    specification: Any = yaml.safe_load((SPECIFICATIONS / name).read_text(encoding="utf-8"))
    [server] = [one["url"] for one in specification["servers"]][:1]
    known = specification["components"][schema[0]][schema[1]]
    known = known if "properties" in known else known["content"]["application/json"]["schema"]
    described = OpenAPI.from_dict(specification)

    for recorded in record(mailer, *LETTERS, WITH_PICTURES):
        fields = json.loads(recorded.body)
        described.validate_request(ask(server, recorded, recorded.body))

        assert set(fields) <= set(known["properties"]), "a schema lets unknown fields pass"
        for lost in known["required"]:
            less = json.dumps({**fields, lost: None}).encode()
            with pytest.raises(OpenAPIError):
                described.validate_request(ask(server, recorded, less))


def test_amazons_library_makes_the_same_request() -> None:
    with HttpRecorder(SES.success) as server:
        for envelope in (*LETTERS, WITH_PICTURES):
            connection = SES.provider(server.base_url).connect()
            deliver_all(connection, [envelope])
            connection.close()
            ours = server.requests.pop()
            answered = client_at(server.base_url).send_email(**as_arguments(ours))
            theirs = server.requests.pop()

            assert answered["MessageId"] == "0100018-4e1f"
            assert ours.path == theirs.path
            assert json.loads(ours.body) == json.loads(theirs.body)
            assert signed_of(ours) >= {"content-type", "host", "x-amz-date"}
            assert signed_of(theirs) <= signed_of(ours) | {"accept"}
            span = ours.headers["Authorization"].partition("/")[2].partition(",")[0]
            assert span == f"20220826/{REGION}/ses/aws4_request"


def client_at(url: str) -> Any:
    return botocore.session.get_session().create_client(
        "sesv2",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key=SECRET,
        config=Config(retries={"total_max_attempts": 1}),
    )


def as_arguments(recorded: Recorded) -> dict[str, Any]:
    """Return the fields of a request as the library takes them; it encodes bytes itself."""
    fields: dict[str, Any] = json.loads(recorded.body)
    fields["Content"]["Raw"]["Data"] = b64decode(fields["Content"]["Raw"]["Data"])
    return fields


def signed_of(recorded: Recorded) -> set[str]:
    signed = recorded.headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    return set(signed.split(";")) - {"x-amz-security-token"}


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def ses_at(url: str) -> HttpPosting:
    account = Ses(AwsKey("AKIAEXAMPLE", SECRET), REGION, url, lambda: datetime.now(UTC))
    return HttpPosting(account, timeout_s=10)


def test_at_a_stand_in_of_amazons_the_bytes_are_the_letters(moto_url: str) -> None:
    client_at(moto_url).create_email_identity(EmailIdentity="example.org")
    letters = [*LETTERS[1:], WITH_PICTURES]
    connection = ses_at(moto_url).connect()

    receipts = deliver_all(connection, letters)
    connection.close()

    sent = get_backend("ses")["123456789012"][REGION].sent_messages
    assert all(isinstance(one.outcome, Accepted) for one in receipts)
    assert [one.raw_data.encode() for one in sent] == [one.mime for one in letters]
    assert all(
        envelope.recipient in one.destinations for envelope, one in zip(letters, sent, strict=True)
    )


@pytest.mark.parametrize("envelope", LETTERS, ids=lambda one: one.key)
def test_brevos_library_makes_the_same_request(envelope: Envelope) -> None:
    [ours] = record(BREVO, envelope)
    fields = json.loads(ours.body)
    names = {
        "sender": "sender",
        "to": "to",
        "replyTo": "reply_to",
        "subject": "subject",
        "htmlContent": "html_content",
        "textContent": "text_content",
        "headers": "headers",
    }
    with HttpRecorder(BREVO.success) as server, Client() as client:
        library = BrevoLibrary(
            api_key=SECRET, base_url=f"{server.base_url}/v3", httpx_client=client
        )
        library.transactional_emails.send_transac_email(
            **{names[name]: value for name, value in fields.items()}
        )

    [theirs] = server.requests
    assert ours.path == theirs.path
    assert ours.headers["api-key"] == theirs.headers["api-key"]
    assert fields == json.loads(theirs.body)


@pytest.mark.parametrize("envelope", [*LETTERS, WITH_PICTURES], ids=lambda one: one.key)
def test_postmarks_library_makes_the_same_request(envelope: Envelope) -> None:
    """A library of the community; Postmark has none of its own for Python."""
    [ours] = record(POSTMARK, envelope)
    fields = json.loads(ours.body)
    headers = {one["Name"]: one["Value"] for one in fields["Headers"]}
    with HttpRecorder(POSTMARK.success) as server:
        library = PostmarkClient(server_token=SECRET, root_api_url=server.base_url)
        library.emails.send(**{**fields, "Headers": headers})
        library.session.close()

    [theirs] = server.requests
    name = "X-Postmark-Server-Token"
    assert ours.path == theirs.path
    assert ours.headers[name] == theirs.headers[name] == SECRET
    assert fields == {
        key: value for key, value in json.loads(theirs.body).items() if value not in (None, [])
    }
