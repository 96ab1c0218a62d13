"""An IMAP server that answers as a test says: refusing, old, or wrong."""

import base64
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

PATIENCE_S: Final = 10
GREETING: Final = "* OK [CAPABILITY IMAP4rev1 UIDPLUS AUTH=PLAIN AUTH=XOAUTH2] ready"
# By the first word of a command, of UID commands both: the answer, with TAG for the tag.
ANSWERS: Final = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 UIDPLUS AUTH=PLAIN AUTH=XOAUTH2\nTAG OK done",
    "LOGIN": "TAG OK welcome",
    "SELECT": "* 1 EXISTS\n* OK [UIDVALIDITY 7] \n* OK [UIDNEXT 2] \n"
    "* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] \nTAG OK [READ-WRITE] selected",
    "UID SEARCH": "* SEARCH 1\nTAG OK done",
    "NOOP": "TAG OK done",
    "LOGOUT": "* BYE bye\nTAG OK done",
    "STARTTLS": "TAG OK go ahead",
}


class OddImap:
    """Serves one client after the other, each from the start."""

    def __init__(
        self,
        answers: Mapping[str, str | bytes] | None = None,
        *,
        greeting: str = GREETING,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        """
        Answer each command as told, and others as a plain server would.

        Args:
            answers: by the first word of a command, of UID commands by both; a command that
                is not told of, and an answer without TAG, ends the connection.
            greeting: the first line.
            tls: encrypts from the first byte.
            starttls: encrypts after STARTTLS.
        """
        self.heard: list[str] = []  # commands without their tags, and decoded SASL responses
        self._answers = {**ANSWERS, **(answers or {})}
        self._greeting = greeting
        self._tls, self._starttls = tls, starttls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
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

    def _serve(self) -> None:
        while not self._leaving.is_set():
            with suppress(TimeoutError):
                peer = self._listener.accept()[0]
                peer.settimeout(PATIENCE_S)
                with suppress(OSError):  # the client's side of the story is what a test looks at
                    if self._tls is not None:
                        peer = self._tls.wrap_socket(peer, server_side=True)
                    peer = self._talk(peer)
                peer.close()

    def _talk(self, peer: socket.socket) -> socket.socket:
        peer.sendall(f"{self._greeting}\r\n".encode())
        while (line := _read_line(peer)) is not None:
            tag, _, command = line.partition(" ")
            self.heard.append(command)
            words = command.upper().split(" ")
            name = " ".join(words[:2]) if words[0] == "UID" else words[0]
            if name == "AUTHENTICATE":
                self._ask(peer)
            if name == "IDLE":
                self._idle(peer, tag)
                continue
            answer = self._answers.get(name, "")
            if not answer:
                break
            raw = answer if isinstance(answer, bytes) else answer.replace("\n", "\r\n").encode()
            peer.sendall(raw.replace(b"TAG", tag.encode()) + b"\r\n")
            if b"TAG" not in raw:  # no end of the answer will come
                break
            if name == "STARTTLS" and self._starttls is not None:
                peer = self._starttls.wrap_socket(peer, server_side=True)
        return peer

    def _idle(self, peer: socket.socket, tag: str) -> None:
        """Tell of a second mail in one breath with the begin of IDLE, and wait for its end."""
        peer.sendall(b"+ idling\r\n* 2 EXISTS\r\n")
        _read_line(peer)
        self._answers["UID SEARCH"] = "* SEARCH 1 2\nTAG OK done"
        peer.sendall(f"{tag} OK done\r\n".encode())

    def _ask(self, peer: socket.socket) -> None:
        peer.sendall(b"+ \r\n")
        self.heard.append(base64.b64decode(_read_line(peer) or "").decode())


class Refusing(OddImap):
    """Refuses each SASL response but one, with a challenge that explains why."""

    def __init__(self, accepted: str, tls: ssl.SSLContext) -> None:
        super().__init__(tls=tls)
        self._accepted = accepted

    def _ask(self, peer: socket.socket) -> None:
        super()._ask(peer)
        is_good = self.heard[-1] == self._accepted
        verdict = "OK welcome" if is_good else "NO [AUTHENTICATIONFAILED] no"
        self._answers["AUTHENTICATE"] = f"TAG {verdict}"
        if not is_good:
            peer.sendall(b"+ " + base64.b64encode(b'{"status":"400"}') + b"\r\n")
            self.heard.append(_read_line(peer) or "")


def _read_line(peer: socket.socket) -> str | None:
    read = b""
    while not read.endswith(b"\r\n"):
        piece = peer.recv(1)
        if not piece:
            return None
        read += piece
    return read.removesuffix(b"\r\n").decode()
