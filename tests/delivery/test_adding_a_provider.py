"""The example in docs/adding-a-provider.md, run against the contract."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from newsletter.delivery.mail_url import Login, Scheme, parse
from newsletter.delivery.provider import Provider
from tests.delivery.provider_contract import Bench, ProviderContract

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"


def run_example() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    module: dict[str, Any] = {"__name__": "gateway"}
    exec(compile(code, str(PAGE), "exec"), module)
    return module


class Gateway(ThreadingHTTPServer):
    """The service at the other end."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), GatewayDesk)
        self.letters: list[bytes] = []
        self.connections = 0


class GatewayDesk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: Gateway

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.server.letters.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(202)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"queued")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the test's output clean."""


@dataclass
class GatewayBench:
    provider: Provider
    gateway: Gateway = field(repr=False)

    def received(self) -> list[bytes]:
        return list(self.gateway.letters)

    def sessions(self) -> int | None:
        return self.gateway.connections


@pytest.fixture
def bench() -> Iterator[Bench]:
    provider_class = run_example()["GatewayProvider"]
    with Gateway() as gateway:
        thread = threading.Thread(target=gateway.serve_forever, args=(0.02,))
        thread.start()
        port = gateway.server_address[1]
        provider = provider_class(
            "127.0.0.1", "secret", lambda: HTTPConnection("127.0.0.1", port, timeout=5)
        )
        try:
            yield GatewayBench(provider, gateway)
        finally:
            gateway.shutdown()
            thread.join(10)


class TestTheExample(ProviderContract):
    pass


def test_the_line_in_the_registry_reads_its_address() -> None:
    (line,) = re.findall(r'^"gateway": (Scheme\(.*\)),$', PAGE.read_text(), re.MULTILINE)
    scheme = eval(line, {"Scheme": Scheme, "Login": Login})

    url = parse("gateway://secret@mail.example.org", {"gateway": scheme})

    assert run_example()["open_provider"](url, Path()).name == "Gateway mail.example.org"
