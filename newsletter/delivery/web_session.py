"""HTTPS sessions with the same trusted certificates as the rest of this program."""

import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class OwnTrust(HTTPAdapter):
    """Connects with a TLS context of our own; requests adds its own list of authorities."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__()

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:  # Any: as the base class
        """Pass the context to every connection, direct or through a proxy."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {**pool, "ssl_context": self._tls}


def open_web_session(tls: ssl.SSLContext | None) -> requests.Session:
    """Open an HTTPS session with the context *tls*; with requests' default if None."""
    session = requests.Session()
    if tls is not None:
        session.mount("https://", OwnTrust(tls))
    return session
