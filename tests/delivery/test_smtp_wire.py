"""Replies read from a socket, whole or not at all, and writes that fail."""

import random
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery import smtp_wire
from newsletter.delivery.provider import WithdrawnError
from newsletter.delivery.smtp_wire import LONGEST_REPLY, GuardedBytes, LostError, Wire
from tests.delivery.certificates import make_tls


@contextmanager
def wire() -> Iterator[tuple[Wire, socket.socket]]:
    ours, theirs = socket.socketpair()
    near = Wire(ours)
    try:
        with theirs:
            yield near, theirs
    finally:
        near.close()


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

        with pytest.raises(LostError, match="closed the connection"):
            near.hear(1)


def test_a_wait_for_a_reply_ends() -> None:
    with wire() as (near, far):
        far.sendall(b"250-more to come\r\n")

        with pytest.raises(LostError, match="timed out"):
            near.hear(0.1)


@pytest.mark.parametrize("said", [b"250-x\r\n" * LONGEST_REPLY, b"2" * 3 * LONGEST_REPLY])
def test_a_reply_without_end_is_given_up(said: bytes) -> None:
    with wire() as (near, far):
        writer = threading.Thread(target=_say_what_is_taken, args=(far, said))
        writer.start()

        with pytest.raises(LostError, match="does not end"):
            near.hear(5)
        near.close()
        writer.join()


def _say_what_is_taken(far: socket.socket, said: bytes) -> None:
    try:
        far.sendall(said)
    except OSError:
        return


def test_a_write_nobody_reads_ends_and_tells_what_has_left() -> None:
    with wire() as (near, _), pytest.raises(LostError, match="timed out") as caught:
        near.say(b"x" * 50_000_000, 0.2)

    assert 0 < caught.value.sent < 50_000_000


def test_a_write_to_nobody_has_not_left() -> None:
    with wire() as (near, far):
        far.close()

        with pytest.raises(LostError, match="connection lost") as caught:
            near.say(b"Subject: x\r\n", 1)

    assert caught.value.sent == 0


def test_an_encrypted_write_to_nobody_has_not_left(tmp_path: Path) -> None:
    with _pair(tmp_path, is_encrypted=True) as (near, far):
        far.close()

        with pytest.raises(LostError) as caught:
            near.say(b"x" * 100, 1)

    assert caught.value.sent == 0


def test_an_encrypted_write_nobody_reads_tells_what_may_have_left(tmp_path: Path) -> None:
    with (
        _pair(tmp_path, is_encrypted=True) as (near, _),
        pytest.raises(LostError, match="timed out") as caught,
    ):
        near.say(b"x" * 50_000_000, 0.5)

    assert 0 < caught.value.sent < 50_000_000


def test_of_an_encrypted_letter_nothing_leaves_without_leave(tmp_path: Path) -> None:
    with _pair(tmp_path, is_encrypted=True) as (near, far):
        near.say(b"before\r\n", 5)

        with pytest.raises(WithdrawnError):
            near.say(b"letter\r\n.\r\nnext", 5, GuardedBytes(11, lambda: False))

        near.close()
        assert far.recv(100) == b"before\r\n"
        assert _rest(far) == b""


def _rest(far: socket.socket) -> bytes:
    """Read to the end, which need not be the polite one of TLS."""
    try:
        return far.recv(100)
    except (ConnectionError, ssl.SSLError):
        return b""


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 300_000])
def test_what_is_sealed_is_never_shorter_than_what_it_says(tmp_path: Path, size: int) -> None:
    with _pair(tmp_path, is_encrypted=True) as (near, far):
        words = random.Random(size).randbytes(size)
        reader = threading.Thread(target=lambda: heard.append(_exactly(far, size)))
        heard: list[bytes] = []
        reader.start()

        near.say(words, 10)

        reader.join()
    assert heard == [words]


def _exactly(far: socket.socket, size: int) -> bytes:
    heard = b""
    while len(heard) < size:
        heard += far.recv(1 << 14)
    return heard


def test_encrypted_replies_come_out_whole_however_they_are_cut(tmp_path: Path) -> None:
    with _pair(tmp_path, is_encrypted=True) as (near, far):
        for part in (b"250-a\r", b"\n250 b\r\n354 ", b"go\r\n421 bye\r\n"):
            far.sendall(part)

        heard = [near.hear(5) for _ in range(3)]

        assert [(reply.code, reply.text) for reply in heard] == [
            (250, "a b"),
            (354, "go"),
            (421, "bye"),
        ]
        assert not near.has_news()


def test_what_is_no_tls_behind_a_handshake_is_no_reply(tmp_path: Path) -> None:
    with (
        _pair(tmp_path, is_encrypted=True) as (near, far),
        socket.socket(fileno=socket.dup(far.fileno())) as raw,
    ):
        raw.sendall(b"250 2.0.0 taken\r\n")

        with pytest.raises(LostError, match="connection lost"):
            near.hear(5)


def test_a_handshake_has_an_end(tmp_path: Path) -> None:
    _, client_tls = make_tls(tmp_path)
    with wire() as (near, _), pytest.raises(LostError, match="timed out"):
        near.encrypt(client_tls, "127.0.0.1", 0.2)


def test_a_wire_has_no_way_back_from_tls_that_was_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    server_tls, _ = make_tls(tmp_path)
    _, stranger_tls = make_tls(tmp_path / "other")
    with wire() as (near, far):
        refusing = threading.Thread(target=_refused, args=(server_tls, far))
        refusing.start()

        with pytest.raises(ssl.SSLCertVerificationError):
            near.encrypt(stranger_tls, "127.0.0.1", 5)

        refusing.join()


def _refused(tls: ssl.SSLContext, sock: socket.socket) -> None:
    with pytest.raises(ssl.SSLError, match=r"(?i)unknown.ca"):
        tls.wrap_socket(sock, server_side=True)


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

        reader = threading.Thread(target=take_all)
        reader.start()

        near.say(words, 30, GuardedBytes(size, lambda: arrived < size))

        reader.join()
    assert arrived == len(words)


@contextmanager
def _pair(folder: Path, *, is_encrypted: bool) -> Iterator[tuple[Wire, socket.socket]]:
    with wire() as (near, far):
        if not is_encrypted:
            yield near, far
            return
        server_tls, client_tls = make_tls(folder)
        ends = []
        greeted = threading.Thread(
            target=lambda: ends.append(server_tls.wrap_socket(far, server_side=True))
        )
        greeted.start()
        near.encrypt(client_tls, "127.0.0.1", 5)
        greeted.join()
        with ends[0] as encrypted:
            yield near, encrypted


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
            near.say(b"letter\r\n.\r\n", 5, GuardedBytes(11, lambda: next(answers)))

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
        near.say(b"letter\r\n.\r\n", 5, GuardedBytes(11, agree))

        assert far.recv(100) == b"letter\r\n.\r\n"
    assert len(asked) == smtp_wire.LOOKS_MAX + 1


def test_no_other_thread_runs_between_the_last_look_and_the_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where one did, the kernel would often stop this thread there: the letter leaves late."""
    turns, is_over, seen = [0], threading.Event(), []
    send = smtp_wire._SEND

    def send_and_look(*words: object) -> int:
        before = turns[0]
        taken: int = send(*words)
        seen.append(turns[0] - before)
        return taken

    def take_turns() -> None:
        while not is_over.is_set():
            turns[0] += 1
            time.sleep(0)

    monkeypatch.setattr(smtp_wire, "_SEND", send_and_look)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)  # nobody is interrupted who does not let go
    others = [threading.Thread(target=take_turns) for _ in range(4)]
    try:
        with wire() as (near, far):
            for other in others:
                other.start()
            for _ in range(500):
                near.say(b"x" * 50_000, 5, GuardedBytes(50_000, lambda: True))
                _exactly(far, 50_000)
    finally:
        is_over.set()
        sys.setswitchinterval(interval)
        for other in others:
            other.join()

    assert turns[0] > 0
    assert seen == [0] * len(seen)
