"""Checks whether a link exists, with one attempt, and never contacts a private address."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests

from newsletter.delivery.trust import explain_tls, make_tls
from newsletter.delivery.web_session import open_web_session
from newsletter.phrases import Phrase, phrase
from newsletter.proof.material import Sight

TIMEOUT_S: Final = 5.0
REDIRECTS_MAX: Final = 5
NOT_FOR_HEAD: Final = (403, 404, 405, 501)  # some servers answer these to HEAD, and 200 to GET
TOGETHER_S: Final = 10.0  # for all pictures of a letter
AT_ONCE: Final = 8
GONE: Final = (404, 410)
USER_AGENT: Final = "newsletter-link-check"

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: IpAddress) -> bool:
    """Whether *address* is on the public internet (checks the IPv4 part of IPv4-mapped IPv6)."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_global and not address.is_multicast


class LinkProbe:
    """Checks links; returns a fault to show to people, or None for a link without fault."""

    def __init__(
        self, may_ask: Callable[[IpAddress], bool] = is_public, certificates: str = ""
    ) -> None:
        """Contact addresses that *may_ask* allows; trust *certificates* (PEM) in addition."""
        self._may_ask = may_ask
        self._tls = make_tls(certificates) if certificates else None

    def fault(self, url: str) -> Phrase | None:
        """
        Request *url* by HEAD, then by GET if the server does not support HEAD; 5 s each at most.

        At most five redirects are followed, each to an address that may be contacted.
        """
        answer = self._follow(url)
        if isinstance(answer, Phrase):
            return answer
        return None if answer < 400 else phrase("delivery.answers", status=answer)

    def look(self, urls: Sequence[str]) -> Mapping[str, Sight]:
        """
        Check all *urls* in parallel, and return within ten seconds in every case.

        Only 404 and 410 prove that something does not exist. Any other obstacle (no network, a
        private address, a password, a server error) may exist only from this machine.
        """
        left: SimpleQueue[str] = SimpleQueue()
        for url in dict.fromkeys(urls):
            left.put(url)
        seen: dict[str, Sight] = {}
        ends_at = monotonic() + TOGETHER_S
        askers = [
            threading.Thread(target=self._look_on, args=(left, seen, ends_at), daemon=True)
            for _ in range(min(AT_ONCE, left.qsize()))
        ]
        for asker in askers:  # daemons: a DNS look-up cannot be cancelled
            asker.start()
        for asker in askers:
            asker.join(max(0.0, ends_at - monotonic()))
        late = Sight(is_gone=False, words=phrase("delivery.answers-late", seconds=TOGETHER_S))
        known = dict(seen)
        return {url: known.get(url, late) for url in urls}

    def _look_on(self, left: SimpleQueue[str], seen: dict[str, Sight], ends_at: float) -> None:
        while monotonic() < ends_at:
            try:
                url = left.get_nowait()
            except Empty:
                return
            answer = self._follow(url)
            if isinstance(answer, Phrase):
                seen[url] = Sight(is_gone=False, words=answer)
            else:
                words = phrase("delivery.answers", status=answer) if answer >= 400 else None
                seen[url] = Sight(is_gone=answer in GONE, words=words)

    def _follow(self, url: str) -> int | Phrase:
        """Return the final status of *url* after redirects, or the reason why there is none."""
        for _ in range(REDIRECTS_MAX + 1):
            try:
                answer = self._ask(url)
            except (requests.RequestException, OSError, ValueError) as error:
                tls = explain_tls(error)
                silence = phrase("delivery.does-not-answer", reason=type(error).__name__)
                return tls[0] if tls else silence
            if isinstance(answer, Phrase):
                return answer
            if not answer.is_redirect:
                return answer.status_code
            url = urljoin(url, answer.headers["Location"])
        return phrase("delivery.redirects", most=REDIRECTS_MAX)

    def _ask(self, url: str) -> requests.Response | Phrase:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return phrase("delivery.no-web-page")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        if not all(self._may_ask(ipaddress.ip_address(entry[4][0])) for entry in found):
            return phrase("delivery.private-address")
        headers = {"User-Agent": USER_AGENT}
        with open_web_session(self._tls) as session:  # a new one: no cookies are kept
            answer = session.head(url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
            if answer.status_code in NOT_FOR_HEAD:
                answer = session.get(
                    url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True
                )
                answer.close()
            return answer
