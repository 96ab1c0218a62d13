"""A socket to a relay: bytes go out, replies come in, and every wait has an end."""

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
from newsletter.delivery.ticks import ticks

AT_ONCE_S: Final = 0.5  # from asking a guard to the bytes it is about; else it is asked anew
LOOKS_MAX: Final = 3  # for one `say`; a ledger that takes longer for each is believed then
TICK_S: Final = 1.0  # how late a wait may end that is longer
# What a socket says that is not ready; the second while it is still opened, and waits itself.
WAITS: Final = (BlockingIOError, TimeoutError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
LONGEST_REPLY: Final = 32 * 1024  # bytes, all its lines together
REMEMBERED: Final = 16  # lines and replies: of four to a letter, three are always the same


class LostError(Exception):
    """The connection is gone, or what comes out of it is not SMTP."""

    def __init__(self, why: str, sent: int = 0) -> None:
        super().__init__(one_line(why))
        self.sent = sent  # bytes of the last `say` that may have left


@dataclass(frozen=True, slots=True)
class Guard:
    """The beginning of what is said, whose last byte must not leave before it was asked for."""

    size: int  # bytes: a letter's content, with its final dot
    may_go: Callable[[], bool]


class Wire:
    """
    The way to a relay and back, used by one thread.

    smtplib reads replies from a file that starts a new time-out with every byte, so a relay
    that drips could hold a connection for ever. Here the time-out is for a whole reply.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._ear: socket.socket | None = None  # the same, but it waits by itself
        self._heard = b""  # read, but not yet asked for
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._room = select.poll()
        self._room.register(sock, select.POLLOUT)

    @property
    def own_address(self) -> str:
        """The IP address of this end of the connection."""
        return str(self.sock.getsockname()[0])

    def make_ready(self) -> None:
        """Prepare for letters."""
        # Waiting is done here, not in the socket: after it a thread waits for the interpreter
        # too, and nothing may lie between the last question and the bytes.
        self.sock.setblocking(False)
        # For replies it is the other way round: waiting and reading in one call let a thread
        # wait for the interpreter once, and not twice. TLS has no second socket.
        if not isinstance(self.sock, ssl.SSLSocket):
            self._ear = self.sock.dup()
            self._ear.settimeout(TICK_S)
        # The end of a letter must not wait for the relay to acknowledge its beginning.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, words: bytes, patience_s: float, guard: Guard | None = None) -> None:
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
        left, send, looks = memoryview(words), self.sock.send, 0
        unguarded = len(words) - (guard.size if guard else 0)
        while left:
            is_guarded = guard is not None and len(left) > unguarded
            part = self._guarded_part(left, unguarded) if is_guarded else left
            asked_at = ticks()
            if guard and is_guarded and not guard.may_go():
                raise WithdrawnError
            try:
                # The process may have been stopped since it asked; nothing stands between this
                # look at the clock and the kernel's taking the bytes.
                if is_guarded and looks < LOOKS_MAX and ticks() - asked_at > AT_ONCE_S:
                    looks += 1
                    continue
                left = left[send(part) :]
            except WAITS as wait:
                is_heard_first = isinstance(wait, ssl.SSLWantReadError)
                _await(self._poll if is_heard_first else self._room, deadline)
            except OSError as error:
                raise self._lost_saying(str(error), words, left) from error
            if left and monotonic() >= deadline:
                raise self._lost_saying("timed out", words, left)

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
                raise LostError("the relay's answer has no end")
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
        return bool(self._heard or self._poll.poll(0))

    def close(self) -> None:
        """Hang up; may be called again."""
        for one in (self._ear, self.sock):
            with suppress(OSError):
                if one:
                    one.close()

    def _hear_line(self, deadline: float) -> bytes:
        while True:
            line, end, rest = self._heard.partition(b"\n")
            if end:
                self._heard = rest
                return line
            if len(line) > LONGEST_REPLY:
                raise LostError("the relay's answer has no end")
            if monotonic() >= deadline:
                raise LostError("connection lost: timed out")
            self._heard += self._receive(deadline)

    def _receive(self, deadline: float) -> bytes:
        """Return what has come, after a wait if nothing has; b"" if nothing came in a while."""
        try:
            heard = self._listen(self._ear, deadline) if self._ear else self._look(deadline)
        except WAITS as wait:
            if not self._ear:
                is_said_first = isinstance(wait, ssl.SSLWantWriteError)
                _await(self._room if is_said_first else self._poll, deadline)
            return b""
        except OSError as error:
            msg = f"connection lost: {error}"
            raise LostError(msg) from error
        if not heard:
            raise LostError("connection lost: the relay hung up")
        return heard

    def _look(self, deadline: float) -> bytes:
        is_encrypted = isinstance(self.sock, ssl.SSLSocket)  # it may hold some already
        if not is_encrypted and not _await(self._poll, deadline):
            raise TimeoutError
        return self.sock.recv(4096)

    def _listen(self, ear: socket.socket, deadline: float) -> bytes:
        wait_s = min(TICK_S, max(0.001, deadline - monotonic()))
        if ear.gettimeout() != wait_s:
            ear.settimeout(wait_s)
        return ear.recv(4096)

    def _guarded_part(self, left: memoryview, unguarded: int) -> memoryview:
        """
        Say how much of what is *left* may be handed over at once.

        TLS takes all or nothing by its word, and may have sent much of what it did not take
        yet. So it gets no more than is guarded: of that the last record is still here.
        """
        is_encrypted = isinstance(self.sock, ssl.SSLSocket)
        return left[: len(left) - unguarded] if is_encrypted else left

    def _lost_saying(self, why: str, words: bytes, left: memoryview) -> LostError:
        """
        Count what may have left.

        The kernel tells exactly what it took. TLS does not: the record that failed may have
        left in part or whole, so nothing is sure there.
        """
        is_sure = not isinstance(self.sock, ssl.SSLSocket)
        return LostError(
            f"connection lost: {why}", len(words) - len(left) if is_sure else len(words)
        )


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
    return LostError(f"the relay's answer is not SMTP: {read_text(line)}")


def _is_code(digits: bytes) -> bool:
    return len(digits) == 3 and digits.isdigit() and b"2" <= digits[:1] <= b"5"
