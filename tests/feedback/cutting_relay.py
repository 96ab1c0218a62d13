"""A relay in front of a server whose connections break where a test says."""

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

PIECE: Final = 1 << 14
PATIENCE_S: Final = 10


class CuttingRelay:
    """Passes on what both sides say; the client's first connections break."""

    def __init__(self, port: int, *cuts: int) -> None:
        """Break the first connection after *cuts*[0] octets of the server, and so on."""
        self._behind = port
        self._cuts = [*cuts]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._leaving = threading.Event()
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leaving.set()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self._listener.close()
        for one in self._open:
            one.close()

    def cut(self) -> None:
        """Break all connections that are open."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _start(self, target: object, *arguments: object) -> None:
        assert callable(target)
        self._threads.append(threading.Thread(target=target, args=arguments))
        self._threads[-1].start()

    def _accept(self) -> None:
        while not self._leaving.is_set():
            with suppress(TimeoutError):
                client = self._listener.accept()[0]
                client.settimeout(None)
                server = socket.create_connection(("127.0.0.1", self._behind), PATIENCE_S)
                server.settimeout(None)
                self.accepted += 1
                self._open += [client, server]
                limit = self._cuts.pop(0) if self._cuts else None
                self._start(self._pass_on, client, server, None)
                self._start(self._pass_on, server, client, limit)

    def _pass_on(self, source: socket.socket, target: socket.socket, limit: int | None) -> None:
        with suppress(OSError):
            while limit is None or limit > 0:
                piece = source.recv(PIECE if limit is None else min(PIECE, limit))
                if not piece:
                    break
                target.sendall(piece)
                if limit is not None:
                    limit -= len(piece)
        for one in (source, target):
            with suppress(OSError):
                if limit is not None:  # as a machine that lost its power: no end, but a reset
                    reset = struct.pack("ii", 1, 0)
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                one.shutdown(socket.SHUT_RDWR)
