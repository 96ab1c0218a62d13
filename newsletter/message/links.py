"""What stands for one reader in links and identifiers: signed, and without the address."""

import hashlib
import hmac
from enum import StrEnum

from itsdangerous import BadSignature, Signer

from newsletter.subscribers.subscriber import SubscriberId


class Purpose(StrEnum):
    """What a token is good for; a token of one purpose is worth nothing for another."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    TEST = "test"  # stands in test letters; changes nothing


class ReaderLinks:
    """Makes and checks the tokens of one publication (HMAC-SHA256, no expiry)."""

    def __init__(self, secret_key: bytes, list_id: str, public_url: str) -> None:
        self._secret_key = secret_key
        self._public_url = public_url
        self._signers = {
            purpose: Signer(
                secret_key,
                salt=f"newsletter {list_id} {purpose}",
                sep=".",
                key_derivation="hmac",
                digest_method=hashlib.sha256,
            )
            for purpose in Purpose
        }

    def token(self, purpose: Purpose, subscriber: int) -> str:
        """Return a token of URL-safe ASCII that names *subscriber* to this program alone."""
        return self._signers[purpose].sign(str(subscriber)).decode()

    def read_token(self, purpose: Purpose, token: str) -> SubscriberId | None:
        """Return whom *token* names, or None if it was not made here for *purpose*."""
        try:
            return SubscriberId(int(self._signers[purpose].unsign(token)))
        except (BadSignature, ValueError):
            return None

    def unsubscribe_url(self, token: str) -> str:
        """Return the address whose POST ends the subscription (RFC 8058)."""
        return f"{self._public_url}/u/{token}"

    def preferences_url(self, token: str) -> str:
        """Return the address of the reader's own settings."""
        return f"{self._public_url}/p/{token}"

    def message_id(self, issue: str, subscriber: int, domain: str) -> str:
        """Return the Message-ID without brackets: a function of issue and subscriber."""
        words = f"message-id {issue} {subscriber}".encode()
        digest = hmac.digest(self._secret_key, words, "sha256").hex()[:32]
        return f"{issue}.{digest}@{domain}"
