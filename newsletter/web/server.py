"""Waitress as a server that ends well, and that clients who drip bytes cannot keep busy."""

import logging
import resource
import select
import socket
import threading
import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer, create_server
from waitress.task import WSGITask

from newsletter.errors import SettingsError
from newsletter.files import reason_of
from newsletter.phrases import phrase

REQUEST_S: Final = 30.0  # for a whole request to arrive
IDLE_S: Final = 30  # for the next request on a connection
CONNECTIONS_MAX: Final = 1_000  # waitress' 100 would be used up by 100 slow clients
DESCRIPTORS: Final = 100  # of the database, mails and logs
BACKLOG: Final = 1_024
BODY_MAX: Final = 64 * 1024  # octets; a larger request is refused by its header
ENDING_S: Final = 10.0  # for requests that were taken, after the order to stop
POLL_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class LongBodies:
    """Where a body may be longer than elsewhere."""

    paths: tuple[str, ...] = ()  # and below them
    most: int = BODY_MAX  # octets

    def are_at(self, path: str) -> bool:
        """Whether *path* is one of these."""
        return any(path == one or path.startswith(f"{one}/") for one in self.paths)


NO_LONGER: Final = LongBodies()


class _Parser(HTTPRequestParser):
    """Reads a request; how long its body may be depends on where it goes."""

    adj: Any
    path: str

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head, and choose the limit before the body is looked at."""
        super().parse_header(header_plus)
        long: LongBodies = self.adj.long_bodies
        if long.are_at(self.path):
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = long.most


class _Task(WSGITask):
    """The answer to a request that has arrived whole."""

    def __init__(self, channel: "_Channel", request: Any) -> None:
        channel.began_at = None
        super().__init__(channel, request)


class _Channel(HTTPChannel):
    """A connection that knows when its request began to arrive."""

    task_class = _Task
    parser_class = _Parser
    began_at: float | None = None

    def received(self, data: bytes) -> bool:
        """Take some octets of a request; empty lines in front of it are its beginning."""
        if self.began_at is None:
            self.began_at = time.monotonic()
        return bool(super().received(data))

    def is_late(self) -> bool:
        """Whether its request has not arrived within `REQUEST_S`."""
        began_at = self.began_at  # a thread that answers may clear it meanwhile
        return began_at is not None and time.monotonic() - began_at > REQUEST_S

    def is_busy(self) -> bool:
        """Whether a request is being answered, or an answer is being sent."""
        return bool(self.requests) or bool(self.total_outbufs_len)


class Server:
    """A web server in the calling thread, until `stop`."""

    def __init__(
        self,
        app: Callable[..., Any],
        host: str,
        port: int,
        threads: int,
        long_bodies: LongBodies = NO_LONGER,
    ) -> None:
        """
        Listen.

        Args:
            app: the WSGI application.
            host: the address to listen at.
            port: 0: any free port; see `port`.
            threads: requests that are answered at the same time.
            long_bodies: where more than `BODY_MAX` is taken.

        Raises:
            SettingsError: the address cannot be listened at.
        """
        # Every request of a full queue would be a line of the log.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        listening = _listen(host, port)
        self.port: Final[int] = listening.getsockname()[1]
        self._map: dict[int, Any] = {}
        self._most = _most_connections()
        server = create_server(
            app,
            map=self._map,
            sockets=[listening],
            threads=threads,
            connection_limit=self._most,
            max_request_body_size=BODY_MAX,
            channel_timeout=IDLE_S,
            cleanup_interval=1,
            asyncore_use_poll=True,
            ident="",
            clear_untrusted_proxy_headers=False,  # the application decides whom it trusts
            log_untrusted_proxy_headers=False,
        )
        assert isinstance(server, TcpWSGIServer)  # noqa: S101 - of one socket
        server.channel_class = _Channel
        adjustments: Any = server.adj
        adjustments.long_bodies = long_bodies
        self._server: Final = server
        self._listening = listening
        self._is_stopping = threading.Event()

    def run(self) -> int:
        """
        Serve until `stop` is called; then finish what was taken, at most 10 seconds.

        Returns:
            The number of connections that were cut off with an answer under way.
        """
        looked_at = time.monotonic()
        while not self._is_stopping.is_set():
            self._turn(POLL_S)
            if time.monotonic() - looked_at >= POLL_S:
                self._cut_late()
                looked_at = time.monotonic()
        self._take_waiting()
        wasyncore.dispatcher.close(self._server)  # listens no more; its trigger stays
        deadline = time.monotonic() + ENDING_S
        while self._is_busy() and time.monotonic() < deadline:
            self._turn(0.05)
        left = sum(channel.is_busy() for channel in self._channels())
        self._server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)
        return left

    def stop(self) -> None:
        """Order the server to stop; may be called by a signal's handler and by any thread."""
        if not self._is_stopping.is_set():
            self._is_stopping.set()
            self._server.pull_trigger()

    def _turn(self, timeout: float) -> None:
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._map, count=1)

    def _cut_late(self) -> None:
        for channel in self._channels():
            if channel.is_late():
                channel.will_close = True

    def _take_waiting(self) -> None:
        """Accept the connections that wait already, and read what they have sent."""
        poller = select.poll()
        poller.register(self._listening, select.POLLIN)
        while poller.poll(0) and len(self._map) < self._most:
            before = len(self._map)
            self._server.handle_accept()
            if len(self._map) == before:
                break  # no descriptor is left
        for _ in range(3):
            self._turn(0.02)

    def _is_busy(self) -> bool:
        return any(channel.is_busy() for channel in self._channels())

    def _channels(self) -> list[_Channel]:
        return [one for one in self._map.values() if isinstance(one, _Channel)]


def _most_connections() -> int:
    """Return how many connections fit into the descriptors that the system allows."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS_MAX if soft < 0 else max(10, min(CONNECTIONS_MAX, soft - DESCRIPTORS))


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        fault = phrase("web.cannot-listen", host=host, port=port, fault=reason_of(error))
        raise SettingsError(fault) from error
