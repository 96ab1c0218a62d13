"""A server that plays a list of steps to whoever connects, and hangs up on cue."""

import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
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
class SayInPieces:
    text: bytes
    size: int = 7  # bytes a packet
    pause_s: float = 0.002


@dataclass(frozen=True)
class Drip:
    """Say one byte at a time, over and over, until the other side hangs up."""

    text: bytes
    pause_s: float = 0.05


@dataclass(frozen=True)
class Forget:
    """Lose whatever has come, or comes in a moment."""

    moment_s: float = 0.1


@dataclass(frozen=True)
class MindSilence:
    """Nobody may speak now, but for who hangs up."""

    moment_s: float = 0.05


@dataclass(frozen=True)
class KeepSilent:
    """Say nothing until the other side hangs up."""


@dataclass(frozen=True)
class Think:
    seconds: float  # before the next step


@dataclass(frozen=True)
class Do:
    """Let something happen elsewhere meanwhile."""

    action: Callable[[], None]


Step = (
    Say
    | SayInPieces
    | Drip
    | Hear
    | HearContent
    | Forget
    | Encrypt
    | KeepSilent
    | MindSilence
    | Think
    | Do
)

PIPELINING = b"PIPELINING"


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


def take_plainly() -> list[Step]:
    """Take a letter, and see that each step waits for its answer."""
    steps = take_letter()
    return [
        one for step in steps for one in ([step, MindSilence()] if step in steps[::2] else [step])
    ]


def announced(replies: bytes | Step = b"250 Ok\r\n250 Ok\r\n354 go ahead\r\n") -> list[Step]:
    """Hear MAIL, RCPT and DATA before saying a word: only a client that pipelines gets on."""
    saying = Say(replies) if isinstance(replies, bytes) else replies
    return [Hear(b"MAIL FROM:"), Hear(b"RCPT TO:"), Hear(b"DATA"), saying]


def take_followed(verdict: bytes, replies: bytes = b"250 Ok\r\n250 Ok\r\n354 go\r\n") -> list[Step]:
    """Hear a content and the group behind its dot before saying a word."""
    return [HearContent(), *announced(verdict + b"\r\n" + replies)]


BYE: list[Step] = [Hear(b"QUIT"), Say(b"221 bye\r\n")]


class ScriptedServer:
    """
    Plays one script a connection, in order, on a loopback port of its own.

    A script that runs out, or meets a line it did not expect, hangs up; the latter fails
    the test when the server is left. After the last script nobody listens any more.
    """

    def __init__(self, *scripts: Sequence[Step], at_once: bool = False) -> None:
        """Play *scripts* one after the other, or each as soon as somebody connects."""
        self.heard: list[bytes] = []  # lines without their ends
        self.content: list[bytes] = []  # with the final dot where it came
        self._scripts = scripts
        self._complaint: str | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port: int = self._listener.getsockname()[1]
        self._leaving = threading.Event()
        self._at_once = at_once
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
        playing: list[threading.Thread] = []
        for script in self._scripts:
            peer = self._accept()
            if peer is None:
                break
            playing.append(threading.Thread(target=self._play_to, args=(peer, script)))
            playing[-1].start()
            if not self._at_once:
                playing[-1].join()
        self._listener.close()
        for thread in playing:
            thread.join()

    def _play_to(self, peer: socket.socket, script: Sequence[Step]) -> None:
        peer.settimeout(PATIENCE_S)
        with suppress(OSError):  # the client hung up; its side of the story is what counts
            self._play(peer, script)

    def _accept(self) -> socket.socket | None:
        while not self._leaving.is_set():
            try:
                return self._listener.accept()[0]
            except TimeoutError:
                continue
        return None

    def _play(self, peer: socket.socket, script: Sequence[Step]) -> None:
        try:
            for step in script:
                match step:
                    case Encrypt(tls):
                        peer = tls.wrap_socket(peer, server_side=True)
                    case Hear() | HearContent() | MindSilence():
                        self._listen(peer, step)
                    case _:
                        self._talk(peer, step)
                if self._complaint:
                    break
        finally:
            peer.close()  # encrypted or not

    def _listen(self, peer: socket.socket, step: Hear | HearContent | MindSilence) -> None:
        match step:
            case Hear(start):
                line = _read_until(peer, b"\n").rstrip(b"\r\n")
                self.heard.append(line)
                if not line.upper().startswith(start):
                    self._complaint = f"expected {start!r}, heard {line!r}"
            case HearContent(at_most):
                self.content.append(_read_until(peer, b"\r\n.\r\n", at_most))
            case MindSilence(moment_s):
                if self._hears(peer, moment_s):
                    self._complaint = "the client did not wait for its answer"

    def _talk(
        self, peer: socket.socket, step: Say | SayInPieces | Drip | Forget | KeepSilent | Think | Do
    ) -> None:
        match step:
            case Say(text):
                peer.sendall(text)
            case SayInPieces(text, size, pause_s):
                pieces = (text[start : start + size] for start in range(0, len(text), size))
                self._say_slowly(peer, pieces, pause_s)
            case Drip(text, pause_s):
                self._say_slowly(peer, (bytes([byte]) for byte in cycle(text)), pause_s)
            case Think(seconds):
                self._leaving.wait(seconds)
            case Do(action):
                action()
            case KeepSilent():
                self._forget(peer, PATIENCE_S)
            case Forget(moment_s):
                self._forget(peer, moment_s)

    def _say_slowly(self, peer: socket.socket, pieces: Iterable[bytes], pause_s: float) -> None:
        for piece in pieces:
            peer.sendall(piece)
            if self._leaving.wait(pause_s):
                return

    def _hears(self, peer: socket.socket, moment_s: float) -> bool:
        poll = select.poll()
        poll.register(peer, select.POLLIN)
        return bool(poll.poll(moment_s * 1000)) and peer.recv(1, socket.MSG_PEEK) != b""

    def _forget(self, peer: socket.socket, moment_s: float) -> None:
        peer.settimeout(moment_s)
        with suppress(TimeoutError):
            while peer.recv(4096):
                pass
        peer.settimeout(PATIENCE_S)


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
