"""Sends HTTP requests by many connections, one after another on each."""

import socket
import threading
import time
from collections.abc import Sequence
from typing import Self

from benchmarks.cores import cores, on_core


def ask_all(port: int, requests: Sequence[bytes], connections: int, expected: int) -> float:
    """Send all requests, each answered by the *expected* status; return how many a second."""
    waiting, lock, wrong = iter(requests), threading.Lock(), list[int]()

    def work() -> None:
        with Connection(port) as connection:
            while True:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                if (status := connection.ask(request)) != expected:
                    wrong.append(status)

    with on_core(cores()[1]):
        threads = [threading.Thread(target=work) for _ in range(connections)]
        began_at = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began_at
    if wrong:
        msg = f"{len(wrong)} requests were answered by {set(wrong)}"
        raise RuntimeError(msg)
    return len(requests) / took


class Connection:
    """A connection that sends one request after another."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, request: bytes) -> int:
        """Send a request, read its answer, and return the status."""
        self._socket.sendall(request)
        status, length = int(self._file.readline().split()[1]), 0
        while (line := self._file.readline().lower()) != b"\r\n":
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        self._file.read(length)
        return status
