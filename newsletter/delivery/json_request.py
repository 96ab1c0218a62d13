"""Requests whose body is a JSON object."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from newsletter.delivery.http_posting import Request
from newsletter.message.headers import encoded_words

# RFC 5322, section 3.2.3: a display name with one of these is quoted in a header field.
SPECIALS: Final = frozenset('()<>[]:;@\\,."')


def json_request(
    url: str, fields: Mapping[str, object], headers: Mapping[str, str | bytes]
) -> Request:
    """Make a POST of *fields*; one that is None, "" or empty is left out."""
    filled = {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}
    body = json.dumps(filled, ensure_ascii=False).encode()
    accepts = {"Content-Type": "application/json", "Accept": "application/json"}
    return Request(url, body, {**accepts, **headers})


def to_b64(content: bytes) -> str:
    """Return *content* in base64, on one line."""
    return b64encode(content).decode()


def has_specials(name: str) -> bool:
    """Whether a display name has marks for which a header field quotes it."""
    return not SPECIALS.isdisjoint(name)


def in_quotes(name: str) -> str:
    """Return a display name as a quoted string (RFC 5322, section 3.2.4)."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def in_encoded_words(name: str) -> str:
    """Return a display name as encoded-words (RFC 2047), on one line."""
    return encoded_words(name, 0).decode().replace("\r\n ", " ").strip()
