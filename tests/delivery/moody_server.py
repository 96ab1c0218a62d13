"""A server that answers whatever it likes, keeps to the protocol, and remembers the truth."""

import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

CUT: Final = b""  # hang up instead of answering
GREETING: Final = b"220 moody.test ESMTP\r\n"
EHLO: Final = b"250-moody.test\r\n250 %s\r\n"


@dataclass
class Truth:
    """What has become of letters, as only the server knows it."""

    accepted: Counter[str] = field(default_factory=Counter)  # told so, or about to be told
    acknowledged: Counter[str] = field(default_factory=Counter)  # the words have left
    read: Counter[str] = field(default_factory=Counter)  # whole contents, taken or not
    mistakes: list[str] = field(default_factory=list)  # what no client may do


class MoodyServer:
    """
    Speaks SMTP with PIPELINING to one client after another.

    *mood* chooses the answer to each step: MAIL, RCPT, DATA, CONTENT, DOT or RSET, out of
    the bytes to say. An answer to DATA of 354 is obeyed even when no reader was accepted;
    DOT is what then ends a content of nothing.
    """

    def __init__(self, mood: Callable[[str], bytes], offer: bytes = b"PIPELINING") -> None:
        self.truth = Truth()
        self._mood = mood
        self._offer = offer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and end with the client that is served."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(10)
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    _Visit(peer, self._mood, self.truth).run(EHLO % self._offer)
                except OSError:
                    continue


class _Visit:
    """One client."""

    def __init__(self, peer: socket.socket, mood: Callable[[str], bytes], truth: Truth) -> None:
        self._peer = peer
        self._file = peer.makefile("rb")
        self._mood = mood
        self._truth = truth
        self._has_mail = False
        self._reader = ""  # whom RCPT named and the server took

    def run(self, ehlo: bytes) -> None:
        self._peer.sendall(GREETING)
        with self._file:
            while line := self._file.readline():
                verb = line[:4].upper().decode()
                if verb == "EHLO":
                    self._peer.sendall(ehlo)
                elif verb == "QUIT":
                    self._peer.sendall(b"221 bye\r\n")
                    return
                elif not self._step(verb, line):
                    return

    def _step(self, verb: str, line: bytes) -> bool:
        """Answer a command; False to hang up."""
        if verb not in {"MAIL", "RCPT", "DATA", "RSET"}:
            self._truth.mistakes.append(f"not a command: {line!r}")
            return False
        answer = self._mood(verb)
        if verb == "RSET":
            self._forget()
        if verb == "MAIL" and self._has_mail:
            self._truth.mistakes.append("nested MAIL")
        is_out_of_order = (verb == "RCPT" and not self._has_mail) or (
            verb == "DATA" and not self._reader and not answer.startswith(b"354")
        )
        if answer and is_out_of_order:
            answer = b"503 5.5.1 bad sequence\r\n"
        if not self._say(answer):
            return False
        if answer.startswith(b"354"):
            return self._take_content()
        if answer.startswith(b"2"):
            self._note(verb, line)
        return True

    def _note(self, verb: str, line: bytes) -> None:
        if verb == "MAIL":
            self._has_mail = True
        elif verb == "RCPT":
            self._reader = line.partition(b"<")[2].partition(b">")[0].decode()

    def _take_content(self) -> bool:
        lines = []
        while (line := self._file.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                return False  # cut off: a letter without its dot is dropped
            lines.append(line)
        content = b"".join(lines).decode()
        reader = self._reader
        self._forget()
        if not content:
            if reader:
                self._truth.mistakes.append(f"an empty letter for {reader}")
            return self._say(self._mood("DOT"))
        if f"for {reader} alone" not in content or not reader:
            self._truth.mistakes.append(f"{content!r} went to {reader!r}")
        return self._judge(reader)

    def _judge(self, reader: str) -> bool:
        self._truth.read[reader] += 1
        verdict = self._mood("CONTENT")
        is_accepted = verdict.startswith(b"2") or verdict == CUT
        # One that hangs up instead of answering may have kept the letter: here it has.
        self._truth.accepted[reader] += is_accepted
        has_said = self._say(verdict)
        self._truth.acknowledged[reader] += is_accepted and has_said
        return has_said

    def _say(self, answer: bytes) -> bool:
        if answer == CUT:
            return False
        self._peer.sendall(answer)
        return not answer.startswith(b"421")

    def _forget(self) -> None:
        self._has_mail = False
        self._reader = ""
