"""The signed token of one reader in links and identifiers, without the address."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from enum import StrEnum
from typing import Final

from itsdangerous import BadSignature, Signer

from newsletter.message.keys import LinkKeys, fingerprint_of
from newsletter.subscribers.reader_id import ReaderId, ReaderName, reader_name_in
from newsletter.subscribers.subscriber import SubscriberId


class Purpose(StrEnum):
    """What a token is good for; a token of one purpose is worth nothing for another."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    TEST = "test"  # used in test letters; changes nothing


SEPARATOR: Final = "."  # between whom a token names and its signature


class ReaderLinks:
    """
    Makes and checks the tokens of one publication (HMAC-SHA256, no expiry).

    Tokens are those of itsdangerous, which reads them. It derives its key anew for each
    signature; here that is done once for each purpose, which is a third of the time of a
    reader's whole letter. Safe to share between threads.

    The newest of *keys* signs; a token of an older one is read all the same.
    """

    def __init__(self, keys: LinkKeys, list_id: str, public_url: str) -> None:
        self._public_url = public_url
        self._signers = {
            purpose: Signer(
                [*reversed(keys.old), keys.current],  # the last one signs
                salt=f"newsletter {list_id} {purpose}",
                sep=SEPARATOR,
                key_derivation="hmac",
                digest_method=hashlib.sha256,
            )
            for purpose in Purpose
        }
        self._keyed = {
            purpose: hmac.new(signer.derive_key(), digestmod=hashlib.sha256)
            for purpose, signer in self._signers.items()
        }
        self.key_fingerprint = fingerprint_of(keys.current)  # of the key that signs
        self._keyed_message_id = hmac.new(keys.current, digestmod=hashlib.sha256)

    def token(self, purpose: Purpose, reader: ReaderName) -> str:
        """Return a token of URL-safe ASCII that names *reader* to this program alone."""
        named = str(reader)
        signature = self._keyed[purpose].copy()
        signature.update(named.encode())
        written = urlsafe_b64encode(signature.digest()).decode().rstrip("=")
        return f"{named}{SEPARATOR}{written}"

    def read_token(self, purpose: Purpose, token: str) -> ReaderName | None:
        """
        Return whom *token* names, or None if it was not made here for *purpose*.

        A number is of a letter from before reader ids: it is looked up among the old
        numbers, never among the rows of today.
        """
        try:
            named = self._signers[purpose].unsign(token).decode()
        except (BadSignature, UnicodeDecodeError):
            return None
        return reader_name_in(named)

    def unsubscribe_url(self, token: str) -> str:
        """Return the address whose POST ends the subscription (RFC 8058)."""
        return f"{self._public_url}/u/{token}"

    def preferences_url(self, token: str) -> str:
        """Return the address of the reader's own settings."""
        return f"{self._public_url}/p/{token}"

    def message_id(self, issue: str, reader: ReaderId | SubscriberId, domain: str) -> str:
        """Return the Message-ID without brackets: a function of issue and reader."""
        keyed = self._keyed_message_id.copy()
        keyed.update(f"message-id {issue} {reader}".encode())
        return f"{issue}.{keyed.hexdigest()[:32]}@{domain}"
