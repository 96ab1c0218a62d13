"""Keys that are made once and never changed: stored hashes depend on them."""

import hashlib
import hmac
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from newsletter.storage.mail_tables import lasting_keys

KEY_BYTES: Final = 32


class KeyPurpose(StrEnum):
    """What a lasting key is for; stored."""

    ADDRESSES = "addresses"  # hashes of addresses that may not be stored themselves
    CODES = "codes"  # of confirmations


def lasting_key(connection: Connection, purpose: KeyPurpose, now: datetime) -> bytes:
    """
    Return the key of *purpose*; make it at first use.

    It is in the database and so in every backup; NEWSLETTER_SECRET_KEY does not affect it.
    """
    found = _find(connection, purpose)
    if found is None:
        made = secrets.token_urlsafe(KEY_BYTES)
        try:
            with connection.begin_nested():
                row = {"purpose": purpose.value, "secret": made, "made_at": now}
                connection.execute(insert(lasting_keys).values(row))
        except IntegrityError:  # another process was faster
            pass
        found = _find(connection, purpose)
    assert found is not None  # noqa: S101 - it was just stored
    return found.encode()


def find_lasting_key(connection: Connection, purpose: KeyPurpose) -> bytes | None:
    """Return the key of *purpose*; None if nothing needed it so far."""
    found = _find(connection, purpose)
    return None if found is None else found.encode()


def hash_of_address(address_key: str, key: bytes) -> str:
    """Return the hash that stands for an address: HMAC-SHA256, in hexadecimal."""
    return hmac.new(key, address_key.encode(), hashlib.sha256).hexdigest()


def _find(connection: Connection, purpose: KeyPurpose) -> str | None:
    query = select(lasting_keys.c.secret).where(lasting_keys.c.purpose == purpose.value)
    found: str | None = connection.execute(query).scalar()
    return found
