"""Signature Version 4: equal to botocore's, whatever the request holds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery import aws_signature
from newsletter.delivery.aws_signature import AwsKey, Scope, Unsigned, sign_request

NOW: Final = datetime(2022, 8, 26, 9, 0, tzinfo=UTC)
VISIBLE: Final = st.characters(min_codepoint=33, max_codepoint=126)
WORDS: Final = st.text(VISIBLE, min_size=1, max_size=40)
VALUES: Final = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
PATHS: Final = st.lists(st.text(max_size=9).filter(lambda one: one not in {".", ".."}), max_size=4)
QUERIES: Final = st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=9), max_size=4)


class At(SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """botocore's own, at a time of the test's."""

    def __init__(self, key: AwsKey, scope: Scope, now: datetime) -> None:
        token = key.session_token or None
        super().__init__(Credentials(key.key_id, key.secret, token), scope.product, scope.region)
        self._stamp = now.strftime("%Y%m%dT%H%M%SZ")

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._stamp
        self._modify_request_before_signing(request)
        signature = self.signature(
            self.string_to_sign(request, self.canonical_request(request)), request
        )
        self._inject_signature_to_request(request, signature)


def signed_by_botocore(asked: Unsigned, key: AwsKey, scope: Scope, now: datetime) -> dict[str, str]:
    request = AWSRequest(asked.method, asked.url, dict(asked.headers), asked.body)
    At(key, scope, now).add_auth(request)
    return dict(request.headers)


@settings(max_examples=300)
@given(
    method=st.sampled_from(["POST", "GET"]),
    parts=PATHS,
    query=QUERIES,
    value=VALUES,
    body=st.binary(max_size=200),
    secret=WORDS,
    token=st.just("") | WORDS,
    region=st.sampled_from(["ap-northeast-2", "us-east-1", "eu-central-2"]),
    now=st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_it_is_botocores(  # noqa: PLR0917 - named by Hypothesis
    method: str,
    parts: list[str],
    query: dict[str, str],
    value: str,
    body: bytes,
    secret: str,
    token: str,
    region: str,
    now: datetime,
) -> None:
    path = "/".join(quote(part, safe="") for part in parts if part)
    queried = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in query.items())
    url = f"https://email.{region}.amazonaws.com/{path}{'?' if queried else ''}{queried}"
    headers = {"Content-Type": "application/json", "X-Odd": value}
    key, scope, at = AwsKey("AKID", secret, token), Scope(region, "ses"), now.replace(tzinfo=UTC)

    asked = Unsigned(method, url, headers, body)

    ours = sign_request(asked, key, scope, at)

    theirs = signed_by_botocore(asked, key, scope, at)
    assert ours["Authorization"] == theirs["Authorization"]
    assert ours["X-Amz-Date"] == theirs["X-Amz-Date"]
    assert ours.get("X-Amz-Security-Token") == theirs.get("X-Amz-Security-Token")


@pytest.mark.parametrize("changed", ["method", "body", "headers", "url", "now"])
def test_no_part_of_a_request_is_unsigned(changed: str) -> None:
    key, scope = AwsKey("AKID", "secret"), Scope("us-east-1", "ses")
    asked, now = Unsigned("POST", "https://h.example.org/a", {"X-A": "1"}, b"b"), NOW
    signed = [sign_request(asked, key, scope, now)["Authorization"]]
    match changed:
        case "method":
            asked = replace(asked, method="GET")
        case "body":
            asked = replace(asked, body=b"c")
        case "headers":
            asked = replace(asked, headers={"X-A": "2"})
        case "url":
            asked = replace(asked, url=f"{asked.url}b")
        case _:
            now = now.replace(second=1)

    signed.append(sign_request(asked, key, scope, now)["Authorization"])

    assert len({one.rpartition("=")[2] for one in signed}) == 2


def test_no_secret_is_in_a_printout() -> None:
    """X7."""
    key = AwsKey("AKID", "S3CRET", "T0KEN")

    assert "S3CRET" not in repr(key)
    assert "T0KEN" not in repr(key)
    assert (
        aws_signature.ALGORITHM
        in sign_request(Unsigned("GET", "https://h.example.org/", {}), key, Scope("r", "ses"), NOW)[
            "Authorization"
        ]
    )
