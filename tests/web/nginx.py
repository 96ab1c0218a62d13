"""Debian's nginx, with the configuration that docs/deploy.md shows."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from ssl import SSLContext
from typing import Final

from tests.delivery.certificates import make_tls
from tests.mail_sinks import await_port, free_port
from tests.stage.site import CHECKOUT
from tests.test_docs import fences

PAGE: Final = "docs/deploy.md"
UNPACKED: Final = CHECKOUT / ".debian"
HOST: Final = "news.example.org"
AWAY: Final = "away.example.org"  # as HOST, but nothing listens behind it
BELOW: Final = "www.example.org"  # its pages are below a path
AROUND: Final = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/start.log notice;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/others.log;
    types {{ image/png png; text/html html; }}
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    {shown}
}}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: str


@dataclass(frozen=True)
class Nginx:
    """A running nginx, and where it writes."""

    folder: Path
    port: int  # with TLS
    plain_port: int
    trust: SSLContext

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        host: str = HOST,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Ask over TLS as a client at the loopback address *source*."""
        connection = HTTPSConnection(
            "127.0.0.1", self.port, context=self.trust, source_address=(source, 0), timeout=10
        )
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        try:
            connection.request(method, path, body, {"Host": host, **form, **(headers or {})})
            return _read(connection.getresponse())
        finally:
            connection.close()

    def logs(self) -> str:
        """Return all that nginx has written to its logs."""
        time.sleep(0.05)  # a line is written after the answer
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def read_configuration(number: int) -> str:
    """Return one of the configurations that the page shows."""
    return [block for kind, block in fences(PAGE) if kind == "nginx"][number]


@contextmanager
def running_nginx(folder: Path, behind: int, other: int) -> Iterator[Nginx]:
    """
    Run nginx with both configurations of the page, and the first once more for `AWAY`.

    Args:
        folder: for logs, pictures and the certificate.
        behind: the port of the server of `HOST`.
        other: the port of the server of `BELOW`.
    """
    program = UNPACKED / "usr/sbin/nginx"
    assert program.is_file(), "nginx is not unpacked; run: make .debian/nginx.stamp"
    _, trust = make_tls(folder)
    port, plain_port = free_port(), free_port()
    first = read_configuration(0)
    away = first[first.index("server {") :].replace(HOST, AWAY).replace(":8080", f":{free_port()}")
    with_path = f"""
    server {{
        listen 443 ssl;
        server_name {BELOW};
        ssl_certificate {folder}/relay.pem;
        ssl_certificate_key {folder}/relay.pem;
        {read_configuration(1).replace(":8080", f":{other}")}
    }}"""
    shown = first.replace(":8080", f":{behind}") + away + with_path
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    shown = _placed(shown, folder, port, plain_port)
    configuration.write_text(AROUND.format(folder=folder, user=user, shown=shown))
    libraries = ":".join(str(path) for path in (UNPACKED / "usr/lib").glob("*-linux-gnu*"))
    process = subprocess.Popen(
        [program, "-e", folder / "start.log", "-p", folder, "-c", configuration],
        env={"LD_LIBRARY_PATH": libraries},
    )
    try:
        await_port(port)
        yield Nginx(folder, port, plain_port, trust)
    finally:
        process.terminate()
        process.wait(10)


def _placed(shown: str, folder: Path, port: int, plain_port: int) -> str:
    """Put ports, paths and certificate of the test in place of those of the page."""
    places = {
        r"listen \[::\]:.*\n": "\n",
        r"listen 80;": f"listen 127.0.0.1:{plain_port};",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        r"/etc/letsencrypt/live/[\w.]+/\w+\.pem": f"{folder}/relay.pem",
        r"/var/log/nginx/": f"{folder}/",
        r"/srv/www": f"{folder}/www",
    }
    for pattern, replacement in places.items():
        shown, count = re.subn(pattern, replacement, shown)
        assert count, pattern
    return shown


def _read(response: HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read().decode())
