"""
A mail service that takes every letter: HTTP/1.1 with connections that are kept.

``python -m benchmarks.http_sink`` prints the port it listens on. A POST is a letter, and is
answered with an id as Amazon SES and Resend give it. ``GET /count`` tells what was taken since
it was last asked, and when, by this process's watch: so all senders are measured alike.
"""

import asyncio
import json
import re
import time
from typing import cast

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Tally:
    """What was taken since the last look."""

    def __init__(self) -> None:
        self.letters = 0
        self.first_at = 0.0  # of time.monotonic
        self.last_at = 0.0

    def add(self) -> None:
        """Count a letter."""
        self.last_at = time.monotonic()
        if not self.letters:
            self.first_at = self.last_at
        self.letters += 1

    def take(self) -> dict[str, float]:
        """Return the tally, and begin anew."""
        taken = dict(vars(self))
        self.__init__()  # type: ignore[misc]  # as new
        return taken


class Desk(asyncio.Protocol):
    """One connection."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer on the connection that was opened."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._received += data
        while self._received:
            head, ends, _ = self._received.partition(b"\r\n\r\n")
            if not ends:
                return
            found = LENGTH.search(head)
            whole = len(head) + len(ends) + (int(found[1]) if found else 0)
            if len(self._received) < whole:
                return
            del self._received[:whole]
            self._answer(is_letter=head.startswith(b"POST"))

    def _answer(self, *, is_letter: bool) -> None:
        assert self._transport is not None
        if is_letter:
            self._tally.add()
            name = f"letter-{self._tally.letters}"
            said: dict[str, object] = {"id": name, "MessageId": name}
        else:
            said = dict(self._tally.take())
        body = json.dumps(said).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self._transport.write(head.encode() + b"\r\n\r\n" + body)


async def serve() -> None:
    """Serve until the process is ended."""
    tally = Tally()
    server = await asyncio.get_running_loop().create_server(lambda: Desk(tally), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
