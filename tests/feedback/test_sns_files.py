"""How files of Amazon SNS are fetched: from its own host, verified, without redirects."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from newsletter.feedback.sns_files import (
    AGAIN_S,
    APART_S,
    FILE_MAX,
    Fetch,
    SigningKeys,
    fetch_by,
)
from newsletter.feedback.webhook import Cause, RefusedError
from tests.delivery.certificates import make_authority
from tests.feedback.webhook_services import sns_key

NOW: Final = datetime(2022, 8, 26, tzinfo=UTC)


class Files(BaseHTTPRequestHandler):
    """What a host has."""

    def do_GET(self) -> None:
        status, content = {
            "/good.pem": (200, sns_key()[1]),
            "/moved.pem": (302, b""),
            "/large.pem": (200, b"x" * (FILE_MAX + 1)),
            "/odd.pem": (200, b"no certificate"),
        }.get(self.path, (404, b"none"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Location", "/good.pem")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """Say nothing."""


@contextmanager
def served(tls: ssl.SSLContext) -> Iterator[str]:
    """Serve the files on loopback; yield the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_only_a_file_that_is_there_by_itself_is_taken(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)

    with served(authority.issue()) as url:
        fetch = fetch_by(authority.pem)
        assert fetch(f"{url}/good.pem") == sns_key()[1]
        for name in ("moved", "large", "none"):
            with pytest.raises(OSError, match="HTTP"):
                fetch(f"{url}/{name}.pem")


def test_a_host_without_a_trusted_certificate_is_not_asked(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)

    expired = authority.issue(starts=timedelta(hours=-2), lives=timedelta(hours=1))

    for tls, trusted in ((expired, authority.pem), (authority.issue(), "")):
        with served(tls) as url, pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch_by(trusted)(f"{url}/good.pem")


class Clock:
    """Keys of files that are counted, at a time that the test sets."""

    def __init__(self, fetch: Fetch) -> None:
        self.now = 1_000.0
        self.asked: list[str] = []
        self._fetch = fetch
        self.keys = SigningKeys(self.fetch, lambda: self.now)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        return self._fetch(url)

    def cause(self, url: str, now: datetime = NOW) -> Cause | None:
        try:
            self.keys.find(url, now)
        except RefusedError as refused:
            return refused.cause
        return None


def test_an_unknown_url_waits_for_its_turn_and_a_known_one_never_does() -> None:
    clock = Clock(lambda _url: sns_key()[1])

    assert clock.cause("a") is None
    assert clock.cause("b") is Cause.LATER
    assert clock.cause("a") is None
    clock.now += APART_S
    assert clock.cause("b") is None

    assert clock.asked == ["a", "b"]


def test_nobody_waits_for_a_file_that_another_thread_fetches() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def fetch(_url: str) -> bytes:
        begun.set()
        assert may_end.wait(20)
        return sns_key()[1]

    clock = Clock(fetch)
    thread = threading.Thread(target=clock.cause, args=("a",))
    thread.start()
    assert begun.wait(20)

    causes = [clock.cause(url) for url in ("a", "b")]
    may_end.set()
    thread.join(20)

    assert causes == [Cause.LATER, Cause.LATER]
    assert clock.cause("a") is None
    assert clock.asked == ["a"]


def test_what_is_no_certificate_is_not_asked_for_again_soon() -> None:
    clock = Clock(lambda _url: b"none")

    assert clock.cause("a") is Cause.FORGED
    clock.now += APART_S
    assert clock.cause("a") is Cause.FORGED
    assert clock.asked == ["a"]
    clock.now += AGAIN_S
    clock.cause("a")
    assert clock.asked == ["a", "a"]


def test_a_certificate_counts_in_its_own_time() -> None:
    clock = Clock(lambda _url: sns_key()[1])

    assert clock.cause("a") is None
    assert clock.cause("a", NOW.replace(year=2041)) is Cause.FORGED
    assert clock.cause("a", NOW.replace(year=2019)) is Cause.FORGED
