"""What stands between a mail program and the page for unsubscribing is named."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newsletter.app.site import Site
from newsletter.doctor.check import Section
from newsletter.doctor.finding import Certainty
from tests.delivery.certificates import make_authority
from tests.doctor.examining import codes, look, make_site
from tests.mail_sinks import free_port
from tests.web.served import serve_sample

WRONG, PERHAPS, UNSEEN = Certainty.WRONG, Certainty.PERHAPS, Certainty.UNSEEN
KEY = "7hQ2xLk9Vb3NwRz5TyUc8MpJd4FgSa6E"


@contextmanager
def answering(status: int, body: bytes = b"", **fields: str) -> Iterator[ThreadingHTTPServer]:
    """Serve one answer to everybody."""

    class Pages(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def make(folder: Path, port: int, scheme: str = "http", **settings: str) -> Site:
    url = f"{scheme}://127.0.0.1:{port}"
    return make_site(folder, public_url=url, secret_key=KEY, **settings)


def test_a_click_arrives_at_the_pages_of_the_site(tmp_path: Path) -> None:
    with serve_sample(tmp_path) as house:
        values = {**house.site._environ, "NEWSLETTER_PUBLIC_URL": house.url}
        examination = look(Site(values, house.site.root), Section.PUBLIC)

    assert codes(examination, Certainty.IN_ORDER) == ["doctor.one-click"]
    assert codes(examination, WRONG, PERHAPS, UNSEEN) == []


@pytest.mark.parametrize(
    ("status", "body", "fields", "code"),
    [
        (301, b"", {"Location": "https://www.example.org/"}, "doctor.one-click-redirects"),
        (200, b"<title>Just a moment...</title>", {}, "doctor.one-click-lost"),
        (403, b"Forbidden", {}, "doctor.one-click-lost"),
        (404, b"", {}, "doctor.one-click-lost"),
        (502, b"Bad Gateway", {}, "doctor.one-click-lost"),
    ],
)
def test_what_stands_in_between_is_named(
    tmp_path: Path, status: int, body: bytes, fields: dict[str, str], code: str
) -> None:
    with answering(status, body, **fields) as server:
        examination = look(make(tmp_path, server.server_port), Section.PUBLIC)

    assert codes(examination, WRONG) == [code]


def test_a_certificate_of_nobody_is_named(tmp_path: Path) -> None:
    with answering(200) as server:
        server.socket = (
            make_authority(tmp_path).issue().wrap_socket(server.socket, server_side=True)
        )
        examination = look(make(tmp_path, server.server_port, "https"), Section.PUBLIC)

    assert codes(examination, WRONG) == ["delivery.tls-untrusted"]


def test_pages_that_do_not_answer_cannot_be_seen_from_here(tmp_path: Path) -> None:
    examination = look(make(tmp_path, free_port()), Section.PUBLIC)

    assert codes(examination, WRONG) == []
    assert codes(examination, UNSEEN) == ["doctor.pages-silent"]
