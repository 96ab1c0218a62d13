"""A stand-in for a mail service on loopback: real HTTP, answers on cue."""

import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Recorded:
    """A request as it came in."""

    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cuts: bool = False  # hang up instead of answering
    keeps_silent: bool = False  # answer nothing until the server is left


class HttpRecorder:
    """Answers each POST with the next of *answers*, then with *success*; a GET from *pages*."""

    def __init__(
        self, success: Answer, *answers: Answer, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[Recorded] = []
        self.reads: list[Recorded] = []
        self.pages: dict[str, Answer] = {}  # by path, without a query; any other is not found
        self.connections = 0
        self.success = success
        self.answers = list(answers)
        self.leaving = threading.Event()
        self._scheme = "https" if tls else "http"
        self._http = _Http(("127.0.0.1", 0), _Desk)
        if tls:
            # Each connection shakes hands in its own thread: a client that refuses the
            # certificate holds up nobody.
            self._http.socket = tls.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._http.recorder = self
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def base_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leaving.set()
        self._http.shutdown()
        self._http.server_close()  # joins the threads of the connections
        self._thread.join(10)
        assert not self._thread.is_alive()


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    recorder: HttpRecorder

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep the test's output clean: a refused certificate ends in an error here."""


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.recorder.connections += 1

    def do_POST(self) -> None:
        recorder = self.server.recorder
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:  # the other end has withdrawn it
            self.close_connection = True
            return
        recorder.requests.append(Recorded(self.path, self.headers, body))
        self._answer(recorder.answers.pop(0) if recorder.answers else recorder.success)

    def do_GET(self) -> None:
        recorder = self.server.recorder
        recorder.reads.append(Recorded(self.path, self.headers, b""))
        self._answer(recorder.pages.get(self.path.partition("?")[0], Answer(404)))

    def _answer(self, answer: Answer) -> None:
        recorder = self.server.recorder
        if answer.keeps_silent:
            recorder.leaving.wait(10)
        if answer.cuts or answer.keeps_silent:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        if "Date" not in answer.headers:
            self.send_header("Date", self.date_time_string())
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Length" not in answer.headers:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the test's output clean."""
