"""A socket to a relay: sends bytes, reads replies, and limits the time of every wait."""

import ctypes
import errno
import os
import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Final

from newsletter.delivery.provider import WithdrawnError
from newsletter.delivery.replies import Reply, one_line, read_text
from newsletter.delivery.smtp_tls import Seal
from newsletter.delivery.ticks import ticks
from newsletter.phrases import Phrase, Said, phrase

AT_ONCE_S: Final = 0.5  # maximum from asking a guard to sending; later it is asked again
LOOKS_MAX: Final = 3  # for one `say`; then a slow ledger's answer is accepted
TICK_S: Final = 1.0  # the longest single wait; longer waits are split
NO_ROOM: Final = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR}  # for now
LONGEST_REPLY: Final = 32 * 1024  # bytes of all lines together
REMEMBERED: Final = 16  # lines and replies: three of the four replies to a letter are constant

# send(2). A socket's own `send` releases the interpreter lock before the call, and the kernel
# often suspends this thread at that point: between the guard's answer and the bytes. PyDLL keeps
# the lock. The sockets here never block, so no other thread waits long for the lock.
_SEND: Final = ctypes.PyDLL(None, use_errno=True).send
_SEND.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)
_SEND.restype = ctypes.c_ssize_t


class LostError(Exception):
    """The connection is lost, or the received bytes are not SMTP."""

    def __init__(self, said: Said, sent: int = 0) -> None:
        super().__init__(said)
        self.said = said
        self.sent = sent  # bytes of the last `say` that may have been sent


@dataclass(frozen=True, slots=True)
class GuardedBytes:
    """The first bytes of a write; a guard must be asked before the last of them is sent."""

    size: int  # bytes: a letter's content, with its final dot
    may_go: Callable[[], bool]


class Wire:
    """
    A connection to a relay, used by one thread.

    smtplib reads replies from a file whose time-out restarts with every byte, so a relay that
    sends slowly could block a connection for ever. Here the time-out is for a complete reply.
    """

    # Large because waiting, encrypting and sending share one deadline and one socket, and nothing
    # may happen between the guard's answer and the sending of the bytes.

    def __init__(self, sock: socket.socket) -> None:
        # This class waits, not the socket: after a wait in the socket a thread also waits for the
        # interpreter lock, and that would be between the guard's answer and the bytes.
        sock.setblocking(False)
        self._sock = sock
        self._seal: Seal | None = None
        # For replies the opposite holds: waiting and reading in one call makes a thread wait for
        # the interpreter lock once instead of twice. So replies use a duplicate of the socket.
        self._ear = sock.dup()
        self._ear.settimeout(TICK_S)
        self._heard = b""  # received, but not yet read
        self._news = select.poll()
        self._news.register(sock, select.POLLIN)
        self._room = select.poll()
        self._room.register(sock, select.POLLOUT)

    @property
    def own_address(self) -> str:
        """The IP address of this end of the connection."""
        return str(self._sock.getsockname()[0])

    @property
    def certificate(self) -> bytes:
        """The certificate of the other side (DER); b"" if the connection is not encrypted."""
        return self._seal.certificate() if self._seal else b""

    def encrypt(self, context: ssl.SSLContext, host: str, patience_s: float) -> None:
        """
        Start TLS with *host*.

        Bytes that were received earlier and not read are not authenticated, and are discarded
        (RFC 3207 §4.2).

        Raises:
            LostError: the handshake was not completed in *patience_s*.
            ssl.SSLError: the other side is not trusted, or supports no current version of TLS.
        """
        deadline = monotonic() + patience_s
        seal, self._heard = Seal(context, host), b""
        try:
            while not seal.shake_hands():
                self._send(seal.sealed(), 0, deadline)
                seal.receive(self._received(deadline))
        finally:  # the end of a handshake, or the alert of its failure
            with suppress(LostError):
                self._send(seal.sealed(), 0, deadline)
        self._seal = seal

    def say(self, words: bytes, patience_s: float, guard: GuardedBytes | None = None) -> None:
        """
        Send *words*: hand all of them to the kernel.

        Args:
            words: the bytes to send.
            patience_s: for all of them.
            guard: asked before each part of its bytes that the kernel accepts, so also before the
                last of them, and never before a wait for buffer space. After its bytes were sent it
                is not asked: nothing can be withdrawn then.

        Raises:
            LostError: not all bytes were sent in time; *sent* is how many may have been sent.
            WithdrawnError: *guard* returned False; the last of its bytes was not sent.
        """
        deadline = monotonic() + patience_s
        size = guard.size if guard else 0
        left, unguarded = words, len(words) - size
        if self._seal:
            try:
                parts = [self._seal.seal(part) for part in (words[:size], words[size:])]
            except ssl.SSLError as error:
                raise _lost(error) from error
            left, unguarded = b"".join(parts), len(parts[1])
        try:
            self._send(left, unguarded, deadline, guard)
        except LostError as lost:
            lost.sent = min(lost.sent, len(words))  # encrypted bytes are more
            raise

    def _send(
        self, left: bytes, unguarded: int, deadline: float, guard: GuardedBytes | None = None
    ) -> None:
        """Send *left*; *guard* is asked, except for the last *unguarded* bytes."""
        whole, looks = len(left), 0
        while left:
            socket_number = self._sock.fileno()  # -1 after close: never another socket's number
            is_guarded = guard is not None and len(left) > unguarded
            asked_at = ticks()
            if guard and is_guarded and not guard.may_go():
                raise WithdrawnError
            # The process may have been stopped since it asked; no step is between this reading of
            # the clock and the call that hands the bytes to the kernel.
            if is_guarded and looks < LOOKS_MAX and ticks() - asked_at > AT_ONCE_S:
                looks += 1
                continue
            taken = _SEND(socket_number, left, len(left), 0)
            if taken >= 0:
                left = left[taken:]
            elif (fault := ctypes.get_errno()) in NO_ROOM:
                _await(self._room, deadline)
            else:
                raise _lost(os.strerror(fault), whole - len(left))
            if left and monotonic() >= deadline:
                raise _lost(phrase("delivery.timed-out"), whole - len(left))

    def hear(self, patience_s: float) -> Reply:
        """
        Read one reply.

        Raises:
            LostError: no complete reply came in *patience_s*, or the bytes are no SMTP reply.
        """
        return _read_reply(*self.hear_lines(patience_s))

    def hear_lines(self, patience_s: float) -> tuple[int, tuple[bytes, ...]]:
        """Read one reply: its code, and the raw text of each line."""
        deadline = monotonic() + patience_s
        code, is_last, text = _read_line(self._hear_line(deadline))
        texts, size = [text], len(text)
        while not is_last:
            if size > LONGEST_REPLY:
                raise LostError(phrase("delivery.answer-endless"))
            line = self._hear_line(deadline)
            next_code, is_last, text = _read_line(line)
            # RFC 5321 §4.2.1: all lines of a reply have one code. If they differ, it is undefined
            # which of them decides about the letter.
            if next_code != code:
                raise _no_reply(line)
            texts.append(text)
            size += len(line)
        return code, tuple(texts)

    def has_news(self) -> bool:
        """Whether the relay sent something, or hung up, without a command."""
        return bool(self._heard or self._news.poll(0))

    def close(self) -> None:
        """Close the connection; may be called again."""
        for one in (self._ear, self._sock):
            with suppress(OSError):
                one.close()

    def _hear_line(self, deadline: float) -> bytes:
        while True:
            line, end, rest = self._heard.partition(b"\n")
            if end:
                self._heard = rest
                return line
            if len(line) > LONGEST_REPLY:
                raise LostError(phrase("delivery.answer-endless"))
            self._heard += self._opened(self._received(deadline))

    def _received(self, deadline: float) -> bytes:
        """Return the next received bytes, still encrypted if TLS is used."""
        while (left_s := deadline - monotonic()) > 0:
            wait_s = min(TICK_S, left_s)
            if self._ear.gettimeout() != wait_s:
                self._ear.settimeout(wait_s)
            try:
                received = self._ear.recv(4096)
            except TimeoutError:
                continue
            except OSError as error:
                raise _lost(error) from error
            if not received:
                raise _lost(phrase("delivery.relay-hung-up"))
            return received
        raise _lost(phrase("delivery.timed-out"))

    def _opened(self, received: bytes) -> bytes:
        if not self._seal:
            return received
        try:
            self._seal.receive(received)
            return self._seal.opened()
        except ssl.SSLError as error:
            raise _lost(error) from error


def _lost(why: Said | OSError, sent: int = 0) -> LostError:
    reason = why if isinstance(why, Phrase) else one_line(str(why))
    return LostError(phrase("delivery.connection-lost-for", reason=reason), sent)


def _await(poll: select.poll, deadline: float) -> bool:
    """Wait for the event of *poll*, until *deadline* and no longer than `TICK_S`."""
    return bool(poll.poll(1000 * min(TICK_S, max(0.0, deadline - monotonic()))))


@lru_cache(maxsize=REMEMBERED)
def _read_line(line: bytes) -> tuple[int, bool, bytes]:
    """Parse a line of a reply: its code, whether it is the last, and its raw text."""
    line = line.rstrip(b"\r")
    digits, mark = line[:3], line[3:4]
    if not _is_code(digits) or mark not in {b" ", b"-", b""}:
        raise _no_reply(line)
    return int(digits), mark != b"-", line[4:]


@lru_cache(maxsize=REMEMBERED)
def _read_reply(code: int, texts: tuple[bytes, ...]) -> Reply:
    return Reply(code, read_text(b" ".join(texts)))


def _no_reply(line: bytes) -> LostError:
    return LostError(phrase("delivery.answer-not-smtp", answer=read_text(line)))


def _is_code(digits: bytes) -> bool:
    return len(digits) == 3 and digits.isdigit() and b"2" <= digits[:1] <= b"5"
