"""The trusted certificates: the system's authorities, and configured ones in addition."""

import re
import ssl
from collections.abc import Iterator
from typing import Final

from newsletter.errors import SettingsError
from newsletter.phrases import Phrase, phrase

BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
BLOCK: Final = re.compile(BEGIN + rb"[^-]*-----END CERTIFICATE-----")
# X509_V_ERR_… of OpenSSL's x509_vfy.h, as SSLCertVerificationError.verify_code gives them.
# 7: an authority of this name is known, but with another key, for example after its renewal.
UNKNOWN_AUTHORITY: Final = frozenset({2, 7, 18, 19, 20, 21, 27})
NOT_YET, EXPIRED = 9, 10
OTHER_HOST: Final = frozenset({62, 64})
TOO_WEAK: Final = frozenset({66, 67, 68})
# Reasons of an SSLError if the other side is older than TLS 1.2, or its keys are too weak.
TOO_OLD: Final = frozenset(
    "UNSUPPORTED_PROTOCOL TLSV1_ALERT_PROTOCOL_VERSION NO_PROTOCOLS_AVAILABLE WRONG_SSL_VERSION "
    "SSLV3_ALERT_HANDSHAKE_FAILURE DH_KEY_TOO_SMALL INSUFFICIENT_SECURITY "
    "TLSV1_ALERT_INSUFFICIENT_SECURITY".split()
)
DEEPEST: Final = 8  # levels of nested errors


def read_certificates(pem: bytes) -> str:
    """
    Read the certificates of a PEM file; ignore text between them.

    Raises:
        SettingsError: the file has no certificate, or one of them cannot be read.
    """
    blocks = BLOCK.findall(pem)
    if not blocks:
        raise SettingsError(phrase("delivery.no-certificate"))
    if len(blocks) != pem.count(BEGIN):
        raise SettingsError(phrase("delivery.certificate-cut-off"))
    texts = []
    for number, block in enumerate(blocks, 1):
        try:
            texts.append(block.decode("ascii"))
            make_tls(texts[-1], with_system=False)
        except (ssl.SSLError, ValueError):
            raise SettingsError(
                phrase("delivery.certificate-unread", number=number, total=len(blocks))
            ) from None
    return "\n".join(texts) + "\n"


def make_tls(certificates: str, *, with_system: bool = True) -> ssl.SSLContext:
    """Make a verifying TLS context that trusts *certificates* (PEM, or "") in addition."""
    if with_system:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificates:
        context.load_verify_locations(cadata=certificates)
    return context


def explain_tls(error: BaseException) -> tuple[Phrase, Phrase] | None:
    """
    Return the fault of the other side's TLS, and the remedy; None if TLS is not the cause.

    Args:
        error: an error of ssl, alone or nested in those of urllib3 and requests.
    """
    for inner in _inner(error):
        if isinstance(inner, ssl.SSLCertVerificationError):
            fault = phrase("delivery.tls-untrusted", reason=inner.verify_message)
            return fault, _remedy(inner.verify_code)
        if isinstance(inner, ssl.SSLError) and inner.reason in TOO_OLD:
            fault = phrase("delivery.tls-too-old", reason=inner.reason)
            return fault, phrase("delivery.offer-newer-tls")
    return None


def _remedy(code: int) -> Phrase:
    if code in UNKNOWN_AUTHORITY:
        return phrase("delivery.name-authority")
    if code in OTHER_HOST:
        return phrase("delivery.write-certified-host")
    if code in TOO_WEAK:
        return phrase("delivery.reissue-stronger")
    if code == EXPIRED:
        return phrase("delivery.renew-or-set-clock")
    if code == NOT_YET:
        return phrase("delivery.set-clock-or-reissue")
    return phrase("delivery.ask-for-good-one")


def _inner(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and the errors nested in it, at most `DEEPEST` levels."""
    level: list[object] = [error]
    for _ in range(DEEPEST):
        errors = [one for one in level if isinstance(one, BaseException)]
        yield from errors
        level = [
            part
            for one in errors
            for part in (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        ]
