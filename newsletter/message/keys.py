"""The keys of readers' links: the newest key signs, and all keys verify."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

KEY_BYTES: Final = 32  # at least
FINGERPRINT_DIGITS: Final = 16  # hexadecimal


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The keys of one site; their repr shows no secret."""

    current: bytes = field(repr=False)
    old: tuple[bytes, ...] = field(default=(), repr=False)  # newest first

    def __iter__(self) -> Iterator[bytes]:
        yield self.current
        yield from self.old

    def find(self, fingerprint: str) -> bytes | None:
        """Return the key that has *fingerprint*, or None."""
        return next((key for key in self if fingerprint_of(key) == fingerprint), None)

    def signing_by(self, key: bytes) -> "LinkKeys":
        """Return the same keys, with *key* as the signing key."""
        return LinkKeys(key, tuple(one for one in self if one != key))


def fingerprint_of(key: bytes) -> str:
    """Return an identifier of *key* that reveals nothing about the key."""
    keyed = hmac.new(key, b"newsletter key fingerprint", hashlib.sha256)
    return keyed.hexdigest()[:FINGERPRINT_DIGITS]
