"""A server in a thread of the test, and plain requests to it over a socket."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from newsletter.web.server import NO_LONGER, LongBodies, Server
from tests.stage.site import Stage

HOST = "news.example.org"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the socket."""

    status: int
    fields: Mapping[str, str]  # by name in lower case
    body: bytes


@contextmanager
def running(
    app: Callable[..., Any], threads: int = 8, long_bodies: LongBodies = NO_LONGER
) -> Iterator[Server]:
    """Serve *app* on a free port of loopback."""
    server = Server(app, "127.0.0.1", 0, threads, long_bodies)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


def start_command(stage: Stage) -> "tuple[subprocess.Popen[str], int]":
    """Start ``newsletter serve`` in a process of its own; return it with its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "serve", "--port", "0"],
        cwd=stage.root,
        env=stage.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert "http://127.0.0.1:" in first, first + process.stdout.read()
    return process, int(first.rstrip("/\n").rpartition(":")[2])


def connect(port: int) -> socket.socket:
    """Connect to a server of `running`."""
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def write_request(method: str, path: str, fields: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return the octets of a request."""
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in {"Host": HOST, **fields}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def read_answer(connection: socket.socket) -> Answer:
    """Read one answer to its end; an interim answer in front of it is skipped."""
    with connection.makefile("rb") as file:
        while (status := int(file.readline().split()[1])) < 200:
            assert file.readline() == b"\r\n"
        fields: dict[str, str] = {}
        while (line := file.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        length = fields.get("content-length")
        return Answer(status, fields, file.read() if length is None else file.read(int(length)))


def send(port: int, octets: bytes) -> Answer:
    """Send one request over a connection of its own, and read the answer."""
    with connect(port) as connection:
        connection.sendall(octets)
        return read_answer(connection)
