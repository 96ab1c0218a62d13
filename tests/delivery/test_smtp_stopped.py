"""A process that is stopped between the last question and the bytes: nothing leaves late."""

import random
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from newsletter.delivery.ticks import ticks
from tests.delivery.certificates import make_tls
from tests.delivery.stopped_sender import AT_ONCE_S, SIZE
from tests.makers import CHECKOUT

CONNECTIONS = 10
STOPS = 40
LATE_MAX = 3  # a thread may be stopped in the last microsecond; a dozen, where others run in it
LOG, CERTIFICATE = "asked.log", "relay.pem"  # of `make_tls`


class Receiver:
    """The other ends: takes letters and notes when, without waiting for any."""

    def __init__(self, ends: list[socket.socket]) -> None:
        self.came_at: dict[tuple[int, int], float] = {}  # by connection and number
        self._heard = dict.fromkeys(ends, b"")

    def take(self, seconds: float) -> None:
        """Take letters, and answer them, for so long; all that is there at least."""
        until = time.monotonic() + seconds
        while True:
            left_s = max(0.0, until - time.monotonic())
            ready, _, _ = select.select(list(self._heard), [], [], left_s)
            heard = sum(self._hear(end) for end in ready)
            if not heard and left_s == 0:
                return

    def _hear(self, end: socket.socket) -> int:
        heard = b""
        with suppress(BlockingIOError, ssl.SSLWantReadError):
            while part := end.recv(1 << 16):
                heard += part
        self._heard[end] += heard
        while len(self._heard[end]) >= SIZE:
            letter, self._heard[end] = self._heard[end][:SIZE], self._heard[end][SIZE:]
            name, number, _ = letter.split(b" ", 2)
            self.came_at[int(name), int(number)] = ticks()
            end.sendall(b"250 taken\r\n")
        return len(heard)


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_letters_asked_for_before_a_stop_do_not_leave_behind_it(
    tmp_path: Path, *, is_encrypted: bool
) -> None:
    chance = random.Random(7)
    stops = []
    with _sender(tmp_path, is_encrypted=is_encrypted) as (sender, receiver):
        for _ in range(STOPS):
            receiver.take(chance.uniform(0.01, 0.05))
            sender.send_signal(signal.SIGSTOP)
            _await_stop(sender)
            receiver.take(0)
            stopped_at = ticks()
            time.sleep(2 * AT_ONCE_S)
            stops.append((stopped_at, ticks()))
            sender.send_signal(signal.SIGCONT)
        receiver.take(0.05)

    asked_at = _asked_at(tmp_path / LOG)
    late = [
        letter
        for letter, came_at in receiver.came_at.items()
        if any(asked_at[letter] < begun and came_at > ended for begun, ended in stops)
    ]
    assert len(receiver.came_at) > STOPS
    assert len(late) <= LATE_MAX


@contextmanager
def _sender(
    folder: Path, *, is_encrypted: bool
) -> Iterator[tuple["subprocess.Popen[bytes]", Receiver]]:
    server_tls, _ = make_tls(folder)
    pairs = [socket.socketpair() for _ in range(CONNECTIONS)]
    numbers = [near.fileno() for near, _ in pairs]
    trusted = [f"--trusted={folder / CERTIFICATE}"] if is_encrypted else []
    sender = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.delivery.stopped_sender", str(folder / LOG)),
            *(*map(str, numbers), *trusted),
        ],
        cwd=CHECKOUT,
        pass_fds=numbers,
    )
    ends = [far for _, far in pairs]
    try:
        for near, _ in pairs:
            near.close()
        if is_encrypted:
            ends = _sealed(ends, server_tls)
        for end in ends:
            end.setblocking(False)
        receiver = Receiver(ends)
        receiver.take(2)
        yield sender, receiver
    finally:
        sender.kill()
        sender.wait(30)
        for end in ends:
            end.close()


def _sealed(ends: list[socket.socket], tls: ssl.SSLContext) -> list[socket.socket]:
    sealed: list[socket.socket] = []
    greeting = [
        threading.Thread(target=lambda one=end: sealed.append(tls.wrap_socket(one, True)))
        for end in ends
    ]
    for thread in greeting:
        thread.start()
    for thread in greeting:
        thread.join()
    return sealed


def _await_stop(process: "subprocess.Popen[bytes]") -> None:
    """Wait until every thread has stopped: one in a system call ends that first."""
    for _ in range(1000):
        tasks = Path(f"/proc/{process.pid}/task").glob("*/stat")
        if all(task.read_text().rpartition(")")[2].split()[0] == "T" for task in tasks):
            return
        time.sleep(0.002)
    pytest.fail("the sender did not stop")


def _asked_at(log: Path) -> dict[tuple[int, int], float]:
    """Read when each letter was last asked for."""
    rows = (line.split() for line in log.read_text().splitlines())
    return {(int(name), int(number)): float(at) for name, number, at in rows}
