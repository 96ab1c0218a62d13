"""
A long way in a box: a TCP proxy that holds every byte back for a while.

``python -m benchmarks.delay_proxy TARGET_PORT ONE_WAY_MS`` prints the port it listens on.
It delays and does not limit: each chunk goes on its time after it came, however many are
on their way. A real way of that length would be no quicker; it would also make new
connections start slowly, which is left out for everybody alike.
"""

import asyncio
import selectors
import socket
import sys
from collections import deque
from typing import cast


class Way(asyncio.Protocol):
    """One end of a connection; what comes in leaves by the other end, later."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[bytes] = deque()  # in order; b"" is the end
        self.other: Way | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send small packets at once, as the senders that are measured do."""
        self.transport = cast("asyncio.Transport", transport)
        own: socket.socket = transport.get_extra_info("socket")
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport.set_write_buffer_limits(high=1 << 30)

    def data_received(self, data: bytes) -> None:
        """Take a chunk; it arrives at the other side a while later."""
        self._under_way.append(data)
        self._loop.call_later(self._delay_s, self._arrive)

    def eof_received(self) -> bool:
        """Let the end travel behind what was sent before it."""
        self.data_received(b"")
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection that breaks takes the other one with it."""
        if exc is not None and self.other and self.other.transport:
            self.other.transport.abort()

    def _arrive(self) -> None:
        data = self._under_way.popleft()
        if self.other is None or self.other.transport is None:
            self._under_way.appendleft(data)  # the target has not answered yet
            self._loop.call_later(0.001, self._arrive)
        elif data:
            self.other.transport.write(data)
        elif self.other.transport.can_write_eof():
            self.other.transport.write_eof()


class Entrance(Way):
    """The end that clients connect to; it opens the other one."""

    def __init__(self, delay_s: float, target_port: int) -> None:
        super().__init__(delay_s)
        self._target_port = target_port
        self._opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the connection to the target for this client."""
        super().connection_made(transport)
        self._opening = self._loop.create_task(self._open())

    async def _open(self) -> None:
        exit_ = Way(self._delay_s)
        exit_.other = self
        await self._loop.create_connection(lambda: exit_, "127.0.0.1", self._target_port)
        self.other = exit_


async def serve(target_port: int, delay_s: float) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Entrance(delay_s, target_port), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    # Not epoll: it would round every delay up to the next whole millisecond.
    asyncio.set_event_loop(asyncio.SelectorEventLoop(selectors.SelectSelector()))
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(
        serve(int(sys.argv[1]), float(sys.argv[2]) / 1000)
    )
