"""Keys that sign, and their DNS records."""

from base64 import b64decode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from newsletter.errors import SettingsError
from newsletter.message.dkim_key import Algorithm, make_key, read_key, split_record

# Invented for this test, and too short to be of use.
SHORT_RSA = b"""-----BEGIN PRIVATE KEY-----
MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEAAkEA15Hj9HAqjAcCvW3a
+P7zphil01q+V0CHty6pmzn4SVQRiCg28c+xB9kjR3loTN86qRDKhcxIbW5u2GP5
di67IQIDAQABAkAfJJiGK945tJmUvFYyOsMAb/ck/asZ99yjfj5KiqlwDk0u+Y3W
NBuYBhpBqJXhUzq0CurPWw7JeZKE2X+FIZlBAiEA+El/zrY3rFxRZqknfQfG0PPL
4bX/JmlHooKL6NxljAUCIQDeRDUzkYYEIC6qIW8GXWZkGpDBmT3FbBPfFq6GF8E5
bQIgOk0f+s0k449F+gJMaHqT/+rPfC+9OyrLjGh1K/fczHUCIQCdpT0ixV2LgZP3
gV0w44AjEiCH3/vLEfwKKBlC7IhVBQIgPizs4ek0SzfbDS18uTgS7e/sxmnZ2zDC
e+jbDPERLqI=
-----END PRIVATE KEY-----"""


def public_part(record: str) -> bytes:
    return b64decode(record.partition("p=")[2])


def test_m4_an_rsa_key_has_2048_bits_and_its_record_lets_others_verify() -> None:
    key = read_key(make_key(Algorithm.RSA))

    public = load_der_public_key(public_part(key.record))
    assert isinstance(public, RSAPublicKey)
    assert (public.key_size, key.bits, key.is_advised) == (2048, 2048, True)
    assert key.record.startswith("v=DKIM1; k=rsa; p=")
    public.verify(key.sign(b"octets"), b"octets", PKCS1v15(), SHA256())


def test_m4_an_ed25519_key_signs_the_hash_and_its_record_holds_32_octets() -> None:
    key = read_key(make_key(Algorithm.ED25519))

    public = public_part(key.record)
    assert key.record.startswith("v=DKIM1; k=ed25519; p=")
    assert len(public) == 32
    Ed25519PublicKey.from_public_bytes(public).verify(
        key.sign(b"octets"), sha256(b"octets").digest()
    )


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_record_in_strings_of_255_octets_is_the_whole_record(algorithm: Algorithm) -> None:
    record = read_key(make_key(algorithm)).record

    strings = split_record(record)

    assert "".join(strings) == record
    assert max(map(len, strings)) <= 255


def test_an_rsa_key_of_1024_bits_is_taken_but_not_advised() -> None:
    pem = generate_rsa(65537, 1024).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )

    assert (read_key(pem).bits, read_key(pem).is_advised) == (1024, False)


def test_what_is_no_key_that_can_sign_is_refused_by_name() -> None:
    whole = load_pem_private_key(make_key(Algorithm.ED25519), None)
    elliptic = generate_private_key(SECP256R1())
    for pem, words in (
        (b"", "is not a private key in PEM form"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is not a private key"),
        (
            whole.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "is not a private key",
        ),
        (
            whole.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "has a passphrase",
        ),
        (
            elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "is a key of the kind EC",
        ),
        (SHORT_RSA, "is an RSA key of 512 bits, which mail servers do not accept"),
    ):
        with pytest.raises(SettingsError, match=words):
            read_key(pem)
