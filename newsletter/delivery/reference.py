"""The reference of a delivery, in the forms that services take; webhooks read it back."""

import hashlib
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

NAME: Final = "delivery"  # of the reference in tags, variables and arguments
LONGEST_KEY: Final = 256  # characters of an Idempotency-Key
REFERENCES: Final = uuid.UUID("6a4f5d0e-0c0e-5b7b-9d57-6a0d9a1a5c11")  # namespace of `uuid_of`


def tag_of(reference: str) -> str:
    """
    Write *reference* for a service that takes letters, digits, _ and - only.

    A reference of up to 192 characters has a tag of up to 256.
    """
    return urlsafe_b64encode(reference.encode()).decode().rstrip("=")


def reference_of(tag: str) -> str:
    """Read a reference back; raises a ValueError if *tag* is none of `tag_of`."""
    reference = urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode()
    if tag_of(reference) != tag:
        msg = "this tag was not made from a reference"
        raise ValueError(msg)
    return reference


def key_of(reference: str) -> str:
    """Return an idempotency key of at most 256 characters: the same for the same reference."""
    if len(reference) <= LONGEST_KEY:
        return reference
    return hashlib.sha256(reference.encode()).hexdigest()


def memory_of(kind: str, key: str) -> str:
    """Name the account whose memory of repeats is meant, without its key; see `Capabilities`."""
    return hashlib.sha256(f"{kind} {key}".encode()).hexdigest()[:16]


def uuid_of(reference: str) -> str:
    """Return an idempotency key in the form of a UUID: the same for the same reference."""
    return str(uuid.uuid5(REFERENCES, reference))
