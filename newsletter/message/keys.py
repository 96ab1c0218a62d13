"""The keys that sign readers' links: the newest one signs, and all of them are read."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

KEY_BYTES: Final = 32  # at least
FINGERPRINT_DIGITS: Final = 16  # hexadecimal


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """The keys of one site; printing them shows nothing."""

    current: bytes = field(repr=False)
    old: tuple[bytes, ...] = field(default=(), repr=False)  # newest first

    def __iter__(self) -> Iterator[bytes]:
        yield self.current
        yield from self.old

    def find(self, fingerprint: str) -> bytes | None:
        """Return the key of *fingerprint*, or None if it is none of these."""
        return next((key for key in self if fingerprint_of(key) == fingerprint), None)

    def signing_by(self, key: bytes) -> "LinkKeys":
        """Return the same keys, of which *key* signs."""
        return LinkKeys(key, tuple(one for one in self if one != key))


def fingerprint_of(key: bytes) -> str:
    """Return what tells *key* from others, and gives nothing of it away."""
    keyed = hmac.new(key, b"newsletter key fingerprint", hashlib.sha256)
    return keyed.hexdigest()[:FINGERPRINT_DIGITS]
