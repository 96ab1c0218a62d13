"""DKIM keys that sign letters, and the DNS records that publish them."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.errors import SettingsError
from newsletter.phrases import phrase

RSA_BITS: Final = 2048  # recommended by Gmail and Yahoo; all verifiers support it (RFC 8301)
RSA_BITS_LEAST: Final = 1024  # RFC 8301, section 3.2: verifiers reject shorter keys
RSA_EXPONENT: Final = 65537
STRING_MAX: Final = 255  # RFC 1035, section 3.3: octets in one string of a TXT record


class Algorithm(StrEnum):
    """A kind of key; the value is its name in k= of a DNS record."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that can sign; thread-safe."""

    algorithm: Algorithm
    bits: int
    sign: Callable[[bytes], bytes]  # takes canonical octets, and hashes them
    public: bytes  # the value of p= in the DNS record

    @property
    def record(self) -> str:
        """The value of the TXT record (RFC 6376, section 3.6.1), as one string."""
        return f"v=DKIM1; k={self.algorithm}; p={b64encode(self.public).decode()}"

    @property
    def is_advised(self) -> bool:
        """Whether the key has the length that mailbox providers recommend."""
        return self.algorithm is not Algorithm.RSA or self.bits >= RSA_BITS


def make_key(algorithm: Algorithm) -> bytes:
    """Generate a private key; return it as PEM (PKCS #8), without a passphrase."""
    match algorithm:
        case Algorithm.RSA:
            key: RSAPrivateKey | Ed25519PrivateKey = generate_private_key(RSA_EXPONENT, RSA_BITS)
        case Algorithm.ED25519:
            key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(pem: bytes) -> SigningKey:
    """
    Read a private key in PEM form.

    Raises:
        SettingsError: it is not a key, has a passphrase, is of another kind, or is too short;
            the message contains the reason, without the file's place.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise SettingsError(phrase("message.key-has-passphrase")) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError(phrase("message.no-private-key")) from error
    if isinstance(key, RSAPrivateKey):
        return _rsa(key)
    if isinstance(key, Ed25519PrivateKey):
        return _ed25519(key)
    kind = type(key).__name__.removesuffix("PrivateKey")
    raise SettingsError(phrase("message.key-kind", kind=kind))


def split_record(record: str) -> list[str]:
    """Split the value of a TXT record into strings of 255 octets, as in zone files."""
    return [record[at : at + STRING_MAX] for at in range(0, len(record), STRING_MAX)]


def _rsa(key: RSAPrivateKey) -> SigningKey:
    if key.key_size < RSA_BITS_LEAST:
        raise SettingsError(phrase("message.key-short", bits=key.key_size, needed=RSA_BITS))
    padding, digest = PKCS1v15(), SHA256()
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SigningKey(
        Algorithm.RSA, key.key_size, lambda octets: key.sign(octets, padding, digest), public
    )


def _ed25519(key: Ed25519PrivateKey) -> SigningKey:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    # RFC 8463, section 3: the signed data is the SHA-256 of the canonical octets.
    return SigningKey(
        Algorithm.ED25519, 256, lambda octets: key.sign(sha256(octets).digest()), public
    )
