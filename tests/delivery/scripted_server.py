"""A server that plays a list of steps to whoever connects, and hangs up on cue."""

import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

PATIENCE_S = 10


@dataclass(frozen=True)
class Say:
    text: bytes  # sent as it is


@dataclass(frozen=True)
class Hear:
    start: bytes  # of the next line, in any case


@dataclass(frozen=True)
class HearContent:
    at_most: int | None = None  # stop in the middle after as many bytes


@dataclass(frozen=True)
class Encrypt:
    tls: ssl.SSLContext


@dataclass(frozen=True)
class KeepSilent:
    """Say nothing until the other side hangs up."""


@dataclass(frozen=True)
class Think:
    seconds: float  # before the next step


Step = Say | Hear | HearContent | Encrypt | KeepSilent | Think


def greet(*extensions: bytes) -> list[Step]:
    lines = [b"relay.test", *extensions]
    ehlo = b"".join(b"250-" + line + b"\r\n" for line in lines[:-1]) + b"250 " + lines[-1] + b"\r\n"
    return [Say(b"220 relay.test ESMTP\r\n"), Hear(b"EHLO"), Say(ehlo)]


def take_letter(verdict: bytes = b"250 2.0.0 queued\r\n") -> list[Step]:
    return [
        Hear(b"MAIL FROM:"),
        Say(b"250 2.1.0 Ok\r\n"),
        Hear(b"RCPT TO:"),
        Say(b"250 2.1.5 Ok\r\n"),
        Hear(b"DATA"),
        Say(b"354 go ahead\r\n"),
        HearContent(),
        Say(verdict),
    ]


BYE: list[Step] = [Hear(b"QUIT"), Say(b"221 bye\r\n")]


class ScriptedServer:
    """
    Plays one script a connection, in order, on a loopback port of its own.

    A script that runs out, or meets a line it did not expect, hangs up; the latter fails
    the test when the server is left.
    """

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self.heard: list[bytes] = []  # lines without their ends
        self.content: list[bytes] = []  # with the final dot where it came
        self._scripts = scripts
        self._complaint: str | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leaving.set()
        self._thread.join(PATIENCE_S)
        self._listener.close()
        assert not self._thread.is_alive()
        if error is None:
            assert self._complaint is None, self._complaint

    def _serve(self) -> None:
        for script in self._scripts:
            peer = self._accept()
            if peer is None:
                return
            peer.settimeout(PATIENCE_S)
            try:
                peer = self._play(peer, script)
            except OSError:
                pass  # the client hung up; its side of the story is what the test looks at
            finally:
                peer.close()

    def _accept(self) -> socket.socket | None:
        while not self._leaving.is_set():
            try:
                return self._listener.accept()[0]
            except TimeoutError:
                continue
        return None

    def _play(self, peer: socket.socket, script: Sequence[Step]) -> socket.socket:
        for step in script:
            match step:
                case Say(text):
                    peer.sendall(text)
                case Hear(start):
                    line = _read_until(peer, b"\n").rstrip(b"\r\n")
                    self.heard.append(line)
                    if not line.upper().startswith(start):
                        self._complaint = f"expected {start!r}, heard {line!r}"
                        return peer
                case HearContent(at_most):
                    self.content.append(_read_until(peer, b"\r\n.\r\n", at_most))
                case Encrypt(tls):
                    peer = tls.wrap_socket(peer, server_side=True)
                case Think(seconds):
                    self._leaving.wait(seconds)
                case KeepSilent():
                    while peer.recv(4096):
                        pass
        return peer


def _read_until(peer: socket.socket, end: bytes, at_most: int | None = None) -> bytes:
    """Read up to *end*, never past it; as much as came if the client hangs up."""
    read = b""
    while not read.endswith(end):
        if at_most is not None and len(read) >= at_most:
            break
        piece = peer.recv(1 if at_most is None else at_most - len(read))
        if not piece:
            break
        read += piece
    return read
