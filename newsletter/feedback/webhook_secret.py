"""A secret that the service sends along, where it signs nothing: all that proves who it is."""

import hashlib
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hmac import compare_digest
from typing import Final

from newsletter.feedback.webhook import Call, Cause, RefusedError

SECRET: Final = re.compile(r"[A-Za-z0-9._~-]{24,200}")  # in a URL as it is


def check_secret(call: Call, secrets: Sequence[str]) -> None:
    """
    Raise a RefusedError if a request has none of *secrets*.

    It is the password of Basic authentication (RFC 7617) with any user name, a bearer's token
    (RFC 6750), or the last part of the path.
    """
    told = [_hash(one) for one in (call.secret, _told_in(call.headers.get("authorization", "")))]
    is_its = False
    for secret in secrets:  # all of them, so that the time tells nothing
        for one in told:
            is_its |= compare_digest(_hash(secret), one)
    if not is_its:
        raise RefusedError(Cause.FORGED)


def _told_in(field: str) -> str:
    scheme, _, value = field.partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                login = b64decode(value.strip(), validate=True).decode()
            except (Base64Error, ValueError):
                return ""
            return login.partition(":")[2]
        case _:
            return ""


def _hash(text: str) -> bytes:
    """Return what is compared: of one length, whatever was sent."""
    return hashlib.sha256(text.encode(errors="replace")).digest()
