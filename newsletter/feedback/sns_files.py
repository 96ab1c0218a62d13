"""
Fetches what Amazon SNS names in its messages: certificates, and the confirmation of a subscription.

Only from the one host of the topic's region, by HTTPS, without redirects. A certificate is fetched
once for its URL, and other URLs at most every few seconds: messages that anybody can send must not
make this program ask for files.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from newsletter.feedback.webhook import Cause, RefusedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

APART_S: Final = 5.0  # between two fetches
AGAIN_S: Final = 600.0  # a URL without a certificate is not asked for before
KEPT_MAX: Final = 100  # URLs
FILE_MAX: Final = 64_000  # octets
TIMEOUT_S: Final = 5.0

Fetch = Callable[[str], bytes]  # raises an OSError if there is no such file


def fetch_by(certificates: str) -> Fetch:
    """Return what fetches files; *certificates* (PEM) are trusted beside the system's."""

    def fetch(url: str) -> bytes:
        from newsletter.delivery.trust import make_tls  # noqa: PLC0415 - slow to load
        from newsletter.delivery.web_session import open_web_session  # noqa: PLC0415

        content = b""
        with open_web_session(make_tls(certificates) if certificates else None) as session:
            answer = session.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
            for piece in answer.iter_content(FILE_MAX):
                content += piece
                if len(content) > FILE_MAX:
                    break
        if answer.status_code != 200 or len(content) > FILE_MAX:
            msg = f"HTTP {answer.status_code}, {len(content)} octets"
            raise OSError(msg)
        return content

    return fetch


class SigningKeys:
    """The keys in the certificates of SNS; thread-safe."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Prepare; nothing is fetched yet.

        Args:
            fetch: gets a file.
            clock: returns seconds.
        """
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Certificate] = {}
        self._lacking: dict[str, float] = {}
        self._fetched_at: float | None = None

    def find(self, url: str, now: datetime) -> "RSAPublicKey":
        """
        Return the key of a certificate; *url* has been checked.

        Raises:
            RefusedError: LATER if it cannot be fetched now; FORGED if there is no certificate that
                is valid *now*.
        """
        from cryptography.hazmat.primitives.asymmetric.rsa import (  # noqa: PLC0415 - slow to load
            RSAPublicKey,
        )

        certificate = self._kept.get(url) or self._get(url)
        key = certificate.public_key()
        is_valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        if not is_valid or not isinstance(key, RSAPublicKey):
            raise RefusedError(Cause.FORGED)
        return key

    def _get(self, url: str) -> "Certificate":
        """Fetch a certificate; one thread at a time, and no other waits for it."""
        if not self._lock.acquire(blocking=False):
            raise RefusedError(Cause.LATER)
        try:
            now = self._clock()
            if (kept := self._kept.get(url)) is not None:
                return kept
            if now - self._lacking.get(url, -AGAIN_S) < AGAIN_S:
                raise RefusedError(Cause.FORGED)
            if self._fetched_at is not None and now - self._fetched_at < APART_S:
                raise RefusedError(Cause.LATER)
            certificate = self._read(url, now)
            self._kept = dict(list(self._kept.items())[-KEPT_MAX:]) | {url: certificate}
            return certificate
        finally:
            self._lock.release()

    def _read(self, url: str, now: float) -> "Certificate":
        from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - slow to load

        try:
            return load_pem_x509_certificate(self._fetch(url))
        except OSError:
            raise RefusedError(Cause.LATER) from None
        except ValueError:
            self._lacking = dict(list(self._lacking.items())[-KEPT_MAX:]) | {url: now}
            raise RefusedError(Cause.FORGED) from None
        finally:
            self._fetched_at = self._clock()
