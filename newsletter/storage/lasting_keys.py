"""Keys that are made once and never changed: stored hashes depend on them."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, insert, or_, select
from sqlalchemy.exc import IntegrityError

from newsletter.storage.mail_tables import lasting_keys

KEY_BYTES: Final = 32
_OTHER: Final = "addresses:"  # begins the purpose of another database's key of addresses


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


def find_address_keys(connection: Connection) -> Sequence[bytes]:
    """
    Return all keys that hashes of addresses in this database were made with, its own first.

    The others came with the erasures and blocks of another database, whose addresses nobody knows:
    so they cannot be hashed anew.
    """
    of = lasting_keys.c
    is_one = or_(of.purpose == KeyPurpose.ADDRESSES.value, of.purpose.startswith(_OTHER))
    found = connection.execute(select(of.purpose, of.secret).where(is_one).order_by(of.purpose))
    return [row.secret.encode() for row in found]  # "addresses" sorts before "addresses:…"


def find_other_keys(connection: Connection) -> Sequence[bytes]:
    """Return the keys that came with hashes of addresses of other databases."""
    of = lasting_keys.c
    query = select(of.secret).where(of.purpose.startswith(_OTHER)).order_by(of.purpose)
    return [secret.encode() for secret in connection.execute(query).scalars()]


def keep_other_key(connection: Connection, secret: str, made_at: datetime) -> bool:
    """Keep the key of another database's hashes; False if it is known, or this one's own."""
    if secret.encode() in find_address_keys(connection):
        return False
    own = find_lasting_key(connection, KeyPurpose.ADDRESSES)
    mark = fingerprint_of(secret.encode())
    purpose = KeyPurpose.ADDRESSES.value if own is None else f"{_OTHER}{mark}"
    row = {"purpose": purpose, "secret": secret, "made_at": made_at}
    connection.execute(insert(lasting_keys).values(row))
    return True


def fingerprint_of(key: bytes) -> str:
    """Return what names a key without telling it: 16 hexadecimal digits."""
    return hmac.new(key, b"fingerprint", hashlib.sha256).hexdigest()[:16]


def hashes_of_addresses(address_keys: Collection[str], keys: Sequence[bytes]) -> Mapping[str, str]:
    """Return addresses by the hashes that may stand for them."""
    return {hash_of_address(one, key): one for key in keys for one in address_keys}


def hash_of_address(address_key: str, key: bytes) -> str:
    """Return the hash that stands for an address: HMAC-SHA256, in hexadecimal."""
    return hmac.new(key, address_key.encode(), hashlib.sha256).hexdigest()


def _find(connection: Connection, purpose: KeyPurpose) -> str | None:
    query = select(lasting_keys.c.secret).where(lasting_keys.c.purpose == purpose.value)
    found: str | None = connection.execute(query).scalar()
    return found
