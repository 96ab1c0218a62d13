"""Signs requests to Amazon's services: Signature Version 4, with HMAC-SHA256."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class AwsKey:
    """An access key."""

    key_id: str
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)  # of a temporary key


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A request without its signature."""

    method: str  # "POST"
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signature is valid for."""

    region: str  # "ap-northeast-2"
    product: str  # "ses"


def sign_request(asked: Unsigned, key: AwsKey, scope: Scope, now: datetime) -> dict[str, str]:
    """
    Return the headers of *asked* with those that sign it.

    Args:
        asked: its URL has scheme, host and path; a path is signed as it is, once more
            percent-encoded. Its headers are sent and signed; their names differ in more than case.
            Its body is as sent.
        key: the access key.
        scope: the region and the product.
        now: aware UTC; a signature is valid for 5 minutes around the service's own time.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    further = {"X-Amz-Date": stamp}
    if key.session_token:
        further["X-Amz-Security-Token"] = key.session_token
    parts = urlsplit(asked.url)
    signed = {
        name.lower(): " ".join(value.split())
        for name, value in {**asked.headers, **further, "host": parts.netloc}.items()
    }
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            asked.method,
            quote(parts.path or "/", safe="/~"),
            _sorted_query(parts.query),
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(asked.body).hexdigest(),
        ]
    )
    span = f"{stamp[:8]}/{scope.region}/{scope.product}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signature = _sign(key.secret, span, f"{ALGORITHM}\n{stamp}\n{span}\n{hashed}")
    authorization = (
        f"{ALGORITHM} Credential={key.key_id}/{span}, SignedHeaders={names}, Signature={signature}"
    )
    return {**asked.headers, **further, "Authorization": authorization}


def _sign(secret: str, span: str, text: str) -> str:
    derived = f"AWS4{secret}".encode()
    for part in span.split("/"):
        derived = hmac.digest(derived, part.encode(), "sha256")
    return hmac.digest(derived, text.encode(), "sha256").hex()


def _sorted_query(query: str) -> str:
    pairs = sorted(
        (quote(unquote(name), safe="~"), quote(value, safe="~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
    )
    return "&".join(f"{name}={value}" for name, value in pairs)
