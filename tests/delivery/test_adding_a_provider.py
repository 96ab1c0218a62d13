"""What docs/adding-a-provider.md prints is followed to the letter, up to a finished dispatch."""

import re
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from newsletter.delivery.caller import Caller
from newsletter.delivery.http_posting import HttpPosting
from newsletter.delivery.mail_url import Login, Scheme, parse
from newsletter.delivery.provider import Provider, Unsent
from newsletter.errors import ProviderError
from newsletter.message.envelope import Envelope
from tests.delivery.certificates import make_tls
from tests.delivery.makers import make_envelope
from tests.delivery.provider_contract import Bench, ProviderContract
from tests.stage.site import CHECKOUT, ISSUE, PUBLIC_URL, make_stage, write_readers

PAGE = CHECKOUT / "docs" / "adding-a-provider.md"
KEY = "s3cret"


def printed(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def run_example() -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "gateway"}
    exec(compile(printed("python")[0], str(PAGE), "exec"), module)
    return module


class Gateway(ThreadingHTTPServer):
    """The service at the other end."""

    daemon_threads = False

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), GatewayDesk)
        self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.letters: list[bytes] = []
        self.readers: list[str] = []
        self.connections = 0
        self.is_open = True  # or no key is good


class GatewayDesk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: Gateway

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        letter = self.rfile.read(int(self.headers["Content-Length"]))
        is_ours = self.server.is_open and self.headers["Authorization"] == f"Bearer {KEY}"
        if is_ours:
            self.server.letters.append(letter)
            self.server.readers.append(self.headers["X-Recipient"])
        said = b"queued" if is_ours else f"{KEY} is not the key".encode()
        self.send_response(202 if is_ours else 401)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the test's output clean."""


@contextmanager
def gateway_at(folder: Path) -> Iterator[tuple[Gateway, Path]]:
    """Run the service over TLS; yield it, and the file of whom to trust."""
    tls, _ = make_tls(folder)
    certificate = folder / "trusted.pem"
    certificate.write_text(
        "-----BEGIN CERT" + (folder / "relay.pem").read_text().partition("-----BEGIN CERT")[2]
    )
    with Gateway(tls) as gateway:
        thread = threading.Thread(target=gateway.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield gateway, certificate
        finally:
            gateway.shutdown()
            thread.join(10)


@dataclass
class GatewayBench:
    provider: Provider
    gateway: Gateway = field(repr=False)

    def received(self) -> list[bytes]:
        return list(self.gateway.letters)

    def form_of(self, envelope: Envelope) -> bytes:
        return envelope.mime

    def sessions(self) -> int | None:
        return self.gateway.connections


def provider_for(gateway: Gateway, certificate: Path, key: str = KEY) -> HttpPosting:
    service = run_example()["Gateway"]("127.0.0.1", gateway.server_address[1], key)
    return HttpPosting(service, timeout_s=5, caller=Caller(certificates=certificate.read_text()))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with gateway_at(tmp_path) as (gateway, certificate):
        yield GatewayBench(provider_for(gateway, certificate), gateway)


class TestTheExample(ProviderContract):
    pass


def test_a_wrong_key_stops_it_with_the_receipt_before(tmp_path: Path) -> None:
    with gateway_at(tmp_path) as (gateway, certificate):
        connection = provider_for(gateway, certificate, "wrong").connect()
        receipts = connection.deliver(iter([make_envelope(1)]), lambda _: Ready())

        assert next(receipts).outcome == Unsent("s3cret is not the key")
        with pytest.raises(ProviderError, match="refuses the key"):
            next(receipts)
        connection.close()


def test_a_key_that_an_answer_repeats_is_shown_to_nobody(tmp_path: Path) -> None:
    with gateway_at(tmp_path) as (gateway, certificate):
        gateway.is_open = False
        connection = provider_for(gateway, certificate).connect()
        receipts = connection.deliver(iter([make_envelope(1)]), lambda _: Ready())

        assert next(receipts).outcome == Unsent("*** is not the key")
        connection.close()


class Ready:
    def wait(self) -> bool:
        return True


def test_the_line_in_the_registry_reads_its_address() -> None:
    (line,) = re.findall(r'^ *"gateway": (Scheme\(.*\)),$', PAGE.read_text(), re.MULTILINE)
    scheme = eval(line, {"Scheme": Scheme, "Login": Login})

    url = parse("gateway://secret@mail.example.org", {"gateway": scheme})

    assert run_example()["open_provider"](url, Path()).name == "Gateway mail.example.org"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the program in which the page was followed."""
    house = tmp_path / "house"
    for part in ("newsletter", "templates"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / part, house / part, ignore=ignored)
    shutil.copy(CHECKOUT / ".env.example", house)
    file, opener = printed("python")
    (house / "newsletter" / "delivery" / "gateway.py").write_text(file)
    registry = house / "newsletter" / "delivery" / "registry.py"
    source = registry.read_text()
    for start, line in zip(("OPENERS: Final", "SCHEMES: Final"), printed("text"), strict=False):
        head, brace, tail = source.partition(source[source.index(start) :].split("\n", 1)[0])
        source = f"{head}{brace}\n{line.rstrip()}{tail}"
    begin = source.index("# By module.")
    registry.write_text(f"{source[:begin]}{opener}\n\n{source[begin:]}")
    return house


def test_a_dispatch_by_it_finishes(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(house))
    with gateway_at(tmp_path) as (gateway, certificate):
        stage = make_stage(
            tmp_path / "site",
            mail_url=f"gateway://{KEY}@127.0.0.1:{gateway.server_address[1]}",
            ca_file=str(certificate),
            public_url=PUBLIC_URL,
        )
        readers = write_readers(stage.root / "readers.csv", ko=3, en=2, both=1, none=1)
        stage.run("subscribers", "import", "readers.csv")

        output = stage.run("dispatch", ISSUE, "--yes")

    assert f"Finished  newsletter status {ISSUE}" in output
    assert sorted(gateway.readers) == sorted(readers)
    assert len(gateway.letters) == len(readers)
    assert KEY not in output


def judged_by_mypy(house: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mypy", "--strict", "newsletter/delivery/registry.py"]
    command += ["newsletter/delivery/gateway.py"]
    return subprocess.run(
        [*command, "--ignore-missing-imports", "--follow-imports=silent"],
        cwd=house,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_mypy_refuses_one_that_lacks_a_part(house: Path) -> None:
    whole = judged_by_mypy(house)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    gateway = house / "newsletter" / "delivery" / "gateway.py"
    complete = gateway.read_text()

    gateway.write_text(complete.replace("def judge(", "def weigh("))
    assert 'missing following "HttpAccount" protocol member' in judged_by_mypy(house).stdout

    # One that goes a road of its own is refused by the registry.
    gateway.write_text(
        complete.replace("-> HttpPosting:", "-> Gateway:").replace(
            "HttpPosting(Gateway(url.host, url.port, url.user), caller=caller)",
            "Gateway(url.host, url.port, url.user)",
        )
    )
    assert "registry.py" in judged_by_mypy(house).stdout
