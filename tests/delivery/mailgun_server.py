"""A stand-in for Mailgun on loopback: real HTTP, answers on cue."""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Post:
    """A request as it came in."""

    path: str
    headers: Message
    fields: Mapping[str, bytes]  # the parts of the form, by name
    files: frozenset[str]  # the names of those sent as a file


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = json.dumps({"id": "<1@mg.example.org>", "message": "Queued. Thank you."}).encode()
    headers: Mapping[str, str] = field(default_factory=dict)
    cuts: bool = False  # hang up instead of answering
    keeps_silent: bool = False  # answer nothing until the server is left


class MailgunServer:
    """Answers each POST with the next of *answers*, then with success."""

    def __init__(self, *answers: Answer) -> None:
        self.posts: list[Post] = []
        self.connections = 0
        self.answers = list(answers)
        self.leaving = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Desk)
        self._http.mailgun = self
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}
        )

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

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
    mailgun: MailgunServer


class _Desk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.mailgun.connections += 1

    def do_POST(self) -> None:
        mailgun = self.server.mailgun
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mailgun.posts.append(_read_form(self.path, self.headers, body))
        answer = mailgun.answers.pop(0) if mailgun.answers else Answer()
        if answer.keeps_silent:
            mailgun.leaving.wait(10)
        if answer.cuts or answer.keeps_silent:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep the test's output clean."""


def _read_form(path: str, headers: Message, body: bytes) -> Post:
    """Take a multipart form apart without touching a byte of its parts."""
    boundary = headers.get_param("boundary")
    assert isinstance(boundary, str)
    fields: dict[str, bytes] = {}
    files = set()
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = head.split(b'name="', 1)[1].split(b'"', 1)[0].decode()
        assert name not in fields, "a field came twice: that would be two recipients"
        fields[name] = content.removesuffix(b"\r\n")
        if b"filename=" in head:
            files.add(name)
    return Post(path, headers, fields, frozenset(files))
