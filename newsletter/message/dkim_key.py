"""Keys that sign letters (DKIM), and the DNS records that publish them."""

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

RSA_BITS: Final = 2048  # what Gmail and Yahoo recommend, and all verifiers read (RFC 8301)
RSA_BITS_LEAST: Final = 1024  # RFC 8301, section 3.2: verifiers take nothing shorter
RSA_EXPONENT: Final = 65537
STRING_MAX: Final = 255  # RFC 1035, section 3.3: octets in one string of a TXT record


class Algorithm(StrEnum):
    """A kind of key; the value is its name in k= of a DNS record."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key ready to sign; safe to share between threads."""

    algorithm: Algorithm
    bits: int
    sign: Callable[[bytes], bytes]  # of canonical octets; hashes them itself
    public: bytes  # what p= of the DNS record holds

    @property
    def record(self) -> str:
        """The value of the TXT record (RFC 6376, section 3.6.1), as one string."""
        return f"v=DKIM1; k={self.algorithm}; p={b64encode(self.public).decode()}"

    @property
    def is_advised(self) -> bool:
        """Say whether the key is as long as mailbox providers advise."""
        return self.algorithm is not Algorithm.RSA or self.bits >= RSA_BITS


def make_key(algorithm: Algorithm) -> bytes:
    """Make a private key; return it in PEM form (PKCS #8), without a passphrase."""
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
        SettingsError: it is no key, has a passphrase, is of another kind, or too short;
            the message says which, without a place.
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
    """Cut the value of a TXT record into the strings of 255 octets that zone files hold."""
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
    # RFC 8463, section 3: what is signed is the SHA-256 of the canonical octets.
    return SigningKey(
        Algorithm.ED25519, 256, lambda octets: key.sign(sha256(octets).digest()), public
    )
