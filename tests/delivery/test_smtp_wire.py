"""Replies read from a socket, whole or not at all, and writes that fail."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery import smtp_wire
from newsletter.delivery.provider import WithdrawnError
from newsletter.delivery.smtp_wire import LONGEST_REPLY, Guard, LostError, Wire
from tests.delivery.certificates import make_tls


@contextmanager
def wire(*, timeout_s: float = 5) -> Iterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(timeout_s)
        yield Wire(ours), theirs


@given(st.lists(st.integers(1, 9), max_size=40))
def test_replies_come_out_as_they_went_in_however_they_are_cut(cuts: list[int]) -> None:
    said = "250-a\r\n250-나\r\n250 c\r\n550 5.1.1 no\r\n354\r\n421 bye\n".encode()
    with wire() as (near, far):
        rest = said
        heard = []
        for cut in cuts:
            far.sendall(rest[:cut])
            rest = rest[cut:]
        far.sendall(rest)

        heard = [near.hear(1) for _ in range(4)]

    assert [(reply.code, reply.text) for reply in heard] == [
        (250, "a 나 c"),
        (550, "5.1.1 no"),
        (354, ""),
        (421, "bye"),
    ]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\r\n",
        b"25\r\n",
        b"2500 x\r\n",
        b"-1 x\r\n",
        b"+25 x\r\n",
        b"\xb2\xb2\xb2 x\r\n",
        b"199 x\r\n",
        b"600 x\r\n",
        b"250-a\r\n550 b\r\n",
        b"250_a\r\n",
    ],
)
def test_what_is_no_reply_is_never_taken_for_one(nonsense: bytes) -> None:
    with wire() as (near, far):
        far.sendall(nonsense)

        with pytest.raises(LostError, match="not SMTP"):
            near.hear(1)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_the_end(said: bytes) -> None:
    with wire() as (near, far):
        far.sendall(said)
        far.shutdown(socket.SHUT_WR)
        try:
            reply = near.hear(1)
        except LostError:
            return

        assert 200 <= reply.code <= 599
        assert said.startswith(b"%d" % reply.code)


def test_half_a_reply_is_none() -> None:
    with wire() as (near, far):
        far.sendall(b"250 2.0.0 que")
        far.close()

        with pytest.raises(LostError, match="hung up"):
            near.hear(1)


def test_a_wait_for_a_reply_ends() -> None:
    with wire(timeout_s=0.05) as (near, far):
        far.sendall(b"250-more to come\r\n")

        with pytest.raises(LostError, match="timed out"):
            near.hear(0.1)


@pytest.mark.parametrize("said", [b"250-x\r\n" * LONGEST_REPLY, b"2" * 3 * LONGEST_REPLY])
def test_a_reply_without_end_is_given_up(said: bytes) -> None:
    with wire() as (near, far):
        writer = threading.Thread(target=_say_what_is_taken, args=(far, said))
        writer.start()

        with pytest.raises(LostError, match="has no end"):
            near.hear(5)
        near.close()
        writer.join()


def _say_what_is_taken(far: socket.socket, said: bytes) -> None:
    try:
        far.sendall(said)
    except OSError:
        return


def test_a_write_nobody_reads_ends_and_tells_what_has_left() -> None:
    with wire(timeout_s=0.05) as (near, _), pytest.raises(LostError, match="timed out") as caught:
        near.say(b"x" * 50_000_000, 0.2)

    assert 0 < caught.value.sent < 50_000_000


def test_a_write_to_nobody_has_not_left() -> None:
    with wire() as (near, far):
        far.close()

        with pytest.raises(LostError, match="connection lost") as caught:
            near.say(b"Subject: x\r\n", 1)

    assert caught.value.sent == 0


def test_an_encrypted_write_that_fails_may_have_left(tmp_path: Path) -> None:
    """OpenSSL does not tell how much of a record it could not finish has left."""
    server_tls, client_tls = make_tls(tmp_path)
    ours, theirs = socket.socketpair()
    greeted = threading.Thread(target=_encrypt_and_hang_up, args=(server_tls, theirs))
    greeted.start()
    with client_tls.wrap_socket(ours, server_hostname="127.0.0.1") as encrypted:
        greeted.join()

        with pytest.raises(LostError) as caught:
            Wire(encrypted).say(b"x" * 100, 1)

    assert caught.value.sent == 100


def _encrypt_and_hang_up(tls: ssl.SSLContext, sock: socket.socket) -> None:
    tls.wrap_socket(sock, server_side=True).close()


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("size", [1, 16_384, 1_000_000])
def test_nobody_asks_for_a_letter_whose_last_byte_has_left(
    tmp_path: Path, size: int, *, is_encrypted: bool
) -> None:
    """What is announced behind it in the same write may still wait for room."""
    words = bytes(size) + b"x" * 10_000_000
    arrived = 0
    with _pair(tmp_path, is_encrypted=is_encrypted) as (near, far):

        def take_all() -> None:
            nonlocal arrived
            while arrived < len(words):
                arrived += len(far.recv(5_000))

        wire = Wire(near)
        near.setblocking(False)
        reader = threading.Thread(target=take_all)
        reader.start()

        wire.say(words, 30, Guard(size, lambda: arrived < size))

        reader.join()
    assert arrived == len(words)


@contextmanager
def _pair(folder: Path, *, is_encrypted: bool) -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        if not is_encrypted:
            yield ours, theirs
            return
        server_tls, client_tls = make_tls(folder)
        ends = []
        greeted = threading.Thread(
            target=lambda: ends.append(server_tls.wrap_socket(theirs, server_side=True))
        )
        greeted.start()
        with client_tls.wrap_socket(ours, server_hostname="127.0.0.1") as near:
            greeted.join()
            with ends[0] as far:
                yield near, far


def test_news_that_was_not_asked_for_is_noticed() -> None:
    with wire() as (near, far):
        before = near.has_news()
        far.sendall(b"421 idle too long\r\n")

        assert (before, near.has_news()) == (False, True)


def test_what_was_asked_before_the_process_slept_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Stopped after the answer and before the bytes: the letter is another's by now."""
    passed = iter([0.0, 700.0, 700.0, 700.0])  # asked, slept; asked again
    monkeypatch.setattr(smtp_wire, "ticks", lambda: next(passed))
    answers = iter([True, False])
    with wire() as (near, far):
        with pytest.raises(WithdrawnError):
            near.say(b"letter\r\n.\r\n", 5, Guard(11, lambda: next(answers)))

        far.setblocking(False)
        with pytest.raises(BlockingIOError):
            far.recv(100)


def test_a_guard_that_takes_long_each_time_is_believed_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed = iter(range(0, 90_000, 3))
    monkeypatch.setattr(smtp_wire, "ticks", lambda: float(next(passed)))
    asked: list[bool] = []

    def agree() -> bool:
        asked.append(True)
        return True

    with wire() as (near, far):
        near.say(b"letter\r\n.\r\n", 5, Guard(11, agree))

        assert far.recv(100) == b"letter\r\n.\r\n"
    assert len(asked) == smtp_wire.LOOKS_MAX + 1
