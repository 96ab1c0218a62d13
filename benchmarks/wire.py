"""The receiving side: Postfix's smtp-sink, counted from outside, and a long way to it."""

import fcntl
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import peers
from benchmarks.cores import cores
from benchmarks.processes import Command, start

TICK_S: Final = 0.02  # how often the sink's counter is read; the figures are that exact
PIPE_BYTES: Final = 1 << 20  # so that the sink never waits for its reader
READY_S: Final = 10.0


@dataclass(slots=True)
class Count:
    """What a sink has taken, and when."""

    letters: int = 0
    first_at: float = 0.0  # when the first letter was taken, of time.monotonic
    last_at: float = 0.0  # when the last one was


class Sink:
    """
    A running smtp-sink.

    It writes its counter at every final dot. Reading that from outside measures all senders
    by the same watch, and trusts none of them.
    """

    def __init__(self, port: int, pipe: int, pid: int) -> None:
        self.port = port
        self._pid = pid
        self._pipe = pipe
        self._count = Count()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._before = 0  # letters of earlier senders
        self._thread.start()

    def count(self) -> Count:
        """Return what was taken since the last call, and begin anew."""
        time.sleep(2 * TICK_S)
        with self._lock:
            taken, self._count = self._count, Count()
        return taken

    def cpu_s(self) -> float:
        """Return the processor time the sink has taken since it began, in seconds."""
        text = Path(f"/proc/{self._pid}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]  # after the name; proc(5)
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def join(self) -> None:
        """Wait until the sink's last word is read; only after it has ended."""
        self._thread.join()

    def _read(self) -> None:
        rest = b""
        while chunk := os.read(self._pipe, PIPE_BYTES):
            now = time.monotonic()
            counters = re.findall(rb"mesg=(\d+)\r", rest + chunk)
            rest = chunk[-40:]
            if counters:
                self._note(int(counters[-1]), now)
            time.sleep(TICK_S)

    def _note(self, total: int, now: float) -> None:
        with self._lock:
            fresh = total - self._before
            if fresh <= 0:
                return
            self._before = total
            if not self._count.letters:
                self._count.first_at = now
            self._count.letters += fresh
            self._count.last_at = now


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """Run smtp-sink on the receivers' core."""
    port = _free_port()
    ours, its = os.pipe()
    fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    address = f"127.0.0.1:{port}"
    command = Command([peers.tool("smtp-sink"), *peers.run_as(), "-c", address, "200"])
    process = start(command, cores()[1], its)
    os.close(its)
    try:
        _await_port(port)
        sink = Sink(port, ours, process.pid)
        yield sink
        _end(process)
        sink.join()
    finally:
        if process.poll() is None:
            _end(process)
        os.close(ours)


@contextmanager
def long_way(target_port: int, round_trip_s: float) -> Iterator[int]:
    """Run a proxy on the receivers' core; yield the port behind which the target is far away."""
    arguments = [sys.executable, "-m", "benchmarks.delay_proxy"]
    command = Command([*arguments, str(target_port), str(round_trip_s * 500)])
    process = start(command, cores()[1], subprocess.PIPE)
    assert process.stdout
    try:
        yield int(process.stdout.readline())
    finally:
        _end(process)
        process.stdout.close()


def round_trip(port: int, times: int = 20) -> float:
    """Measure how long a NOOP takes to be answered, in seconds; the median."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.recv(1000)
        spans = []
        for _ in range(times):
            asked_at = time.monotonic()
            line.sendall(b"NOOP\r\n")
            line.recv(1000)
            spans.append(time.monotonic() - asked_at)
        line.sendall(b"QUIT\r\n")
    return sorted(spans)[times // 2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_port(port: int) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    msg = f"nothing listened on port {port} within {READY_S:.0f} seconds"
    raise RuntimeError(msg)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(READY_S)
