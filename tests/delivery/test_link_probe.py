"""X4: a link is asked once, and never at a private address."""

import ipaddress
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from newsletter.delivery.link_probe import IpAddress, LinkProbe, is_public
from newsletter.phrases import Phrase, phrase
from tests.mail_sinks import free_port


def anywhere(_: IpAddress) -> bool:
    return True


class Pages(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        status = {"/there": 200, "/no-head": 405, "/moved": 302, "/loop": 302}.get(self.path, 404)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/loop" if self.path == "/loop" else "/there")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/no-head" else 404)
        self.end_headers()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/there", None),
        ("/no-head", None),
        ("/moved", None),
        ("/missing", phrase("delivery.answers", status=404)),
        ("/loop", phrase("delivery.redirects", most=5)),
    ],
)
def test_a_link_is_asked_by_head_then_by_get(base: str, path: str, fault: Phrase | None) -> None:
    assert LinkProbe(anywhere).fault(base + path) == fault


def test_x4_a_private_address_is_never_asked(base: str) -> None:
    assert LinkProbe().fault(base + "/there") == phrase("delivery.private-address")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.1.1", "::1", "fd00::1", "::ffff:10.0.0.1",
     "0.0.0.0", "224.0.0.1"],
)  # fmt: skip
def test_x4_private_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_a_public_address_is_public() -> None:
    assert is_public(ipaddress.ip_address("93.184.215.14"))


def test_a_server_that_is_not_there_is_a_fault_and_no_crash() -> None:
    fault = LinkProbe(anywhere).fault(f"http://127.0.0.1:{free_port()}/")

    assert str(fault) == "does not answer (ConnectionError)"
