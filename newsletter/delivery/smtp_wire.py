"""A socket to a relay: bytes go out, replies come in, and every wait has an end."""

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

AT_ONCE_S: Final = 0.5  # from asking a guard to its bytes; after that it is asked again
LOOKS_MAX: Final = 3  # for one `say`; a ledger that takes longer for each is believed then
TICK_S: Final = 1.0  # how late a wait may end that is longer
NO_ROOM: Final = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR}  # for now
LONGEST_REPLY: Final = 32 * 1024  # bytes, all its lines together
REMEMBERED: Final = 16  # lines and replies: of four to a letter, three are always the same

# send(2). A socket's own `send` lets other threads run before the call, and the kernel then
# often stops this one at that very point: between the last question and the bytes. PyDLL keeps
# the interpreter. As the sockets here never block, nobody waits for it.
_SEND: Final = ctypes.PyDLL(None, use_errno=True).send
_SEND.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)
_SEND.restype = ctypes.c_ssize_t


class LostError(Exception):
    """The connection is gone, or what comes out of it is not SMTP."""

    def __init__(self, said: Said, sent: int = 0) -> None:
        super().__init__(said)
        self.said = said
        self.sent = sent  # bytes of the last `say` that may have left


@dataclass(frozen=True, slots=True)
class GuardedBytes:
    """The beginning of what is said, whose last byte must not leave before it was asked for."""

    size: int  # bytes: a letter's content, with its final dot
    may_go: Callable[[], bool]


class Wire:
    """
    The way to a relay and back, used by one thread.

    smtplib reads replies from a file that starts a new time-out with every byte, so a relay
    that drips could hold a connection for ever. Here the time-out is for a whole reply.
    """

    # Large because waiting, sealing and sending share one deadline and one socket, and nothing may
    # come between the guard's answer and the bytes.

    def __init__(self, sock: socket.socket) -> None:
        # Waiting is done here, not in the socket: after it a thread waits for the interpreter
        # too, and nothing may lie between the last question and the bytes.
        sock.setblocking(False)
        self._sock = sock
        self._seal: Seal | None = None
        # For replies it is the other way round: waiting and reading in one call let a thread
        # wait for the interpreter once, and not twice. So they have a handle of their own.
        self._ear = sock.dup()
        self._ear.settimeout(TICK_S)
        self._heard = b""  # read, but not yet asked for
        self._news = select.poll()
        self._news.register(sock, select.POLLIN)
        self._room = select.poll()
        self._room.register(sock, select.POLLOUT)

    @property
    def own_address(self) -> str:
        """The IP address of this end of the connection."""
        return str(self._sock.getsockname()[0])

    def encrypt(self, context: ssl.SSLContext, host: str, patience_s: float) -> None:
        """
        Go on in TLS with *host*.

        What had come before, and was not asked for, could be from anybody, and is forgotten
        (RFC 3207 §4.2).

        Raises:
            LostError: the handshake was not done in *patience_s*.
            ssl.SSLError: the other side is not to be trusted, or speaks no TLS of today.
        """
        deadline = monotonic() + patience_s
        seal, self._heard = Seal(context, host), b""
        try:
            while not seal.shake_hands():
                self._send(seal.sealed(), 0, deadline)
                seal.receive(self._received(deadline))
        finally:  # the last of a handshake, or why it failed
            with suppress(LostError):
                self._send(seal.sealed(), 0, deadline)
        self._seal = seal

    def say(self, words: bytes, patience_s: float, guard: GuardedBytes | None = None) -> None:
        """
        Hand *words* to the kernel, all of them.

        Args:
            words: what is said.
            patience_s: for all of it.
            guard: asked before each part of its bytes that the kernel takes, so before the last
                of them too, and never before a wait for room. Once they have left it is not
                asked any more: nothing can be taken back then.

        Raises:
            LostError: not all could be handed over in time; *sent* tells how many may have.
            WithdrawnError: *guard* said no; the last of its bytes has not left.
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
            lost.sent = min(lost.sent, len(words))  # sealed, they are longer
            raise

    def _send(
        self, left: bytes, unguarded: int, deadline: float, guard: GuardedBytes | None = None
    ) -> None:
        """Send what is *left*; *guard* is asked, except for the last *unguarded* bytes."""
        whole, looks = len(left), 0
        while left:
            socket_number = self._sock.fileno()  # -1 once it is closed: never another's
            is_guarded = guard is not None and len(left) > unguarded
            asked_at = ticks()
            if guard and is_guarded and not guard.may_go():
                raise WithdrawnError
            # The process may have been stopped since it asked; nothing stands between this
            # look at the clock and the kernel's taking the bytes.
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
            LostError: none came whole in *patience_s*, or what came is no reply.
        """
        return _read_reply(*self.hear_lines(patience_s))

    def hear_lines(self, patience_s: float) -> tuple[int, tuple[bytes, ...]]:
        """Read one reply: its code, and the text of each line as it came."""
        deadline = monotonic() + patience_s
        code, is_last, text = _read_line(self._hear_line(deadline))
        texts, size = [text], len(text)
        while not is_last:
            if size > LONGEST_REPLY:
                raise LostError(phrase("delivery.answer-endless"))
            line = self._hear_line(deadline)
            next_code, is_last, text = _read_line(line)
            # RFC 5321 §4.2.1: all lines of a reply have one code. Where they differ, nobody
            # can say which of them decides over the letter.
            if next_code != code:
                raise _no_reply(line)
            texts.append(text)
            size += len(line)
        return code, tuple(texts)

    def has_news(self) -> bool:
        """Say whether the relay spoke, or hung up, without having been asked."""
        return bool(self._heard or self._news.poll(0))

    def close(self) -> None:
        """Hang up; may be called again."""
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
        """Return what comes next, as it comes over the wire."""
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
    """Wait for what *poll* is for, until *deadline* and no longer than `TICK_S`."""
    return bool(poll.poll(1000 * min(TICK_S, max(0.0, deadline - monotonic()))))


@lru_cache(maxsize=REMEMBERED)
def _read_line(line: bytes) -> tuple[int, bool, bytes]:
    """Read a line of a reply: its code, whether it is the last, and its text as it came."""
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
