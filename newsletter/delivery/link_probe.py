"""Asks once whether a link is there, without ever knocking at a private address."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from newsletter.delivery.trust import explain_tls, make_tls, open_web_session

TIMEOUT_S: Final = 5.0
REDIRECTS_MAX: Final = 5
NOT_FOR_HEAD: Final = (403, 404, 405, 501)  # some servers answer HEAD so, and GET with 200
USER_AGENT: Final = "newsletter-link-check"

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: IpAddress) -> bool:
    """Say whether *address* is on the open internet (IPv4-mapped IPv6 is looked into)."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_global and not address.is_multicast


class LinkProbe:
    """Asks links; a fault is words for people, None means that all is well."""

    def __init__(
        self, may_ask: Callable[[IpAddress], bool] = is_public, certificates: str = ""
    ) -> None:
        """Ask where *may_ask* allows it; *certificates* (PEM) are trusted beside all others."""
        self._may_ask = may_ask
        self._tls = make_tls(certificates) if certificates else None

    def fault(self, url: str) -> str | None:
        """
        Ask *url* by HEAD, then by GET where HEAD is not served; at most 5 seconds each.

        Redirects are followed five times at most, each to an address that may be asked.
        """
        for _ in range(REDIRECTS_MAX + 1):
            try:
                answer = self._ask(url)
            except (requests.RequestException, OSError, ValueError) as error:
                tls = explain_tls(error)
                return tls[0] if tls else f"does not answer ({type(error).__name__})"
            if isinstance(answer, str):
                return answer
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                continue
            return None if answer.status_code < 400 else f"answers {answer.status_code}"
        return f"is redirected more than {REDIRECTS_MAX} times"

    def _ask(self, url: str) -> requests.Response | str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "leads to something that is no web page"
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        if not all(self._may_ask(ipaddress.ip_address(entry[4][0])) for entry in found):
            return "leads to an address inside a private network"
        headers = {"User-Agent": USER_AGENT}
        with open_web_session(self._tls) as session:  # a new one: no cookies are kept
            answer = session.head(url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
            if answer.status_code in NOT_FOR_HEAD:
                answer = session.get(
                    url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True
                )
                answer.close()
            return answer
